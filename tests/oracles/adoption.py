"""Adoption, by kpis.md: features used, first value reached, onboarding completed."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, median, share
from .data import DAY, Data, Keep, between
from .lives import active_in, sign_ups, source_table


def feature_adoption_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    """Feature -> accounts active in P that used it in P / accounts active in P; None -> any of the key features.
    Accounts are counted in the segment they were in @start; who comes later, at first activity."""
    base = active_in(data, start, data.until(end, source_table(data)))
    base = base[data.in_segment(keep, base, start)]
    seen = between(data["events"], "occurred_at", start, data.until(end, "events"))
    features = data.settings["key_features"]
    result: dict = {}
    for item in [*features, None]:
        used = seen[seen["feature"].isin(features) if item is None else seen["feature"] == item]["account"]
        result[item] = share(int(base.isin(used.dropna().unique()).sum()), len(base))
    return result


def reached(data: Data, milestone: str, column: str) -> pd.Series:
    """Account -> when it reached (or started) the milestone: by its own rows, else its first user's; before as-of."""
    rows = data["milestones"]
    rows = rows[(rows["milestone"] == milestone) & (rows[column] < data.as_of_table("milestones"))]
    own = rows[rows["user_id"].isna()].groupby("account")[column].min()
    users = rows[rows["user_id"].notna()].groupby("account")[column].min()
    return pd.concat([own, users[~users.index.isin(own.index)]])


def by_start(data: Data, begun: pd.Series, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.Series:
    """The accounts begun in P, of the segment they were in when they began."""
    begun = begun[(begun >= start) & (begun < end)]
    if keep is None:
        return begun
    values = data.value_at(keep[0], pd.Series(begun.index, index=begun.index), begun)
    return begun[values.isna() if keep[1] is None else values == keep[1]]


def time_to_first_value(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Days from sign-up in P to first value; those not there yet are open, a value before sign-up is a problem row."""
    begun = by_start(
        data, data.remember(("sign-ups",), lambda: sign_ups(data)), start, data.until(end, "milestones"), keep
    )
    days = (reached(data, "first_value", "reached_at").reindex(begun.index) - begun) / DAY
    return median(days[days >= 0])


def onboarding_started(data: Data) -> pd.Series:
    """Account -> the earliest of onboarding_started's reached_at and started_at, and onboarding_completed's started_at,
    of the account's own rows where it has some, else of its users'."""
    rows = data["milestones"]
    first = rows["milestone"] == "onboarding_started"
    last = rows["milestone"] == "onboarding_completed"
    stamps = pd.concat(
        [
            rows[first][["account", "user_id", "reached_at"]].set_axis(["account", "user_id", "begun"], axis=1),
            rows[first | last][["account", "user_id", "started_at"]].set_axis(["account", "user_id", "begun"], axis=1),
        ]
    ).dropna(subset=["begun", "account"])
    own = stamps[stamps["user_id"].isna()].groupby("account")["begun"].min()
    users = stamps[stamps["user_id"].notna()].groupby("account")["begun"].min()
    return pd.concat([own, users[~users.index.isin(own.index)]])


def onboarding_completion_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Accounts that began in P and completed within the window; completed before begun is a problem row."""
    started = data.remember(("onboarding",), lambda: onboarding_started(data))
    begun = by_start(data, started, start, data.until(end, "milestones"), keep)
    days = (reached(data, "onboarding_completed", "reached_at").reindex(begun.index) - begun) / DAY
    days = days[~(days < 0)]
    return share(int((days <= data.settings["onboarding_window_days"]).sum()), len(days))
