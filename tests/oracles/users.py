"""Users, by rulings.md: which account each belongs to, when it signed up, when it was activated.

A frame of users has the columns user, account and moment, one row a user.
"""

from __future__ import annotations

import pandas as pd

from .data import Data, Keep


def firsts(rows: pd.DataFrame, moment: str) -> pd.DataFrame:
    """Each user's earliest row that has the moment."""
    rows = rows[["user_id", "account", moment]].set_axis(["user", "account", "moment"], axis=1)
    rows = rows.dropna(subset=["user", "moment"]).sort_values("moment", kind="stable")
    return rows.drop_duplicates("user", keep="first")


def first_known(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Of the frames, in their order, the first that knows a user."""
    return pd.concat(frames).drop_duplicates("user", keep="first").reset_index(drop=True)


def of_users(data: Data, milestone: str) -> pd.DataFrame:
    """The users' own milestone rows, reached by as-of."""
    rows = data["milestones"]
    reached = rows["reached_at"] < data.as_of_table("milestones")
    return rows[(rows["milestone"] == milestone) & rows["user_id"].notna() & reached]


def user_sign_ups(data: Data) -> pd.DataFrame:
    """The table's date, then the milestone, then the first event; the account is the table's where it has the user."""

    def make() -> pd.DataFrame:
        frames = [
            firsts(data["users"], "created_at"),
            firsts(of_users(data, "signed_up"), "reached_at"),
            firsts(data["events"], "occurred_at"),
        ]
        result = first_known(frames)
        home = data["users"].drop_duplicates("user_id", keep="last").set_index("user_id")["customer_id"]
        result["account"] = result["user"].map(home).astype(object).fillna(result["account"])
        return result

    return data.remember(("user sign-ups",), make)


def user_activations(data: Data) -> pd.DataFrame:
    """The milestone, else the table's date; before as-of."""

    def make() -> pd.DataFrame:
        table = data["users"][data["users"]["activated_at"] < data.as_of]
        return first_known([firsts(of_users(data, "activated"), "reached_at"), firsts(table, "activated_at")])

    return data.remember(("user activations",), make)


def account_activations(data: Data) -> pd.Series:
    """Account -> its own milestone row, else its first user's activation."""
    rows = data["milestones"]
    own = rows[(rows["milestone"] == "activated") & rows["user_id"].isna()]
    own = own[own["reached_at"] < data.as_of_table("milestones")].groupby("account")["reached_at"].min()
    users = user_activations(data).groupby("account")["moment"].min()
    return pd.concat([own, users[~users.index.isin(own.index)]])


def dated_in(data: Data, frame: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.DataFrame:
    """The rows (account, moment) of P, of the segment their account was in at the moment."""
    frame = frame[(frame["moment"] >= start) & (frame["moment"] < end)].reset_index(drop=True)
    if keep is None:
        return frame
    values = data.value_at(keep[0], frame["account"], frame["moment"])
    return frame[values.isna() if keep[1] is None else values == keep[1]]
