"""What is killed beside the daily work: migration, export, import, back-up, restore, erasure, deletion; each on a copy.

A trial makes a place of its own for one kill, and says afterwards what was lost and what is half-done there. Then it
calls the operation again: it must work, and leave nothing of the killed one behind.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

import cs_metrics as cs
from cs_metrics.errors import CSMetricsError, WorkspaceError
from cs_metrics.workspace.erasing import deleting
from cs_metrics.workspace.moving import archive, backup
from cs_metrics.workspace.store import migrations
from cs_metrics.workspace.store.database import cursor
from cs_metrics.workspace.store.folder import RESTORING, Folder, sha256_of
from tests.kill import seen
from tests.kill.operations import OPERATIONS
from tests.workspace.test_layout import BY_HAND
from tests.workspace.test_layout import EARLIER as LAYOUTS
from tests.workspace.test_migrations import EARLIER as SCHEMAS
from tests.workspace.test_migrations import content, write

Faults = tuple[list[str], list[str]]
Asked = tuple[str, dict[str, Any]]


class Trial:
    """One kill of one operation in a folder of its own; `base` is a workspace that it may copy, `n` its number."""

    operation = ""

    def __init__(self, folder: Path, base: Path, n: int) -> None:
        self.folder, self.base, self.n = folder / f"{self.operation}-{n}", base, n
        self.home = self.folder / "home"
        self.home.mkdir(parents=True)
        self.prepare()

    def prepare(self) -> None:
        """Make what the operation works on."""
        shutil.copytree(self.base, self.home / "acme")

    def given(self) -> dict[str, Any]:
        return {"path": str(self.home / "acme")}

    def again(self) -> Any:
        """Call the operation once more, here; return its result."""
        return OPERATIONS[self.operation](**self.given())

    def check(self, acknowledged: bool) -> Faults:
        """Return what was lost and what is half-done, before the operation is called again and after it."""
        lost, halves = self.look(acknowledged)
        self.again()
        more, others = self.look(True)
        seen.hours_later(self.folder)
        left = seen.leftovers(str(self.folder))
        shutil.rmtree(self.folder)
        return lost + more, halves + others + ([f"left behind: {left}"] if left else [])

    def look(self, acknowledged: bool) -> Faults:
        raise NotImplementedError

    def same(self, path: Path) -> list[str]:
        """Return how a workspace differs from the base."""
        mine, base = cs.Workspace.open(path), cs.Workspace.open(self.base)
        found = seen.half_done(mine)
        for number in base.numbers():
            if seen.figures(mine.version(number)) != seen.figures(base.version(number)):
                found.append(f"version {number} has other numbers")
        kept = ("settings", "notes", "targets", "segments", "follow_ups", "versions")
        one, other = seen.state(mine), seen.state(base)
        return found + [f"{name} differ" for name in kept if one[name] != other[name]]


class MigrateDatabase(Trial):
    """The database of an earlier schema is brought up."""

    operation = "migrate_database"

    def prepare(self) -> None:
        script = SCHEMAS[self.n % len(SCHEMAS)].read_text()
        found = content(write(self.home / "acme", script))
        self.before = {table: rows for table, rows in found.items() if table != migrations.NUMBER.name}

    def look(self, acknowledged: bool) -> Faults:
        folder = cs.Workspace.open(self.home / "acme").folder
        with closing(sqlite3.connect(folder.path / "workspace.sqlite")) as con:
            con.row_factory = sqlite3.Row
            number = con.execute("SELECT number FROM cs_schema").fetchone()[0]
        lost = []
        after = content(folder)
        for table, rows in self.before.items():
            if [row[: len(rows[0])] for row in after.get(table, [])] != rows:
                lost.append(f"rows of {table}")
        halves = [] if number == migrations.today() else [f"schema {number}"]
        return lost, halves + seen.broken_database(folder)


class Migrate(Trial):
    """A version that an earlier release wrote is opened: the facts of today are built beside it."""

    operation = "migrate"

    def prepare(self) -> None:
        folder = Folder(self.home / "acme")
        with duckdb.connect(str(folder.version(1))) as con:
            con.execute(LAYOUTS[self.n % len(LAYOUTS)].read_text())
        self.hash = sha256_of(folder.version(1))

    def look(self, acknowledged: bool) -> Faults:
        workspace = cs.Workspace.open(self.home / "acme")
        lost = [] if sha256_of(workspace.folder.version(1)) == self.hash else ["version 1 is another file"]
        version = workspace.version()
        found = [version.kpi(kpi)["value"].iloc[0] for kpi in ("mrr", "net_promoter_score")]
        if found != BY_HAND:
            lost.append(f"numbers {found}")
        return lost, seen.broken_database(workspace.folder)


class Packed(Trial):
    """An archive is written: an export, or a back-up."""

    kind, target = archive.KIND, "acme.zip"

    def given(self) -> dict[str, Any]:
        return {"path": str(self.home / "acme"), "into": str(self.folder / self.target)}

    def again(self) -> Any:
        self.target = "again.zip"
        return super().again()

    def take(self, file: Path) -> Path:
        cs.import_workspace(file, self.folder / f"from {file.name}")
        return self.folder / f"from {file.name}" / "acme"

    def look(self, acknowledged: bool) -> Faults:
        file = self.folder / self.target
        if not file.exists():
            return ([f"no {self.target}"] if acknowledged else []), []
        try:
            halves = self.same(self.take(file))
        except CSMetricsError as error:
            halves = [str(error)]
        exports = list(cs.Workspace.open(self.home / "acme").audit()["action"]).count("export")
        if self.kind == archive.KIND and not exports:
            halves.append("an export that is not in the log")
        return [], halves


class Export(Packed):
    operation = "export"


class BackUp(Packed):
    operation, kind = "back_up", backup.KIND

    def given(self) -> dict[str, Any]:
        return {"home": str(self.home), "into": str(self.folder / self.target)}

    def take(self, file: Path) -> Path:
        backup.restore(file, self.folder / f"from {file.name}")
        return self.folder / f"from {file.name}" / "acme"


class Import(Trial):
    """A workspace is taken in as a new one."""

    operation = "take_in"

    def prepare(self) -> None:
        self.source = self.base.parent / "export.zip"
        if not self.source.exists():
            cs.Workspace.open(self.base).export(self.source)

    def given(self) -> dict[str, Any]:
        return {"source": str(self.source), "home": str(self.home)}

    def look(self, acknowledged: bool) -> Faults:
        there = sorted(p for p in self.home.iterdir() if not p.name.startswith("."))
        lost = ["the workspace is not there"] if acknowledged and not there else []
        return lost, [fault for path in there for fault in self.same(path)]


class Restore(Trial):
    """A back-up of two workspaces is put back into an empty home."""

    operation = "restore"

    def prepare(self) -> None:
        self.source = self.base.parent / "backup.zip"
        if not self.source.exists():
            home = self.base.parent / "backed up"
            for name in ("acme", "other"):
                shutil.copytree(self.base, home / name)
            backup.back_up(home, self.source)

    def given(self) -> dict[str, Any]:
        return {"source": str(self.source), "home": str(self.home)}

    def again(self) -> Any:
        done = any(self.home.glob("*/workspace.id")) and not (self.home / RESTORING).exists()
        return None if done else super().again()

    def look(self, acknowledged: bool) -> Faults:
        there = sorted(p for p in self.home.iterdir() if not p.name.startswith("."))
        if (self.home / RESTORING).exists():
            try:
                for path in there:
                    cs.Workspace(path)
            except WorkspaceError:
                there = []
            halves = ["half a home can be worked in"] if there else []
            return (["it is not over"] if acknowledged else []), halves
        names = [path.name for path in there]
        lost = ["the workspaces are not there"] if acknowledged and not names else []
        halves = [] if names in ([], ["acme", "other"]) else [f"only {names}"]
        return lost, halves + [fault for path in there for fault in self.same(path)]


class Erase(Trial):
    """A customer is erased everywhere; whoever opens the workspace next finishes it."""

    operation = "erase"
    customer = "C1"

    def given(self) -> dict[str, Any]:
        return {**super().given(), "customer": self.customer}

    def again(self) -> Any:
        return None if cs.Workspace.open(self.home / "acme").erasures() else super().again()

    def look(self, acknowledged: bool) -> Faults:
        workspace = cs.Workspace.open(self.home / "acme")
        proofs = workspace.erasures()
        if not proofs:
            return (["it is not erased"] if acknowledged else []), self.same(self.home / "acme")
        halves = [] if proofs[0].finished_at and len(proofs) == 1 else ["an erasure that is not over"]
        for number in workspace.numbers():
            rows = cursor(workspace.folder.version(number)).sql("SELECT DISTINCT customer_id FROM customers").fetchall()
            if {row[0] for row in rows} != {f"C{n}" for n in range(10)} - {self.customer}:
                halves.append(f"version {number} has {sorted(rows)}")
        for path in workspace.folder.files.rglob("*.csv"):
            if f"{self.customer}," in path.read_text():
                halves.append(f"{path.name} has the customer")
        return [], halves + seen.broken_database(workspace.folder)


class Delete(Trial):
    """A workspace is deleted; whoever opens one beside it next finishes it."""

    operation = "delete"

    def again(self) -> Any:
        return super().again() if (self.home / "acme").exists() else None

    def look(self, acknowledged: bool) -> Faults:
        cs.Workspace(self.home / "beside")
        proofs = self.home / deleting.PROOFS
        if (self.home / "acme").exists():
            return (["it is still there"] if acknowledged else []), self.same(self.home / "acme")
        told = len(proofs.read_text().splitlines()) if proofs.exists() else 0
        return [], [] if told == 1 else [f"{told} proofs of a deletion"]


COMMANDS: dict[str, tuple[Callable[..., Trial], ...]] = {
    "migration": (MigrateDatabase, Migrate),
    "export, import": (Export, Import),
    "back-up, restore": (BackUp, Restore),
    "erasure": (Erase, Delete),
}
