"""What moved recurring revenue: new, reactivation, expansion, contraction, churn, between the two ends of a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.kpis.ask import settle
from cs_metrics.kpis.base import Question
from cs_metrics.kpis.compile import Statement, Writer
from cs_metrics.kpis.relations.states import OPENING
from cs_metrics.kpis.slice import Slice
from cs_metrics.sql import inline

MOVES = ("new", "reactivation", "expansion", "contraction", "churn")
_CHANGE = "mrr_end - mrr_start"
# a customer whose credits outweigh what it pays is below zero: that, too, goes up and down
_GOES_ON = "mrr_start > 0 AND mrr_end > 0 OR mrr_start <= 0 AND mrr_end <= 0"
# a difference under half a cent is no movement
_WHEN = {
    "new": ("mrr_start <= 0 AND mrr_end > 0 AND NOT paid_before", _CHANGE),
    "reactivation": ("mrr_start <= 0 AND mrr_end > 0 AND paid_before", _CHANGE),
    "expansion": (f"({_GOES_ON}) AND mrr_end - mrr_start >= 0.005", _CHANGE),
    "contraction": (f"({_GOES_ON}) AND mrr_start - mrr_end >= 0.005", f"-({_CHANGE})"),
    "churn": ("mrr_start > 0 AND mrr_end <= 0", f"-({_CHANGE})"),
}
_MEASURES = {
    "start_mrr": "sum(mrr_start)",
    **{name: f"coalesce(sum({amount}) FILTER (WHERE {when}), 0)" for name, (when, amount) in _WHEN.items()},
    "end_mrr": "sum(mrr_end)",
}
_NAMES = {"start_mrr": "start", "end_mrr": "end"}


def movements(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    grain: str | None = "month",
    by: str | Sequence[str] | None = None,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """MRR movements: period, <by>, start, new, reactivation, expansion, contraction, churn, end, complete.

    end = start + new + reactivation + expansion - contraction - churn in every row. A period compares its own two ends
    (the as-of instant where it is not over), customer by customer; a customer stands in the segment it was in at the
    start. grain None: the whole range, `period` null. A period that begins after the data end (those of a stale table
    end before the as-of instant) has no row. Raises NotComputableError without recurring revenue, QueryError.
    """
    asked = settle(con, Slice.of(grain, by, where, since, until), settings, as_of)
    question = asked.question(asked.slice.by)
    statement = _statement(asked.available.info, question)
    cells = con.execute(statement.text, statement.values).df()
    keys = {f"b{i}": name for i, name in enumerate(asked.slice.by, start=1)}
    for key in keys:
        cells[key] = cells[key].astype(object).where(cells[key].notna(), None)
    # a period without a single customer has its row of zeros too
    seen = cells[list(keys)].drop_duplicates() if keys else pd.DataFrame(index=[0])
    reach = question.reach(OPENING)
    begun = [number for number, period in asked.periods.items() if period.start < reach]
    frame = seen.merge(pd.DataFrame({"pno": begun}, dtype="int64"), how="cross")
    frame = frame.merge(cells.drop(columns="seg"), how="left", on=["pno", *keys])
    frame[list(_MEASURES)] = frame[list(_MEASURES)].astype("float64").fillna(0.0)
    starts = {number: None if grain is None else period.start for number, period in asked.periods.items()}
    frame["period"] = pd.to_datetime(frame["pno"].map(starts)).astype("datetime64[us]")
    frame["complete"] = [asked.periods[number].complete(reach) for number in frame["pno"]]
    frame = frame.rename(columns={**keys, **_NAMES})
    order = frame[list(keys.values())].map(lambda v: (v is None, str(v))) if keys else pd.DataFrame(index=frame.index)
    frame = frame.iloc[order.assign(pno=frame["pno"]).sort_values(["pno", *order]).index]
    return frame[["period", *keys.values(), "start", *MOVES, "end", "complete"]].reset_index(drop=True)


def movements_sql(
    con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, *, grain: str | None = "month", **more: Any
) -> str:
    """The statement behind `movements` (same arguments), runnable as it stands on the version's file."""
    asked = settle(con, Slice.of(grain, **more), settings, as_of)
    statement = _statement(asked.available.info, asked.question(asked.slice.by))
    return inline(statement.text, statement.values)


def _statement(info: Mapping[str, str], question: Question) -> Statement:
    if not info.get("money_source"):
        needs = ("subscriptions.amount", "mrr_snapshots.mrr", "invoices.amount")
        raise NotComputableError(
            f"MRR movements are not computable: they need {', '.join(needs[:-1])} or {needs[-1]}.", needs
        )
    for name in question.by:
        if not question.knows(name, OPENING):
            raise QueryError(f"MRR movements cannot be split by '{name}': it belongs to other rows.")
    writer = Writer(question)
    base = writer.base(OPENING, "TRUE")
    cells = writer.cells(base, _MEASURES, "cells")
    return writer.statement(f"SELECT * FROM {cells} WHERE pno >= 0 ORDER BY pno", ())
