"""The sheets of vendors' exports: by which columns each is known, and where they go; data only.

Names stand as they are compared: in lower case, without separators and brackets ('Created (UTC)' is 'created').
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cs_metrics.schema.tables.names import words


@dataclass(frozen=True)
class Layout:
    """One kind of sheet of a vendor. `signs`: columns that it has all together, and no other; `never`: has not.

    `table`: what it feeds, '' where it feeds nothing, with the reason in `why`. `columns`: model column to the source
    columns that may fill it, the best first. `cents`: whole amounts are hundredths of the currency.
    """

    what: str
    signs: tuple[str, ...]
    table: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    why: str = ""
    cents: bool = False
    never: tuple[str, ...] = ()


def _feeds(what: str, signs: str, table: str, columns: str, cents: bool = False, never: str = "") -> Layout:
    pairs = (pair.split("=") for pair in columns.split())
    return Layout(what, words(signs), table, {k: tuple(v.split("|")) for k, v in pairs}, "", cents, words(never))


def _leaves(what: str, signs: str, why: str) -> Layout:
    return Layout(what, words(signs), why=why)


_PAYMENTS = "payments, tried and failed ones among them; the invoices say what was billed"
_OWN_MONEY = "movements of the company's own balance, not what customers buy"
_PRICES = "a list of prices; what a customer pays stands in the subscriptions or invoices"
_HELP_DESK = "the help desk's own settings"

_STRIPE = (
    _feeds(
        "customers",
        "delinquent created id currency",
        "customers",
        "customer_id=id name=name|description|email signed_up_on=created "
        "country=addresscountry|cardaddresscountry|shippingaddresscountry currency=currency plan=plan",
    ),
    _feeds(
        "subscriptions",
        "currentperiodstart currentperiodend status",
        "subscriptions",
        "subscription_id=id|subscriptionid customer_id=customerid|customer start_date=startdate|start|created "
        "end_date=endedat amount=amount|planamount|priceunitamount|itemsdatapriceunitamount "
        "billing_period=interval|planinterval|priceinterval|pricerecurringinterval quantity=quantity "
        "currency=currency|plancurrency plan=plan|plannickname|planid|priceid "
        "product=product|productid|planproduct cancelled_on=canceledat",
        cents=True,
        never="currenttermstart fivetranactive",
    ),
    _leaves(
        "the history of subscriptions",
        "fivetranactive currentperiodstart currentperiodend",
        "earlier states of subscriptions, which would be counted twice",
    ),
    _feeds(
        "invoices",
        "amountdue amountpaid amountremaining currency",
        "invoices",
        "invoice_id=id|invoiceid|number customer_id=customerid|customer "
        "issued_on=finalizedat|statustransitionsfinalizedat|created|date|effectiveat|periodend|periodstart "
        "period_start=periodstart period_end=periodend amount=total|amountdue|subtotal currency=currency "
        "due_on=duedate paid_on=paidat|statustransitionspaidat status=status",
        cents=True,
    ),
    _leaves(
        "lines of invoices",
        "invoiceid proration subscriptionitemid periodstart uniqueid",
        "the lines of invoices, without their customers: the invoices have the sums",
    ),
    _leaves("charges", "captured amountrefunded refunded paid", _PAYMENTS),
    _leaves("payments", "amountcapturable amountreceived capturemethod", _PAYMENTS),
    _leaves("the balance", "availableon net fee", _OWN_MONEY),
    _leaves("payouts", "arrivaldate automatic method", _OWN_MONEY),
    _leaves("transfers", "amountreversed destinationpayment", _OWN_MONEY),
    _leaves("refunds", "chargeid receiptnumber balancetransactionid reason", "refunds of payments, by charge"),
    _leaves("disputes", "evidencedetailsdueby ischargerefundable", "disputed payments, by charge"),
    _leaves("the account", "chargesenabled payoutsenabled detailssubmitted", "the company's own account"),
    _leaves("plans", "billingscheme intervalcount usagetype", _PRICES),
    _leaves("prices", "billingscheme recurringinterval unitamount", _PRICES),
    _leaves("products", "shippable statementdescriptor unitlabel", _PRICES),
    _leaves("coupons", "percentoff amountoff timesredeemed", "a list of coupons"),
    _leaves("cards", "fingerprint funding brand", "means of payment"),
    _leaves("means of payment", "billingdetailemail billingdetailname customerid", "means of payment"),
)
_ZENDESK = (
    _feeds(
        "tickets",
        "requesterid submitterid assigneeid status",
        "tickets",
        "ticket_id=id|ticketid customer_id=organizationid|requesterid created_at=createdat "
        "first_response_at=firstresponseat|firstreplytimeinminutes resolved_at=solvedat status=status "
        "priority=priority category=type|tickettype channel=viachannel|via agent=assigneeid "
        "satisfaction=satisfactionscore reopened=reopens replies=replies subject=subject description=description",
    ),
    _feeds(
        "tickets",
        "requester assignee reopens firstreplytimeinminutes",
        "tickets",
        "ticket_id=id|ticketid customer_id=organization|requesterid|requester created_at=createdat "
        "first_response_at=firstreplytimeinminutes resolved_at=solvedat status=status priority=priority "
        "category=tickettype|type channel=via agent=assignee satisfaction=satisfactionscore reopened=reopens "
        "replies=replies subject=subject description=description",
    ),
    _feeds(
        "users",
        "organizationid role ticketrestriction suspended",
        "users",
        "user_id=id customer_id=organizationid role=role created_at=createdat email=email",
    ),
    _feeds(
        "organizations",
        "sharedtickets sharedcomments name",
        "customers",
        "customer_id=id name=name signed_up_on=createdat",
    ),
    _leaves("the audit log", "actorid changedescription sourcelabel", _HELP_DESK),
    _leaves("brands", "subdomain helpcenterstate", _HELP_DESK),
    _leaves("forms", "enduservisible displayname active", _HELP_DESK),
    _leaves("schedules", "starttimeutc endtimeutc timezone", _HELP_DESK),
    _leaves("policies", "slapolicyid metric target", _HELP_DESK),
    _leaves("chats", "chatid visitorid ticketid", "details of tickets"),
    _leaves("messages of chats", "chatid actorid message", "messages within tickets"),
    _leaves("comments", "ticketid body public", "messages within tickets"),
    _leaves("changes of fields", "ticketid fieldname value", "details of tickets"),
)
_SALESFORCE = (
    _feeds(
        "accounts",
        "id ownerid systemmodstamp billingcountry",
        "customers",
        "customer_id=id parent_customer_id=parentid name=name signed_up_on=createddate industry=industry "
        "country=billingcountry region=billingstate company_size=numberofemployees csm=ownerid "
        "acquisition_channel=accountsource",
    ),
    _feeds(
        "opportunities",
        "id accountid stagename closedate isclosed",
        "opportunities",
        "opportunity_id=id customer_id=accountid created_at=createddate closed_at=closedate amount=amount "
        "status=stagename stage=stagename kind=type source=leadsource owner=ownerid",
    ),
    _feeds(
        "leads",
        "id isconverted converteddate leadsource",
        "leads",
        "lead_id=id customer_id=convertedaccountid created_at=createddate converted_at=converteddate "
        "source=leadsource owner=ownerid",
    ),
    _feeds(
        "cases",
        "id casenumber accountid origin createddate",
        "tickets",
        "ticket_id=id|casenumber customer_id=accountid created_at=createddate resolved_at=closeddate "
        "status=status priority=priority category=type|reason channel=origin agent=ownerid subject=subject "
        "description=description",
    ),
    _feeds(
        "contacts",
        "id accountid lastname email systemmodstamp",
        "users",
        "user_id=id customer_id=accountid role=title created_at=createddate email=email",
    ),
)
_HUBSPOT = (
    _feeds(
        "deals",
        "recordid dealname dealstage",
        "opportunities",
        "opportunity_id=recordid customer_id=associatedcompanyids|associatedcompany created_at=createdate "
        "closed_at=closedate amount=amount|amountincompanycurrency status=dealstage stage=dealstage "
        "kind=dealtype owner=dealowner source=originalsourcetype|originalsource",
    ),
    _feeds(
        "companies",
        "recordid companyname createdate",
        "customers",
        "customer_id=recordid parent_customer_id=parentcompany name=companyname signed_up_on=createdate "
        "industry=industry country=countryregion|country region=stateregion company_size=numberofemployees "
        "csm=companyowner acquisition_channel=originalsourcetype|originalsource",
        never="firstname",
    ),
    _feeds(
        "tickets",
        "ticketname ticketstatus createdate",
        "tickets",
        "ticket_id=ticketid|recordid customer_id=associatedcompanyids|associatedcompany created_at=createdate "
        "first_response_at=firstagentemailresponsedate resolved_at=closedate status=ticketstatus "
        "priority=priority category=category channel=source agent=ticketowner subject=ticketname "
        "description=ticketdescription",
    ),
    _feeds(
        "contacts",
        "recordid firstname lastname email",
        "users",
        "user_id=recordid customer_id=associatedcompanyids|associatedcompany|companyname role=jobtitle "
        "created_at=createdate email=email",
    ),
)
_CHARGEBEE = (
    _feeds(
        "subscriptions",
        "customerid currenttermstart currenttermend status",
        "subscriptions",
        "subscription_id=id|subscriptionid customer_id=customerid "
        "start_date=startedat|activatedat|startdate|createdat end_date=cancelledat "
        "amount=mrr|planamount|planunitprice billing_period=billingperiodunit quantity=planquantity "
        "currency=currencycode|currency plan=planid|itempriceid "
        "contract_start=contractstart|contracttermstart contract_end=contractend|contracttermend "
        "cancelled_on=cancelledat cancel_reason=cancelreason|cancelreasoncode",
        cents=True,
    ),
    _feeds(
        "customers",
        "id autocollection netterm createdat",
        "customers",
        "customer_id=id name=company|firstname|email signed_up_on=createdat country=billingaddresscountry "
        "currency=preferredcurrencycode",
    ),
    _feeds(
        "invoices",
        "customerid amountdue amountpaid dunningstatus",
        "invoices",
        "invoice_id=id|invoicenumber customer_id=customerid issued_on=date|generatedat amount=total|subtotal "
        "currency=currencycode due_on=duedate paid_on=paidat status=status",
        cents=True,
    ),
)

# Vendor to the sheets of its exports, of those that fit, the one with most signs is meant.
LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "Stripe": _STRIPE,
    "Zendesk": _ZENDESK,
    "Salesforce": _SALESFORCE,
    "HubSpot": _HUBSPOT,
    "Chargebee": _CHARGEBEE,
}
