"""Sign-ups, onboardings, and what was reached after them."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Extra, Relation
from cs_metrics.kpis.relations.names import ACTIVITY, within
from cs_metrics.kpis.relations.states import CLOSING

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


def _reaching(milestone: str) -> str:
    """Return the sign-ups, each with the file and row of the milestone in question (where there is none: its own)."""
    return (
        "(SELECT s.customer_id, s.signed_up_at, s.first_value_at, s.exceeded_value_at, s.activated_at, "
        "coalesce(m._source, c._source) AS _source, coalesce(m._row, c._row) AS _row, m._id FROM fact_signup AS s "
        f"LEFT JOIN fact_milestone AS m ON m.customer_id = s.customer_id AND m.milestone = '{milestone}' "
        "LEFT JOIN dim_customer_rows AS c ON c.customer_id = s.customer_id)"
    )


EXCEEDED = replace(
    SIGNUPS,
    name="exceeded",
    grain="a customer that signed up in the period, and when it got more than it came for",
    row_source=_reaching("exceeded_value"),
)
ACTIVATED = replace(
    SIGNUPS,
    name="activated",
    grain="a customer that signed up in the period, and when it was activated",
    row_source=_reaching("activated"),
)
KEY_MILESTONES = Relation(
    name="key_milestones",
    grain="a customer that signed up in the period, and how many of the key milestones it reached in time",
    source="(SELECT customer_id, signed_up_at, 'signed_up' AS milestone, signed_up_at AS reached_at, _source, _row, "
    "_id FROM fact_signup UNION ALL SELECT m.customer_id, s.signed_up_at, m.milestone, m.reached_at, m._source, "
    "m._row, m._id FROM fact_milestone AS m JOIN fact_signup AS s ON s.customer_id = m.customer_id)",
    on=f"{within('signed_up_at')} AND (f.milestone = 'signed_up' OR (f.milestone IN (:key_milestones) AND "
    "f.reached_at < :as_of AND f.reached_at <= f.signed_up_at + :activation_window_days * INTERVAL '1' DAY))",
    columns=("f.signed_up_at", "f.milestone"),
    moment="f.signed_up_at",
    keys=("customer_id",),
    totals=(
        "min(signed_up_at) AS signed_up_at",
        "count(DISTINCT milestone) FILTER (WHERE milestone IN (:key_milestones)) AS reached",
    ),
    tables=("milestones",),
)
TEAMS = replace(
    CLOSING,
    name="teams",
    grain="a customer, its states at both ends of the period, and how many of its users are activated by the end",
    extras=(
        Extra(
            source="fact_user",
            on="f.activated_at < p.ends",
            totals=("count(*) AS activated_users",),
            table="users",
            name="activated",
        ),
    ),
    tables=(ACTIVITY, "users"),
)
