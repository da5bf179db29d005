"""Do customers stay? KPIs of retention."""

from __future__ import annotations

from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, count, total
from cs_metrics.kpis.relations.names import NEEDS_LIFE, NEEDS_MONEY
from cs_metrics.kpis.relations.orders import BUYERS, GUEST_ORDERS
from cs_metrics.kpis.relations.states import LEAVINGS, OPENING

CATEGORY = "Retention"
PREVENTION = "Customer Retention and Churn Prevention"

_STAYED = "active_start AND active_end"
_LEFT = "active_start AND NOT active_end"
_KEPT = "CASE WHEN mrr_end > mrr_start - 0.005 THEN mrr_start ELSE mrr_end END"
_LEAVER = "(active_start OR active_in) AND NOT active_end"

CUSTOMER_RETENTION_RATE = KPI(
    id="customer_retention_rate",
    name="Customer Retention Rate",
    also=("CRR",),
    category=CATEGORY,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=PREVENTION,
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_LIFE,),
            words="{numerator:customer} active at the start and at the end / {denominator:customer} active at the "
            "start",
            numerator=count(_STAYED),
            denominator=count("active_start"),
            interval=Interval.WILSON,
            base="customers active at the start",
        ),
    ),
    doc=Doc(
        definition="The share of the customers active at the start of the period that are still active at its end. "
        "Customers won in between are left out.",
        formula="customers active at the start and at the end / customers active at the start",
        insight="How well the base holds before any new business: read it beside net revenue retention to see whether "
        "those who stay also grow.",
        risks="It counts heads: losing the largest customer weighs as much as losing the smallest. Whoever leaves and "
        "returns within the period counts as kept, and long periods hide more of that than short ones.",
    ),
)

CUSTOMER_CHURN_RATE = KPI(
    id="customer_churn_rate",
    name="Customer Churn Rate",
    also=("Churn Rate", "logo churn"),
    category=CATEGORY,
    kind=Kind.CARRY,
    unit="share",
    better="lower",
    area=PREVENTION,
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_LIFE,),
            words="{numerator:customer} active at the start and not at the end / {denominator:customer} active at "
            "the start",
            numerator=count(_LEFT),
            denominator=count("active_start"),
            interval=Interval.WILSON,
            base="customers active at the start",
        ),
    ),
    doc=Doc(
        definition="The share of the customers active at the start of the period that are no longer active at its end.",
        formula="customers active at the start and not at the end / customers active at the start",
        insight="Where the base leaks, and when: by plan, region or age it says which promise is not kept.",
        risks="Rates of different grains do not compare: a month's churn times twelve is not a year's. A small base "
        "makes a single leaving look like a trend, so read it with its interval.",
    ),
)

GROSS_REVENUE_RETENTION = KPI(
    id="gross_revenue_retention",
    name="Gross Revenue Retention",
    also=("GRR",),
    category=CATEGORY,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=PREVENTION,
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_MONEY,),
            numerator=total(_KEPT, "mrr_start > 0"),
            denominator=total("mrr_start", "mrr_start > 0"),
            n="count(*) FILTER (WHERE mrr_start > 0)",
            interval=Interval.JACKKNIFE,
            bounds=(0.0, 1.0),
            base="paying customers at the start",
            words="{numerator:money} of MRR kept / {denominator:money} of MRR at the start, of {n:customer} that "
            "paid at the start",
        ),
    ),
    doc=Doc(
        definition="The share of the recurring revenue at the start of the period that is left at its end, each "
        "customer counted up to what it paid at the start.",
        formula="1 - (churned MRR + contracted MRR) / MRR at the start",
        insight="How much revenue stays without any upsell: the floor under net revenue retention.",
        risks="It can never exceed 100 %, and a price rise hides in it as no change. One large customer can move it; "
        "the interval, made by leaving one customer out at a time, shows how far.",
    ),
)

REPEAT_PURCHASE_RATE = KPI(
    id="repeat_purchase_rate",
    name="Repeat Purchase Rate",
    also=("Repeat Purchase Ratio", "RPR"),
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area="Customer Retention and Churn Prevention",
    forms=(
        Form(
            over=BUYERS,
            needs=("orders.ordered_at", "orders.customer_id"),
            words="{numerator:customer} with two or more orders / {denominator:customer} with an order",
            numerator=count("customer_id IS NOT NULL AND orders >= 2"),
            denominator=count("customer_id IS NOT NULL AND orders >= 1"),
            interval=Interval.WILSON,
            base="customers with an order",
            leaves_out=(GUEST_ORDERS,),
        ),
    ),
    doc=Doc(
        definition="The share of the customers who ordered in the period that ordered at least twice in it.",
        formula="customers with two or more orders in the period / customers with an order in the period",
        insight="Whether the first purchase leads to a habit, in a business without subscriptions.",
        risks="The longer the period, the higher the rate: compare like grains only. Guests without an account cannot "
        "be recognised as returning and are left out.",
    ),
)

AVERAGE_PURCHASE_FREQUENCY = KPI(
    id="average_purchase_frequency",
    name="Average Purchase Frequency",
    also=("APF",),
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="ratio",
    better="higher",
    area="Customer Retention and Churn Prevention",
    forms=(
        Form(
            over=BUYERS,
            needs=("orders.ordered_at", "orders.customer_id"),
            words="{numerator:order} / {denominator:customer} with an order",
            numerator=total("orders", "customer_id IS NOT NULL"),
            denominator=count("customer_id IS NOT NULL AND orders >= 1"),
            interval=Interval.MEAN,
            each="CASE WHEN customer_id IS NOT NULL AND orders >= 1 THEN orders END",
            base="customers with an order",
            leaves_out=(GUEST_ORDERS,),
        ),
    ),
    doc=Doc(
        definition="How many orders a customer who ordered in the period placed in it, on average.",
        formula="orders in the period / distinct customers who ordered in the period",
        insight="How often buyers come back; with the average order value it makes revenue per buyer.",
        risks="A few very frequent buyers pull the mean up; whoever did not order at all is not in it. Refunds are "
        "no orders.",
    ),
)

EXIT_REASON_FREQUENCY = KPI(
    id="exit_reason_frequency",
    name="Exit Reason Frequency",
    also=("Exit Reason Frequency (Segmented)",),
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="share",
    better="neither",
    area=PREVENTION,
    forms=(
        Form(
            over=LEAVINGS,
            needs=(NEEDS_LIFE,),
            numerator=count(_LEAVER),
            denominator=count(_LEAVER),
            interval=Interval.WILSON,
            item="reason",
            base="customers that left",
            words="{numerator:customer} that left, each under its reason / {denominator:customer} that left",
        ),
    ),
    doc=Doc(
        definition="Of the customers that left in the period, the share that gave each reason.",
        formula="customers that left for the reason / customers that left; 'unknown' is a reason",
        insight="What to repair first; by segment it shows that the same product loses different people for "
        "different reasons.",
        risks="A reason is what somebody ticked on the way out, often the most polite one. A large 'unknown' says "
        "more about the recording than about the customers.",
    ),
)

KPIS = (
    CUSTOMER_RETENTION_RATE,
    CUSTOMER_CHURN_RATE,
    GROSS_REVENUE_RETENTION,
    REPEAT_PURCHASE_RATE,
    AVERAGE_PURCHASE_FREQUENCY,
    EXIT_REASON_FREQUENCY,
)
