"""Retention, by kpis.md: who stayed, how much of the money stayed, who bought again, why they left."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, jackknife, ratio, share, student
from .data import Data, Keep, between
from .lives import active_in, lives, source_table, state


def opening(data: Data, start: pd.Timestamp, keep: Keep) -> pd.Series:
    """Active customer -> MRR @start, of the segment as it was @start."""
    before = state(data, start, keep)
    return before[data.in_segment(keep, before.index, start)]


def closing(data: Data, end: pd.Timestamp, keep: Keep) -> pd.Series:
    """Active customer -> MRR @end (as-of where that is earlier), whatever the customer's segment."""
    return state(data, data.until(end, source_table(data)), keep)


def customer_retention_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    base = opening(data, start, keep)
    stayed = base.index.isin(closing(data, end, keep).index)
    return share(int(stayed.sum()), len(base))


def customer_churn_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    base = opening(data, start, keep)
    left = ~base.index.isin(closing(data, end, keep).index)
    return share(int(left.sum()), len(base))


def paying(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> tuple[pd.Series, pd.Series]:
    """MRR @start and @end of the customers with MRR > 0 @start."""
    base = opening(data, start, keep)
    base = base[base > 0]
    return base, closing(data, end, keep).reindex(base.index).fillna(0.0)


def gross_revenue_retention(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    base, then = paying(data, start, end, keep)
    if data.settings["grr_cap"] == "total":
        return ratio(min(then.sum(), base.sum()), base.sum(), len(base), jackknife(then, base))
    kept = pd.concat([base, then], axis=1).min(axis=1)
    return ratio(kept.sum(), base.sum(), len(base), jackknife(kept, base))


def net_revenue_retention(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    base, then = paying(data, start, end, keep)
    kept = then.sum()
    if data.settings["nrr_with_reactivation"]:
        from .expansion import movements

        kept += movements(data, start, end, keep)["reactivation"]
    return ratio(kept, base.sum(), len(base), jackknife(then, base))


def bought(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.Series:
    """Customer -> its orders in P. An order is its lines' order_id (a line without one is one); refunds are none."""

    def orders() -> pd.DataFrame:
        lines = data["orders"]
        lines = lines[lines["kind"] != "refund"].copy()
        lines["order"] = lines["order_id"].where(lines["order_id"].notna(), [f"line {i}" for i in lines.index])
        lines = lines.sort_values("ordered_at", kind="stable")
        return lines.groupby("order").agg(account=("account", "first"), ordered_at=("ordered_at", "min"))

    frame = data.remember(("orders",), orders)
    frame = frame[frame["account"].notna()]
    if keep is not None and "." in keep[0]:
        raise ValueError("an order's row attributes are its lines'")
    if keep is not None:
        key = ("orders", keep[0])
        values = data.remember(key, lambda: data.value_at(keep[0], frame["account"], frame["ordered_at"]))
        frame = frame[values.isna() if keep[1] is None else values == keep[1]]
    return between(frame, "ordered_at", start, data.until(end, "orders")).groupby("account").size()


def repeat_purchase_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    orders = bought(data, start, end, keep)
    return share(int((orders >= 2).sum()), len(orders))


def average_purchase_frequency(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    orders = bought(data, start, end, keep)
    return ratio(orders.sum(), len(orders), len(orders), student(orders))


def exit_reason_frequency(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    """Reason -> share of the customers that left in P; None -> the whole."""
    end = data.until(end, source_table(data))
    gone = active_in(data, start, end, keep).difference(state(data, end, keep).index)
    gone = gone.union(state(data, start, keep).index.difference(state(data, end, keep).index))
    rows = lives(data, keep)
    rows = rows[rows["customer_id"].isin(gone) & (rows["start"] < end)]
    rows = rows.sort_values(["customer_id", "end"], kind="stable")
    left = rows.groupby("customer_id")["end"].max().rename("left").reset_index()
    if keep is not None and "." not in keep[0]:
        values = data.value_at(keep[0], left["customer_id"], left["left"] - pd.Timedelta(microseconds=1))
        left = left[values.isna() if keep[1] is None else values == keep[1]]
    reasons = pd.Series(
        [reason(data, rows, customer, moment, end) for customer, moment in left.itertuples(index=False)], dtype=object
    )
    n = len(left)
    answers: dict = {name: share(int(k), n) for name, k in reasons.value_counts().items()}
    answers[None] = share(n, n)
    return answers


def reason(data: Data, rows: pd.DataFrame, customer: str, moment: pd.Timestamp, end: pd.Timestamp) -> str:
    """The reason the team recorded, else that of the row that ended last, else the customer's; else 'unknown'."""
    last = rows[(rows["customer_id"] == customer) & (rows["end"] == moment)]
    events = data["churn_events"]
    own = events[(events["customer_id"] == customer) & ~events["is_reactivation"] & (events["churned_on"] < end)]
    own = own[(own["churned_on"] >= last["start"].max()) & own["reason"].notna()]
    if len(own):
        return own.sort_values("churned_on", kind="stable")["reason"].iloc[-1]
    if "cancel_reason" in last and last["cancel_reason"].notna().any():
        return last["cancel_reason"].dropna().iloc[-1]
    written = data.current("churn_reason").get(customer)
    return written if written is not None else "unknown"
