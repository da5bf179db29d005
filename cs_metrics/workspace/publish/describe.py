"""What a version says about itself: `_sources`, `_loads`, `_set_aside`, `_columns`, `_meta`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.schema import TABLES
from cs_metrics.sql import literal, quote
from cs_metrics.workspace.publish.loads import Load, source_name
from cs_metrics.workspace.publish.tables import OWN, RawTable
from cs_metrics.workspace.store.database import first_row

# Beyond so many rows the number of distinct values is estimated: it decides what can be a filter, not what is shown.
EXACT_ROWS = 300_000

TABLES_OF_ACCOUNT = {
    "_sources": "source INTEGER, upload VARCHAR, file VARCHAR, sheet VARCHAR, sha256 VARCHAR, loaded_at TIMESTAMP, "
    "rows BIGINT",
    "_loads": "source INTEGER, table_name VARCHAR, rows BIGINT, loaded BIGINT, rejected BIGINT, "
    "set_aside BIGINT, replaced BIGINT, mapping VARCHAR, fingerprint VARCHAR",
    "_set_aside": "source INTEGER, row BIGINT, table_name VARCHAR, status VARCHAR, column_name VARCHAR, "
    "reason VARCHAR, content VARCHAR",
}


def create(con: duckdb.DuckDBPyConnection, from_old: bool) -> None:
    """Make the tables of account, with what the earlier version (attached as `old`) had in them."""
    for name, body in TABLES_OF_ACCOUNT.items():
        con.execute(f"CREATE TABLE {name}({body})")
        if from_old:
            con.execute(f"INSERT INTO {name} SELECT * FROM old.{name}")


def forget_table(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Drop the account of a table that is replaced."""
    con.execute("DELETE FROM _loads WHERE table_name = $1", [table])
    con.execute("DELETE FROM _set_aside WHERE table_name = $1", [table])
    con.execute("DELETE FROM _sources WHERE source NOT IN (SELECT source FROM _loads)")


def source_of(con: duckdb.DuckDBPyConnection, load: Load, loaded_at: datetime) -> int:
    """Return the number of a load's sheet among the sources of this publishing; a new one gets the next."""
    same = first_row(
        con,
        "SELECT source FROM _sources WHERE sha256 = $1 AND file = $2 AND sheet IS NOT DISTINCT FROM $3 "
        "AND loaded_at = $4",
        [load.sha256, load.file, load.sheet, loaded_at],
    )
    if same:
        return int(same[0])
    row = first_row(con, "SELECT coalesce(max(source), 0) + 1 FROM _sources")
    number = int(row[0]) if row else 1
    con.execute(
        "INSERT INTO _sources VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [number, f"{load.sha256}/{load.file}", load.file, load.sheet, load.sha256, loaded_at, load.sheet_rows],
    )
    return number


def add_load(con: duckdb.DuckDBPyConnection, source: int, load: Load, replaced: int) -> dict[str, Any]:
    """Write down what became of a sheet's rows in one table, and return it: source, table, rows, loaded, rejected,
    set_aside, replaced. A sheet's row counts once, also where it became many (a column for each month)."""
    con.register("aside_rows", load.set_aside)
    con.execute(
        "INSERT INTO _set_aside SELECT $1, row, $2, status, column_name, reason, content FROM aside_rows",
        [source, load.table],
    )
    con.unregister("aside_rows")
    mapping = json.dumps(dict(load.mapping), default=str)
    con.execute(
        f"INSERT INTO _loads SELECT $1, $2, $3, (SELECT count(DISTINCT _row) FROM {quote(load.table)} "
        "WHERE _source = $1), count(DISTINCT row) FILTER (WHERE status = 'rejected'), "
        "count(DISTINCT row) FILTER (WHERE status <> 'rejected'), $4, $5, $6 FROM _set_aside "
        "WHERE source = $1 AND table_name = $2",
        [source, load.table, load.sheet_rows, replaced, mapping, load.fingerprint],
    )
    names = ("rows", "loaded", "rejected", "set_aside", "replaced")
    counts = first_row(
        con, f"SELECT {', '.join(names)} FROM _loads WHERE source = $1 AND table_name = $2", [source, load.table]
    )
    name = source_name(load.file, load.sheet)
    return {"source": name, "table": load.table} | dict(zip(names, counts or (), strict=True))


def columns(con: duckdb.DuckDBPyConnection, tables: dict[str, RawTable], mapped: set[tuple[str, str]]) -> None:
    """Make `_columns`: every column with its kind, type, distinct values and nulls. `mapped`: those a file fed."""
    con.execute(
        "CREATE TABLE _columns(table_name VARCHAR, column_name VARCHAR, kind VARCHAR, type VARCHAR, mapped BOOLEAN, "
        "label VARCHAR, distinct_values BIGINT, nulls BIGINT)"
    )
    records = []
    for table in TABLES:
        raw = tables[table]
        names = [c for c in raw.columns if c not in OWN]
        counted = first_row(con, f"SELECT count(*) FROM {quote(table)}")
        rows = int(counted[0]) if counted else 0
        distinct = "count(DISTINCT {0})" if rows <= EXACT_ROWS else "approx_count_distinct({0})"
        parts = ", ".join(f"{distinct.format(quote(n))}, count({quote(n)})" for n in names)
        counts = first_row(con, f"SELECT {parts} FROM {quote(table)}") or ()
        for place, name in enumerate(names):
            filled = counts[2 * place + 1]
            kind = "attribute" if name in raw.attributes else "model"
            label = name if kind == "attribute" else _label(name)
            is_mapped = kind == "attribute" or filled > 0 or (table, name) in mapped
            records.append((table, name, kind, raw.columns[name], is_mapped, label, counts[2 * place], rows - filled))
    con.executemany("INSERT INTO _columns VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", records)


def add_empty_column(con: duckdb.DuckDBPyConnection, table: str, name: str, sql_type: str) -> None:
    """Write down a column of the model that no file fed."""
    if name in OWN:
        return
    counted = first_row(con, f"SELECT count(*) FROM {quote(table)}")
    values = [table, name, "model", sql_type, False, _label(name), 0, counted[0] if counted else 0]
    con.execute("INSERT INTO _columns VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", values)


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def write_meta(con: duckdb.DuckDBPyConnection, meta: dict[str, Any]) -> None:
    """Write `_meta` anew, each value as JSON."""
    con.execute("CREATE OR REPLACE TABLE _meta(key VARCHAR, value VARCHAR)")
    con.executemany("INSERT INTO _meta VALUES ($1, $2)", [[k, json.dumps(v)] for k, v in meta.items()])


def read_meta(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return `_meta` as a dict."""
    return {key: json.loads(value) for key, value in con.execute("SELECT key, value FROM _meta").fetchall()}


def row_counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return the rows of each table of the data model."""
    parts = " UNION ALL ".join(f"SELECT {literal(t)} AS name, count(*) AS n FROM {quote(t)}" for t in TABLES)
    return {str(name): int(n) for name, n in con.execute(parts).fetchall()}


def sources(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row a sheet and table: source, name, file, sheet, loaded_at, table, rows, loaded, rejected,
    set_aside, replaced, sha256, mapping."""
    return con.execute(
        "SELECT s.source, CASE WHEN s.sheet IS NULL OR s.sheet = '' THEN s.file ELSE s.file || ' / ' || s.sheet END "
        'AS name, s.file, s.sheet, s.loaded_at, l.table_name AS "table", l.rows, l.loaded, '
        "l.rejected, l.set_aside, l.replaced, s.sha256, l.mapping FROM _sources AS s "
        "JOIN _loads AS l ON l.source = s.source ORDER BY s.source, l.table_name"
    ).df()
