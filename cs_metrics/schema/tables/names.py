"""Names that several tables' columns share in people's files."""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """Return the names in `text`, split at spaces: a compact way to write a column's synonyms."""
    return tuple(text.split())


CUSTOMER = words(
    "account_id account account_number account_no acct_id client_id client client_number client_no company_id company "
    "customer customer_number customer_no customerid cust_id organization_id organisation_id organization organisation "
    "org_id org tenant_id tenant workspace_id team_id household_id buyer_id member_id shopper_id"
)
USER = words(
    "user userid user_uuid username user_name login person_id contact_id member_id requester_id respondent_id "
    "visitor_id distinct_id end_user_id email_address"
)
CURRENCY = words("currency_code iso_currency ccy curr")
PRODUCT = words("product_name product_id item item_name sku stock_code description module article product_purchased")
AMOUNT = words("value total price revenue sum net_amount gross_amount line_total amount_usd amount_eur amount_cents")
CREATED = words(
    "created created_on created_date create_date creation_date date_created opened_at opened opened_on open_date "
    "date_opened submitted_at submitted submitted_on start_date start_time inserted_at timestamp date"
)
