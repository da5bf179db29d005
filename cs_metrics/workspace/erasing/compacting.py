"""Freeing what a database keeps of rows that were deleted or overwritten."""

from __future__ import annotations

import time
from contextlib import suppress

import sqlalchemy as sa

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.store.records import METADATA, Records

TRIES, PAUSE = 40, 0.25


def compact(records: Records) -> None:
    """Write the database's file anew without what was deleted, and empty its log (SQLite), or let the server free it
    (PostgreSQL, which does so in its own time as well). Raises WorkspaceError where somebody reads without end."""
    engine = records.engine.execution_options(isolation_level="AUTOCOMMIT")
    if engine.dialect.name == "sqlite":
        with engine.connect() as con:
            _patiently(con, "VACUUM")
            _patiently(con, "PRAGMA wal_checkpoint(TRUNCATE)")
        return
    if engine.dialect.name == "postgresql":
        with suppress(sa.exc.SQLAlchemyError), engine.connect() as con:  # who may write need not be who owns the tables
            for table in METADATA.sorted_tables:
                con.exec_driver_sql(f'VACUUM "{table.name}"')


def _patiently(con: sa.Connection, statement: str) -> None:
    for _ in range(TRIES):
        try:
            row = con.exec_driver_sql(statement)
            if not row.returns_rows or (told := row.fetchone()) is None or told[0] == 0:
                return
        except sa.exc.OperationalError:
            pass
        time.sleep(PAUSE)
    raise WorkspaceError("The workspace's database is in use and keeps what was overwritten: open the workspace again.")
