"""Rows whose customer is in no customer table: how many, of whom, and the revenue that hangs on them."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pandas as pd

from cs_metrics.schema import TABLES
from cs_metrics.sql import literal, quote

TABLES_OF_ROWS = tuple(
    t.name for t in TABLES.values() if t.name != "customers" and any(c.name == "customer_id" for c in t.columns)
)
_STAKES = (
    "SELECT customer_id, sum(mrr) AS mrr, sum(orders) AS orders FROM ("
    "SELECT customer_id, mrr, NULL AS orders FROM fact_mrr_step WHERE begins < $as_of AND ends >= $as_of "
    "UNION ALL SELECT customer_id, NULL, amount FROM fact_order WHERE ordered_at < $as_of) "
    "WHERE customer_id IS NOT NULL GROUP BY customer_id"
)
_KNOWN = "SELECT customer_id FROM customers WHERE customer_id IS NOT NULL"


def stakes(con: duckdb.DuckDBPyConnection, as_of: datetime) -> pd.DataFrame:
    """Return what hangs on each customer: customer_id, mrr (where the data end), orders (the value of all its orders,
    less refunds); null where it has none."""
    return con.execute(
        f"SELECT customer_id, CAST(mrr AS DOUBLE) AS mrr, CAST(orders AS DOUBLE) AS orders FROM ({_STAKES})",
        {"as_of": as_of},
    ).df()


def report(con: duckdb.DuckDBPyConnection, as_of: datetime) -> pd.DataFrame:
    """Return one row a table with rows of customers that the customers table does not have, the most rows first:
    table, rows, customers, all_rows (of the table), mrr, orders (of these customers, as in `stakes`). Empty where no
    customer table is loaded."""
    return con.execute(
        f"WITH stakes AS ({_STAKES}), lost AS ({_lost()}) "
        'SELECT "table", CAST(sum(rows) AS BIGINT) AS rows, count(*) AS customers, any_value(all_rows) AS all_rows, '
        "CAST(sum(mrr) AS DOUBLE) AS mrr, CAST(sum(orders) AS DOUBLE) AS orders "
        "FROM lost LEFT JOIN stakes USING (customer_id) GROUP BY 1 ORDER BY rows DESC, 1",
        {"as_of": as_of},
    ).df()


def customers(con: duckdb.DuckDBPyConnection, as_of: datetime) -> pd.DataFrame:
    """Return one row a table and unknown customer, the most at stake first: table, customer_id, rows, file and row
    (where the first stands), mrr, orders."""
    name = "CASE WHEN s.sheet IS NULL OR s.sheet = '' THEN s.file ELSE s.file || ' / ' || s.sheet END"
    return con.execute(
        f"WITH stakes AS ({_STAKES}), lost AS ({_lost()}) "
        f'SELECT l."table", l.customer_id, l.rows, {name} AS file, l.first_row AS row, CAST(mrr AS DOUBLE) AS mrr, '
        "CAST(orders AS DOUBLE) AS orders FROM lost AS l LEFT JOIN stakes USING (customer_id) "
        "LEFT JOIN _sources AS s ON s.source = l.first_source "
        'ORDER BY mrr DESC NULLS LAST, orders DESC NULLS LAST, l.rows DESC, l."table", l.customer_id',
        {"as_of": as_of},
    ).df()


def _lost() -> str:
    parts = [
        f'SELECT {literal(table)} AS "table", customer_id, count(*) AS rows, min(_source) AS first_source, '
        f"arg_min(_row, struct_pack(s := _source, r := _row)) AS first_row, "
        f"(SELECT count(*) FROM {quote(table)}) AS all_rows FROM {quote(table)} "
        f"WHERE customer_id IS NOT NULL AND customer_id NOT IN ({_KNOWN}) AND EXISTS ({_KNOWN}) GROUP BY customer_id"
        for table in TABLES_OF_ROWS
    ]
    return " UNION ALL ".join(parts)
