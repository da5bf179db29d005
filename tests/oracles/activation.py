"""Activation, by kpis.md: who got going after signing up, how soon, and what they say then."""

from __future__ import annotations

import pandas as pd

from .adoption import by_start, reached
from .answer import Answer, mean, median, share
from .data import DAY, Data, Keep, between
from .lives import sign_ups, source_table, state
from .support import answers, surveys
from .users import account_activations, dated_in, user_activations, user_sign_ups


def signed_up(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.Series:
    """Account -> its sign-up in P."""
    every = data.remember(("sign-ups",), lambda: sign_ups(data))
    return by_start(data, every, start, data.until(end, "milestones"), keep)


def new_users(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep, table: str) -> pd.Series:
    """User -> its sign-up in P; the period stops where the table does."""
    return dated_in(data, user_sign_ups(data), start, data.until(end, table), keep).set_index("user")["moment"]


def activation_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Signed up in P and activated within the window; activated before signing up is a problem row."""
    if data.settings["activation_level"] == "accounts":
        begun, activated = signed_up(data, start, end, keep), account_activations(data)
    else:
        begun = new_users(data, start, end, keep, "milestones")
        activated = user_activations(data).set_index("user")["moment"]
    days = (activated.reindex(begun.index) - begun) / DAY
    days = days[~(days < 0)]
    return share(int((days <= data.settings["activation_window_days"]).sum()), len(days))


def time_to_exceed_value(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Days from an account's sign-up in P to the milestone exceeded_value; one before it is a problem row."""
    begun = signed_up(data, start, end, keep)
    days = (reached(data, "exceeded_value", "reached_at").reindex(begun.index) - begun) / DAY
    return median(days[days >= 0])


def key_actions(data: Data, begun: pd.Series) -> pd.DataFrame:
    """user, occurred_at of every key event at or after the user's sign-up, in order."""
    rows = data["events"]
    rows = rows[(rows["event"] == data.settings["key_event"]) & (rows["occurred_at"] < data.as_of_table("events"))]
    both = rows.merge(begun.rename("begun").rename_axis("user").reset_index(), left_on="user_id", right_on="user")
    both = both[both["occurred_at"] >= both["begun"]]
    return both[["user", "occurred_at"]].sort_values("occurred_at", kind="stable")


def time_to_first_key_action(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Days from a user's sign-up in P to its first key event, else to its activation; none before the sign-up."""
    if data.settings["key_event"]:
        begun = new_users(data, start, end, keep, "events")
        first = key_actions(data, begun).groupby("user")["occurred_at"].min()
    else:
        begun = new_users(data, start, end, keep, "milestones")
        first = user_activations(data).set_index("user")["moment"]
    days = (first.reindex(begun.index) - begun) / DAY
    return median(days[days >= 0])


def time_to_first_habitual_action(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Days from a user's sign-up in P to the first key event of the habit_times-th day that has one."""
    begun = new_users(data, start, end, keep, "events")
    rows = key_actions(data, begun)
    rows = rows.assign(day=rows["occurred_at"].dt.normalize()).drop_duplicates(["user", "day"])
    third = rows[rows.groupby("user").cumcount() == data.settings["habit_times"] - 1]
    return median((third.set_index("user")["occurred_at"] - begun.reindex(third["user"])) / DAY)


def key_activation_milestones_share(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Accounts signed up in P that reached every key milestone by the end of the window; before the sign-up counts."""
    begun = signed_up(data, start, end, keep)
    due = begun + data.settings["activation_window_days"] * DAY
    done = pd.Series(True, index=begun.index)
    for name in data.settings["key_milestones"]:
        when = account_activations(data) if name == "activated" else reached(data, name, "reached_at")
        done &= when.reindex(begun.index) <= due
    return share(int(done.sum()), len(done) if data.settings["key_milestones"] else 0)


def three_activated_users_share(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Accounts active @end with three or more users activated by then, by their segment @end."""
    end = data.until(end, source_table(data))
    base = state(data, end, keep).index
    base = base[data.in_segment(keep, base, end)]
    activated = user_activations(data)
    users = activated[activated["moment"] < end].groupby("account")["user"].nunique()
    return share(int(base.isin(users[users >= 3].index).sum()), len(base))


def out_of_hundred(rows: pd.DataFrame) -> pd.Series:
    return 100 * (rows["score"] - rows["low"]) / (rows["high"] - rows["low"])


def onboarding_satisfaction_score(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Mean score of the onboarding surveys answered in P, each brought to 0-100 on its own scale."""
    rows = answers(data, "onboarding", start, end, keep)
    return mean(out_of_hundred(rows), rows["account"])


def customer_feedback_score_post_activation(
    data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None
) -> Answer:
    """Mean on 0-100 of the answers of P given at or after the respondent's activation: the user's, where it is known
    who answered, else the account's; effort turned so that higher is easier."""
    rows = surveys(data, "responded_at", keep)
    rows = rows[rows["survey"].isin(["csat", "nps", "ces", "post_activation"]) & rows["answered"]]
    rows = between(rows, "responded_at", start, end)
    users = user_activations(data).set_index("user")["moment"]
    person = pd.to_datetime(rows["user_id"].map(users))
    account = pd.to_datetime(rows["account"].map(account_activations(data)))
    rows = rows[rows["responded_at"] >= person.where(rows["user_id"].notna(), account)]
    score = out_of_hundred(rows)
    if data.settings["ces_easy_end"] == "low":
        score = score.where(rows["survey"] != "ces", 100 - score)
    return mean(score, rows["account"])
