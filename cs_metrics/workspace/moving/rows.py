"""The rows of the SQL database as lines of JSON, and back: the way from one database to another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from cs_metrics.errors import FileError
from cs_metrics.workspace.store.records import METADATA

AT_ONCE = 500


@contextmanager
def snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection that sees the database as it is now, whatever others write meanwhile."""
    with engine.connect() as con:
        if con.dialect.name == "sqlite":
            con.exec_driver_sql("BEGIN")  # the driver itself begins nothing for rows that are only read
        else:
            con = con.execution_options(isolation_level="REPEATABLE READ")
        yield con


def travelling() -> list[sa.Table]:
    """Return the tables whose rows go with a workspace to another installation."""
    return [t for t in METADATA.sorted_tables if "workspace" in t.columns and not t.info.get("stays")]


def dump(con: sa.Connection, tables: Sequence[sa.Table], workspace: str | None = None) -> Iterator[str]:
    """Return a line a row: of one workspace without its key, or of all (None) with it.

    Numbers that the database gives out by itself stay behind; the order of the lines is theirs.
    """
    for table in tables:
        left_out = {c.name for c in table.columns if _given(c)} | ({"workspace"} if workspace else set())
        query = sa.select(table).order_by(*table.primary_key.columns)
        query = query.where(table.c.workspace == workspace) if workspace else query
        for row in con.execute(query.execution_options(yield_per=AT_ONCE)).mappings():
            held = {name: _plain(value) for name, value in row.items() if name not in left_out}
            yield json.dumps({"table": table.name, "row": held}, ensure_ascii=False)


def load(con: sa.Connection, lines: Iterable[str], tables: Sequence[sa.Table], workspace: str | None = None) -> None:
    """Insert the rows of such lines, in the order of the lines, as those of `workspace` (None: of the one they name).

    Raises FileError for a table that is not among `tables`, a column it lacks, or a value that it cannot hold.
    """
    known = {table.name: table for table in tables}
    waiting: list[dict[str, Any]] = []
    current: sa.Table | None = None
    for number, line in enumerate(lines, start=1):
        table, row = _read(line, number, known)
        if current is not None and (table is not current or len(waiting) >= AT_ONCE):
            con.execute(sa.insert(current), waiting)
            waiting = []
        current = table
        waiting.append({**row, "workspace": workspace} if workspace else row)
    if current is not None:
        con.execute(sa.insert(current), waiting)


def _given(column: sa.Column) -> bool:
    return bool(column.primary_key and column.autoincrement is True)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _read(line: str, number: int, known: dict[str, sa.Table]) -> tuple[sa.Table, dict[str, Any]]:
    try:
        said = json.loads(line)
        table = known[said["table"]]
        row = dict(said["row"])
        unknown = set(row) - {c.name for c in table.columns if not _given(c)}
        if unknown:
            raise KeyError(unknown)
        return table, {c.name: _typed(c, row) for c in table.columns if not _given(c) and (c.name in row or c.nullable)}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileError(f"Line {number} of the rows in the archive is none that this release can read.") from error


def _typed(column: sa.Column, row: dict[str, Any]) -> Any:
    """Return a value as its column takes it. Raises ValueError or TypeError where it does not."""
    value = row.get(column.name)
    if isinstance(column.type, sa.JSON) or (value is None and column.nullable):
        return value
    if isinstance(column.type, sa.DateTime):
        return datetime.fromisoformat(str(value))
    if isinstance(column.type, sa.Date):
        return date.fromisoformat(str(value))
    wanted = column.type.python_type
    if not isinstance(value, (int, float) if wanted is float else wanted):
        raise TypeError(column.name)
    return value
