"""Expansion and the MRR movements, by kpis.md: MRR @start against MRR @end, customer by customer."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, jackknife, ratio, share
from .data import Data, Keep, between, period_before
from .lives import MONEY_SOURCES, lives, paid_before, source, source_table, state
from .retention import opening

NO_MOVEMENT = 0.005


def steps(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.DataFrame:
    """customer -> before, after, kind of movement (None where there is none), of the segment as it was @start."""
    return data.remember(("steps", start, end, keep), lambda: _steps(data, start, end, keep)).copy()


def _steps(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.DataFrame:
    end = data.until(end, source_table(data))
    frame = pd.concat([state(data, start, keep), state(data, end, keep)], axis=1, keys=["before", "after"]).fillna(0.0)
    frame = frame[data.in_segment(keep, frame.index, start)]
    known = frame.index.isin(paid_before(data, start, keep))
    change = frame["after"] - frame["before"]
    frame["kind"] = None
    frame.loc[(frame["before"] > 0) & (change >= NO_MOVEMENT), "kind"] = "expansion"
    frame.loc[(frame["before"] > 0) & (change <= -NO_MOVEMENT), "kind"] = "contraction"
    frame.loc[(frame["before"] > 0) & (frame["after"] <= 0), "kind"] = "churn"
    frame.loc[(frame["before"] <= 0) & (frame["after"] > 0) & known, "kind"] = "reactivation"
    frame.loc[(frame["before"] <= 0) & (frame["after"] > 0) & ~known, "kind"] = "new"
    return frame


def movements(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict[str, float]:
    """start, new, reactivation, expansion, contraction, churn, end; the last is the first with the others."""
    frame = steps(data, start, end, keep)
    size = (frame["after"] - frame["before"]).abs()
    kinds = ("new", "reactivation", "expansion", "contraction", "churn")
    result = {"start": frame["before"].sum()}
    result.update({kind: size[frame["kind"] == kind].sum() for kind in kinds})
    result["end"] = frame["after"].sum()
    return result


def expansion_revenue(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    frame = steps(data, start, end, keep)
    grown = frame[frame["kind"] == "expansion"]
    total = (grown["after"] - grown["before"]).sum()
    return Answer(total, total, None, len(grown))


def expansion_revenue_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Expansion / MRR @end of all that pay then, each in its segment @start."""
    frame = steps(data, start, end, keep)
    frame = frame[frame["after"] > 0]
    grown = (frame["after"] - frame["before"]).where(frame["kind"] == "expansion", 0.0)
    return ratio(grown.sum(), frame["after"].sum(), len(frame), jackknife(grown, frame["after"]))


def gains(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.Series:
    """Customer with an expansion in P -> its size."""
    frame = steps(data, start, end, keep)
    frame = frame[frame["kind"] == "expansion"]
    return frame["after"] - frame["before"]


def expansion_revenue_growth_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """(Expansion in P - in the period before) / in the period before; each by the segment at its own start."""
    old = gains(data, period_before(start, end), start, keep)
    both = pd.concat([gains(data, start, end, keep), old], axis=1).fillna(0.0)
    change = both.iloc[:, 0] - both.iloc[:, 1]
    return ratio(change.sum(), old.sum(), len(old), jackknife(change, both.iloc[:, 1]))


def average_revenue_per_expansion_account(
    data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None
) -> Answer:
    frame = steps(data, start, end, keep)
    then = frame[frame["kind"] == "expansion"]["after"]
    return ratio(then.sum(), len(then), len(then), jackknife(then, pd.Series(1.0, index=then.index)))


def bought_more(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep, kinds: set[str]) -> Answer:
    """Customers active @start with an upsell or a cross-sell in P / active @start."""
    base = opening(data, start, keep).index
    if source(data) not in MONEY_SOURCES:
        lines = between(data["orders"], "ordered_at", start, data.until(end, "orders"))
        buyers = lines[lines["kind"].isin(kinds)]["account"].dropna()
        return share(int(base.isin(buyers).sum()), len(base))
    until = data.until(end, source_table(data))
    rows = lives(data, keep)
    rows = rows[rows["customer_id"].isin(base)]
    rows = rows.assign(item=rows["product"].fillna(""))
    before = rows[(rows["start"] < start) & (rows["end"] >= start)].groupby(["customer_id", "item"])["mrr"].sum()
    after = rows[(rows["start"] < until) & (rows["end"] >= until)].groupby(["customer_id", "item"])["mrr"].sum()
    buyers = set()
    if "upsell" in kinds:
        more = after.reindex(before.index).fillna(0.0) - before >= NO_MOVEMENT
        buyers |= set(before.index[more].get_level_values(0))
    if "cross_sell" in kinds:
        fresh = rows[(rows["start"] >= start) & (rows["start"] < until) & (rows["item"] != "")]
        pairs = pd.MultiIndex.from_frame(fresh[["customer_id", "item"]])
        buyers |= set(fresh[~pairs.isin(before.index)]["customer_id"])
    return share(len(buyers), len(base))


def upsell_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Upsell: the MRR of a product held @start is higher @end."""
    return bought_more(data, start, end, keep, {"upsell"})


def cross_sell_conversion_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Cross-sell: a product not held @start, begun in P."""
    return bought_more(data, start, end, keep, {"cross_sell"})


def upsell_and_cross_sell_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    return bought_more(data, start, end, keep, {"upsell", "cross_sell"})
