"""Sign-ups, onboardings, and what was reached after them."""

from __future__ import annotations

from cs_metrics.kpis.model import Relation
from cs_metrics.kpis.relations.names import within

SIGNUPS = Relation(
    name="signups",
    grain="a customer that signed up in the period",
    source="fact_signup",
    on=within("signed_up_at"),
    columns=("f.signed_up_at", "f.first_value_at", "f.exceeded_value_at", "f.activated_at"),
    moment="f.signed_up_at",
    table="milestones",
    tables=("milestones",),
)
ONBOARDINGS = Relation(
    name="onboardings",
    grain="a customer that started onboarding in the period",
    source="fact_onboarding",
    on=within("started_at"),
    columns=("f.started_at", "f.completed_at"),
    moment="f.started_at",
    table="milestones",
    tables=("milestones",),
)
