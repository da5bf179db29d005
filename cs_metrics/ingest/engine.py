"""The DuckDB that reads texts: in memory, cut off from files and the network, one cursor a question."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import Any

import duckdb
import pyarrow as pa

_LOCK = Lock()
_CONFIG: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
}


@cache
def _root() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config=_CONFIG)
    connection.execute("SET enable_external_access=false")
    connection.execute("SET lock_configuration=true")
    return connection


def query(sql: str, **tables: pa.Table) -> pa.Table:
    """Return the answer to `sql` over Arrow tables, each seen under its keyword's name."""
    with _LOCK:
        cursor = _root().cursor()
    try:
        for name, table in tables.items():
            cursor.register(name, table)
        return cursor.sql(sql).to_arrow_table()
    finally:
        cursor.close()
