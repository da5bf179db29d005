"""A whole workspace as one zip, which another installation takes in: the originals, the versions, and its rows.

Left out is what can be built again (the facts of other settings), what is in progress, and the rows of tables that
open doors here (`records.STAYS`). Version files go as they are: they open where DuckDB is the same or newer.
"""

from __future__ import annotations

import os
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import duckdb
import sqlalchemy as sa

from cs_metrics.errors import CSMetricsError, FileError, WorkspaceError
from cs_metrics.settings import resolve
from cs_metrics.workspace.kept import saved_settings
from cs_metrics.workspace.moving import packing, rows
from cs_metrics.workspace.moving.packing import Package
from cs_metrics.workspace.publish import versions
from cs_metrics.workspace.publish.publishing import FORMAT
from cs_metrics.workspace.publish.uploads import RESERVED, safe_name
from cs_metrics.workspace.store import migrations, staging
from cs_metrics.workspace.store.database import forget
from cs_metrics.workspace.store.folder import NAME, Folder, sync
from cs_metrics.workspace.store.records import METADATA, VERSIONS, Records, now

KIND = "workspace archive"
ROWS = "rows.jsonl"
LAYOUT = 1  # of the archive itself
VERSION = re.compile(r"versions/(\d{4,8})\.duckdb")
ORIGINAL = re.compile(r"files/([0-9a-f]{64})/([^/]+)")


def export(folder: Folder, records: Records, target: Path, who: str = "") -> dict[str, Any]:
    """Write the workspace to `target`, a path where nothing is yet; return what went: versions, files, bytes. It is in
    the audit log before the file is there.

    Publishing waits only while the rows are read; versions never change. Raises WorkspaceError.
    """
    about = {**told(KIND), "name": folder.path.name}
    with packing.packing(target, about) as packer:
        with folder.lock(), rows.snapshot(records.engine) as con:
            held = {number: _state(folder.version(number)) for number in folder.numbers()}
            packer.add_lines(ROWS, rows.dump(con, rows.travelling(), records.workspace))
        originals = _originals(folder)
        try:
            for number in held:
                packer.add(f"versions/{number:04d}.duckdb", folder.version(number))
            for path in originals:
                name = f"files/{path.parent.name}/{path.name}"
                packer.add(name, path)
                if packer.parts[name]["sha256"] != path.parent.name:
                    raise WorkspaceError(f"The upload '{path.name}' is not what it was: it changed on the disk.")
            unchanged = held == {number: _state(folder.version(number)) for number in held}
        except FileNotFoundError:
            unchanged = False
        if not unchanged:
            raise WorkspaceError("Data were deleted from the workspace meanwhile: begin once more.")
        size = sum(part["bytes"] for part in packer.parts.values())
        done = {"versions": len(held), "files": len(originals), "bytes": size}
        records.log(who, "export", done)
    return done


def told(kind: str) -> dict[str, Any]:
    """Return what every manifest says of the release that wrote it."""
    try:
        release = version("cs-metrics")
    except PackageNotFoundError:  # run from a checkout
        release = ""
    return {
        "kind": kind,
        "layout": LAYOUT,
        "schema": migrations.today(),
        "format": FORMAT,
        "release": release,
        "duckdb": duckdb.__version__,
        "made_at": now().isoformat(),
    }


def import_(source: Path, home: Path, name: str | None = None, who: str = "") -> Path:
    """Take a workspace in, as a new one among those in `home`; return its folder.

    `name`: what it is called here (None: what it was called, with a number behind where that is taken). All of it is
    verified before any of it appears. Raises FileError, LimitError or WorkspaceError; then nothing was kept.
    """
    if name is not None:
        _name_is_free(home, name)
    staging.sweep(home, _forget_rows)
    with staging.staged(home) as place, packing.opened(source, KIND, place) as package:
        check_release(package, source)
        _check_names(package, source)
        folder = Folder(place)
        for part in package.names:
            package.take(part, place / part)
        _check_versions(folder, package, source)
        records = Records(folder)
        try:
            _take_rows(folder, records, package, source)
            records.log(who, "import", {key: package.about.get(key) for key in ("name", "made_at", "release")})
            records.close()  # its file is moved
            return _appear(folder, home, name or _called(package))
        except BaseException:
            if records.shared:
                erase_rows(records)
            raise
        finally:
            records.close()


def check_release(package: Package, source: Path) -> None:
    """Raise WorkspaceError where a newer release wrote the archive, FileError where its manifest is none."""
    known = {"layout": LAYOUT, "schema": migrations.today(), "format": FORMAT}
    for key, today in known.items():
        number = package.about.get(key)
        if type(number) is not int or number < 1:
            raise packing.altered(source)
        if number > today:
            raise migrations.newer(source.name, number, key, today)


def erase_rows(records: Records) -> None:
    """Delete every row of a workspace."""
    with records.whole() as con:
        for table in METADATA.sorted_tables:
            if "workspace" in table.columns:
                con.execute(sa.delete(table).where(table.c.workspace == records.workspace))


def _state(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _originals(folder: Folder) -> list[Path]:
    """Return the uploads that are whole; one that arrives just now has no folder, or an empty one."""
    return [path for place in sorted(folder.files.iterdir()) if place.is_dir() for path in sorted(place.iterdir())[:1]]


def _check_names(package: Package, source: Path) -> None:
    """Every part lies where an export puts it, an original under the hash of its content: no path leads elsewhere."""
    seen = set()
    for name, part in package.about["parts"].items():
        original = ORIGINAL.fullmatch(name)
        good = safe_name(original[2]) == original[2] and original[1] == part["sha256"] if original else False
        if not (name == ROWS or VERSION.fullmatch(name) or good):
            raise packing.altered(source)
        seen.add(original[1] if original else name)
    if ROWS not in seen or len(seen) < len(package.names):
        raise packing.altered(source)


def _check_versions(folder: Folder, package: Package, source: Path) -> None:
    for number in folder.numbers():
        path = folder.version(number)
        try:
            found = versions.meta(path)
        except (CSMetricsError, duckdb.Error) as error:
            made = str(package.about.get("duckdb"))[:20]
            raise FileError(
                f"{source.name}: version {number} cannot be opened. It was written with DuckDB {made}, and here is "
                f"{duckdb.__version__}: update cs-metrics, or export it again."
            ) from error
        finally:
            forget(path)
        if found.get("version") != number:
            raise packing.altered(source)


def _take_rows(folder: Folder, records: Records, package: Package, source: Path) -> None:
    path = folder.path / ROWS
    try:
        with open(path, encoding="utf-8") as lines, records.whole() as con:
            rows.load(con, lines, rows.travelling(), records.workspace)
            # those of a version that was published while the archive was being made
            gone = VERSIONS.c.number.not_in(folder.numbers())
            con.execute(sa.delete(VERSIONS).where(VERSIONS.c.workspace == records.workspace, gone))
        resolve(saved_settings.saved(records))
    except (sa.exc.SQLAlchemyError, UnicodeDecodeError, CSMetricsError) as error:
        raise packing.altered(source) from error
    path.unlink()


def _called(package: Package) -> str:
    name = " ".join(re.sub(r"[^A-Za-z0-9 _-]+", " ", str(package.about.get("name", ""))).split())[:50].lstrip("-_ ")
    return name if NAME.fullmatch(name) and not RESERVED.fullmatch(name) else "Imported"


def _name_is_free(home: Path, name: str) -> None:
    if not NAME.fullmatch(name) or RESERVED.fullmatch(name):
        raise WorkspaceError("A workspace's name has letters, digits, spaces, - and _, at most 60: choose another.")
    if name.casefold() in _taken(home):
        raise WorkspaceError(f"There is a workspace '{name}' already: choose another name.")


def _taken(home: Path) -> set[str]:
    return {"sample", *(p.name.casefold() for p in home.iterdir())} if home.is_dir() else {"sample"}


def _appear(folder: Folder, home: Path, wanted: str) -> Path:
    """Give the whole workspace its name; another process may have taken a name since it was looked at."""
    number = 1
    while True:
        name = wanted if number == 1 else f"{wanted} {number}"
        number += 1
        if name.casefold() in _taken(home):
            continue
        try:
            os.rename(folder.path, home / name)
        except OSError:
            if not (home / name).exists():
                raise
            continue
        sync(home)
        return home / name


def _forget_rows(place: Path) -> None:
    """Delete what a killed import wrote into a database that several workspaces share."""
    if (place / "workspace.id").exists():
        records = Records(Folder(place))
        erase_rows(records)
        records.close()
