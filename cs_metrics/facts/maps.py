"""Who was active in which period, a bit a period: what most retention triangles are counted from.

`fact_activity_<table>_<unit>_<grain>`: a customer (or user) with the numbers of its first and last active period, and
`bits`: bit k is set where it was active k periods after its first, for k up to 62. One word serves every triangle of
first cohorts that people look at; whatever it cannot answer is counted from the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb

from cs_metrics.facts.clock import Clock
from cs_metrics.sql import literal

GRAINS = ("week", "month", "quarter")
BITS = 63
_EVENTS = "SELECT {unit} AS unit, customer_id, first_at AS happened_at FROM fact_user_day"
# (table, unit) -> its rows: unit, customer_id, happened_at (local)
SOURCES = {
    ("orders", "customers"): "SELECT customer_id AS unit, customer_id, ordered_at AS happened_at FROM fact_order_line",
    ("events", "customers"): _EVENTS.format(unit="customer_id"),
    ("events", "users"): _EVENTS.format(unit="user_id"),
}


def name(table: str, unit: str, grain: str, settings: Mapping[str, Any]) -> str:
    """The map's table; weeks and quarters of another calendar have another name, and so are never mistaken."""
    tag = {"week": f"_{settings['week_starts']}", "quarter": f"_{settings['fiscal_year_starts']}"}.get(grain, "")
    return f"fact_activity_{table}_{unit}_{grain}{tag}"


def build(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: datetime) -> None:
    """Build the maps of orders and events up to `as_of` (local), after the facts that they are counted from."""
    for table, unit in SOURCES:
        for grain in GRAINS:
            con.execute(
                f"CREATE OR REPLACE TABLE {name(table, unit, grain, settings)} AS "
                f"{_sql(SOURCES[table, unit], Clock(grain, settings), as_of)}"
            )


def _sql(rows: str, clock: Clock, as_of: datetime) -> str:
    return f"""
        WITH seen AS (
            SELECT unit, {clock.number_sql("happened_at")} AS p, min(happened_at) AS happened_at,
                   arg_min(customer_id, happened_at) AS customer_id
            FROM ({rows}) AS a WHERE unit IS NOT NULL AND happened_at < {literal(as_of)} GROUP BY 1, 2),
        ends AS (
            SELECT unit, min(p) AS first_p, max(p) AS last_p, min(happened_at) AS first_at,
                   arg_min(customer_id, happened_at) AS customer_id FROM seen GROUP BY unit)
        SELECT e.unit, e.customer_id, e.first_at, e.first_p, e.last_p,
               bit_or(CASE WHEN s.p - e.first_p < {BITS} THEN CAST(1 AS BIGINT) << CAST(s.p - e.first_p AS INTEGER)
                      ELSE 0 END) AS bits
        FROM ends AS e JOIN seen AS s ON s.unit = e.unit GROUP BY 1, 2, 3, 4, 5"""
