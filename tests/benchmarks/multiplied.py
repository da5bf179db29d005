"""The sample company many times over: every table, a few rows a customer, so that every KPI is computable of it."""

from __future__ import annotations

from pathlib import Path

import duckdb

from cs_metrics import facts, lockdown
from cs_metrics.periods import instant
from cs_metrics.schema import TABLES, Table, Type
from cs_metrics.sql import literal, quote
from cs_metrics.workspace.publish.describe import read_meta

# so many rows of a customer are taken of each table; sessions and habits show only in more events
MOST, MOST_EVENTS = 4, 12
FILE = "company.duckdb"
_WHOSE = {"customer_id", "referrer_customer_id", "unit"}
_IDS = {c.name for table in TABLES.values() for c in table.columns if c.type is Type.ID}
_IDS |= {"_id", "unit", "cluster", "respondent", "order_key", "review_key"}
_ACCOUNT = ("_sources", "_columns", "_meta", "customer_attributes")


def multiply(sample: Path, folder: Path, customers: int) -> duckdb.DuckDBPyConnection:
    """Return a version file with at least so many customers, without its facts, under the app's own
    limits ($CS_METRICS_MEMORY_LIMIT raises them). Every id ends in its copy's number."""
    folder.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(str(folder / FILE), config=lockdown.config())
    con.execute(f"ATTACH {literal(str(sample))} AS one (READ_ONLY)")
    for name in _ACCOUNT:
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM one.{name}")
    own = con.execute("SELECT count(*) FROM one.customers").fetchall()[0][0]
    for table in TABLES.values():
        _copy(con, table, -(-customers // own))
    con.execute("DETACH one")
    return con


def _copy(con: duckdb.DuckDBPyConnection, table: Table, copies: int) -> None:
    """Fill a table. Rates are the same for every copy, and so is what belongs to no customer in particular."""
    columns = [row[0] for row in con.execute(f"SELECT column_name FROM (DESCRIBE one.{table.name})").fetchall()]
    whose = next((c for c in ("customer_id", "referrer_customer_id") if c in columns), "")
    if not whose:
        con.execute(f"CREATE TABLE {table.name} AS SELECT * FROM one.{table.name}")
        return
    ids = {c.name for c in table.columns if c.type is Type.ID} | {"_id"}
    taken = MOST_EVENTS if table.name == "events" else MOST
    renamed = ", ".join(
        f"{quote(c)} || '-' || copy AS {quote(c)}" if c in ids else quote(c) for c in columns if c != "_row"
    )
    con.execute(
        f"CREATE TABLE {table.name} AS SELECT {renamed}, _row + 1000000 * copy AS _row "
        f"FROM (SELECT * FROM one.{table.name} QUALIFY {whose} IS NULL "
        f"OR row_number() OVER (PARTITION BY {whose} ORDER BY md5(_id)) <= {taken}), "
        f"(SELECT unnest(range({copies})) AS copy)"
    )


def build_facts(con: duckdb.DuckDBPyConnection) -> None:
    """Build every fact as a publishing does."""
    meta = read_meta(con)
    facts.build(con, meta["settings"], instant(meta["as_of"]))


def copied(few: Path, folder: Path, copies: int) -> duckdb.DuckDBPyConnection:
    """Return a version file with every table of `few`, facts too, so many times over. What is of no customer in
    particular (a rate, a text, a model) stays one."""
    folder.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(str(folder / FILE), config=lockdown.config())
    con.execute(f"ATTACH {literal(str(few))} AS few (READ_ONLY)")
    for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'few'").fetchall():
        columns = [row[0] for row in con.execute(f"SELECT column_name FROM (DESCRIBE few.{name})").fetchall()]
        if not _WHOSE & set(columns):
            con.execute(f"CREATE TABLE {name} AS SELECT * FROM few.{name}")
            continue
        renamed = ", ".join(f"{quote(c)} || '-' || copy AS {quote(c)}" if c in _IDS else quote(c) for c in columns)
        con.execute(
            f"CREATE TABLE {name} AS SELECT {renamed} FROM few.{name}, (SELECT unnest(range({copies})) AS copy)"
        )
    con.execute("DETACH few")
    return con


def rows(con: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {quote(table)}").fetchall()[0][0])
