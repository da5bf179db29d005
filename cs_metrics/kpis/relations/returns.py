"""Coming back: gaps between login days, and what follows an activation."""

from __future__ import annotations

from cs_metrics.kpis.model import Relation
from cs_metrics.kpis.relations.names import within

LOGIN_GAPS = Relation(
    name="login_gaps",
    grain="a login day of an activated user in the period, with the days since the one before it",
    source="fact_login_gap",
    on=within("returned_at"),
    columns=("f.user_id", "f.returned_at", "f.day_before", "f.days AS gap"),
    moment="f.returned_at",
    table="events",
    tables=("events",),
    unit="user_id",
)
ACTIVATED_USERS = Relation(
    name="activated_users",
    grain="a user activated in the period, with its first event on a later day",
    source="fact_activated",
    on=within("activated_at"),
    columns=("f.user_id", "f.activated_at", "f.returned_at"),
    moment="f.activated_at",
    table="users",
    tables=("milestones", "events"),
    unit="user_id",
)
