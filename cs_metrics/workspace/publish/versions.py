"""The versions of a workspace: listing, restoring, and the copies with the facts of other settings."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from cs_metrics import facts
from cs_metrics.errors import WorkspaceError
from cs_metrics.settings import facts_key
from cs_metrics.workspace.publish import asof, describe, layout
from cs_metrics.workspace.publish.publishing import FORMAT, Build
from cs_metrics.workspace.store.database import cursor, writing
from cs_metrics.workspace.store.folder import Folder, move_whole
from cs_metrics.workspace.store.records import VERSIONS, Records, now

SIDECARS_KEPT = 6

_BUILDING: dict[Path, threading.Lock] = {}
_BUILDING_LOCK = threading.Lock()


def path_of(folder: Folder, number: int | None) -> tuple[int, Path]:
    """Return the number and file of a version; None: the latest. Raises WorkspaceError where there is none."""
    numbers = folder.numbers()
    if not numbers:
        raise WorkspaceError(f"Workspace '{folder.path.name}' has no data yet: read files and publish them first.")
    if number is None:
        number = numbers[-1]
    if number not in numbers:
        raise WorkspaceError(f"There is no version {number}: workspace '{folder.path.name}' has {_span(numbers)}.")
    return number, folder.version(number)


def _span(numbers: list[int]) -> str:
    return f"version {numbers[0]}" if len(numbers) == 1 else f"versions {numbers[0]} to {numbers[-1]}"


def meta(path: Path) -> dict[str, Any]:
    """Return what a version file says about itself. Raises WorkspaceError when another release wrote it."""
    found = describe.read_meta(cursor(path))
    if found.get("format") != FORMAT:
        raise WorkspaceError(f"'{path.name}' was written by another release of cs-metrics: publish its files again.")
    return found


def listing(folder: Folder, records: Records) -> pd.DataFrame:
    """Return one row a version, the latest first: number, created_at, as_of, mode, note, restored_from, tables, rows,
    files. The files themselves are the truth; the database only saves opening each."""
    known = {r["number"]: r["content"] for r in records.rows(records.mine(VERSIONS))}
    rows = []
    for number in reversed(folder.numbers()):
        content = known.get(number) or note_down(folder, records, number)
        rows.append({"number": number} | content)
    columns = ["number", "created_at", "as_of", "mode", "note", "restored_from", "tables", "rows", "files"]
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("created_at", "as_of"):
        frame[name] = pd.to_datetime(frame[name])
    return frame


def note_down(folder: Folder, records: Records, number: int) -> dict[str, Any]:
    """Write what a version says about itself into the database, and return it."""
    path = folder.version(number)
    found = meta(path)
    counts = {t: n for t, n in found["row_counts"].items() if n}
    content = {k: found[k] for k in ("created_at", "as_of", "mode", "note", "restored_from")}
    content |= {
        "tables": counts,
        "rows": sum(counts.values()),
        "files": sorted(set(describe.sources(cursor(path))["name"])),
    }
    records.put(VERSIONS, {"number": number}, {"content": content})
    return content


def restore(folder: Folder, number: int, note: str, keep: Callable[[int], None] = lambda _: None) -> int:
    """Publish an earlier version once more, as the newest; return its number. Earlier versions stay as they are.
    `keep` is given the number right before the file gets its name."""
    with folder.lock():
        number, source = path_of(folder, number)
        newest = folder.numbers()[-1] + 1
        created_at = now()
        with folder.building() as staging:
            shutil.copyfile(source, staging)
            with writing(staging) as con:
                changed = {
                    "version": newest,
                    "created_at": created_at.isoformat(),
                    "mode": "restore",
                    "note": note or f"Version {number} again",
                    "restored_from": number,
                }
                describe.write_meta(con, describe.read_meta(con) | changed)
            keep(newest)
            move_whole(staging, folder.version(newest))
    return newest


def with_facts(folder: Folder, number: int, settings: Mapping[str, Any], build: Build) -> Path:
    """Return the file of a version whose facts were built with these settings by this release: the version itself
    where they are its own, else a copy beside it, made when first asked for. The copies used longest ago are deleted.
    """
    number, path = path_of(folder, number)
    before = path.stat().st_ino
    own = meta(path)
    key = facts_key(settings)
    if key == facts_key(own["settings"]) and own.get("facts") == facts.code():
        return path
    sidecar = folder.sidecar(number, f"{key}-{facts.code()}")
    with _BUILDING_LOCK:
        lock = _BUILDING.setdefault(sidecar.resolve(), threading.Lock())
    with lock:
        if sidecar.exists():
            os.utime(sidecar, (datetime.now().timestamp(), sidecar.stat().st_mtime))
            return sidecar
        with folder.building() as staging:
            shutil.copyfile(path, staging)
            with writing(staging) as con:
                layout.bring_up(con)
                created_at = datetime.fromisoformat(own["created_at"])
                ends = asof.of_tables(con, settings["timezone"], created_at)
                as_of = asof.overall(ends, created_at)
                changed = {
                    "settings": dict(settings),
                    "facts": facts.code(),
                    "as_of": as_of.isoformat(),
                    "table_as_of": {table: end.isoformat() for table, end in ends.items()},
                }
                describe.write_meta(con, own | changed)
                build(con, dict(settings), as_of)
            move_whole(staging, sidecar)
        replaced = path.stat().st_ino != before
        if replaced:  # a customer was erased from the version meanwhile
            sidecar.unlink(missing_ok=True)
    if replaced:
        return with_facts(folder, number, settings, build)
    oldest_first = sorted(folder.sidecars(), key=lambda p: p.stat().st_atime)
    for extra in oldest_first[:-SIDECARS_KEPT]:
        extra.unlink(missing_ok=True)
    return sidecar
