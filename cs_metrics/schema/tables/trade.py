"""Single payments and departures: orders, churn events, costs, exchange rates."""

from __future__ import annotations

from cs_metrics.schema.model import Column, Table, Type
from cs_metrics.schema.tables.names import AMOUNT, CURRENCY, CUSTOMER, PRODUCT, words

CHURN_EVENTS = Table(
    "churn_events",
    "K",
    "one leaving, as the team recorded it",
    columns=(
        Column("customer_id", Type.ID, required=True, help="The account.", synonyms=CUSTOMER, example="A-1001"),
        Column(
            "churned_on",
            Type.DATE,
            required=True,
            help="The day on which it left.",
            synonyms=words("churn_date churned_at cancel_date cancelled_on cancellation_date date exit_date left_on"),
            example="2025-06-30",
        ),
        Column(
            "reason",
            Type.TEXT,
            help="The reason as a code or a short word.",
            synonyms=words("reason_code churn_reason cancel_reason cancellation_reason exit_reason category"),
            example="pricing",
        ),
        Column(
            "feedback",
            Type.TEXT,
            help="What the customer said.",
            synonyms=words("feedback_text comment comments notes verbatim what_they_said exit_survey remarks"),
            example="Moved to a competitor",
        ),
        Column(
            "refund",
            Type.MONEY,
            help="What was paid back.",
            synonyms=words("refund_amount refund_amount_usd refunded amount_refunded credit"),
            example="0",
        ),
        Column(
            "is_reactivation",
            Type.BOOLEAN,
            help="Whether the row records a return rather than a leaving.",
            synonyms=words("reactivation reactivated is_return came_back win_back"),
            example="no",
        ),
        Column(
            "recorded_by",
            Type.TEXT,
            help="Who wrote it down.",
            synonyms=words("recorder logged_by created_by entered_by csm owner"),
            example="Dana Silva",
        ),
    ),
    key=("customer_id", "churned_on"),
    activity=("churned_on",),
    synonyms=words("churn_event churn churns cancellations cancellation exits offboarding departures"),
)

ORDERS = Table(
    "orders",
    "O",
    "a line of a purchase (lines with one order_id are one order)",
    columns=(
        Column(
            "order_id",
            Type.ID,
            help="The order's number; all lines of one order carry the same.",
            synonyms=words(
                "id order_number order_no order invoice_no invoice_id invoice_number transaction_id purchase_id "
                "basket_id receipt_no charge_id payment_id"
            ),
            example="100234",
        ),
        Column(
            "customer_id",
            Type.ID,
            help="Who bought; empty for a guest.",
            synonyms=(*CUSTOMER, "user_id"),
            example="A-1001",
        ),
        Column(
            "ordered_at",
            Type.INSTANT,
            required=True,
            help="When it was bought.",
            synonyms=words(
                "order_date ordered_on date order_time purchase_date purchased_at transaction_date invoice_date "
                "created_at created timestamp order_datetime sale_date sold_at date_of_purchase"
            ),
            example="2025-03-04 10:15",
        ),
        Column(
            "amount",
            Type.MONEY,
            required=True,
            help="The line's amount: for all its units. Below zero for a refund.",
            synonyms=(
                *AMOUNT,
                *words("order_total order_amount order_value sales sale_amount spend payment unit_price"),
            ),
            example="59.90",
        ),
        Column(
            "quantity",
            Type.NUMBER,
            help="Units on the line.",
            synonyms=words("qty units count items number_of_items unit_count pieces"),
            example="2",
        ),
        Column("product", Type.TEXT, help="What was bought.", synonyms=PRODUCT, example="Starter kit"),
        Column(
            "kind",
            Type.TEXT,
            values=("new", "repeat", "upsell", "cross_sell", "refund"),
            help="What sort of purchase it was, where the file says so.",
            synonyms=words("order_type type order_kind transaction_type purchase_type"),
            example="repeat",
        ),
        Column("currency", Type.TEXT, help="The amount's currency (ISO code).", synonyms=CURRENCY, example="EUR"),
    ),
    key=("order_id", "product"),
    activity=("ordered_at",),
    synonyms=words(
        "order purchases purchase transactions transaction sales retail online_retail order_lines order_items "
        "charges charge payments payment baskets"
    ),
)

COSTS = Table(
    "costs",
    "X",
    "money spent",
    columns=(
        Column(
            "incurred_on",
            Type.DATE,
            required=True,
            help="The day, or any day of the month, of the spending.",
            synonyms=words("date cost_date month period spent_on booked_on expense_date posting_date"),
            example="2025-03-01",
        ),
        Column(
            "kind",
            Type.TEXT,
            required=True,
            values=("acquisition", "retention", "support", "churn"),
            help="What it was spent for.",
            synonyms=words(
                "cost_type type category cost_kind cost_category department purpose cost_centre cost_center"
            ),
            example="support",
        ),
        Column(
            "amount",
            Type.MONEY,
            required=True,
            help="How much.",
            synonyms=(*AMOUNT, *words("cost costs spend expense expenses spending budget")),
            example="12000",
        ),
        Column(
            "customer_id",
            Type.ID,
            help="The account it was spent on, where it was one.",
            synonyms=CUSTOMER,
            example="A-1001",
        ),
        Column(
            "description",
            Type.TEXT,
            help="What it was.",
            synonyms=words("note notes memo details text vendor supplier item"),
            example="Help desk salaries",
        ),
    ),
    key=("incurred_on", "kind", "customer_id"),
    activity=("incurred_on",),
    synonyms=words("cost spend spending expenses expense marketing_spend budget ad_spend"),
)

FX_RATES = Table(
    "fx_rates",
    "G",
    "a month's rate between two currencies",
    columns=(
        Column(
            "month",
            Type.DATE,
            required=True,
            help="The month: any day of it.",
            synonyms=words("date period year_month rate_date valid_from as_of"),
            example="2025-03-01",
        ),
        Column(
            "from_currency",
            Type.TEXT,
            required=True,
            help="One unit of this currency ...",
            synonyms=words("from base base_currency source_currency currency_from currency"),
            example="EUR",
        ),
        Column(
            "to_currency",
            Type.TEXT,
            required=True,
            help="... is worth so much of this one.",
            synonyms=words("to quote quote_currency target_currency currency_to target"),
            example="USD",
        ),
        Column(
            "rate",
            Type.NUMBER,
            required=True,
            help="Units of the second currency for one of the first.",
            synonyms=words("fx_rate exchange_rate conversion_rate value factor price"),
            example="1.0842",
        ),
    ),
    key=("month", "from_currency", "to_currency"),
    synonyms=words("fx exchange_rates currency_rates rates currencies fx_rate forex"),
)
