"""Engagement, by kpis.md: who uses the product, how often."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, count, ratio, student
from .data import DAY, Data, Keep, between


def monthly_active_users(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Distinct users in the 30 days to @end; a snapshot, so the segment is the account's @end."""
    end = data.until(end, "events")
    seen = between(data["events"], "occurred_at", end - 30 * DAY, end)
    if keep is not None and "." in keep[0]:
        seen = between(data.rows("events", "occurred_at", keep), "occurred_at", end - 30 * DAY, end)
    elif keep is not None:
        values = seen["account"].map(data.value_before(keep[0], end))
        seen = seen[values.isna() if keep[1] is None else values == keep[1]]
    return count(seen["user_id"].nunique())


def stickiness(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Mean over the days of P that have begun of the users seen that day / users seen in P."""
    end = data.until(end, "events")
    seen = between(data.rows("events", "occurred_at", keep), "occurred_at", start, end).dropna(subset=["user_id"])
    days = -(-(end - start) // DAY)
    user_days = pd.DataFrame({"user": seen["user_id"], "day": seen["occurred_at"].dt.normalize()}).drop_duplicates()
    per_user = user_days.groupby("user").size()
    if days <= 0:
        return Answer(None, None, 0.0, 0)
    return ratio(len(user_days) / days, len(per_user), len(per_user), student(per_user / days))
