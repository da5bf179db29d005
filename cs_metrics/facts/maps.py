"""Who was active in which period, a bit a period: what most retention triangles are counted from.

`fact_activity_<table>_<unit>` has one row a customer (or user): when it was first active, and for week, month and
quarter the numbers of its first and last active period and `bits`: bit k is set where it was active k periods after its
first, for k up to 62. One word serves every triangle of first cohorts that people look at; whatever it cannot answer is
counted from the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb

from cs_metrics.facts.clock import Clock
from cs_metrics.facts.model import local
from cs_metrics.sql import literal

GRAINS = ("week", "month", "quarter")
BITS = 63
# (table, unit) -> its rows: unit, happened_at ({ordered_at}: an order's line, local); a day's first event stands for it
SOURCES = {
    ("orders", "customers"): "SELECT customer_id AS unit, {ordered_at} AS happened_at FROM orders",
    ("events", "customers"): "SELECT customer_id AS unit, first_at AS happened_at FROM fact_user_day",
    ("events", "users"): "SELECT user_id AS unit, first_at AS happened_at FROM fact_user_day",
}


def name(table: str, unit: str) -> str:
    """The map's table."""
    return f"fact_activity_{table}_{unit}"


def prefix(grain: str, settings: Mapping[str, Any]) -> str:
    """How a grain's columns begin; those of another calendar begin otherwise, and so are never mistaken."""
    tag = {"week": f"_{settings['week_starts']}", "quarter": f"_{settings['fiscal_year_starts']}"}.get(grain, "")
    return f"{grain}{tag}"


def build(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: datetime) -> None:
    """Build the maps of orders and events up to `as_of` (local), after the facts that they are counted from."""
    for (table, unit), source in SOURCES.items():
        rows = source.format(ordered_at=local("ordered_at", settings))
        con.execute(f"CREATE OR REPLACE TABLE {name(table, unit)} AS {_sql(rows, settings, as_of)}")


def _sql(rows: str, settings: Mapping[str, Any], as_of: datetime) -> str:
    firsts, columns = "", ""
    for grain in GRAINS:
        clock, own = Clock(grain, settings), prefix(grain, settings)
        firsts += f", {clock.number_sql('first_at')} AS {own}_first, {clock.number_sql('last_at')} AS {own}_last"
        k = f"({clock.number_sql('a.happened_at')} - s.{own}_first)"
        columns += (
            f", any_value(s.{own}_first) AS {own}_first, any_value(s.{own}_last) AS {own}_last, "
            f"bit_or(CASE WHEN {k} < {BITS} THEN CAST(1 AS BIGINT) << CAST({k} AS INTEGER) ELSE 0 END) AS {own}_bits"
        )
    return f"""
        WITH acts AS (SELECT unit, happened_at FROM ({rows}) AS x
                      WHERE unit IS NOT NULL AND happened_at < {literal(as_of)}),
        ends AS (SELECT unit, min(happened_at) AS first_at, max(happened_at) AS last_at FROM acts GROUP BY unit),
        numbered AS (SELECT *{firsts} FROM ends)
        SELECT s.unit, any_value(s.first_at) AS first_at{columns}
        FROM numbered AS s JOIN acts AS a ON a.unit = s.unit GROUP BY s.unit"""
