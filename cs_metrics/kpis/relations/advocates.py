"""What customers do for us in public or in person, and what we learn of it in meetings."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Extra, Relation
from cs_metrics.kpis.relations.names import ACTIVITY, within
from cs_metrics.kpis.relations.states import OPENING

_ADVOCACY = "f.kind IN (:advocacy_kinds)"

ACTIONS = Relation(
    name="advocacy_actions",
    grain="an advocacy action in the period; rows of one touchpoint_id are one",
    source="fact_touchpoint",
    on=f"{_ADVOCACY} AND {within('occurred_at')}",
    columns=("f.kind", "f.occurred_at", "coalesce(f.touchpoint_id, f._id) AS action", "f._source AS file",
             "f._row AS line"),
    moment="f.occurred_at",
    last=("action", "file, line"),
    table="touchpoints",
    tables=("touchpoints",),
)  # fmt: skip
ADVOCATES = Relation(
    name="advocates",
    grain="a customer with an advocacy action before the period's end, and whether it has one before it and in it",
    source="fact_touchpoint",
    on=f"{_ADVOCACY} AND f.customer_id IS NOT NULL AND f.occurred_at < p.ends",
    columns=("f.occurred_at",),
    keys=("customer_id",),
    totals=(
        "min(occurred_at) AS first_action",
        "max(occurred_at) AS last_action",
        "bool_or(occurred_at < starts) AS acted_before",
        "bool_or(occurred_at >= starts) AS acted_in",
    ),
    late=True,
    moment="f.starts",
    just_before=True,
    table="touchpoints",
    tables=("touchpoints",),
)

REVIEWS_HELD = Relation(
    name="reviews_held",
    grain="a business review held in the period, and whether the customer was willing to refer in it",
    source="fact_touchpoint",
    on=f"f.kind = 'qbr' AND coalesce(f.attended, TRUE) AND {within('occurred_at')}",
    columns=("f.review_key", "f.occurred_at", "f.referral_intent"),
    moment="f.occurred_at",
    keys=("review_key",),
    totals=(
        "min(customer_id) AS customer_id",
        "min(occurred_at) AS held_at",
        "count(referral_intent) > 0 AS noted",
        "coalesce(bool_or(referral_intent), FALSE) AS willing",
    ),
    table="touchpoints",
    tables=("touchpoints",),
)
ASKED = replace(
    OPENING,
    name="asked",
    grain="a customer active in the period, and how often it was asked for an introduction",
    extras=(
        Extra(
            name="asks",
            source="fact_touchpoint",
            on=within("occurred_at"),
            only="f.introduction_asked",
            totals=("count(*) AS asks",),
            table="touchpoints",
            row_source="fact_touchpoint",
        ),
    ),
    tables=(ACTIVITY, "touchpoints"),
)
