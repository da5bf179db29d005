"""A version file that an earlier release wrote gets the tables and columns that have come since: empty, and null.

It is done to a copy (see `versions.with_facts`): the version itself stays as it was written.
"""

from __future__ import annotations

import duckdb

from cs_metrics.schema import TABLES
from cs_metrics.sql import quote
from cs_metrics.workspace.publish import changes, describe, history, merging, told
from cs_metrics.workspace.publish.tables import RawTable


def bring_up(con: duckdb.DuckDBPyConnection) -> None:
    """Add what this release expects in a version file that `con` has open for writing, and what is there lacks."""
    there = _columns(con)
    for schema in TABLES.values():
        table = RawTable(schema)
        if schema.name not in there:
            table.create(con)
        lacking = {n: t for n, t in table.columns.items() if n not in there.get(schema.name, {})}
        for name, sql_type in lacking.items():
            con.execute(f"ALTER TABLE {quote(schema.name)} ADD COLUMN IF NOT EXISTS {quote(name)} {sql_type}")
            describe.add_empty_column(con, schema.name, name, sql_type)
    if "customer_attributes" not in there:
        history.create(con, from_old=False)
    con.execute("ALTER TABLE customer_attributes ADD COLUMN IF NOT EXISTS origin VARCHAR")
    if "_changes" not in there:
        changes.create(con, from_old=False)
    if "_told" not in there:
        own = {n: t for n, t in there.get("customers", {}).items() if n not in RawTable(TABLES["customers"]).columns}
        told.create(con, RawTable(TABLES["customers"], own), from_old=False)
    if "_same" not in there:
        merging.create(con, from_old=False)


def _columns(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return the columns of each table of the file, name to type."""
    found: dict[str, dict[str, str]] = {}
    query = (
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal AND schema_name = 'main'"
    )
    for table, column, sql_type in con.execute(query).fetchall():
        found.setdefault(table, {})[column] = sql_type
    return found
