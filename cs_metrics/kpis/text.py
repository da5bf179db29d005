"""The SQL that answers a KPI, runnable as it stands: the same compiler, its values written as literals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from cs_metrics.kpis.ask import Asked, check_names, find, form_of, settle
from cs_metrics.kpis.compile import Statement, compile_cells, compile_formula, compile_items
from cs_metrics.kpis.model import KPI, Form
from cs_metrics.kpis.slice import Slice
from cs_metrics.sql import inline, literal, quote


def sql(
    con: duckdb.DuckDBPyConnection,
    kpi_id: str,
    slice_: Slice | None = None,
    settings: Mapping[str, Any] | None = None,
    as_of: Any = None,
    own: Mapping[str, KPI] | None = None,
) -> str:
    """Return one SELECT over the version's tables: period, <by...>, (item,) value, numerator, denominator, n.

    It gives what `compute` gives, without the periods and segments in which there is nothing to count. `period` is
    null for the whole range, `item` for the whole of a KPI that has items.
    """
    asked = settle(con, slice_ or Slice(), settings, as_of)
    form = form_of(find(kpi_id, own), asked.available)
    check_names(asked, [form])
    return form_sql(asked, form)


def form_sql(asked: Asked, form: Form) -> str:
    """Return the SQL of one form of a KPI for a settled question."""
    by = asked.slice.by
    if form.over is None:
        cells = compile_formula(asked.question(by), form, False)
    else:
        cells = compile_cells(asked.question(by), [form], False, spread=False)
    whole = _shown(asked, cells, bool(form.item))
    if not form.item:
        return whole
    items = _shown(asked, compile_items(asked.question(by), form, False, spread=False))
    return f"SELECT * FROM (\n{whole})\nUNION ALL\nSELECT * FROM (\n{items})"


def _shown(asked: Asked, statement: Statement, whole_of_items: bool = False) -> str:
    """Return the statement with its values inlined, and its cells named as a reader knows them."""
    starts = " ".join(
        f"WHEN {number} THEN {literal(period.start)}" for number, period in asked.periods.items() if number > 0
    )
    period = f"CASE pno {starts} END" if starts else "CAST(NULL AS TIMESTAMP)"
    columns = [f"{period} AS period", *(f"b{i} AS {quote(name)}" for i, name in enumerate(statement.by, start=1))]
    if statement.items or whole_of_items:
        columns.append("item" if statement.items else "CAST(NULL AS VARCHAR) AS item")
    columns += [f"v0_{name} AS {name}" for name in ("value", "numerator", "denominator", "n")]
    text = inline(statement.text, statement.values)
    return f"SELECT {', '.join(columns)} FROM (\n{text}) AS cells WHERE pno >= 0"
