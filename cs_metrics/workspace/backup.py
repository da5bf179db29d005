"""Everything under the home in one file, while the app runs; and back into an empty place.

Published versions and uploads never change, so they are copied as they lie; a database that is a file goes through
SQLite's own backup, one that CS_METRICS_DATABASE_URL names row by row, as it was at one moment. What is in progress, or
can be built again, stays behind. Databases go first: whatever they speak of was on the disk before.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from cs_metrics.errors import CSMetricsError, WorkspaceError
from cs_metrics.workspace import archive, packing, rows, staging
from cs_metrics.workspace.folder import SIDECAR_FILE, Folder, sync
from cs_metrics.workspace.packing import Package, Packer
from cs_metrics.workspace.records import METADATA, Records, now
from cs_metrics.workspace.uploads import safe_name

KIND = "backup"
DATABASE = "database.jsonl"
HOME = "home"
FILE_OF_DATABASE = re.compile(r".+\.sqlite")
PASSING = re.compile(
    r"\..*|.*\.lock|staging-.*|upload-[0-9a-f]{32}|.*-(wal|shm|journal)|workspace\.id\..+|sample\.[0-9a-f]{32}"
)


def back_up(home: Path, target: Path) -> Path:
    """Write all workspaces of a home and their database into a zip; return its path.

    `target`: a path where nothing is yet, or a folder, in which it gets a name with the instant (UTC). Raises
    WorkspaceError; then there is no file.
    """
    workspaces = _workspaces(home)
    if not workspaces:
        raise WorkspaceError(f"There is no workspace in '{home}': CS_METRICS_HOME names the folder that has them.")
    if target.is_dir():
        target = target / f"cs-metrics-{now():%Y-%m-%dT%H%M%SZ}.zip"
    shared = bool(os.environ.get("CS_METRICS_DATABASE_URL"))
    with packing.packing(target, {**archive.told(KIND), "shared": shared}) as packer:
        if shared:
            with rows.snapshot(Records(Folder(workspaces[0])).engine) as con:
                packer.add_lines(DATABASE, rows.dump(con, METADATA.sorted_tables))
        else:
            for path in _kept(home, databases=True):
                _add_database(packer, home, path)
        for path in _kept(home):
            packer.add(f"{HOME}/{path.relative_to(home).as_posix()}", path)
    return target


def restore(source: Path, home: Path) -> list[str]:
    """Put a backup back into a home that is empty, and into an empty database where CS_METRICS_DATABASE_URL names one;
    return the names of its workspaces.

    All of it is verified before any of it appears. Raises FileError, LimitError or WorkspaceError; then nothing was
    kept.
    """
    staging.sweep(home)
    if home.is_dir() and any(p.name != "lost+found" for p in home.iterdir()):
        raise WorkspaceError(f"'{home}' is not empty: stop the app, move what is there elsewhere, and restore again.")
    with staging.staged(home) as place, packing.opened(source, KIND, place) as package:
        archive.check_release(package, source)
        _check_database(package, source)
        for name in package.names:
            if name != DATABASE and not _harmless(name):
                raise packing.altered(source)
            package.take(name, place / name)
        arrived = sorted((place / HOME).iterdir()) if (place / HOME).is_dir() else []
        with _filled(place, source):
            for path in arrived:
                os.rename(path, home / path.name)
            sync(home)
    return [path.name for path in _workspaces(home)]


def _workspaces(home: Path) -> list[Path]:
    return sorted(p.parent for p in home.glob("*/workspace.id"))


def _kept(home: Path, databases: bool = False) -> Iterator[Path]:
    """Return the files that a backup has: the databases, or all others. Versions come before the uploads, so that the
    upload of each version that goes along goes along too."""
    found = []
    for path in home.rglob("*"):
        parts = path.relative_to(home).parts
        passing = any(PASSING.fullmatch(part) for part in parts) or SIDECAR_FILE.fullmatch(path.name)
        upload = parts[1:2] == ("files",)
        database = not upload and FILE_OF_DATABASE.fullmatch(path.name) is not None
        if path.is_file() and not passing and database == databases:
            found.append((upload, path))
    yield from (path for _, path in sorted(found))


def _add_database(packer: Packer, home: Path, path: Path) -> None:
    """Add a SQLite file as it is at one moment, whoever writes to it meanwhile."""
    with tempfile.TemporaryDirectory(prefix="cs-metrics-backup-") as folder:
        copy = Path(folder) / path.name
        with closing(sqlite3.connect(path, timeout=15)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        packer.add(f"{HOME}/{path.relative_to(home).as_posix()}", copy)


def _check_database(package: Package, source: Path) -> None:
    """Raise WorkspaceError where the backup's database is of the other kind than the one that is set."""
    shared = bool(os.environ.get("CS_METRICS_DATABASE_URL"))
    if bool(package.about.get("shared")) == shared:
        return
    said = "of an app without one: unset it" if shared else "of an app with a database of its own: set it"
    raise WorkspaceError(
        f"{source.name} is {said} (CS_METRICS_DATABASE_URL) and restore again. "
        "To change from one to the other, export and import each workspace."
    )


def _harmless(name: str) -> bool:
    """Say whether a part lies below the home, under names that any file system takes."""
    top, *parts = name.split("/")
    return top == HOME and bool(parts) and all(safe_name(part) == part for part in parts)


@contextmanager
def _filled(place: Path, source: Path) -> Iterator[None]:
    """Fill the database that is set with the backup's rows; they are there for good once the block is left."""
    path = place / DATABASE
    if not path.exists():
        yield
        return
    records = Records(Folder(place / "empty"))
    with records.engine.begin() as con:
        if any(con.execute(sa.select(table).limit(1)).first() for table in METADATA.sorted_tables):
            raise WorkspaceError("The database that CS_METRICS_DATABASE_URL names is not empty: name an empty one.")
        try:
            with open(path, encoding="utf-8") as lines:
                rows.load(con, lines, METADATA.sorted_tables)
        except (sa.exc.SQLAlchemyError, UnicodeDecodeError, CSMetricsError) as error:
            raise packing.altered(source) from error
        yield
