"""A version from literal tables, so that a test shows its arithmetic."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import duckdb

from cs_metrics import facts
from cs_metrics.periods import instant
from cs_metrics.schema import TABLES
from cs_metrics.settings import resolve
from cs_metrics.sql import literal, quote
from tests.empties import Empties

Rows = Sequence[Mapping[str, Any]]
_SQL_TYPE = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", datetime: "TIMESTAMP"}


def make_version(
    tables: Mapping[str, Rows], settings: Mapping[str, Any] | None = None, as_of: Any = None
) -> duckdb.DuckDBPyConnection:
    """Return an in-memory version file with these tables: {"subscriptions": [{"customer_id": "a", ...}, ...]}.

    A column that the model does not have becomes an attribute. Rows are numbered from 2, as in a file with a header.
    `as_of` defaults to the midnight after the latest activity. `customer_attributes` may be given like a table.
    """
    con = duckdb.connect()
    con.execute("SET threads = 1")
    con.execute(
        "CREATE TABLE _sources(source INTEGER, upload VARCHAR, file VARCHAR, sheet VARCHAR, sha256 VARCHAR, "
        "loaded_at TIMESTAMP, rows BIGINT)"
    )
    con.execute(
        "CREATE TABLE _columns(table_name VARCHAR, column_name VARCHAR, kind VARCHAR, type VARCHAR, mapped BOOLEAN, "
        "label VARCHAR, distinct_values BIGINT, nulls BIGINT)"
    )
    con.execute("CREATE TABLE _meta(key VARCHAR, value VARCHAR)")
    con.execute(
        "CREATE TABLE customer_attributes(customer_id VARCHAR, attribute VARCHAR, value VARCHAR, valid_from TIMESTAMP)"
    )
    for row in tables.get("customer_attributes", ()):
        con.execute(
            "INSERT INTO customer_attributes VALUES ($1, $2, $3, $4)",
            [row["customer_id"], row["attribute"], row["value"], row["valid_from"]],
        )
    unknown = set(tables) - set(TABLES) - {"customer_attributes"}
    assert not unknown, f"no such tables: {unknown}"
    for number, name in enumerate(TABLES, start=1):
        _make_table(con, name, tables.get(name, ()), number)
    values = resolve(settings)
    ends = _table_ends(con)
    end = instant(as_of) if as_of is not None else max(ends.values(), default=datetime(2026, 1, 1))
    meta = {
        "as_of": end.isoformat(),
        "table_as_of": {table: moment.isoformat() for table, moment in ends.items()},
        "settings": values,
        "version": 1,
    }
    con.executemany("INSERT INTO _meta VALUES ($1, $2)", [[k, json.dumps(v)] for k, v in meta.items()])
    facts.build(cast(Any, Empties(con)), values, end)
    return con


_KEPT: dict[str, duckdb.DuckDBPyConnection] = {}


def kept_version(tables: Mapping[str, Rows]) -> duckdb.DuckDBPyConnection:
    """Return `make_version(tables)`, built once for all tests that ask about the same tables; do not write to it."""
    key = repr(tables)
    if key not in _KEPT:
        _KEPT[key] = make_version(tables)
    return _KEPT[key]


def _make_table(con: duckdb.DuckDBPyConnection, name: str, rows: Rows, number: int) -> None:
    table = TABLES[name]
    types = {c.name: c.type.sql for c in table.columns}
    attributes: dict[str, str] = {}
    for row in rows:
        for column, value in row.items():
            if column not in types and value is not None:
                attributes[column] = _SQL_TYPE.get(type(value), "VARCHAR")
    types |= attributes
    body = ", ".join(f"{quote(c)} {t}" for c, t in types.items())
    con.execute(f"CREATE TABLE {name}({body}, _source INTEGER, _row BIGINT, _id VARCHAR)")
    own = next((c.name for c in table.columns if c.name == f"{name.rstrip('s')}_id"), None)
    lines = []
    for place, row in enumerate(rows, start=2):
        given = row.get(own) if own and name != "orders" else None
        key = str(given) if given is not None else f"{name}-{place}"
        lines.append(f"({', '.join(literal(v) for v in (*(row.get(c) for c in types), number, place, key))})")
    if lines:
        con.execute(f"INSERT INTO {name} VALUES {', '.join(lines)}")
    con.execute(
        "INSERT INTO _sources VALUES ($1, $2, $3, NULL, $2, TIMESTAMP '2026-01-01', $4)",
        [number, f"{name}.csv", f"{name}.csv", len(rows)],
    )
    # one statement for all columns: a version has two hundred, and the tests make a thousand versions
    told = [value for column in types for value in (f"count(DISTINCT {quote(column)})", f"count({quote(column)})")]
    counts = con.execute(f"SELECT {', '.join(told)} FROM {name}").fetchall()[0] if rows else [0] * len(told)
    lines = []
    for column, distinct, filled in zip(types, counts[::2], counts[1::2], strict=True):
        kind, mapped = "attribute" if column in attributes else "model", any(column in row for row in rows)
        values = (name, column, kind, types[column], mapped, column, distinct, len(rows) - filled)
        lines.append(f"({', '.join(literal(value) for value in values)})")
    con.execute(f"INSERT INTO _columns VALUES {', '.join(lines)}")


def _table_ends(con: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    ends = {}
    for table in TABLES.values():
        latest: list[datetime] = []
        for name in table.activity:
            value = f"last_day({name})" if table.name in ("mrr_snapshots", "costs") else name
            row = con.execute(f"SELECT CAST(max({value}) AS TIMESTAMP) FROM {table.name}").fetchall()[0]
            if row[0] is not None:
                latest.append(row[0])
        if latest:
            end = max(latest)
            ends[table.name] = datetime(end.year, end.month, end.day) + timedelta(days=1)
    return ends
