"""Use of the product: who was there on a day, and with which features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cs_metrics.facts.model import Context, Fact, local


def event_rows(settings: Mapping[str, Any]) -> str:
    """Return the SELECT of one row per event, with its account, its local time and its day."""
    when = local("e.occurred_at", settings)
    return (
        f"SELECT coalesce(e.customer_id, u.customer_id) AS customer_id, e.user_id, {when} AS occurred_at, "
        f"date_trunc('day', {when}) AS day, e.event, e.feature, e.duration_seconds, 1 AS events, "
        f"coalesce(e.quantity, 1) AS uses, e._source, e._row, e._id "
        f"FROM events AS e LEFT JOIN dim_users AS u ON u.user_id = e.user_id WHERE e.occurred_at IS NOT NULL"
    )


def _user_day_sql(context: Context) -> str:
    return f"""
        SELECT user_id, customer_id, CAST(day AS TIMESTAMP) AS day, count(*) AS events, sum(uses) AS uses,
               sum(duration_seconds) AS seconds, min(occurred_at) AS first_at, max(occurred_at) AS last_at
        FROM ({event_rows(context.settings)}) GROUP BY 1, 2, 3"""


def _feature_use_sql(context: Context) -> str:
    return f"""
        SELECT customer_id, user_id, feature, CAST(day AS TIMESTAMP) AS day, count(*) AS events, sum(uses) AS uses
        FROM ({event_rows(context.settings)}) WHERE feature IS NOT NULL GROUP BY 1, 2, 3, 4"""


USER_DAYS = Fact("fact_user_day", "a user of an account on a day on which it did something", _user_day_sql, "day")
FEATURE_USE = Fact("fact_feature_use", "an account, a user and a feature on a day of use", _feature_use_sql, "day")
