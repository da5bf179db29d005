"""The history of customers' attributes: what a new upload of customers changes is kept with the value before."""

from __future__ import annotations

from datetime import datetime

import duckdb

from cs_metrics.sql import quote
from cs_metrics.workspace.publish.tables import OWN
from cs_metrics.workspace.store.database import first_row

# What says who a customer is and when it lived has no history: a correction is a correction.
NO_HISTORY = frozenset({"customer_id", "signed_up_on", "churned_on", "churn_reason", "name", *OWN})


def create(con: duckdb.DuckDBPyConnection, from_old: bool) -> None:
    """Make `customer_attributes`, with the history that the earlier version (attached as `old`) knew."""
    con.execute(
        "CREATE TABLE customer_attributes(customer_id VARCHAR, attribute VARCHAR, value VARCHAR, valid_from TIMESTAMP, "
        "origin VARCHAR)"
    )
    if from_old:
        con.execute("INSERT INTO customer_attributes BY NAME SELECT * FROM old.customer_attributes")


def remember(con: duckdb.DuckDBPyConnection, customers: str = "SELECT * FROM customers") -> None:
    """Keep the customers as they are known now (the rows of a SELECT), to compare with once a load is in."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE customers_before AS {customers}")


def record(con: duckdb.DuckDBPyConnection, happened_at: datetime, origin: str | None = None) -> None:
    """Write down every attribute that differs from what `remember` kept: the old value from the beginning (where
    nothing was known yet), the new one from `happened_at`. A value that was or becomes null is no change: the first
    known value holds for the time before it, and a file that no longer has a value does not deny it. A row's own
    `valid_from` goes before `happened_at`. `origin`: whose history it is (see `told`); None: that of no one file.
    Does nothing when nothing was remembered."""
    kept = first_row(con, "SELECT 1 FROM duckdb_tables() WHERE table_name = 'customers_before'")
    if kept is None:
        return
    moment = "CAST(c.valid_from AS TIMESTAMP)" if _has_own_dates(con) else "CAST(NULL AS TIMESTAMP)"
    before = {r[0] for r in con.execute("SELECT column_name FROM (DESCRIBE customers_before)").fetchall()}
    columns = [r[0] for r in con.execute("SELECT column_name FROM (DESCRIBE customers)").fetchall()]
    for column in columns:
        if column in NO_HISTORY or column not in before:
            continue
        changed = (
            f"SELECT b.customer_id, any_value(CAST(b.{quote(column)} AS VARCHAR)) AS was, "
            f"any_value(CAST(c.{quote(column)} AS VARCHAR)) AS is_now, "
            f"coalesce(any_value({moment}), CAST($1 AS TIMESTAMP)) AS since FROM customers_before AS b "
            f"JOIN customers AS c ON c.customer_id = b.customer_id "
            f"WHERE b.{quote(column)} <> c.{quote(column)} GROUP BY b.customer_id"
        )
        con.execute(f"CREATE OR REPLACE TEMP TABLE changed AS {changed}", [happened_at])
        con.execute(
            "INSERT INTO customer_attributes SELECT customer_id, $1, was, TIMESTAMP '-infinity', $2 FROM changed "
            "WHERE customer_id NOT IN (SELECT customer_id FROM customer_attributes WHERE attribute = $1 "
            "AND (origin IS NULL OR $2 IS NULL OR origin = $2))",
            [column, origin],
        )
        con.execute(
            "DELETE FROM customer_attributes AS known USING changed WHERE known.attribute = $1 "
            "AND known.valid_from = changed.since AND known.customer_id = changed.customer_id "
            "AND (known.origin IS NULL OR $2 IS NULL OR known.origin = $2)",
            [column, origin],
        )
        con.execute(
            "INSERT INTO customer_attributes SELECT customer_id, $1, is_now, since, $2 FROM changed", [column, origin]
        )
    con.execute("DROP TABLE IF EXISTS changed")
    con.execute("DROP TABLE customers_before")


def from_own_dates(con: duckdb.DuckDBPyConnection) -> None:
    """Customers files that carry `valid_from` themselves: each row is a state; all but the latest become history."""
    if not _has_own_dates(con):
        return
    columns = [r[0] for r in con.execute("SELECT column_name FROM (DESCRIBE customers)").fetchall()]
    dated = "SELECT customer_id FROM customers GROUP BY customer_id HAVING count(*) > 1 AND count(valid_from) > 1"
    for column in columns:
        if column in NO_HISTORY or column.lower() in ("valid_from", "valid_to"):
            continue
        con.execute(
            f"INSERT INTO customer_attributes SELECT customer_id, $1, CAST({quote(column)} AS VARCHAR), "
            f"CAST(valid_from AS TIMESTAMP), (SELECT o.origin FROM _origins AS o WHERE o.source = customers._source) "
            f"FROM customers WHERE customer_id IN ({dated}) "
            f"AND {quote(column)} IS NOT NULL AND valid_from IS NOT NULL",
            [column],
        )
    con.execute(
        "DELETE FROM customers WHERE rowid IN (SELECT rowid FROM customers QUALIFY row_number() OVER "
        "(PARTITION BY customer_id ORDER BY valid_from DESC NULLS LAST, _source DESC, _row DESC) > 1 "
        "AND count(valid_from) OVER (PARTITION BY customer_id) > 1)"
    )


def _has_own_dates(con: duckdb.DuckDBPyConnection) -> bool:
    types = dict(con.execute("SELECT lower(column_name), column_type FROM (DESCRIBE customers)").fetchall())
    return types.get("valid_from") in ("DATE", "TIMESTAMP")
