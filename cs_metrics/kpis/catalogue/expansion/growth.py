"""Do customers grow? KPIs of expansion."""

from __future__ import annotations

from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, total
from cs_metrics.kpis.relations.names import NEEDS_MONEY
from cs_metrics.kpis.relations.states import OPENING

CATEGORY = "Expansion"
GROWTH = "Expansion and Growth"

_BASE = "mrr_start > 0"
_BACK = ":nrr_with_reactivation AND mrr_start <= 0 AND mrr_end > 0 AND paid_before"
_UP = "mrr_start > 0 AND mrr_end - mrr_start >= 0.005"

NET_REVENUE_RETENTION = KPI(
    id="net_revenue_retention",
    name="Net Revenue Retention",
    also=("NRR", "NDR"),
    category=CATEGORY,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=GROWTH,
    stage="value realisation",
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_MONEY,),
            numerator=total("mrr_end", f"{_BASE} OR ({_BACK})"),
            denominator=total("mrr_start", _BASE),
            n=f"count(*) FILTER (WHERE {_BASE})",
            interval=Interval.JACKKNIFE,
            bounds=(0.0, float("inf")),
            base="paying customers at the start",
            words="{numerator:money} of MRR at the end / {denominator:money} of MRR at the start, of {n:customer} "
            "that paid at the start",
        ),
    ),
    doc=Doc(
        definition="What the customers that paid at the start of the period pay at its end, as a share of what they "
        "paid at its start. New customers are left out, and returning ones unless the setting says otherwise.",
        formula="MRR at the end of the customers that paid at the start / MRR at the start",
        insight="Above 100 % the base grows by itself: expansion outweighs contraction and churn.",
        risks="A few large expansions can hide many small losses: read it with gross revenue retention and the "
        "number of customers behind it.",
    ),
)

EXPANSION_REVENUE = KPI(
    id="expansion_revenue",
    name="Expansion Revenue",
    also=("expansion MRR", "upsell and cross-sell revenue"),
    category=CATEGORY,
    kind=Kind.CARRY,
    unit="money",
    better="higher",
    area=GROWTH,
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_MONEY,),
            numerator=total("mrr_end - mrr_start", _UP),
            n=f"count(*) FILTER (WHERE {_UP})",
            base="customers that expanded",
            words="what {n:customer} pay more at the end than at the start, added up",
        ),
    ),
    doc=Doc(
        definition="The recurring revenue added in the period by customers that already paid at its start.",
        formula="sum of (MRR at the end - MRR at the start) over the customers that paid at the start and pay more now",
        insight="How much of growth comes from the base, which costs less to win than new customers.",
        risks="It is net within the period and per customer: more of one product and less of another cancel out, and "
        "a quarter's expansion is not the sum of its months'. Price rises are in it.",
    ),
)

KPIS = (NET_REVENUE_RETENTION, EXPANSION_REVENUE)
