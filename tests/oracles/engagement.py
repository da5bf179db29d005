"""Engagement, by kpis.md: who uses the product, how often."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, count, ratio, share, student
from .data import DAY, Data, Keep, between
from .lives import active_in, source_table
from .users import dated_in, user_activations


def monthly_active_users(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Distinct users in the 30 days to @end, or in the calendar month to it; a snapshot, so the segment is that of the
    account @end."""
    days = 30
    if data.settings["mau_window"] == "calendar_month":
        until = data.until(end, "events")
        days = (until - (until - pd.Timedelta(microseconds=1)).to_period("M").start_time) // DAY
    return count(seen_before(data, end, days, keep)["user_id"].nunique())


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


def daily_active_users(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """User days of P / days of P that have begun: a count, so without a denominator; n the users with a part in it."""
    end = data.until(end, "events")
    seen = between(data.rows("events", "occurred_at", keep), "occurred_at", start, end).dropna(subset=["user_id"])
    user_days = pd.DataFrame({"user": seen["user_id"], "day": seen["occurred_at"].dt.normalize()}).drop_duplicates()
    days = -(-(end - start) // DAY)
    mean = len(user_days) / days if days > 0 else 0.0
    return Answer(mean, mean, None, user_days["user"].nunique())


def weekly_active_users(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Distinct users in the 7 days to @end, of the segment as it was @end."""
    return count(seen_before(data, end, 7, keep)["user_id"].nunique())


def seen_before(data: Data, end: pd.Timestamp, days: int, keep: Keep) -> pd.DataFrame:
    """The events of so many days to @end, of the segment as it was @end."""
    end = data.until(end, "events")
    if keep is not None and "." in keep[0]:
        return between(data.rows("events", "occurred_at", keep), "occurred_at", end - days * DAY, end)
    seen = between(data["events"], "occurred_at", end - days * DAY, end)
    if keep is None:
        return seen
    values = seen["account"].map(data.value_before(keep[0], end))
    return seen[values.isna() if keep[1] is None else values == keep[1]]


def uses(rows: pd.DataFrame) -> pd.Series:
    """A row is one use, or its quantity."""
    return rows["quantity"].fillna(1.0)


def product_usage(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    """Feature -> uses in P; None -> uses of all features."""
    seen = between(data.rows("events", "occurred_at", keep), "occurred_at", start, data.until(end, "events"))
    seen = seen[seen["feature"].notna()]
    result: dict = {feature: count(number) for feature, number in uses(seen).groupby(seen["feature"]).sum().items()}
    result[None] = count(uses(seen).sum())
    return result


def multi_role_engagement_share(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Accounts active in P (by their segment @start) with users of two roles or more seen in P."""
    base = active_in(data, start, data.until(end, source_table(data)))
    base = base[data.in_segment(keep, base, start)]
    seen = between(data["events"], "occurred_at", start, data.until(end, "events"))
    roles = data["users"].drop_duplicates("user_id", keep="last").set_index("user_id")["role"].str.strip().str.lower()
    roles = roles[roles != ""]
    per_account = seen["user_id"].map(roles).groupby(seen["account"]).nunique()
    return share(int(base.isin(per_account[per_account >= 2].index).sum()), len(base))


def activated_to_follow_up_engagement_rate(
    data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None
) -> Answer:
    """Users activated in P with an event on a later day, at most follow_up_days x 24 hours after."""
    activated = dated_in(data, user_activations(data), start, data.until(end, "milestones"), keep)
    events = data["events"][data["events"]["occurred_at"] < data.as_of_table("events")]
    both = activated.merge(events[["user_id", "occurred_at"]], left_on="user", right_on="user_id")
    later = both["occurred_at"].dt.normalize() > both["moment"].dt.normalize()
    soon = both["occurred_at"] <= both["moment"] + data.settings["follow_up_days"] * DAY
    return share(both[later & soon]["user"].nunique(), len(activated))


def community_growth_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """(Members @end - @start) / members @start, by the account's value @start; who left before joining is a problem."""
    rows = data["community_members"]
    if keep is not None and "." in keep[0]:
        rows = data.rows("community_members", "joined_at", keep)
    elif keep is not None:
        values = rows["account"].map(data.value_before(keep[0], start))
        rows = rows[values.isna() if keep[1] is None else values == keep[1]]
    rows = rows[~(rows["left_at"] < rows["joined_at"])]

    def members(moment: pd.Timestamp) -> int:
        there = (rows["joined_at"] < moment) & ~(rows["left_at"] < moment)
        return rows[there]["member_id"].nunique()

    before = members(start)
    return ratio(members(data.until(end, "community_members")) - before, before, before)
