"""What moved recurring revenue: new, reactivation, expansion, contraction, churn, between the two ends of a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.revenue.flows import AMOUNTS, ASIDE, COLUMNS, MOVES, flows
from cs_metrics.kpis.ask import Asked, settle
from cs_metrics.kpis.compile import Statement
from cs_metrics.kpis.relations.states import OPENING
from cs_metrics.kpis.slice import Slice
from cs_metrics.sql import inline


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
    """MRR movements: period, <by>, start, new, reactivation, expansion, contraction, churn, end, complete, rounding,
    moved_in, moved_out.

    end = start + new + reactivation + expansion - contraction - churn + rounding in every row; `rounding` is what
    differences of under half a cent a customer, which are no movement, come to. A period compares its own two ends
    (the as-of instant where it is not over), customer by customer; a customer stands in the segment it was in at the
    start. Who stands in another one when the next period starts is `moved_out` of this and `moved_in` to that one:
    the next start is end + moved_in - moved_out. grain None: the whole range, `period` null. A period that begins
    after the data end (those of a stale table end before the as-of instant) has no row. Raises NotComputableError
    without recurring revenue, QueryError.
    """
    asked = settle(con, Slice.of(grain, by, where, since, until), settings, as_of)
    statement = _statement(asked)
    cells = con.execute(statement.text, statement.values).df()
    keys = {f"b{i}": name for i, name in enumerate(asked.slice.by, start=1)}
    for key in keys:
        cells[key] = cells[key].astype(object).where(cells[key].notna(), None)
    # a period without a single customer has its row of zeros too
    seen = cells[list(keys)].drop_duplicates() if keys else pd.DataFrame(index=[0])
    reach = asked.question(asked.slice.by).reach(OPENING)
    begun = [number for number, period in asked.periods.items() if period.start < reach]
    frame = seen.merge(pd.DataFrame({"pno": begun}, dtype="int64"), how="cross")
    frame = frame.merge(cells, how="left", on=["pno", *keys])
    frame = frame.rename(columns={column: name for name, column in COLUMNS.items()} | keys)
    frame[list(AMOUNTS)] = frame[list(AMOUNTS)].astype("float64").fillna(0.0)
    starts = {number: None if grain is None else period.start for number, period in asked.periods.items()}
    frame["period"] = pd.to_datetime(frame["pno"].map(starts)).astype("datetime64[us]")
    frame["complete"] = [asked.periods[number].complete(reach) for number in frame["pno"]]
    order = frame[list(keys.values())].map(lambda v: (v is None, str(v))) if keys else pd.DataFrame(index=frame.index)
    frame = frame.iloc[order.assign(pno=frame["pno"]).sort_values(["pno", *order]).index]
    return frame[["period", *keys.values(), "start", *MOVES, "end", "complete", *ASIDE]].reset_index(drop=True)


def lost_at_once(frame: pd.DataFrame) -> bool:
    """Return whether all churn of several periods of `movements` (without `by`) fell in the last that had revenue,
    there took a tenth of it or more, and none in the three or more before: the file may not say when who left."""
    paying = frame[frame["start"] > 0]
    share = (paying["churn"] / paying["start"]).to_numpy()
    return len(share) > 3 and bool(share[-1] >= 0.1) and not share[:-1].any()


def movements_sql(
    con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, *, grain: str | None = "month", **more: Any
) -> str:
    """The statement behind `movements` (same arguments), runnable as it stands on the version's file."""
    asked = settle(con, Slice.of(grain, **more), settings, as_of)
    statement = _statement(asked)
    return inline(statement.text, statement.values)


def _statement(asked: Asked) -> Statement:
    found = flows(asked)
    keys = ", ".join(["pno", *found.writer.breakdown])
    sums = ", ".join(f"sum({column}) AS {column}" for column in COLUMNS.values())
    return found.writer.statement(
        f"SELECT {keys}, {sums} FROM {found.name} WHERE pno >= 0 GROUP BY {keys} ORDER BY pno", ()
    )
