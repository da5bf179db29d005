"""Users that signed up, and what they did first."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Relation
from cs_metrics.kpis.relations.names import within
from cs_metrics.kpis.relations.usage import KEY_FEATURE

_USER = "user_id, customer_id, signed_up_at, _source, _row, _id"


def _with(fact: str, columns: str) -> str:
    """Return the users, each once by itself, and the rows of a fact that tell what they did."""
    nothing = ", ".join(f"NULL AS {name.strip()}" for name in columns.split(","))
    return f"(SELECT {_USER}, {nothing} FROM fact_user UNION ALL SELECT {_USER}, {columns} FROM {fact})"


NEW_USERS = Relation(
    name="new_users",
    grain="a user that signed up in the period",
    source="fact_user",
    on=within("signed_up_at"),
    columns=("f.user_id", "f.signed_up_at", "f.activated_at"),
    moment="f.signed_up_at",
    table="users",
    tables=("milestones", "users"),
    unit="user_id",
)
_ACTED = Relation(
    name="",
    grain="",
    source=_with("fact_action", "event, number, first_at"),
    on="",
    columns=("f.user_id", "f.signed_up_at", "f.event", "f.number", "f.first_at"),
    moment="f.signed_up_at",
    keys=("user_id",),
    totals=(),
    table="users",
    tables=("events", "users"),
    unit="user_id",
)
_OF_USER = ("min(customer_id) AS customer_id", "min(signed_up_at) AS signed_up_at")
FIRST_ACTIONS = replace(
    _ACTED,
    name="first_actions",
    grain="a user that signed up in the period, and its first key action since",
    on=f"{within('signed_up_at')} AND (f.event IS NULL OR (f.event = :key_event AND f.number = 1))",
    totals=(*_OF_USER, "min(first_at) AS acted_at"),
)
HABITS = replace(
    _ACTED,
    name="habits",
    grain="a user that signed up in the period, and its first key action on the day that makes it a habit",
    on=f"{within('signed_up_at')} AND (f.event IS NULL OR (f.event = :key_event AND f.number <= :habit_times))",
    totals=(*_OF_USER, "min(first_at) FILTER (WHERE number = :habit_times) AS acted_at"),
)

_EARLY = "f.first_at <= f.signed_up_at + :early_days * INTERVAL '1' DAY OR f.session <= :early_sessions"
EARLY_USERS = replace(
    _ACTED,
    name="early_users",
    grain="a user that signed up in the period, and whether it used a feature early",
    source=_with("fact_discovery", "feature, first_at, session"),
    on=f"{within('signed_up_at')} AND (f.feature IS NULL OR ({KEY_FEATURE} AND ({_EARLY})))",
    columns=("f.user_id", "f.signed_up_at", "f.feature", "f.first_at"),
    totals=(*_OF_USER, "min(first_at) AS used_at"),
)
EARLY_FEATURES = replace(
    EARLY_USERS,
    name="early_features",
    grain="a user that signed up in the period and a feature that it used early",
    on=f"{within('signed_up_at')} AND {KEY_FEATURE} AND ({_EARLY})",
    keys=("user_id", "feature"),
)
