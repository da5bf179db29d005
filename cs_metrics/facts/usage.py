"""Use of the product: who was there on a day, and with which features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cs_metrics.facts.model import Context, Fact, local


def event_rows(settings: Mapping[str, Any]) -> str:
    """Return the SELECT of one row per event, with its account, its user's role, its local time and its day.

    `seconds_at` is its instant in seconds (UTC), of which durations are made.
    """
    when = local("e.occurred_at", settings)
    return (
        f"SELECT coalesce(e.customer_id, u.customer_id) AS customer_id, e.user_id, {when} AS occurred_at, "
        f"date_trunc('day', {when}) AS day, e.event, e.feature, e.session_id, e.duration_seconds, "
        f"epoch(e.occurred_at) AS seconds_at, nullif(lower(trim(u.role)), '') AS role, 1 AS events, "
        f"coalesce(e.quantity, 1) AS uses, e._source, e._row, e._id "
        f"FROM events AS e LEFT JOIN dim_users AS u ON u.user_id = e.user_id WHERE e.occurred_at IS NOT NULL"
    )


def _user_day_sql(context: Context) -> str:
    """`session_seconds`: of the sessions that the user started on the day."""
    return f"""
        SELECT e.user_id, e.customer_id, CAST(e.day AS TIMESTAMP) AS day, max(e.role) AS role, count(*) AS events,
               sum(e.uses) AS uses, sum(e.duration_seconds) AS seconds, sum(s.seconds) AS session_seconds,
               min(e.occurred_at) AS first_at, max(e.occurred_at) AS last_at
        FROM ({event_rows(context.settings)}) AS e LEFT JOIN fact_session AS s ON s._id = e._id GROUP BY 1, 2, 3"""


def _feature_use_sql(context: Context) -> str:
    return f"""
        SELECT customer_id, user_id, feature, CAST(day AS TIMESTAMP) AS day, count(*) AS events, sum(uses) AS uses
        FROM ({event_rows(context.settings)}) WHERE feature IS NOT NULL GROUP BY 1, 2, 3, 4"""


USER_DAYS = Fact("fact_user_day", "a user of an account on a day on which it did something", _user_day_sql, "day")
FEATURE_USE = Fact("fact_feature_use", "an account, a user and a feature on a day of use", _feature_use_sql, "day")
