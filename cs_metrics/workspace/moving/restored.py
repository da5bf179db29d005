"""A back-up on its way back: from the moment all of it is unpacked until each part is where it belongs.

Unpacked and verified, it lies in one folder of the home, which gets its name (`RESTORING`) in one step. While that is
there no workspace of the home opens. Then the database is filled, in one step; then the workspaces are moved to their
places; then the folder goes. Who is killed on the way left a home that says so, and `end` goes on where it stopped.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from cs_metrics.errors import CSMetricsError, WorkspaceError
from cs_metrics.workspace.moving import packing, rows
from cs_metrics.workspace.moving.packing import Package
from cs_metrics.workspace.store import staging
from cs_metrics.workspace.store.folder import RESTORING, Folder, sync
from cs_metrics.workspace.store.records import METADATA, Records

DATABASE = "database.jsonl"
HOME = "home"
_MANIFEST = "manifest.json"
_NOT_EMPTY = "The database that CS_METRICS_DATABASE_URL names is not empty: name an empty one."


def begin(place: Path, home: Path, package: Package) -> None:
    """Let the unpacked back-up in `place` be what is restored."""
    (place / _MANIFEST).write_text(json.dumps(package.about))
    (place / HOME).mkdir(exist_ok=True)
    sync(place / _MANIFEST)
    os.rename(place, home / RESTORING)
    sync(home)


def read_manifest(began: Path) -> dict[str, Any]:
    """Return the manifest of the back-up whose restoring began."""
    found: dict[str, Any] = json.loads((began / _MANIFEST).read_text())
    return found


def end(began: Path, home: Path, source: Path) -> list[str]:
    """Do what is left to do, and return the names of the workspaces. Raises FileError where the rows of the database
    are none; then nothing was kept."""
    _fill(began, source)
    for path in sorted((began / HOME).iterdir()):
        os.rename(path, home / path.name)
    sync(home)
    with staging.staged(home) as gone:
        os.rename(began, gone / RESTORING)
        sync(home)
    return sorted(p.parent.name for p in home.glob("[!.]*/workspace.id"))


def needs_empty_database(place: Path, package: Package) -> None:
    """Raise WorkspaceError where the back-up has a database and that of this installation is not empty."""
    if DATABASE in package.names:
        with Records(Folder(place / "empty")).reading() as con:
            if not _empty(con):
                raise WorkspaceError(_NOT_EMPTY)


def _fill(began: Path, source: Path) -> None:
    path = began / DATABASE
    if not path.exists():
        return
    records = Records(Folder(began / "empty"))
    with records.engine.begin() as con:
        if _empty(con):
            try:
                with open(path, encoding="utf-8") as lines:
                    rows.load(con, lines, METADATA.sorted_tables)
            except (sa.exc.SQLAlchemyError, UnicodeDecodeError, CSMetricsError) as error:
                shutil.rmtree(began)
                raise packing.altered(source) from error
        elif not _filled(con, began):  # it was empty when the restoring began: somebody else wrote to it since
            raise WorkspaceError(_NOT_EMPTY)


def _empty(con: sa.Connection) -> bool:
    return not any(con.execute(sa.select(table).limit(1)).first() for table in METADATA.sorted_tables)


def _filled(con: sa.Connection, began: Path) -> bool:
    """Return whether the rows of the back-up are in the database: one of them is there only with all others."""
    with open(began / DATABASE, encoding="utf-8") as lines:
        first = json.loads(next(lines))
    table = METADATA.tables[first["table"]]
    mine = sa.select(table).where(table.c.workspace == first["row"]["workspace"])
    return con.execute(mine.limit(1)).first() is not None
