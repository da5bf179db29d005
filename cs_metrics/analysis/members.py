"""Who is behind a cell of a retention triangle, with the row of the file that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis import triangle
from cs_metrics.analysis.question import Question
from cs_metrics.analysis.retention import DEFAULTS, asked_of
from cs_metrics.errors import QueryError
from cs_metrics.periods import instant

_PROVES = {
    "on": "{k} = {low}",
    "streak": "{k} = {low}",
    "on_or_after": "{k} >= {low}",
    "on_or_before": "{k} >= 1 AND {k} <= {low}",
    "brackets": "{k} >= {low} AND {k} <= {high}",
}


def members(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    cohort: Any,
    k: int,
    retained: bool | None = True,
    by_values: Mapping[str, Any] | None = None,
    cohorts: str = "first",
    **words: Any,
) -> pd.DataFrame:
    """The members of one cell: as many rows as the cell's `retained` (True), eligible less retained (False), or
    `eligible` (None).

    `cohort`: the cell's, a period's start or an attribute's value; `cohorts`: what `retention` calls `cohort` ("first",
    "every" or an attribute); `by_values`: the cell's breakdown values; the rest as for `retention`.

    Columns: unit, customer_id, started, returned (first row that counts in the cell; empty for k = 0 and those who did
    not come back), rows (how many count), retained, _source, _row (of the row that returned, else that started).
    """
    known, asked = asked_of(con, settings, as_of, DEFAULTS | words | {"cohort": cohorts})
    steps = {0: (0, 0)} | {number: (low, high) for number, low, high in asked.steps}
    if k not in steps:
        raise QueryError(f"Retention has no cell k = {k!r}; k goes from 0 to {max(steps)}.")
    values = dict(by_values or {})
    if set(values) != set(asked.by):
        raise QueryError(f"A cell broken down by {', '.join(asked.by) or 'nothing'} needs a value for each, no other.")
    made = triangle.plan(con, known, asked)
    picked = [f"k.{made.by[name]} IS NOT DISTINCT FROM {made.params.add(value)}" for name, value in values.items()]
    if asked.by_attribute:
        picked.append(f"k.cohort IS NOT DISTINCT FROM {made.params.add(cohort)}")
    else:
        picked.append(f"k.cohort = {asked.clock.number(instant(cohort, 'cohort'))}")
    if k:
        picked.append(f"k.reach >= {k}")
    came = "TRUE" if k == 0 else "r.unit IS NOT NULL"
    if retained is not None:
        picked.append(came if retained else f"NOT ({came})")
    cell = (
        f"SELECT k.unit, k.c, k.s, k.customer_id, k._source, k._row, {came} AS retained FROM kept AS k "
        f"LEFT JOIN (SELECT DISTINCT unit, c FROM ranges WHERE low <= {k} AND high >= {k}) AS r "
        f"ON r.unit = k.unit AND r.c = k.c WHERE {' AND '.join(picked)}"
    )
    made.ctes.append(("cell", cell))
    made.ctes.append(("proof", _proof(asked, *steps[k])))
    text, bound = made.query(
        "SELECT c.unit, c.customer_id, c.s AS started, p.returned, CAST(coalesce(p.times, 0) AS BIGINT) AS rows, "
        "c.retained, coalesce(p._source, c._source) AS _source, coalesce(p._row, c._row) AS _row "
        "FROM cell AS c LEFT JOIN proof AS p ON p.unit = c.unit AND p.c = c.c ORDER BY c.s, c.unit"
    )
    return con.execute(text, bound).df()


def _proof(asked: Question, low: int, high: int) -> str:
    """The rows that bring those who came back into the cell: how many, and the first of them."""
    step = "a.p - c.c" if asked.calendar else asked.clock.elapsed_sql("c.s", "a.happened_at")
    inside = _PROVES[asked.kind].format(k="k", low=low, high=high)
    order = "struct_pack(happened_at := happened_at, _source := _source, _row := _row)"
    rows = (
        f"SELECT c.unit, c.c, {step} AS k, a.happened_at, a._source, a._row FROM cell AS c "
        f"JOIN acts AS a ON a.unit = c.unit AND a.backs AND a.happened_at >= c.s WHERE c.retained"
    )
    if asked.calendar:
        rows = rows.replace("AND a.happened_at >= c.s", "AND a.p >= c.c")
    return (
        f"SELECT unit, c, min(happened_at) AS returned, count(*) AS times, arg_min(_source, {order}) AS _source, "
        f"arg_min(_row, {order}) AS _row FROM ({rows}) AS a WHERE {low} > 0 AND {inside} GROUP BY unit, c"
    )
