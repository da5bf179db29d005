"""Which file is believed about a customer where several say different things: `dim_told` has each side of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from cs_metrics.sql import literal, quote

_NEVER = frozenset({"customer_id", "valid_from", "valid_to", "_source", "_row"})
# 5 and 5.0, Pro and pro are one value
FOLDED = "coalesce(CAST(TRY_CAST(value AS DOUBLE) AS VARCHAR), lower(trim(value)))"


def build(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any]) -> None:
    """Build `dim_told(customer_id, attribute, origin, value, _source, _row, in_force)`, one row a customer, attribute
    and origin where origins differ, and put the values in force into `dim_customer_rows`.

    In force is what the origin says that the setting `believed_files` names for the attribute; where it says nothing,
    what stands under the customer's own id rather than a merged one, then what was loaded last.
    """
    if not _has(con, "_told"):
        return
    con.execute(
        "CREATE OR REPLACE TABLE dim_told(customer_id VARCHAR, attribute VARCHAR, origin VARCHAR, value VARCHAR, "
        "_source INTEGER, _row BIGINT, in_force BOOLEAN)"
    )
    for column in _shared(con):
        believed = settings["believed_files"].get(column)
        first = "" if believed is None else f"(origin = {literal(believed)}) DESC, "
        con.execute(
            f"""
            INSERT INTO dim_told
            WITH told AS (
                SELECT coalesce(s.kept, t.customer_id) AS customer_id, s.kept IS NULL AS own, o.origin,
                       CAST(t.{quote(column)} AS VARCHAR) AS value, t._source, t._row
                FROM _told AS t JOIN _origins AS o ON o.source = t._source
                LEFT JOIN _same AS s ON s.customer_id = t.customer_id WHERE t.{quote(column)} IS NOT NULL),
            odd AS (SELECT customer_id FROM told GROUP BY customer_id HAVING min({FOLDED}) <> max({FOLDED})),
            latest AS (
                SELECT *, {FOLDED} AS folded FROM told SEMI JOIN odd USING (customer_id)
                QUALIFY row_number() OVER (PARTITION BY customer_id, origin ORDER BY own DESC, _source DESC, _row DESC)
                    = 1)
            SELECT customer_id, {literal(column)}, origin, value, _source, _row,
                   row_number() OVER (PARTITION BY customer_id ORDER BY {first}own DESC, _source DESC, _row DESC) = 1
            FROM latest QUALIFY min(folded) OVER (PARTITION BY customer_id) <> max(folded) OVER
                (PARTITION BY customer_id)"""
        )
    _put(con)


def _shared(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the columns of which more than one origin says something."""
    columns = [r[0] for r in con.execute("SELECT column_name FROM (DESCRIBE _told)").fetchall()]
    columns = [c for c in columns if c.lower() not in _NEVER]
    counts = ", ".join(f"count(DISTINCT o.origin) FILTER (WHERE t.{quote(c)} IS NOT NULL)" for c in columns)
    row = con.execute(f"SELECT {counts} FROM _told AS t JOIN _origins AS o ON o.source = t._source").fetchone()
    return [column for column, n in zip(columns, row or (), strict=True) if n > 1]


def _put(con: duckdb.DuckDBPyConnection) -> None:
    kinds = dict(con.execute("SELECT column_name, column_type FROM (DESCRIBE dim_customer_rows)").fetchall())
    for (column,) in con.execute("SELECT DISTINCT attribute FROM dim_told ORDER BY 1").fetchall():
        con.execute(
            f"UPDATE dim_customer_rows SET {quote(column)} = CAST(d.value AS {kinds[column]}) FROM dim_told AS d "
            "WHERE d.attribute = $1 AND d.in_force AND d.customer_id = dim_customer_rows.customer_id",
            [column],
        )


def states_sql(con: duckdb.DuckDBPyConnection) -> str:
    """Return the SELECT of what is known of customers' attributes as they were: customer_id, attribute, value,
    valid_from. Where files differ, it is the history that the one in force tells; never two histories as one."""
    states = "SELECT customer_id, attribute, value, valid_from FROM customer_attributes AS h WHERE value IS NOT NULL"
    if not _has(con, "_told"):
        return states
    return (
        f"{states} AND NOT EXISTS (SELECT 1 FROM dim_told AS d WHERE d.in_force AND d.customer_id = h.customer_id "
        "AND d.attribute = h.attribute AND d.origin IS DISTINCT FROM h.origin) "
        "QUALIFY origin IS NULL OR origin = first_value(origin) OVER (PARTITION BY customer_id, attribute "
        "ORDER BY origin IS NULL, valid_from DESC, origin)"
    )


def _has(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    """A version of an older release has no `_told`, nor has a file made for another purpose."""
    found = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = $1 AND database_name = current_database()", [table]
    )
    return found.fetchone() is not None
