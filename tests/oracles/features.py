"""Features, by kpis.md: who takes them up early, uses them regularly, uses them again."""

from __future__ import annotations

import pandas as pd

from .activation import new_users
from .answer import Answer, ratio, share, student
from .data import DAY, Data, Keep, between
from .engagement import seen_before
from .lives import active_in, source_table
from .sessions import in_sessions


def of_item(data: Data, rows: pd.DataFrame, item: str | None) -> pd.DataFrame:
    """The rows that use the feature; None: any of the key features."""
    return rows[rows["feature"].isin(data.settings["key_features"] if item is None else [item])]


def items(data: Data) -> list[str | None]:
    return [*data.settings["key_features"], None]


def feature_adoption_rate_early(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    """Users signed up in P with the feature used at or after their sign-up, within early_days or in their first
    sessions."""
    begun = new_users(data, start, end, keep, "events")
    rows = in_sessions(data).merge(begun.rename("begun").rename_axis("user_id").reset_index(), on="user_id")
    rows = rows[rows["occurred_at"] >= rows["begun"]]
    starts = rows.groupby(["user_id", "session"])["occurred_at"].min().rename("starts").reset_index()
    starts["number"] = starts.sort_values("starts", kind="stable").groupby("user_id").cumcount() + 1
    rows = rows.merge(starts, on=["user_id", "session"])
    early = rows["occurred_at"] <= rows["begun"] + data.settings["early_days"] * DAY
    rows = rows[early | (rows["number"] <= data.settings["early_sessions"])]
    return {item: share(of_item(data, rows, item)["user_id"].nunique(), len(begun)) for item in items(data)}


def feature_adoption_rate_ongoing(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    """Users of the 28 days to @end that used the feature in regular_weeks or more of the weeks back from @end."""
    end = data.until(end, "events")
    rows = seen_before(data, end, 28, keep).dropna(subset=["user_id"])
    rows = rows.assign(week=(end - rows["occurred_at"] - pd.Timedelta(microseconds=1)) // (7 * DAY))
    result = {}
    for item in items(data):
        weeks = of_item(data, rows, item).groupby("user_id")["week"].nunique()
        result[item] = share(int((weeks >= data.settings["regular_weeks"]).sum()), rows["user_id"].nunique())
    return result


def active_feature_usage_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    """Users seen in P that used the feature in P."""
    rows = between(data.rows("events", "occurred_at", keep), "occurred_at", start, data.until(end, "events"))
    users = rows["user_id"].nunique()
    return {item: share(of_item(data, rows, item)["user_id"].nunique(), users) for item in items(data)}


def breadth_of_use(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Distinct features used in P / accounts active in P, used or not, by their segment @start."""
    base = active_in(data, start, data.until(end, source_table(data)))
    base = base[data.in_segment(keep, base, start)]
    seen = between(data["events"], "occurred_at", start, data.until(end, "events"))
    features = seen.groupby("account")["feature"].nunique().reindex(base).fillna(0)
    return ratio(features.sum(), len(base), len(base), student(features))


def period_before(start: pd.Timestamp, end: pd.Timestamp) -> pd.Timestamp:
    """The start of the period before: as many whole months, else as many days."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if start.day == end.day and months:
        return start - pd.DateOffset(months=months)
    return start - (end - start)


def retained_feature_users_share(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    """Users of the feature in the period before (by their account's segment @start) that used it in P."""
    events = data["events"].dropna(subset=["user_id"])
    then = between(events, "occurred_at", period_before(start, end), start)
    if keep is not None:
        values = then["account"].map(data.value_before(keep[0], start))
        then = then[values.isna() if keep[1] is None else values == keep[1]]
    now = between(events, "occurred_at", start, data.until(end, "events"))
    result = {}
    for item in items(data):
        users = pd.Index(of_item(data, then, item)["user_id"].unique())
        result[item] = share(int(users.isin(of_item(data, now, item)["user_id"]).sum()), len(users))
    return result
