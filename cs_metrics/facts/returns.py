"""Coming back: the login days of an activated user, and its first day after the one on which it was activated."""

from __future__ import annotations

from cs_metrics.facts.model import Context, Fact
from cs_metrics.facts.usage import event_rows
from cs_metrics.sql import literal


def _login_gap_sql(context: Context) -> str:
    """`days` lie between a login day and the one before it; the row is that of the later day's first login."""
    chosen = ", ".join(literal(name) for name in context.settings["login_events"])
    login = f"e.event IN ({chosen})" if chosen else "TRUE"
    return f"""
        WITH logins AS (
            SELECT e.* FROM ({event_rows(context.settings)}) AS e
            JOIN fact_user AS u ON u.user_id = e.user_id AND e.occurred_at >= u.activated_at
            WHERE {login}),
        days AS (
            SELECT * FROM logins
            QUALIFY row_number() OVER (PARTITION BY user_id, day ORDER BY occurred_at, _id) = 1),
        spaced AS (
            SELECT *, lag(day) OVER (PARTITION BY user_id ORDER BY day) AS day_before FROM days)
        SELECT customer_id, user_id, occurred_at AS returned_at, CAST(day_before AS TIMESTAMP) AS day_before,
               (epoch(day) - epoch(day_before)) / 86400 AS days, _source, _row, _id
        FROM spaced WHERE day_before IS NOT NULL"""


def _activated_sql(context: Context) -> str:
    return f"""
        SELECT u.customer_id, u.user_id, u.activated_at, min(e.occurred_at) AS returned_at, u._source, u._row, u._id
        FROM fact_user AS u LEFT JOIN ({event_rows(context.settings)}) AS e
          ON e.user_id = u.user_id AND e.day > u.activated_at
        WHERE u.activated_at IS NOT NULL
        GROUP BY u.customer_id, u.user_id, u.activated_at, u._source, u._row, u._id"""


LOGIN_GAPS = Fact(
    "fact_login_gap", "a user's login day after its activation, but for the first", _login_gap_sql, "returned_at",
    unit="user_id", table="events",
)  # fmt: skip
ACTIVATED = Fact(
    "fact_activated", "an activated user, with its first event on a later day", _activated_sql, "activated_at",
    unit="user_id", table="users",
)  # fmt: skip
