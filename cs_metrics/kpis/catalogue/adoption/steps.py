"""Do customers get going? KPIs of adoption."""

from __future__ import annotations

from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, count
from cs_metrics.kpis.relations.names import NEEDS_LIFE
from cs_metrics.kpis.relations.usage import FEATURE_ACCOUNTS, FEATURE_ITEMS

CATEGORY = "Adoption"
HEALTH = "Customer Health and Engagement"

_REACHED = "first_value_at < :as_of AND first_value_at >= signed_up_at"
_DAYS = f"CASE WHEN {_REACHED} THEN (epoch(first_value_at) - epoch(signed_up_at)) / 86400 END"

_COMPLETED = (
    "completed_at >= started_at AND completed_at < :as_of "
    "AND completed_at <= started_at + :onboarding_window_days * INTERVAL '1' DAY"
)
_BACKWARDS = "completed_at < started_at"

FEATURE_ADOPTION_RATE = KPI(
    id="feature_adoption_rate",
    name="Feature Adoption Rate",
    also=("product adoption rate",),
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    forms=(
        Form(
            over=FEATURE_ACCOUNTS,
            items=FEATURE_ITEMS,
            item="item",
            every_item=True,
            needs=(NEEDS_LIFE, "events.feature"),
            numerator=count("active_in AND feature_rows > 0"),
            denominator=count("active_in"),
            interval=Interval.WILSON,
            base="active accounts",
            words="{numerator:account} that used it / {denominator:active account}",
        ),
    ),
    doc=Doc(
        definition="The share of the accounts active in the period that used a feature in it: any of the key features "
        "for the whole (any feature where none is chosen), and each of them by itself.",
        formula="accounts active in the period that used the feature / accounts active in the period",
        insight="Which parts of the product are found, and which are paid for without being used.",
        risks="One use counts as adoption. A feature that only some plans include is measured against everyone: "
        "break it down by plan.",
    ),
)

KPIS = (FEATURE_ADOPTION_RATE,)
