"""Each customer's movements of recurring revenue, with the rows of the files behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.revenue.flows import AMOUNTS, ASIDE, COLUMNS, MOVES, flows
from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.kpis.ask import Asked, settle
from cs_metrics.kpis.relations.states import OPENING
from cs_metrics.kpis.rows import shown
from cs_metrics.kpis.slice import Slice
from cs_metrics.periods import at, check_grain


def ledger(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    grain: str | None = "month",
    by: str | Sequence[str] | None = None,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
    period: Any = None,
    move: str | None = None,
    segment: Mapping[str, Any] | None = None,
    limit: int | None = None,
) -> pd.DataFrame:
    """Each customer's movements: period, <by>, customer_id, start, new, reactivation, expansion, contraction, churn,
    end, complete, rounding, moved_in, moved_out, _source, _row, _rows.

    Summed by period and segment they are `movements` (same arguments), to the cent. A row is a customer that paid at
    an end of the period, the largest change first; _rows are all rows of the files that hold in the period, _source
    and _row the latest of them. `period`: only the period of `grain` in which it lies. `move`: only rows with such a
    movement. `segment`: only that one, {"region": "EU"}; a missing value is None. Raises QueryError,
    NotComputableError.
    """
    if move is not None and move not in AMOUNTS:
        raise QueryError(f"There is no movement '{move}'. {did_you_mean(move, AMOUNTS)}".rstrip())
    asked = settle(con, Slice.of(grain, by, where, since, until), settings, as_of)
    if period is not None:
        only = at(period, check_grain(grain or "month"), asked.settings)
        asked = replace(asked, periods={n: p for n, p in asked.periods.items() if p == only})
    for name in segment or {}:
        if name not in asked.slice.by:
            raise QueryError(f"A segment names '{name}', by which nothing is split. Split by it, or filter by it.")
    return told(con, asked, _read(con, asked, move, segment or {}, limit))


def _read(
    con: duckdb.DuckDBPyConnection, asked: Asked, move: str | None, segment: Mapping[str, Any], limit: int | None
) -> pd.DataFrame:
    found = flows(asked, rows=True)
    params = found.question.params
    amounts = [COLUMNS[name] for name in AMOUNTS]
    conditions = ["pno >= 0", f"({' OR '.join(f'{c} <> 0' for c in amounts)})"]
    conditions += [f"{COLUMNS[move]} <> 0"] if move else []
    for name, value in segment.items():
        column = f"b{asked.slice.by.index(name) + 1}"
        wanted = params.add(None if value is None else str(value))
        conditions.append(f"CAST({column} AS VARCHAR) IS NOT DISTINCT FROM CAST({wanted} AS VARCHAR)")
    size = f"abs({COLUMNS[move]})" if move else "abs(end_mrr - start_mrr)"
    order = ", ".join(["pno", f"{size} DESC", "greatest(start_mrr, end_mrr) DESC", "customer_id"])
    text = (
        f"SELECT * FROM {found.name} WHERE {' AND '.join(conditions)} ORDER BY {order}"
        + (f" LIMIT {int(limit)}" if limit else "")
    )  # fmt: skip
    statement = found.writer.statement(text, ())
    return con.execute(statement.text, statement.values).df()


def told(con: duckdb.DuckDBPyConnection, asked: Asked, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `flows` as a ledger says them: periods by their start, files by their name."""
    reach = asked.question(asked.slice.by).reach(OPENING)
    starts = {n: None if asked.slice.grain is None else p.start for n, p in asked.periods.items()}
    period = pd.to_datetime(frame["pno"].map(starts)).astype("datetime64[us]")
    complete = [asked.periods[n].complete(reach) for n in frame["pno"]]
    named = frame.rename(columns={column: name for name, column in COLUMNS.items()})
    for name in AMOUNTS:
        named[name] = named[name].astype("float64")
    for number in range(1, len(asked.slice.by) + 1):
        named[f"b{number}"] = named[f"b{number}"].astype(object).where(named[f"b{number}"].notna(), None)
    named = shown(con, asked, named)
    named = named.loc[:, ~named.columns.duplicated()]  # split by customer_id, it stands there twice
    named["period"], named["complete"] = period, complete
    tail = ["_source", "_row", "_rows", *(["_changed"] if "_changed" in named else [])]
    head = dict.fromkeys(("period", *asked.slice.by, "customer_id"))
    return named[[*head, "start", *MOVES, "end", "complete", *ASIDE, *tail]]
