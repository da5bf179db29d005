"""Who is behind a cell of a retention triangle, with the row of the file that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.cohorts import money, triangle
from cs_metrics.analysis.cohorts.question import Question
from cs_metrics.analysis.cohorts.retention import DEFAULTS, asked_of
from cs_metrics.errors import QueryError
from cs_metrics.periods import instant

_PROVES = {
    "on": "{k} = {low}",
    "streak": "{k} = {low}",
    "on_or_after": "{k} >= {low}",
    "on_or_before": "{k} >= 1 AND {k} <= {low}",
    "brackets": "{k} >= {low} AND {k} <= {high}",
}
_SAME = "{0}.unit = c.unit AND {0}.c = c.c"


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

    `cohort`: the cell's, a period's start or an attribute's value, or a list of them: their cells together; `cohorts`:
    what `retention` calls `cohort` ("first", "every" or an attribute); `by_values`: the cell's breakdown values; the
    rest as for `retention`.

    Columns: unit, customer_id, started, returned (first row that counts in the cell; empty for k = 0 and those who did
    not come back), rows (how many count), retained, _source, _row (of the row that returned, else that started). With
    `value` "revenue" or "quantity" also amount and base: what the member brought in the cell, and in k = 0; over
    retained=None they sum to the cell's.
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
    several = list(cohort) if isinstance(cohort, list | tuple) else [cohort]
    if asked.by_attribute:
        rows = [f"k.cohort IS NOT DISTINCT FROM {made.params.add(each)}" for each in several]
    else:
        rows = [f"k.cohort = {asked.clock.number(instant(each, 'cohort'))}" for each in several]
    picked.append(f"({' OR '.join(rows) or 'FALSE'})")
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
    made.ctes.append(("proof", _proof(asked, made, *steps[k])))
    amounts = joined = ""
    if asked.value != "units":
        made.ctes.append(("brought", money.of_cell(asked, *steps[k])))
        amounts, joined = ", e.amount, e.base", f" LEFT JOIN brought AS e ON {_SAME.format('e')}"
    text, bound = made.query(
        f"SELECT c.unit, c.customer_id, c.s AS started, p.returned, CAST(coalesce(p.times, 0) AS BIGINT) AS rows, "
        f"c.retained, coalesce(p._source, c._source) AS _source, coalesce(p._row, c._row) AS _row{amounts} "
        f"FROM cell AS c LEFT JOIN proof AS p ON {_SAME.format('p')}{joined} ORDER BY c.s, c.unit, c.c"
    )
    return con.execute(text, bound).df()


def _proof(asked: Question, made: triangle.Plan, low: int, high: int) -> str:
    """The rows that bring those who came back into the cell: how many, and the first of them."""
    inside = _PROVES[asked.kind].format(k="h.k", low=low, high=high)
    order = "struct_pack(happened_at := h.happened_at, _source := h._source, _row := h._row)"
    rows = triangle.hits(asked, "cell", "a.happened_at, a._source, a._row", made.last)
    return (
        f"SELECT h.unit, h.c, min(h.happened_at) AS returned, count(*) AS times, "
        f"arg_min(h._source, {order}) AS _source, arg_min(h._row, {order}) AS _row FROM ({rows}) AS h "
        f"JOIN counting AS n ON n.unit = h.unit AND n.c = h.c AND n.k = h.k "
        f"JOIN cell AS c ON c.unit = h.unit AND c.c = h.c AND c.retained "
        f"WHERE {low} > 0 AND {inside} GROUP BY h.unit, h.c"
    )
