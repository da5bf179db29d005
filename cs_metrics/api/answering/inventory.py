"""What a version has: its tables, the attributes to filter and split by, what was left out."""

from __future__ import annotations

import duckdb
import pandas as pd

from cs_metrics import kpis
from cs_metrics.api import hiding
from cs_metrics.schema import TABLES
from cs_metrics.workspace.publish import describe

NAME = "CASE WHEN s.sheet IS NULL OR s.sheet = '' THEN s.file ELSE s.file || ' / ' || s.sheet END"


def tables(con: duckdb.DuckDBPyConnection, hidden: frozenset[str]) -> dict[str, dict[str, object]]:
    """Return for each table of the data model: rows, columns (mapped ones of the model), attributes."""
    counts = describe.row_counts(con)
    found: dict[str, dict[str, object]] = {}
    known = con.execute("SELECT table_name, column_name, kind FROM _columns WHERE mapped").fetchall()
    for table in TABLES:
        shown = [(c, kind) for t, c, kind in known if t == table and not hiding.is_hidden(f"{t}.{c}", hidden)]
        found[table] = {
            "rows": counts[table],
            "columns": [c for c, kind in shown if kind == "model"],
            "attributes": [c for c, kind in shown if kind == "attribute"],
        }
    return found


def dimensions(con: duckdb.DuckDBPyConnection, hidden: frozenset[str], few: int) -> pd.DataFrame:
    """Return one row an attribute: name, label, table, type, history, distinct, nulls, values, breakdown."""
    frame = kpis.dimensions(con, few)
    labels = dict(con.execute("SELECT table_name || '.' || column_name, label FROM _columns").fetchall())
    full = frame["name"].where(frame["table"] != "customers", "customers." + frame["name"])
    frame.insert(1, "label", full.map(labels).fillna(frame["name"]))
    seen = [
        not (hiding.is_hidden(n, hidden) or hiding.is_hidden(f, hidden))
        for n, f in zip(frame["name"], full, strict=True)
    ]
    return frame[seen].reset_index(drop=True)


def set_aside(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the rows that were not loaded: file, row, table, status, column, reason, content."""
    return con.execute(
        f'SELECT {NAME} AS file, a.row, a.table_name AS "table", a.status, a.column_name AS "column", a.reason, '
        "a.content FROM _set_aside AS a LEFT JOIN _sources AS s ON s.source = a.source ORDER BY a.source, a.row"
    ).df()


def name_sources(con: duckdb.DuckDBPyConnection, frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows whose `_source` is the name of the file (and sheet) instead of its number."""
    files = dict(con.execute(f"SELECT s.source, {NAME} FROM _sources AS s").fetchall())
    return frame.assign(_source=frame["_source"].map(files).astype(object))


def name_customers(con: duckdb.DuckDBPyConnection, frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the name of each customer beside its id, where the data have names."""
    named = con.execute(
        "SELECT count(*) FROM _columns WHERE table_name = 'customers' AND column_name = 'name' AND mapped"
    ).fetchall()[0][0]
    if not named or "customer_id" not in frame or "name" in frame:
        return frame
    found = con.execute(
        "SELECT customer_id, any_value(name) FROM dim_customer_rows "
        "WHERE customer_id IN (SELECT unnest($1)) AND name IS NOT NULL GROUP BY customer_id",
        [frame["customer_id"].dropna().unique().tolist()],
    ).fetchall()
    frame = frame.copy()
    frame.insert(list(frame.columns).index("customer_id") + 1, "name", frame["customer_id"].map(dict(found)))
    return frame
