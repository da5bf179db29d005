"""Touchpoints, by kpis.md: business reviews, check-ins, what advocates do."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, ratio, share, share_of_rows
from .data import DAY, Data, Keep, between
from .expansion import steps
from .lives import active_in, source_table
from .retention import closing, opening


def touchpoints(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.DataFrame:
    """The touchpoints of P, with whether each took place: it did where nobody says that the customer stayed away."""
    rows = between(
        data.rows("touchpoints", "occurred_at", keep), "occurred_at", start, data.until(end, "touchpoints")
    ).copy()
    rows["held"] = rows["attended"] | ~rows["attended?"]
    return rows


def reviews(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.DataFrame:
    """account, held, willing of each business review of P: a touchpoint_id is one, else a customer's day."""
    rows = touchpoints(data, start, end, keep)
    rows = rows[rows["kind"] == "qbr"]
    day = "day " + rows["occurred_at"].dt.strftime("%Y-%m-%d") + " " + rows["account"]
    rows = rows.assign(review=("id " + rows["touchpoint_id"]).fillna(day))
    held = rows[rows["held"]]
    return held.groupby("review").agg(account=("account", "first"), willing=("referral_intent", "any"))


def qbr_engagement_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Accounts with a business review in P that they attended / accounts with a business review dated in P."""
    rows = touchpoints(data, start, end, keep)
    due = rows[rows["kind"] == "qbr"]
    return share(due[due["held"]]["account"].nunique(), due["account"].nunique())


def referral_intent_in_qbrs(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    found = reviews(data, start, end, keep)
    return share_of_rows(found["willing"], found["account"])


def check_in_impact_score(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Outcome over P of the customers active @start with a check-in held in the lookback before it, less that of the
    others, in percentage points."""
    base = opening(data, start, keep).index
    met = touchpoints(data, start - data.settings["lookback_days"] * DAY, start, None)
    with_one = base.isin(met[met["held"] & (met["kind"] == "check_in")]["account"])
    good = base.isin(outcome(data, start, end, keep))
    n = len(base)
    if with_one.all() or not with_one.any():
        return Answer(None, None, None, n)
    difference = 100 * float(good[with_one].mean() - good[~with_one].mean())
    return Answer(difference, difference, None, n)


def outcome(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.Index:
    """The customers that stayed active, grew or used the product in P, as the setting says."""
    chosen = data.settings["check_in_outcome"]
    if chosen == "retention":
        return closing(data, end, keep).index
    if chosen == "expansion":
        frame = steps(data, start, end, keep)
        return frame[frame["kind"] == "expansion"].index
    seen = between(data["events"], "occurred_at", start, data.until(end, "events"))
    return pd.Index(seen["account"].dropna().unique())


def advocacy(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> pd.DataFrame:
    """The advocacy actions of P, each touchpoint_id once."""
    rows = touchpoints(data, start, end, keep)
    rows = rows[rows["kind"].isin(data.settings["advocacy_kinds"])]
    return rows[~(rows["touchpoint_id"].notna() & rows["touchpoint_id"].duplicated())]


def active_accounts(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.Index:
    """Customers active in P, by their segment @start."""
    base = active_in(data, start, data.until(end, source_table(data)))
    return base[data.in_segment(keep, base, start)]


def advocacy_actions(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Actions in P (of the segment at the action, whoever's) / customers active in P (of the segment @start)."""
    base = active_accounts(data, start, end, keep)
    return ratio(len(advocacy(data, start, end, keep)), len(base), len(base))


def advocate_re_engagement_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Customers with an action before P (by their segment @start) that have one in P."""
    everyone = advocacy(data, pd.Timestamp.min, start)["account"].dropna()
    advocates = pd.Index(everyone.unique())
    advocates = advocates[data.in_segment(keep, advocates, start)]
    again = advocates.isin(advocacy(data, start, end)["account"])
    return share(int(again.sum()), len(advocates))


def warm_introduction_offer_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Customers active in P (by their segment @start) that were asked for an introduction in P."""
    base = active_accounts(data, start, end, keep)
    rows = touchpoints(data, start, end, None)
    return share(int(base.isin(rows[rows["introduction_asked"]]["account"]).sum()), len(base))
