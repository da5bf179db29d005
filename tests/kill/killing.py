"""The kills: each at a random moment of an operation, spread over how long the operation takes when nobody kills it."""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.kill import seen
from tests.kill.commands import COMMANDS, Trial
from tests.kill.trials import SERVED, Client
from tests.kill.victims import Nursery, Server

EARLIEST, LATEST = -0.06, 1.1
"""Between which shares of an operation's time the kill comes: a few before it begins, a few once it has returned."""


@dataclass
class Row:
    """What came of the kills of one kind of operation."""

    kind: str
    hits: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    halves: list[str] = field(default_factory=list)

    @property
    def runs(self) -> int:
        return self.hits.total()


class Killing:
    """Kills of operations in a folder; `rows` says what came of them, `told` how many operations were acknowledged."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.rng = folder, random.Random(seed)
        folder.mkdir(parents=True, exist_ok=True)
        self.client = Client(folder, self.rng)
        self.base = folder / "base" / "acme"
        self.base.parent.mkdir()
        # by another process: to close a file of SQLite's here would drop the locks that this one holds on it
        subprocess.run(["cp", "-R", str(self.client.path), str(self.base)], check=True)
        self.rows: dict[str, Row] = {}
        self.told = 0
        self._times: dict[str, list[float]] = {}
        self._nursery = Nursery(folder)
        self._server = self._nursery.server()

    def kill(self, kind: str) -> list[str]:
        """Kill one operation of a kind and note what came of it; return what was lost or half-done."""
        row = self.rows.setdefault(kind, Row(kind))
        before = len(row.lost), len(row.halves)
        if kind in SERVED:
            self._kill_served(row)
        else:
            self._kill_command(row)
        return row.lost[before[0] :] + row.halves[before[1] :]

    def __enter__(self) -> Killing:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.kill()
        self._nursery.close()

    def last(self) -> list[str]:
        """Publish once more, and return what is wrong: numbers of any version, files that killed publishers left."""
        self._server.wait()
        self._ask(self._server, "publish")
        seen.hours_later(self.client.path.parent)
        left = seen.leftovers(str(self.client.path))
        return self.client.all_numbers() + ([f"left behind: {left}"] if left else [])

    def _kill_served(self, row: Row) -> None:
        server = self._server
        server.wait()
        for _ in range(self.rng.randint(1, 4) if row.kind != "publish" else int(row.runs % 8 == 0)):
            self._ask(server, self.rng.choice(SERVED[row.kind]))
        asked, after = self.client.next(self.rng.choice(SERVED[row.kind]))
        if asked[0] not in self._times:
            self._ask(server, asked[0])
            asked, after = self.client.next(asked[0])
        hit, acknowledged, result = server.asked_and_killed(*asked, self._moment(asked[0]))
        self._server = self._nursery.server()  # it starts while the workspace is looked at
        lost, halves = self.client.compare(asked, after, acknowledged, result)
        self._note(row, asked[0], hit, acknowledged, lost, halves, server)

    def _kill_command(self, row: Row) -> None:
        kinds = COMMANDS[row.kind]
        make = kinds[row.runs % len(kinds)]
        server = self._server
        server.wait()
        if make.operation not in self._times:
            self._time(server, make.operation, make(self.folder, self.base, -1 - row.runs).given())
        trial: Trial = make(self.folder, self.base, row.runs)
        hit, acknowledged, _ = server.asked_and_killed(trial.operation, trial.given(), self._moment(trial.operation))
        self._server = self._nursery.server()
        lost, halves = trial.check(acknowledged)
        self._note(row, trial.operation, hit, acknowledged, lost, halves, server)

    def _ask(self, server: Server, operation: str) -> None:
        """Have an operation done to its end, and note how long it took."""
        asked, after = self.client.next(operation)
        self.client.told(asked, after, self._time(server, *asked))
        self.told += 1

    def _time(self, server: Server, operation: str, given: dict[str, Any]) -> Any:
        result, took = server.timed(operation, given)
        self._times.setdefault(operation, []).append(took)
        return result

    def _moment(self, operation: str) -> float:
        return self.rng.uniform(EARLIEST, LATEST) * median(self._times[operation][-9:])

    def _note(
        self, row: Row, operation: str, hit: str, acknowledged: bool, lost: list[str], halves: list[str], server: Server
    ) -> None:
        row.hits[hit] += 1
        row.acknowledged += acknowledged
        row.lost += lost
        row.halves += halves + [f"{operation} failed: {one}" for one in server.failed]


def table(rows: Iterable[Row]) -> str:
    """Return what came of the kills as a table."""
    head = f"{'operation':18}{'runs':>6}{'before':>8}{'during':>8}{'after':>7}{'acknowledged':>14}{'lost':>6}"
    lines = [f"{head}{'half-done':>11}"]
    for row in rows:
        hits = "".join(f"{row.hits[name]:>{w}}" for name, w in (("before", 8), ("during", 8), ("after", 7)))
        lines.append(f"{row.kind:18}{row.runs:>6}{hits}{row.acknowledged:>14}{len(row.lost):>6}{len(row.halves):>11}")
    return "\n".join(lines)
