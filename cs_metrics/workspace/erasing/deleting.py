"""Deleting a whole workspace: its folder, its rows in a database that others share, with a proof at the home's level.

The folder gets another name first, under which nobody takes it for a workspace; a deletion that is killed from then on
is finished by the next one to open a workspace beside it.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.erasing.database_rows import label
from cs_metrics.workspace.moving.archive import erase_rows
from cs_metrics.workspace.store import database
from cs_metrics.workspace.store.folder import Folder, sync, try_lock
from cs_metrics.workspace.store.records import METADATA, Records, now

PREFIX = ".deleting-"  # no workspace's name begins with a dot, so nobody sees it
PROOFS = "deletions.jsonl"
SAMPLE_MARK = "sample.built"
_PROOF = ".deletion.json"
ADVICE = (
    "Backups and exported archives that were made before still hold the workspace: delete them too.",
    "Files that people downloaded, the disk and its snapshots, and a database server's log are out of reach here.",
)


@dataclass
class Deleted:
    """The proof that a workspace is gone. `went`: where (versions, uploads, other files, a kind of rows), what, count,
    and bytes for files. It stands in `deletions.jsonl` beside the workspace as well."""

    deletion: str
    name: str
    who: str
    happened_at: str
    went: list[dict[str, Any]] = field(default_factory=list)
    advice: tuple[str, ...] = ADVICE

    def to_json(self) -> dict[str, Any]:
        """Return the proof as plain JSON values."""
        return {**asdict(self), "advice": list(self.advice)}


def plan(folder: Folder, records: Records, who: str = "") -> Deleted:
    """Return what `delete` would do; nothing is changed. Raises WorkspaceError for the sample company."""
    if (folder.path / SAMPLE_MARK).exists():
        raise WorkspaceError("The sample company stays: the app makes it anew whenever it is missing.")
    went = []
    for where, root in (("versions", folder.versions), ("uploads", folder.files), ("other files", folder.path)):
        found = [p for p in (root.rglob("*") if root != folder.path else root.iterdir()) if p.is_file()]
        sizes = [p.stat().st_size for p in found]
        went.append({"where": where, "what": "files", "count": len(found), "bytes": sum(sizes)})
    with records.reading() as con:
        for table in METADATA.sorted_tables:
            if "workspace" in table.columns:
                mine = sa.select(sa.func.count()).where(table.c.workspace == records.workspace)
                if count := int(con.execute(mine).scalar_one()):
                    went.append({"where": label(table.name), "what": "rows", "count": count})
    at = f"{now().isoformat()}Z"
    return Deleted(uuid.uuid4().hex, folder.path.resolve().name, who, at, [one for one in went if one["count"]])


def delete(folder: Folder, records: Records, who: str = "") -> Deleted:
    """Delete a workspace for good; return the proof. Raises WorkspaceError; then it is there as it was."""
    with folder.lock():
        proof = plan(folder, records, who)
        home = folder.path.resolve().parent
        mark = home / f"{PREFIX}{proof.deletion}.lock"
        place = mark.with_suffix("")
        (folder.path / _PROOF).write_text(json.dumps(proof.to_json(), ensure_ascii=False), encoding="utf-8")
        sync(folder.path / _PROOF)
        for path in folder.versions.glob("*.duckdb"):
            database.drop(path)
        records.close()
        with open(mark, "a+b") as held:
            if not try_lock(held.fileno()):
                raise WorkspaceError(f"No file can be locked in '{home}': choose a disk that knows locks.")
            try:
                os.rename(folder.path, place)
            except OSError as error:
                mark.unlink(missing_ok=True)
                raise WorkspaceError(f"The folder '{folder.path}' cannot be moved: {error.strerror}.") from error
            sync(home)
            _finish(place)
            mark.unlink(missing_ok=True)
    return proof


def finish(home: Path) -> None:
    """Finish what killed deletions left in a folder of workspaces; those that go on are left alone."""
    for mark in home.glob(f"{PREFIX}*.lock"):
        with suppress(OSError, WorkspaceError), open(mark, "r+b") as held:
            if try_lock(held.fileno()):
                _finish(mark.with_suffix(""))
                mark.unlink(missing_ok=True)


def _finish(place: Path) -> None:
    """Delete the rows, write the proof beside, delete the folder: in this order, each as often as it takes."""
    if not place.is_dir():
        return
    if (place / "workspace.id").exists() and os.environ.get("CS_METRICS_DATABASE_URL"):
        erase_rows(Records(Folder(place)))
    if (place / _PROOF).exists():
        _prove(place.parent / PROOFS, (place / _PROOF).read_text(encoding="utf-8"))
        (place / _PROOF).unlink()
    shutil.rmtree(place, ignore_errors=True)


def _prove(path: Path, line: str) -> None:
    """Add a proof to those of the home, once."""
    deletion = json.loads(line)["deletion"]
    with open(path, "a+", encoding="utf-8") as proofs:
        proofs.seek(0)
        if not any(deletion in one for one in proofs):
            proofs.write(f"{line}\n")
            proofs.flush()
            os.fsync(proofs.fileno())
