"""Connections to the SQL database, and changes of several rows that stand together or not at all.

Whoever changes a workspace holds its writers' lock until the change is committed (SQLite: the database's own,
PostgreSQL: one by the workspace's name). So what was looked at before a change is still so when it is made, also where
several processes and machines write; and who is killed on the way leaves nothing of it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import sqlalchemy as sa

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.store import migrations
from cs_metrics.workspace.store.folder import Folder

_ENGINES: dict[str, sa.Engine] = {}
_LOCK = threading.Lock()


class Transactions:
    """What a workspace keeps in a database, read and changed through connections of the calling thread."""

    def __init__(self, engine: sa.Engine, workspace: str) -> None:
        self.engine, self.workspace = engine, workspace
        self._held = threading.local()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection to read with: within `whole` that one, which sees what was changed so far."""
        held = getattr(self._held, "con", None)
        if held is not None:
            yield held
            return
        with self.engine.connect() as con:
            yield con

    @contextmanager
    def whole(self) -> Iterator[sa.Connection]:
        """Make one change of all that is written within, also by calls that say `whole` themselves: it is there when
        the outermost block is left, and nothing of it where an error leaves it. Nobody else writes meanwhile."""
        held = getattr(self._held, "con", None)
        if held is not None:
            yield held
            return
        with self.engine.connect() as con:
            if con.dialect.name == "sqlite":
                con.exec_driver_sql("BEGIN IMMEDIATE")  # the driver itself would begin only with the first row written
            elif con.dialect.name == "postgresql":
                con.execute(sa.select(sa.func.pg_advisory_xact_lock(_lock_of(self.workspace))))
            self._held.con = con
            try:
                yield con
            finally:
                del self._held.con
            con.commit()


class _Recorded(Protocol):
    records: Any


Self = TypeVar("Self", bound=_Recorded)
Given = ParamSpec("Given")
Result = TypeVar("Result")


def whole(method: Callable[Concatenate[Self, Given], Result]) -> Callable[Concatenate[Self, Given], Result]:
    """Make one change of all that a method writes to its `records`: the edit and its line in the audit log, say."""

    @wraps(method)
    def together(self: Self, /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        with self.records.whole():
            return method(self, *args, **kwargs)

    return together


def engine(url: str, folder: Folder, metadata: sa.MetaData) -> sa.Engine:
    """Return the engine of a database, one for each URL, with all tables as they are today. Raises WorkspaceError."""
    with _LOCK:
        known = _ENGINES.get(url)
        if known is not None and (known.dialect.name != "sqlite" or (folder.path / "workspace.sqlite").exists()):
            return known
        try:
            made = sa.create_engine(url, pool_pre_ping=True)
            if made.dialect.name == "sqlite":
                sa.event.listen(made, "connect", _sqlite_pragmas)
            with folder.lock(name="schema"):
                migrations.bring_up(made, metadata)
        except sa.exc.ArgumentError as error:
            raise WorkspaceError(
                "CS_METRICS_DATABASE_URL is not a database URL that SQLAlchemy understands."
            ) from error
        except (sa.exc.DBAPIError, ModuleNotFoundError) as error:
            why = str(getattr(error, "orig", None) or error).strip().rstrip(".")
            raise WorkspaceError(f"The database of the workspace cannot be opened: {why}.") from error
        _ENGINES[url] = made
        return made


def forget(known: sa.Engine) -> None:
    """Close all connections of an engine, whose database is about to be moved or deleted."""
    with _LOCK:
        for url in [url for url, engine in _ENGINES.items() if engine is known]:
            del _ENGINES[url]
    known.dispose()


def forget_url(url: str) -> None:
    """Close all connections to the database of a URL."""
    with _LOCK:
        known = _ENGINES.pop(url, None)
    if known is not None:
        known.dispose()


def _lock_of(workspace: str) -> int:
    """Return the name of a workspace's lock among those of PostgreSQL, which are numbers of 64 bits."""
    return int.from_bytes(hashlib.sha256(workspace.encode()).digest()[:8], "big", signed=True)


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 15000")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()
