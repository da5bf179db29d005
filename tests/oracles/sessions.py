"""Sessions and login days, by kpis.md: how long people stay, how soon they come back."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, mean, median, ratio, student
from .data import DAY, Data, Keep, between
from .users import dated_in, user_activations


def in_sessions(data: Data) -> pd.DataFrame:
    """Events up to as-of with the number of their session. A session is one user's session_id, split after 24 hours of
    silence; events without one are split at gaps. Silence counts from the latest end so far. Events without a user are
    their account's."""

    def make() -> pd.DataFrame:
        rows = data["events"]
        rows = rows[rows["occurred_at"] < data.as_of_table("events")].copy()
        rows["who"] = ("user " + rows["user_id"]).fillna("account " + rows["account"]).fillna("nobody")
        rows["ends"] = rows["occurred_at"] + pd.to_timedelta(rows["duration_seconds"].fillna(0).clip(lower=0), unit="s")
        rows["named"] = rows["session_id"].notna()
        rows["thread"] = rows["session_id"].fillna("")
        rows = rows.sort_values(["who", "named", "thread", "occurred_at"], kind="stable")
        thread = [rows["who"], rows["named"], rows["thread"]]
        before = rows.groupby(thread)["ends"].cummax().groupby(thread).shift()
        gap = pd.Timedelta(minutes=data.settings["session_gap_minutes"])
        silence = rows["occurred_at"] - before
        rows["session"] = (before.isna() | (silence > DAY) | (~rows["named"] & (silence > gap))).cumsum()
        return rows

    return data.remember(("in sessions",), make)


def sessions(data: Data) -> pd.DataFrame:
    """user, account, moment (where it starts), hours: its latest end less its first event."""

    def make() -> pd.DataFrame:
        by = in_sessions(data).groupby("session")
        frame = by.agg(user=("user_id", "first"), moment=("occurred_at", "min"), ends=("ends", "max"))
        first = in_sessions(data).drop_duplicates("session").set_index("session")["account"]
        frame["account"] = first.reindex(frame.index)
        frame["hours"] = (frame["ends"] - frame["moment"]) / pd.Timedelta(hours=1)
        return frame.reset_index(drop=True)

    return data.remember(("sessions",), make)


def average_session_duration(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Hours of the sessions started in P / sessions, of the segment at their start."""
    started = dated_in(data, sessions(data), start, end, keep)
    return mean(started["hours"], started["account"])


def average_time_on_platform(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Hours of the users' sessions started in P / users with an event in P."""
    seen = between(data.rows("events", "occurred_at", keep), "occurred_at", start, data.until(end, "events"))
    users = pd.Index(seen["user_id"].dropna().unique())
    started = dated_in(data, sessions(data), start, end, keep)
    spent = started.groupby("user")["hours"].sum().reindex(users).fillna(0.0)
    return ratio(spent.sum(), len(users), len(users), student(spent))


def login_gaps(data: Data) -> pd.DataFrame:
    """user, account, moment (the first login of the later day), days since the login day before, after activation."""

    def make() -> pd.DataFrame:
        rows = data["events"]
        rows = rows[rows["user_id"].notna() & (rows["occurred_at"] < data.as_of_table("events"))]
        if data.settings["login_events"]:
            rows = rows[rows["event"].isin(data.settings["login_events"])]
        rows = rows.merge(user_activations(data)[["user", "moment"]], left_on="user_id", right_on="user")
        rows = rows[rows["occurred_at"] >= rows["moment"]].sort_values("occurred_at", kind="stable")
        days = rows.assign(day=rows["occurred_at"].dt.normalize()).drop_duplicates(["user_id", "day"])
        gaps = days[["user_id", "account", "occurred_at"]].set_axis(["user", "account", "moment"], axis=1)
        gaps["days"] = (days["day"] - days.groupby("user_id")["day"].shift()) / DAY
        return gaps.dropna(subset=["days"])

    return data.remember(("login gaps",), make)


def time_between_logins(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Median days over all gaps between successive login days that end in P."""
    return median(dated_in(data, login_gaps(data), start, end, keep)["days"])
