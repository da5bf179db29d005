"""Deals and trials, by kpis.md: what was won, how large it was, what became of trials."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, mean, share_of_rows
from .data import DAY, Data, Keep, between
from .lives import lives


def closed_deals(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.DataFrame:
    """Deals won or lost, with their closing in P; one without a closing date is left out."""
    rows = data.rows("opportunities", "closed_at", keep)
    rows = rows[rows["status"].isin(["won", "lost"])]
    return between(rows, "closed_at", start, data.until(end, "opportunities"))


def won_deals(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.DataFrame:
    rows = closed_deals(data, start, end, keep)
    return rows[rows["status"] == "won"]


def average_deal_size(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    won = won_deals(data, start, end, keep)
    return mean(won["amount"], won["account"])


def win_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    closed = closed_deals(data, start, end, keep)
    return share_of_rows(closed["status"] == "won", closed["account"])


def free_trial_conversion_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Trials started in P that became paid at most `trial_days` after: leads with a trial, else trial rows."""
    if data["leads"]["trial_started_at"].notna().any():
        rows = between(
            data.rows("leads", "trial_started_at", keep), "trial_started_at", start, data.until(end, "leads")
        )
        paid = rows["converted_at"].where(rows["converted_at"] < data.as_of_table("leads"))
        days = (paid - rows["trial_started_at"]) / DAY
        rows, days = rows[~(days < 0)], days[~(days < 0)]
        return share_of_rows(days <= data.settings["trial_days"], rows["account"])
    rows = data.rows("subscriptions", "start_date", keep)
    rows = between(rows[rows["is_trial"]], "start_date", start, data.until(end, "subscriptions"))
    paid = lives(data)
    paid = paid[(paid["mrr"] > 0) & (paid["start"] < data.as_of_table("subscriptions"))]
    trials = rows[["customer_id", "start_date"]].set_axis(["customer_id", "began"], axis=1).reset_index(names="place")
    both = trials.merge(paid[["customer_id", "start"]], on="customer_id")
    days = (both["start"] - both["began"]) / DAY
    became = both[(days >= 0) & (days <= data.settings["trial_days"])]["place"].unique()
    return share_of_rows(pd.Series(rows.index.isin(became), index=rows.index), rows["customer_id"])
