"""A version without a customer: written anew beside the old file, row by row what stays, and put in its place.

Nothing that goes is ever written to the new file, so that none of its bytes are in it. Facts, themes and models are
built anew from what is left.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from cs_metrics import facts
from cs_metrics.schema import TABLES
from cs_metrics.settings import resolve
from cs_metrics.sql import quote
from cs_metrics.workspace.contradictions import conflicts
from cs_metrics.workspace.erasing.identity import CUSTOMER_COLUMNS, USER_COLUMNS, Identity
from cs_metrics.workspace.erasing.leaving import Going, Leaving, ids_of
from cs_metrics.workspace.publish import asof, describe, layout
from cs_metrics.workspace.publish.publishing import Build
from cs_metrics.workspace.publish.tables import RawTable
from cs_metrics.workspace.store import database
from cs_metrics.workspace.store.database import cursor, writing
from cs_metrics.workspace.store.folder import Folder, move_whole


def going(path: Path, who: Identity) -> Going:
    """Return what goes from a version file; nothing is changed."""
    with _looked(cursor(path), who) as con:
        return Leaving(con, who).told()


def write_without(
    folder: Folder, number: int, who: Identity, renamed: Mapping[str, str], erasure: str, build: Build
) -> bool:
    """Put a version without the customer in its own place; return whether there was anything to do. `renamed`: the
    SHA-256 of each upload that was written anew, by what it was; `erasure`: kept in the version's meta."""
    path = folder.version(number)
    meta = describe.read_meta(cursor(path))
    if erasure in meta.get("erasures", []):
        return False
    with _looked(cursor(path), who) as con:
        leaving = Leaving(con, who)
        told = leaving.told()
        known = {sha for (sha,) in con.execute("SELECT sha256 FROM _sources").fetchall()}
        said = who.without(json.dumps(meta, ensure_ascii=False))
        if not told and not known & set(renamed) and json.loads(said) == meta:
            return False
        plan = leaving.selects()
    meta = json.loads(said)
    meta["erasures"] = [*meta.get("erasures", []), erasure]
    with folder.building() as staging:
        with writing(staging, attach=path) as con:
            _fill(con, plan, who, told, renamed)
        with writing(staging) as con:
            _finish(con, meta, build)
        move_whole(staging, path)
    database.drop(path)
    return True


@contextmanager
def _looked(con: duckdb.DuckDBPyConnection, who: Identity) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection that knows the ids and words; they are in memory alone."""
    _tell(con, who)
    try:
        yield con
    finally:
        for name in ("gone_customers", "gone_users", "gone_words"):
            con.execute(f"DROP TABLE IF EXISTS temp.{name}")
        con.close()


def _tell(con: duckdb.DuckDBPyConnection, who: Identity) -> None:
    known = (("gone_customers", who.customers), ("gone_users", who.users), ("gone_words", who.folded))
    for name, values in known:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT unnest($1::VARCHAR[]) AS one", [sorted(values)])


def _fill(
    con: duckdb.DuckDBPyConnection,
    plan: Mapping[str, tuple[str, Mapping[str, Mapping[str, str]]]],
    who: Identity,
    told: Going,
    renamed: Mapping[str, str],
) -> None:
    """Copy what stays of each table of the earlier file (attached as `old`)."""
    _tell(con, who)
    pairs = [[before, after] for before, after in renamed.items()]
    con.execute("CREATE TEMP TABLE renamed(before VARCHAR, after VARCHAR)")
    if pairs:
        con.executemany("INSERT INTO renamed VALUES ($1, $2)", pairs)
    _tell_rows(con, plan, told)
    for table, (goes, mended) in plan.items():
        puts = {column: _mending(con, table, column, texts_there) for column, texts_there in mended.items()}
        described = con.execute(f"SELECT column_name FROM (DESCRIBE old.{quote(table)})").fetchall()
        for (column,) in described if table in TABLES or table == "_told" else ():
            if column in CUSTOMER_COLUMNS | USER_COLUMNS:
                puts[column] = (
                    f"CASE WHEN t.{quote(column)} NOT IN (SELECT one FROM {ids_of(column)}) THEN t.{quote(column)} END"
                )
        if table == "_sources":
            puts["sha256"] = "coalesce((SELECT after FROM renamed WHERE before = t.sha256), t.sha256)"
        puts |= _counts(table)
        replaced = ", ".join(f"{sql} AS {quote(column)}" for column, sql in puts.items())
        left = f"SELECT t.* {f'REPLACE ({replaced})' if puts else ''} FROM old.{quote(table)} AS t"
        con.execute(f"CREATE TABLE {quote(table)} AS {left} WHERE NOT ({goes}) AND NOT ({_account_of(table)})")


def _tell_rows(
    con: duckdb.DuckDBPyConnection, plan: Mapping[str, tuple[str, Mapping[str, Mapping[str, str]]]], told: Going
) -> None:
    """Write down which rows go: by source, row, table and id; `how` 'loaded' or 'aside'."""
    con.execute("CREATE TEMP TABLE gone_rows(source INTEGER, row BIGINT, table_name VARCHAR, row_id VARCHAR)")
    for table in plan.keys() & TABLES.keys():
        con.execute(
            f"INSERT INTO gone_rows SELECT _source, _row, $1, _id FROM old.{quote(table)} WHERE {plan[table][0]}",
            [table],
        )
    con.execute("CREATE TEMP TABLE gone_aside(sha256 VARCHAR, file VARCHAR, sheet VARCHAR, row BIGINT)")
    if told.places:
        con.executemany("INSERT INTO gone_aside VALUES ($1, $2, $3, $4)", [list(place) for place in told.places])
    con.execute(
        "CREATE TEMP TABLE gone_places AS SELECT s.source, g.row FROM gone_aside AS g JOIN old._sources AS s "
        "ON s.sha256 = g.sha256 AND s.file = g.file AND coalesce(s.sheet, '') = g.sheet"
    )


def _account_of(table: str) -> str:
    """Return the condition of the rows of a table of account that speak of rows that go."""
    at_place = "EXISTS (SELECT 1 FROM gone_places AS g WHERE g.source = t.source AND g.row = t.row)"
    if table == "_set_aside":
        return at_place
    if table == "_changes":
        return (
            "EXISTS (SELECT 1 FROM gone_rows AS g WHERE g.source = t.source AND g.row = t.row "
            "AND g.table_name = t.table_name)"
        )
    if table == "_merged":
        return (
            "coalesce(t.original IN (SELECT one FROM gone_customers), FALSE) OR EXISTS "
            "(SELECT 1 FROM gone_rows AS g WHERE g.table_name = t.table_name AND g.row_id = t.row_id)"
        )
    return "FALSE"


def _counts(table: str) -> dict[str, str]:
    """Return the SQL of the numbers of rows that a table of account tells."""
    if table == "_sources":
        return {"rows": "t.rows - (SELECT count(DISTINCT g.row) FROM gone_places AS g WHERE g.source = t.source)"}
    if table != "_loads":
        return {}
    loaded = (
        "(SELECT count(DISTINCT g.row) FROM gone_rows AS g WHERE g.source = t.source AND g.table_name = t.table_name)"
    )
    aside = (
        "(SELECT count(DISTINCT a.row) FROM old._set_aside AS a JOIN gone_places AS g ON g.source = a.source AND "
        "g.row = a.row WHERE a.source = t.source AND a.table_name = t.table_name AND {})"
    )
    rejected, others = aside.format("a.status = 'rejected'"), aside.format("a.status <> 'rejected'")
    return {
        "rows": f"t.rows - {loaded} - {rejected} - {others}",
        "loaded": f"t.loaded - {loaded}",
        "rejected": f"t.rejected - {rejected}",
        "set_aside": f"t.set_aside - {others}",
    }


def _mending(con: duckdb.DuckDBPyConnection, table: str, column: str, mended: Mapping[str, str]) -> str:
    """Return the SQL of a column in which texts are replaced."""
    name = quote(f"mended {table} {column}")
    con.execute(f"CREATE TEMP TABLE {name}(before VARCHAR, after VARCHAR)")
    con.executemany(f"INSERT INTO {name} VALUES ($1, $2)", [[before, after] for before, after in mended.items()])
    return f"coalesce((SELECT after FROM {name} WHERE before = t.{quote(column)}), t.{quote(column)})"


def _finish(con: duckdb.DuckDBPyConnection, meta: dict[str, Any], build: Build) -> None:
    """Build what follows from the rows: the account of columns, contradictions, facts, and what the version says."""
    layout.bring_up(con)
    kept = con.execute("SELECT table_name, column_name, kind, type, mapped FROM _columns").fetchall()
    tables = {name: RawTable(schema) for name, schema in TABLES.items()}
    for table, column, kind, sql_type, _ in kept:
        if kind == "attribute":
            tables[table].attributes[column] = sql_type
    con.execute("DROP TABLE _columns")
    describe.columns(con, tables, {(table, column) for table, column, _, _, mapped in kept if mapped})
    settings = resolve(meta["settings"])
    created_at = datetime.fromisoformat(meta["created_at"])
    ends = asof.of_tables(con, settings["timezone"], created_at)
    as_of = asof.overall(ends, created_at)
    meta |= {
        "as_of": as_of.isoformat(),
        "table_as_of": {table: end.isoformat() for table, end in ends.items()},
        "facts": facts.code(),
        "row_counts": describe.row_counts(con),
    }
    describe.write_meta(con, meta)
    conflicts.build(con, as_of, ends, settings["fresh_days"])
    build(con, dict(settings), as_of)
