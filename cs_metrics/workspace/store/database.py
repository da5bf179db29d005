"""Opening a version's file: read-only and locked down, one root connection a file, a cursor a caller.

A DuckDB connection shared by threads mixes up their results, so nobody gets the root: `cursor()` is the only way in.
A root that is pushed out of the cache is dropped, not closed: closing it would close the cursors others still use.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from cs_metrics import lockdown
from cs_metrics.errors import LimitError, WorkspaceError

OPEN_AT_ONCE = 24

_ROOTS: OrderedDict[tuple[str, str], duckdb.DuckDBPyConnection] = OrderedDict()
_LOCK = threading.Lock()


def _connect(path: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(path), read_only=read_only, config=lockdown.config(limit_time=read_only))


def cursor(path: Path) -> duckdb.DuckDBPyConnection:
    """Return a fresh read-only, locked-down cursor on a version's file: for one thread, for one piece of work.

    Raises WorkspaceError when the file is gone or damaged.
    """
    key = (str(path.resolve()), stamp(path))
    with _LOCK:
        root = _ROOTS.get(key)
        if root is None:
            for earlier in [one for one in _ROOTS if one[0] == key[0]]:  # the file was replaced since
                del _ROOTS[earlier]
            try:
                root = _connect(path, read_only=True)
            except duckdb.Error as error:
                raise WorkspaceError(f"The version file '{path.name}' cannot be opened: it is damaged.") from error
            lockdown.lock(root)
            _ROOTS[key] = root
        _ROOTS.move_to_end(key)
        while len(_ROOTS) > OPEN_AT_ONCE:
            _ROOTS.popitem(last=False)
        return root.cursor()


def stamp(path: Path) -> str:
    """Return what tells a version's file from another that takes its place. Raises WorkspaceError when it is gone."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        raise WorkspaceError(f"The version file '{path.name}' is gone: choose another version.") from None
    return f"{stat.st_ino} {stat.st_mtime_ns}"


def forget(path: Path) -> None:
    """Close a file that is about to be deleted, where it was opened: an open one would keep its place on the disk."""
    place = str(path.resolve())
    with _LOCK:
        for key in [key for key in _ROOTS if key[0] == place]:
            _ROOTS.pop(key).close()


def drop(path: Path) -> None:
    """Let go of a file that was replaced: whoever reads the one before reads on, then its place on the disk is free."""
    place = str(path.resolve())
    with _LOCK:
        for key in [key for key in _ROOTS if key[0] == place]:
            del _ROOTS[key]


@contextmanager
def writing(path: Path, attach: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a staging file for building, with an earlier version attached as `old`; locked down as well.

    On leaving, the file is whole (checkpointed, no write-ahead log beside it) and closed.
    """
    con = _connect(path, read_only=False)
    try:
        if attach is not None:
            con.execute(f"ATTACH '{str(attach).replace(chr(39), chr(39) * 2)}' AS old (READ_ONLY)")
        lockdown.fewer_threads(con)
        lockdown.lock(con)
        yield con
        if attach is not None:
            con.execute("DETACH old")
        con.execute("CHECKPOINT")
    finally:
        con.close()


@contextmanager
def within_limits() -> Iterator[None]:
    """Say in a sentence that a question reached the limit on time or memory, and which variable lifts it."""
    try:
        yield
    except duckdb.InterruptException:
        raise LimitError(
            f"The question took longer than {lockdown.query_seconds()} seconds. "
            "Ask for less, or raise CS_METRICS_QUERY_SECONDS."
        ) from None
    except duckdb.OutOfMemoryException:
        raise LimitError(
            f"The question needs more memory than {lockdown.memory_limit()}. "
            "Ask for less, or raise CS_METRICS_MEMORY_LIMIT."
        ) from None


def first_row(con: duckdb.DuckDBPyConnection, query: str, values: Sequence[Any] | dict[str, Any] = ()) -> tuple | None:
    """Return the first row of a query. All rows are fetched: a half-read result keeps its connection busy."""
    rows = con.execute(query, values or None).fetchall()
    return rows[0] if rows else None
