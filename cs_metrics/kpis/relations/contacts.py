"""Contacts between the two companies, and the community."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Extra, Relation
from cs_metrics.kpis.relations.names import ACTIVITY, EVENTS, within
from cs_metrics.kpis.relations.states import OPENING

INVITED = Relation(
    name="invited",
    grain="a customer with a business review dated in the period, and whether it attended one",
    source="fact_touchpoint",
    on=f"f.kind = 'qbr' AND {within('occurred_at')}",
    columns=("f.occurred_at", "f.attended"),
    moment="f.occurred_at",
    keys=("customer_id",),
    totals=("bool_or(coalesce(attended, TRUE)) AS attended", "count(*) AS reviews"),
    table="touchpoints",
    tables=("touchpoints",),
)

CHECKED_IN = replace(
    OPENING,
    name="checked_in",
    grain="a customer active at the start of the period, with its check-ins in the lookback before it",
    extras=(
        Extra(
            name="met",
            source="fact_touchpoint",
            on="f.occurred_at >= p.starts - :lookback_days * INTERVAL '1' DAY AND f.occurred_at < p.starts",
            only="f.kind = 'check_in' AND coalesce(f.attended, TRUE)",
            totals=("count(*) AS check_ins",),
            table="touchpoints",
            row_source="fact_touchpoint",
        ),
    ),
    derived=(
        "sum(CASE WHEN active_start AND check_ins > 0 THEN 1 ELSE 0 END) OVER (PARTITION BY pno) AS with_one",
        "sum(CASE WHEN active_start AND check_ins IS NULL THEN 1 ELSE 0 END) OVER (PARTITION BY pno) AS without_one",
    ),
    tables=(ACTIVITY, "touchpoints"),
)
CHECKED_IN_USED = replace(
    CHECKED_IN,
    name="checked_in_used",
    grain="a customer active at the start of the period, with its check-ins before it and its use of the product in it",
    extras=(
        *CHECKED_IN.extras,
        Extra(
            name="used",
            source="fact_user_day",
            on=within("day"),
            totals=("count(*) AS use_days",),
            table="events",
            row_source=EVENTS,
        ),
    ),
    tables=(ACTIVITY, "touchpoints", "events"),
)

_THERE = "f.joined_at < {0} AND (f.left_at IS NULL OR f.left_at >= {0})"
_BACKWARDS = "coalesce(f.left_at < f.joined_at, FALSE)"
MEMBERS = Relation(
    name="members",
    grain="a member of the community at the start of the period or since, and whether it is at its ends",
    source="fact_member",
    on="f.joined_at < p.ends AND (f.left_at IS NULL OR f.left_at >= p.starts "
    "OR (f.left_at < f.joined_at AND f.joined_at >= p.starts))",
    columns=(
        "f.member_id",
        "f.joined_at",
        "f.left_at",
        f"{_BACKWARDS} AS backwards",
        f"{_THERE.format('p.starts')} AND NOT {_BACKWARDS} AS is_start",
        f"{_THERE.format('p.ends')} AND NOT {_BACKWARDS} AS is_end",
    ),
    just_before=True,
    keys=("member_id",),
    totals=(
        "bool_or(is_start) AS member_start",
        "bool_or(is_end) AS member_end",
        "bool_and(backwards) AS backwards",
        "min(joined_at) AS joined_at",
        "max(left_at) AS left_at",
    ),
    table="community_members",
    tables=("community_members",),
    unit="member_id",
)
