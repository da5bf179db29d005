"""What customers cost, by kpis.md: to win, to keep, to serve, to lose."""

from __future__ import annotations

import pandas as pd

from .adoption import by_start
from .answer import Answer, ratio
from .data import Data, Keep, between
from .expansion import steps
from .financial import customer_lifetime_value
from .lives import active_in, first_starts, source_table
from .retention import closing, opening


def spent(data: Data, kind: str, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> float | None:
    """Costs of the kind in P; None where the table has none of that kind at all."""
    if not (data["costs"]["kind"] == kind).any():
        return None
    rows = data.rows("costs", "incurred_on", keep)
    rows = between(rows[rows["kind"] == kind], "incurred_on", start, data.until(end, "costs"))
    return float(rows["amount"].sum())


def active_customers(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> int:
    """Customers active in P, by their segment @start."""
    base = active_in(data, start, data.until(end, source_table(data)))
    return int(data.in_segment(keep, base, start).sum())


def customer_acquisition_cost(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Acquisition costs in P / customers first active in P."""
    amount = spent(data, "acquisition", start, end, keep)
    new = len(by_start(data, first_starts(data), start, data.until(end, source_table(data)), keep))
    return Answer(None, None, None, 0) if amount is None else ratio(amount, new, new)


def clv_to_cac_ratio(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Each as that KPI has it for P; n the customers first active in P."""
    worth = customer_lifetime_value(data, start, end, keep)
    cost = customer_acquisition_cost(data, start, end, keep)
    if worth.value is None or not cost.value:
        return Answer(None, worth.value, cost.value, cost.n)
    return ratio(worth.value, cost.value, cost.n)


def customer_retention_cost(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    amount = spent(data, "retention", start, end, keep)
    base = active_customers(data, start, end, keep)
    return Answer(None, None, None, 0) if amount is None else ratio(amount, base, base)


def cost_to_serve(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """(Support + retention costs in P) / customers active in P; tickets' own cost where no cost is of kind support."""
    support = spent(data, "support", start, end, keep)
    if support is None and data["tickets"]["cost"].notna().any():
        rows = between(data.rows("tickets", "created_at", keep), "created_at", start, data.until(end, "tickets"))
        support = float(rows["cost"].sum())
    retention = spent(data, "retention", start, end, keep)
    if support is None and retention is None:
        return Answer(None, None, None, 0)
    base = active_customers(data, start, end, keep)
    return ratio((support or 0.0) + (retention or 0.0), base, base)


def customer_churn_cost(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """MRR lost to churn x the factor + churn costs in P + customers lost x CAC of the last 12 complete months."""
    frame = steps(data, start, end, keep)
    lost_revenue = frame[frame["kind"] == "churn"]["before"].sum()
    base = opening(data, start, keep)
    lost = int((~base.index.isin(closing(data, end, keep).index)).sum())
    total = lost_revenue * data.settings["churn_cost_factor"] + (spent(data, "churn", start, end, keep) or 0.0)
    if data.settings["churn_cost_with_cac"]:
        last = data.until(end, source_table(data)).to_period("M").to_timestamp()
        year = customer_acquisition_cost(data, last - pd.DateOffset(months=12), last, keep)
        total += lost * (year.value or 0.0)
    return Answer(float(total), float(total), None, lost)
