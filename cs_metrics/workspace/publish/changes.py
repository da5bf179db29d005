"""What repairs and reading changed: `_changes` has a row for each value, `_repairs` one for each column and rule."""

from __future__ import annotations

from collections.abc import Collection

import duckdb
import pandas as pd

from cs_metrics.ingest.repair.readings import READ
from cs_metrics.schema import TABLES
from cs_metrics.sql import quote
from cs_metrics.workspace.publish.loads import Load

_TABLES = {
    "_changes": "source INTEGER, table_name VARCHAR, row_id VARCHAR, row BIGINT, column_name VARCHAR, "
    "before VARCHAR, after VARCHAR, rule VARCHAR",
    "_repairs": "source INTEGER, table_name VARCHAR, column_name VARCHAR, rule VARCHAR, changed BIGINT, kept BIGINT",
}
_NAME = "CASE WHEN s.sheet IS NULL OR s.sheet = '' THEN s.file ELSE s.file || ' / ' || s.sheet END"


def create(con: duckdb.DuckDBPyConnection, from_old: bool) -> None:
    """Make the tables, with what the earlier version (attached as `old`) had in them; one of an older release has
    none."""
    for name, body in _TABLES.items():
        con.execute(f"CREATE TABLE {name}({body})")
        if from_old and has(con, "old", name):
            con.execute(f"INSERT INTO {name} SELECT * FROM old.{name}")


def forget_table(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Drop the account of a table that is replaced."""
    for name in _TABLES:
        con.execute(f"DELETE FROM {name} WHERE table_name = $1", [table])


def add(con: duckdb.DuckDBPyConnection, source: int, load: Load, most: int) -> None:
    """Write down the values that were changed in the rows of a load, the first `most` of them one by one, the others
    as a number: those that repairs changed come before what reading made by itself."""
    if not load.changes.num_rows:
        return
    con.register("changed_values", load.changes)
    con.execute(
        'INSERT INTO _changes SELECT $1, $2, NULL, row, "column", before, after, rule FROM '
        f'(SELECT * FROM changed_values ORDER BY starts_with(rule, $3), row, "column" LIMIT {int(most)})',
        [source, load.table, READ],
    )
    con.execute(
        'INSERT INTO _repairs SELECT $1, $2, c."column", c.rule, count(*), (SELECT count(*) FROM _changes AS k '
        'WHERE k.source = $1 AND k.table_name = $2 AND k.column_name = c."column" AND k.rule = c.rule) '
        'FROM changed_values AS c GROUP BY c."column", c.rule',
        [source, load.table],
    )
    con.unregister("changed_values")


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """Give changes the ids of their rows; those of rows that gave way to newer ones are gone with them."""
    for (table,) in con.execute("SELECT DISTINCT table_name FROM _changes").fetchall():
        if table in TABLES:
            con.execute(
                f"UPDATE _changes SET row_id = t.id FROM (SELECT _source, _row, min(_id) AS id FROM {quote(table)} "
                "GROUP BY _source, _row) AS t WHERE _changes.table_name = $1 AND t._source = _changes.source "
                "AND t._row = _changes.row",
                [table],
            )
            con.execute(
                f"DELETE FROM _changes WHERE table_name = $1 AND NOT EXISTS (SELECT 1 FROM {quote(table)} AS t "
                "WHERE t._source = _changes.source AND t._row = _changes.row)",
                [table],
            )


def read(
    con: duckdb.DuckDBPyConnection, table: str | None = None, row_id: str | None = None, column: str | None = None
) -> pd.DataFrame:
    """Return the changed values: table, row_id, file, row, column, before, after (null: nothing), rule."""
    if not has(con, None, "_changes"):
        return pd.DataFrame(columns=["table", "row_id", "file", "row", "column", "before", "after", "rule"])
    return con.execute(
        f'SELECT c.table_name AS "table", c.row_id, {_NAME} AS file, c.row, c.column_name AS "column", c.before, '
        "c.after, c.rule FROM _changes AS c LEFT JOIN _sources AS s ON s.source = c.source "
        "WHERE ($1 IS NULL OR c.table_name = $1) AND ($2 IS NULL OR c.row_id = $2) "
        "AND ($3 IS NULL OR c.column_name = $3) ORDER BY c.source, c.table_name, c.row, c.column_name",
        [table, row_id, column],
    ).df()


def of_rows(con: duckdb.DuckDBPyConnection, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Return what was changed in the rows at these places (source, row): 'plan: pro became Pro (one spelling ...)'."""
    if not places or not has(con, None, "_changes"):
        return {}
    rows = [row for _, row in places]
    found = con.execute(
        "SELECT DISTINCT source, row, column_name, before, after, rule FROM _changes "
        "WHERE list_contains($1::INTEGER[], source) AND row BETWEEN $2 AND $3 ORDER BY source, row, column_name",
        [sorted({source for source, _ in places}), min(rows), max(rows)],
    ).fetchall()
    said: dict[tuple[int, int], list[str]] = {}
    for source, row, column, before, after, rule in found:
        if (source, row) in places:
            told = f"{column}: {before} became {'nothing' if after is None else after} ({rule})"
            said.setdefault((source, row), []).append(told)
    return {place: "; ".join(parts) for place, parts in said.items()}


def counts(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the repairs: file, table, column, rule, changed (values), kept (of them in `_changes` when loaded)."""
    if not has(con, None, "_repairs"):
        return pd.DataFrame(columns=["file", "table", "column", "rule", "changed", "kept"])
    return con.execute(
        f'SELECT {_NAME} AS file, r.table_name AS "table", r.column_name AS "column", r.rule, r.changed, r.kept '
        "FROM _repairs AS r LEFT JOIN _sources AS s ON s.source = r.source "
        "ORDER BY r.source, r.changed DESC, r.column_name, r.rule"
    ).df()


def has(con: duckdb.DuckDBPyConnection, database: str | None, table: str) -> bool:
    """Say whether a database (None: the one that is open) has a table: one of an older release may lack it."""
    place = "current_database()" if database is None else f"'{database}'"
    found = con.execute(
        f"SELECT count(*) FROM duckdb_tables() WHERE database_name = {place} AND table_name = $1", [table]
    ).fetchone()
    return bool(found and found[0])
