"""Financial, by kpis.md: recurring revenue, revenue per account, what a customer is worth."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, jackknife, ratio
from .data import Data, Keep
from .lives import MONEY_SOURCES, source, source_table, state
from .retention import bought


def paying_at(data: Data, moment: pd.Timestamp, keep: Keep) -> pd.Series:
    """Paying customer -> MRR just before the instant, of the segment as it was then."""
    moment = data.until(moment, source_table(data))
    now = state(data, moment, keep)
    return now[data.in_segment(keep, now.index, moment) & (now > 0)]


def mrr(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    now = paying_at(data, end, keep)
    return Answer(now.sum(), now.sum(), None, len(now))


def average_revenue_per_account(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    if source(data) not in MONEY_SOURCES:
        return revenue_per_buyer(data, start, end, keep)
    now = paying_at(data, end, keep)
    return ratio(now.sum(), len(now), len(now), jackknife(now, pd.Series(1.0, index=now.index)))


def revenue_per_buyer(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> Answer:
    """Orders: net revenue of P / customers with an order in P; a refund takes off its absolute amount."""
    buyers = bought(data, start, end, keep).index
    lines = data.rows("orders", "ordered_at", keep)
    lines = lines[(lines["ordered_at"] >= start) & (lines["ordered_at"] < data.until(end, "orders"))]
    lines = lines[lines["account"].notna()]
    amount = data.converted(lines, "amount", "ordered_at")
    net = amount.where(lines["kind"] != "refund", -amount.abs())
    return ratio(net.sum(), len(buyers), len(buyers))


def arr(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    month = mrr(data, start, end, keep)
    return Answer(12 * month.value, 12 * month.value, None, month.n)


def customer_lifetime_value(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    return lifetime_value(data, end, keep)


def lifetime_value(data: Data, end: pd.Timestamp, keep: Keep, only: pd.Index | None = None) -> Answer:
    """Subscriptions: ARPA x margin / monthly churn of paying customers, pooled over the last 12 complete months.
    In a segment: ARPA by the value @end, the churn of each month by that @start of the month, as those KPIs have it.
    `only`: of these customers alone."""

    def of(states: pd.Series) -> pd.Series:
        return states if only is None else states[states.index.isin(only)]

    now = of(paying_at(data, end, keep))
    end = data.until(end, source_table(data))
    last = end.to_period("M").to_timestamp()
    base = lost = 0
    for back in range(12):
        opens, closes = last - pd.DateOffset(months=back + 1), last - pd.DateOffset(months=back)
        before = of(state(data, opens, keep))
        before = before[data.in_segment(keep, before.index, opens) & (before > 0)]
        after = state(data, closes, keep)
        base += len(before)
        lost += int((~before.index.isin(after[after > 0].index)).sum())
    worth = (now.sum() / len(now) if len(now) else 0.0) * data.settings["gross_margin"]
    churn = lost / base if base else 0.0
    if now.empty or lost == 0:
        return Answer(None, worth, churn, base)
    return Answer(worth / churn, worth, churn, base)
