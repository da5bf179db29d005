"""Binding every form of every KPI against a version, so that a typo in a column fails before a person meets it."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from cs_metrics.kpis.ask import settle
from cs_metrics.kpis.catalogue import CATALOGUE
from cs_metrics.kpis.compile import Statement, compile_cells, compile_formula, compile_items
from cs_metrics.kpis.model import KPI
from cs_metrics.kpis.slice import Slice


def check(con: duckdb.DuckDBPyConnection, kpis: Iterable[KPI] | None = None) -> list[tuple[str, str]]:
    """Return (kpi id, what DuckDB says) for each KPI that does not bind; an empty version is enough."""
    asked = settle(con, Slice(grain="month", by=("customer_id",), since="2026-01-01", until="2026-03-01"))
    problems = []
    for kpi in CATALOGUE.values() if kpis is None else kpis:
        try:
            for form in kpi.every_form:
                question = asked.question(asked.slice.by)
                statements: list[Statement] = []
                if form.over is None:
                    statements.append(compile_formula(question, form, False))
                else:
                    statements.append(compile_cells(question, [form], False))
                if form.item:
                    statements.append(compile_items(asked.question(asked.slice.by), form, False))
                for statement in statements:
                    con.execute(f"EXPLAIN {statement.text}", statement.values)
        except (duckdb.Error, KeyError) as error:
            problems.append((kpi.id, str(error).splitlines()[0]))
    return problems
