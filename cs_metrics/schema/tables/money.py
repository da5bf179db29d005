"""What customers pay over time: subscriptions, monthly snapshots, invoices."""

from __future__ import annotations

from cs_metrics.schema.model import Column, Table, Type
from cs_metrics.schema.tables.names import AMOUNT, CURRENCY, CUSTOMER, PRODUCT, words

SUBSCRIPTIONS = Table(
    "subscriptions",
    "S",
    "one price of one product for one customer over one stretch of time",
    columns=(
        Column(
            "subscription_id",
            Type.ID,
            help="The subscription's id.",
            synonyms=words("id sub_id subscription subscription_number contract_id agreement_id subscription_line_id"),
            example="S-2001",
        ),
        Column(
            "customer_id",
            Type.ID,
            required=True,
            help="The account that pays.",
            synonyms=CUSTOMER,
            example="A-1001",
        ),
        Column(
            "start_date",
            Type.DATE,
            required=True,
            help="The first day on which the price holds.",
            synonyms=words(
                "start starts_on started_at started_on begin_date begins_on valid_from from_date effective_date "
                "subscription_start current_period_start activation_date from since start_at signup_date created"
            ),
            example="2024-04-01",
        ),
        Column(
            "end_date",
            Type.DATE,
            help="The first day on which it no longer holds; empty while it runs.",
            synonyms=words(
                "end ends_on ended_at ended_on valid_until valid_to to_date until expiry_date expires_on "
                "expiration_date subscription_end termination_date end_at stop_date churn_date"
            ),
            inclusive_end=True,
            example="2025-04-01",
        ),
        Column(
            "amount",
            Type.MONEY,
            required=True,
            help="The price for one billing period.",
            synonyms=(
                *AMOUNT,
                *words(
                    "mrr mrr_amount monthly_amount monthly_price monthly_charge monthly_charges monthly_revenue "
                    "mrr_usd mrr_cents arr annual_amount recurring_amount subscription_amount plan_amount fee "
                    "unit_amount monthly_fee monthly_recurring_revenue charge contract_value"
                ),
            ),
            example="490.00",
        ),
        Column(
            "discount",
            Type.MONEY,
            help="What is taken off the amount in each billing period, in money; leave it out where the amount is "
            "already less it.",
            synonyms=words(
                "discount_amount amount_off discount_value discounts recurring_discount coupon_amount rebate "
                "coupon_amount_off discount_total monthly_discount"
            ),
            example="49.00",
        ),
        Column(
            "billing_period",
            Type.TEXT,
            values=("month", "quarter", "half_year", "year", "week", "day", "one_off"),
            help="The stretch for which the amount is the price.",
            synonyms=words(
                "billing_interval interval billing_cycle amount_period term billing_term payment_interval recurrence"
            ),
            example="month",
        ),
        Column(
            "quantity",
            Type.NUMBER,
            help="Seats or units. Whether the amount is for one or for all is asked.",
            synonyms=words("seats units qty licences licenses seat_count number_of_seats user_count volume"),
            example="12",
        ),
        Column("currency", Type.TEXT, help="The amount's currency (ISO code).", synonyms=CURRENCY, example="EUR"),
        Column(
            "plan",
            Type.TEXT,
            help="The plan or edition.",
            synonyms=words("plan_name plan_tier tier plan_id package edition pricing_plan subscription_plan price_id"),
            example="Pro",
        ),
        Column("product", Type.TEXT, help="The product or add-on.", synonyms=PRODUCT, example="Analytics"),
        Column(
            "is_trial",
            Type.BOOLEAN,
            help="Whether the row is a trial: trials are not revenue.",
            synonyms=words("trial trial_flag on_trial free_trial is_free_trial in_trial"),
            example="no",
        ),
        Column(
            "contract_start",
            Type.DATE,
            help="The first day of the contract under which the price holds.",
            synonyms=words("contract_start_date contract_from term_start term_start_date contract_begin"),
            example="2024-04-01",
        ),
        Column(
            "contract_end",
            Type.DATE,
            help="The day on which the contract is over, renewed or not.",
            synonyms=words("contract_end_date contract_until renewal_date term_end term_end_date contract_expiry"),
            inclusive_end=True,
            example="2025-04-01",
        ),
        Column(
            "cancelled_on",
            Type.DATE,
            help="The day on which notice was given.",
            synonyms=words("cancelled_at canceled_at canceled_on cancel_date cancellation_date notice_date cancelled"),
            example="2025-02-10",
        ),
        Column(
            "cancel_reason",
            Type.TEXT,
            help="Why it was cancelled.",
            synonyms=words("cancellation_reason reason churn_reason reason_code canceled_reason"),
            example="Budget cut",
        ),
        Column(
            "renewed_from",
            Type.ID,
            help="The id of the subscription that this one renews.",
            synonyms=words("previous_subscription_id renews renewal_of parent_subscription_id renewed_from_id"),
            example="S-1999",
        ),
    ),
    key=("subscription_id",),
    activity=("start_date", "cancelled_on"),
    synonyms=words("subscription subs contracts contract recurring subscription_periods mrr subscription_items"),
)

MRR_SNAPSHOTS = Table(
    "mrr_snapshots",
    "S",
    "what one customer paid in one month",
    columns=(
        Column("customer_id", Type.ID, required=True, help="The account.", synonyms=CUSTOMER, example="A-1001"),
        Column(
            "month",
            Type.DATE,
            required=True,
            help="The month: any day of it, or 2025-03.",
            synonyms=words("date period year_month snapshot_date as_of snapshot_month month_start month_end mrr_month"),
            example="2025-03-01",
        ),
        Column(
            "mrr",
            Type.MONEY,
            required=True,
            help="The recurring revenue of that month.",
            synonyms=words(
                "amount monthly_recurring_revenue mrr_amount revenue monthly_revenue recurring_revenue "
                "mrr_usd mrr_cents"
            ),
            example="490.00",
        ),
        Column(
            "product", Type.TEXT, help="The product, where revenue is split.", synonyms=PRODUCT, example="Analytics"
        ),
    ),
    key=("customer_id", "month", "product"),
    activity=("month",),
    synonyms=words("mrr mrr_snapshot mrr_by_month monthly_revenue revenue_by_month mrr_history snapshots mrr_schedule"),
)

INVOICES = Table(
    "invoices",
    "I",
    "one line billed",
    columns=(
        Column(
            "invoice_id",
            Type.ID,
            required=True,
            help="The invoice's number; several lines may carry the same.",
            synonyms=words("id invoice_number invoice_no invoice bill_id bill_number document_number number"),
            example="2025-0107",
        ),
        Column("customer_id", Type.ID, required=True, help="The account.", synonyms=CUSTOMER, example="A-1001"),
        Column(
            "issued_on",
            Type.DATE,
            required=True,
            help="The invoice's date.",
            synonyms=words(
                "invoice_date issue_date issued_at billed_on billing_date bill_date created created_at date"
            ),
            example="2025-01-07",
        ),
        Column(
            "period_start",
            Type.DATE,
            help="The first day of the service billed.",
            synonyms=words("period_from service_start service_from billing_period_start from_date covers_from"),
            example="2025-01-01",
        ),
        Column(
            "period_end",
            Type.DATE,
            help="The first day after the service billed.",
            synonyms=words("period_to service_end service_to billing_period_end to_date covers_to"),
            inclusive_end=True,
            example="2025-02-01",
        ),
        Column(
            "amount",
            Type.MONEY,
            required=True,
            help="The line's amount, without tax where that is known.",
            synonyms=(*AMOUNT, *words("amount_due invoice_amount billed_amount invoice_total subtotal amount_paid")),
            example="490.00",
        ),
        Column("currency", Type.TEXT, help="The amount's currency (ISO code).", synonyms=CURRENCY, example="EUR"),
        Column(
            "due_on",
            Type.DATE,
            help="The day by which it is to be paid.",
            synonyms=words("due_date due payment_due due_at pay_by"),
            example="2025-02-06",
        ),
        Column(
            "paid_on",
            Type.DATE,
            help="The day on which it was paid.",
            synonyms=words("paid_at paid_date payment_date date_paid settled_on"),
            example="2025-01-30",
        ),
        Column(
            "status",
            Type.TEXT,
            help="Open, paid, void or the like.",
            synonyms=words("invoice_status payment_status state"),
            example="paid",
        ),
        Column(
            "is_recurring",
            Type.BOOLEAN,
            help="Whether the line is part of a subscription.",
            synonyms=words("recurring recurring_flag is_subscription"),
            example="yes",
        ),
        Column("product", Type.TEXT, help="The product billed.", synonyms=PRODUCT, example="Analytics"),
        Column("plan", Type.TEXT, help="The plan billed.", synonyms=words("plan_name plan_id tier"), example="Pro"),
    ),
    key=("invoice_id",),
    activity=("issued_on", "paid_on"),
    synonyms=words("invoice bills billing invoice_lines invoice_line_items receivables"),
)
