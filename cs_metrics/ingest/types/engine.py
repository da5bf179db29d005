"""The DuckDB that reads texts: in memory, cut off from files and the network, one cursor a question."""

from __future__ import annotations

from functools import cache
from threading import Lock

import duckdb
import pyarrow as pa

from cs_metrics import lockdown
from cs_metrics.errors import LimitError

_LOCK = Lock()


@cache
def _root() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config=lockdown.config())
    lockdown.lock(connection)
    return connection


def query(sql: str, **tables: pa.Table) -> pa.Table:
    """Return the answer to `sql` over Arrow tables, each seen under its keyword's name. LimitError where it takes more
    memory, or more of the disk beside it, than the settings allow."""
    with _LOCK:
        cursor = _root().cursor()
    try:
        for name, table in tables.items():
            cursor.register(name, table)
        return cursor.sql(sql).to_arrow_table()
    except duckdb.OutOfMemoryException:
        raise LimitError(f"The file takes more than is allowed to check. {lockdown.more_memory()}") from None
    finally:
        cursor.close()
