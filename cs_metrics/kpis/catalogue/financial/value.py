"""What are customers worth? KPIs of money."""

from __future__ import annotations

from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, Measure, Part, count, total
from cs_metrics.kpis.relations.names import NEEDS_MONEY
from cs_metrics.kpis.relations.orders import BUYERS, GUEST_ORDERS
from cs_metrics.kpis.relations.states import CLOSING, LIVES, TRAILING

CATEGORY = "Financial"

# what is given back to a customer reduces revenue in the period in which it is, with or without another order in it
_KNOWN = "customer_id IS NOT NULL"
_BUYER = f"{_KNOWN} AND orders >= 1"

MRR = KPI(
    id="mrr",
    name="Monthly Recurring Revenue",
    also=("MRR",),
    category=CATEGORY,
    kind=Kind.SNAPSHOT,
    unit="money",
    better="higher",
    area="Expansion and Growth",
    forms=(
        Form(
            over=CLOSING,
            needs=(NEEDS_MONEY,),
            numerator=total("mrr_end"),
            n="count(*) FILTER (WHERE mrr_end > 0)",
            base="paying customers",
            words="what {n:paying customer} pay a month at the end, added up",
        ),
    ),
    doc=Doc(
        definition="The recurring revenue of a month at the end of the period: every active subscription's amount "
        "brought to a month.",
        formula="sum over the subscriptions active at the end of amount per month (a quarter / 3, a year / 12)",
        insight="The run rate of the business; its movements (new, expansion, contraction, churn) say where it goes.",
        risks="Trials and one-off charges are not in it, and it is not cash: a year paid in advance counts a twelfth "
        "each month.",
    ),
)

AVERAGE_REVENUE_PER_ACCOUNT = KPI(
    id="average_revenue_per_account",
    name="Average Revenue Per Account",
    also=("ARPA",),
    category=CATEGORY,
    kind=Kind.SNAPSHOT,
    unit="money",
    better="higher",
    area="Expansion and Growth",
    forms=(
        Form(
            over=CLOSING,
            needs=(NEEDS_MONEY,),
            numerator=total("mrr_end", "mrr_end > 0"),
            denominator=count("mrr_end > 0"),
            interval=Interval.JACKKNIFE,
            base="paying accounts at the end",
            words="{numerator:money} of MRR at the end / {denominator:paying account}",
        ),
        Form(
            over=BUYERS,
            needs=("orders.amount", "orders.customer_id"),
            numerator=total("amount", _KNOWN),
            denominator=count(_BUYER),
            interval=Interval.JACKKNIFE,
            base="accounts with an order",
            leaves_out=(GUEST_ORDERS,),
            words="{numerator:money} of net order revenue / {denominator:account} with an order",
        ),
    ),
    doc=Doc(
        definition="What a paying account brings: recurring revenue at the end of the period per paying account. "
        "Without subscriptions, net revenue of the period per account that ordered.",
        formula="MRR at the end / paying accounts at the end; or net order revenue / accounts with an order",
        insight="Whether the business grows by more customers or by worth more; by segment, whom to serve how.",
        risks="A few large accounts pull the mean; accounts on free plans are not in it. It rises when small customers "
        "leave, which is no success.",
    ),
)

CUSTOMER_LIFETIME_VALUE = KPI(
    id="customer_lifetime_value",
    name="Customer Lifetime Value",
    also=("CLV", "CLTV", "LTV"),
    category=CATEGORY,
    kind=Kind.SNAPSHOT,
    unit="money",
    better="higher",
    area="Expansion and Growth",
    forms=(
        Form(
            needs=(NEEDS_MONEY,),
            parts={
                "mrr": Part(CLOSING, total("mrr_end", "mrr_end > 0")),
                "accounts": Part(CLOSING, count("mrr_end > 0")),
                "lost": Part(TRAILING, count("mrr_start > 0 AND mrr_end <= 0")),
                "months": Part(TRAILING, count("mrr_start > 0")),
            },
            quotient="CAST(mrr AS DOUBLE) / nullif(accounts, 0) * :gross_margin",
            divisor="CAST(lost AS DOUBLE) / nullif(months, 0)",
            n="months",
            base="paying customers in the last 12 complete months",
            words="{arpa:money} per account × {gross_margin:share} margin / {denominator:share} monthly churn "
            "({lost:customer} lost of {n:customer-month})",
            beside=(
                Beside("arpa", "CAST(mrr AS DOUBLE) / nullif(accounts, 0)", "money"),
                Beside("lost", "lost", "count"),
            ),
            empty="No paying customer was lost in the last 12 complete months, or none is left.",
        ),
        Form(
            needs=("orders.amount", "orders.customer_id"),
            parts={
                "revenue": Part(BUYERS, total("amount", _KNOWN)),
                "buyers": Part(BUYERS, count(_BUYER)),
                "days_begun": Part(BUYERS, Measure("max(days)", "days")),
                "lifespan": Part(LIVES, Measure("sum(area)", "lived")),
            },
            # average order value x orders per buyer is revenue per buyer
            quotient="CAST(revenue AS DOUBLE) * lifespan / nullif(days_begun, 0)",
            divisor="buyers",
            n="buyers",
            base="customers with an order",
            words="{revenue:money} of orders / {denominator:customer} × {lifespan:ratio} periods that a customer stays",
            beside=(
                Beside("revenue", "CAST(revenue AS DOUBLE)", "money"),
                Beside("lifespan", "lifespan / nullif(days_begun, 0)", "ratio"),
            ),
        ),
    ),
    doc=Doc(
        definition="What a customer brings over its whole life at today's revenue per account and today's churn.",
        formula="average revenue per account x gross margin / monthly churn of paying customers, pooled over the last "
        "12 complete months. Orders: average order value x average purchase frequency x average lifespan in periods",
        insight="How much may be spent to win or to keep a customer, and which segments repay it.",
        risks="It assumes that churn stays as it is and is the same for young and old customers; small changes of a "
        "low churn rate move it a lot. Where nobody was lost it has no value, rather than an infinite one.",
    ),
)

KPIS = (MRR, AVERAGE_REVENUE_PER_ACCOUNT, CUSTOMER_LIFETIME_VALUE)
