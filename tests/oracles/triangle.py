"""A retention triangle, by design.md: cohorts of customers by first activity, k periods later."""

from __future__ import annotations

import pandas as pd

from .data import Data, Keep
from .lives import from_subscriptions

COLUMNS = ["cohort", "k", "eligible", "retained", "value", "complete"]


def present(data: Data, of: str) -> tuple[dict[str, pd.Timestamp], dict[str, set[int]]]:
    """Customer -> first start; and the months (as numbers) in which it is active.
    Orders: the month of each order. Subscriptions: active at the month's end (as-of in the last one)."""
    until = data.as_of_table(of)
    if of == "orders":
        rows = data["orders"].dropna(subset=["account"])
        rows = rows[rows["ordered_at"] < until]
        months = rows["ordered_at"].dt.year * 12 + rows["ordered_at"].dt.month - 1
        return rows.groupby("account")["ordered_at"].min().to_dict(), months.groupby(rows["account"]).agg(set).to_dict()
    rows = from_subscriptions(data)
    rows = rows[rows["start"] < until]
    seen: dict[str, set[int]] = {}
    for customer, start, end in rows[["customer_id", "start", "end"]].itertuples(index=False):
        month = start.to_period("M").to_timestamp()
        while month < until:
            close = min(month + pd.DateOffset(months=1), until)
            if start < close <= end:
                seen.setdefault(customer, set()).add(month.year * 12 + month.month - 1)
            if close > end:
                break
            month += pd.DateOffset(months=1)
    return rows.groupby("customer_id")["start"].min().to_dict(), seen


def triangle(data: Data, of: str, kind: str = "on", periods: int = 12, keep: Keep = None) -> pd.DataFrame:
    """Months; kind 'on' (active in the k-th month) or 'on_or_after' (in that or a later one)."""
    first, seen = data.remember(("triangle", of), lambda: present(data, of))
    starts = pd.Series(first)
    if keep is not None:
        values = data.value_at(keep[0], pd.Series(starts.index, index=starts.index), starts)
        starts = starts[values.isna() if keep[1] is None else values == keep[1]]
    until = data.as_of_table(of)
    found = []
    for cohort, members in starts.groupby(starts.dt.to_period("M")):
        for k in range(periods + 1):
            opens, closes = (cohort + k).to_timestamp(), (cohort + k + 1).to_timestamp()
            if opens >= until:
                break
            month = opens.year * 12 + opens.month - 1
            back = [seen.get(c, set()) for c in members.index]
            if k == 0:
                retained = len(members)
            elif kind == "on":
                retained = sum(month in months for months in back)
            else:
                retained = sum(any(m >= month for m in months) for months in back)
            row = (cohort.to_timestamp(), k, len(members), retained, retained / len(members), closes <= until)
            found.append(row)
    return pd.DataFrame(found, columns=COLUMNS)
