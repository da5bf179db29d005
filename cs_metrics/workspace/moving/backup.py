"""Everything under the home in one file, while the app runs; and back into an empty place.

Published versions and uploads never change, so they are copied as they lie; a database that is a file goes through
SQLite's own backup, one that CS_METRICS_DATABASE_URL names row by row, as it was at one moment. What is in progress, or
can be built again, stays behind. Databases go first: whatever they speak of was on the disk before.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.moving import archive, packing, restored, rows
from cs_metrics.workspace.moving.packing import Package, Packer
from cs_metrics.workspace.moving.restored import DATABASE, HOME
from cs_metrics.workspace.publish.uploads import safe_name
from cs_metrics.workspace.store import staging
from cs_metrics.workspace.store.folder import RESTORING, SIDECAR_FILE, Folder
from cs_metrics.workspace.store.records import METADATA, Records, now

KIND = "backup"
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
                _add_database(packer, home, path, target.parent)
        for path in _kept(home):
            packer.add(f"{HOME}/{path.relative_to(home).as_posix()}", path)
    return target


def restore(source: Path, home: Path) -> list[str]:
    """Put a backup back into a home that is empty, and into an empty database where CS_METRICS_DATABASE_URL names one;
    return the names of its workspaces. One that was killed on the way is ended by the same call.

    All of it is verified before any of it appears. Raises FileError, LimitError or WorkspaceError; then nothing was
    kept. From the first of it that appears to the last, no workspace of the home opens.
    """
    staging.sweep(home)
    began = home / RESTORING
    if began.exists():
        with packing.opened(source, KIND, home) as package:
            _check_database(package, source)
            if restored.read_manifest(began) != package.about:
                raise WorkspaceError(
                    f"A restore of another back-up began in '{home}' and did not end: restore that one again, or empty "
                    "the folder (and the database)."
                )
        return restored.end(began, home, source)
    if home.is_dir() and any(p.name != "lost+found" for p in home.iterdir()):
        raise WorkspaceError(f"'{home}' is not empty: stop the app, move what is there elsewhere, and restore again.")
    with staging.staged(home) as place, packing.opened(source, KIND, place) as package:
        archive.check_release(package, source)
        _check_database(package, source)
        restored.needs_empty_database(place, package)
        for name in package.names:
            if name != DATABASE and not _harmless(name):
                raise packing.altered(source)
            package.take(name, place / name)
        restored.begin(place, home, package)
    return restored.end(began, home, source)


def _workspaces(home: Path) -> list[Path]:
    return sorted(p.parent for p in home.glob("[!.]*/workspace.id"))


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


def _add_database(packer: Packer, home: Path, path: Path, room: Path) -> None:
    """Add a SQLite file as it is at one moment, whoever writes to it meanwhile; it is copied into the folder `room`."""
    with packing.passing(room) as copy:
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
