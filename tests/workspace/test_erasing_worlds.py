"""Whatever a workspace holds: after an erasure no byte has the customer, others' rows are as if it had never been.

With CS_METRICS_WORLDS=300 so many workspaces are made up at random for each test, of some ten seconds each.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

import cs_metrics as cs
from cs_metrics import facts
from cs_metrics.ingest import plan as plans
from cs_metrics.ingest.reading import archive, files, worker
from cs_metrics.ingest.reading.kinds import kind_of
from cs_metrics.ingest.reading.limits import Limits
from cs_metrics.ingest.sheet import Read
from cs_metrics.workspace.erasing import database_rows, one_customer, originals, version_files
from cs_metrics.workspace.store.folder import sha256_of
from cs_metrics.workspace.store.records import Records
from tests.workspace.leftovers import data, left
from tests.workspace.test_publishing import no_facts
from tests.workspace.worlds import NAMES, PLAIN, Step, World, built, surrounded, worlds

MADE_UP = int(os.environ.get("CS_METRICS_WORLDS", "0"))
"""How many worlds are made up at random for each test, beside the one that stands here."""
SOME = settings(
    max_examples=max(MADE_UP, 1), deadline=None, suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate) if MADE_UP else (Phase.explicit,),
)  # fmt: skip
RICH = World(
    ids=("ACC-0003", "1003"), names=NAMES[1:3], address="petra.lang@nordwind.example", user="USR-3001", others=4,
    steps=(Step("append", {"accounts": "zip", "answers": "utf-16"}, 0, 3), Step("upsert", {"accounts": "xlsx"}, 1, 2)),
)  # fmt: skip
SMALL = replace(RICH, ids=("NW/17 b",), steps=(Step("append", {"accounts": "gz"}, 0, 2),))


class Killed(BaseException):
    """As if the process had died: nothing catches it."""


def read_here(sources: Any, **told: Any) -> Read:
    """Read files in this process, and those that a zip holds: starting the reader takes a second."""
    with tempfile.TemporaryDirectory() as place:
        folder, sheets = Path(place), []
        for path in map(Path, sources):
            parts = [(path.name, path)]
            if kind_of(path, path.name) == "zip":
                unpacked = Path(tempfile.mkdtemp(dir=folder))
                parts = [(m.name, m.path) for m in archive.members(path, path.name, unpacked, Limits()) if m.path]
            for name, part in parts:
                upload = files._Upload(name, part, sha256_of(path), path.stat().st_size)
                number = len(sheets)
                found = worker.read_one(number, part, name, folder, Limits(), lambda *_: None)
                sheets += [files._sheet(upload, one, folder / f"{number}-{j}.arrow") for j, one in enumerate(found)]
        return Read(tuple(sheets), ())


@contextmanager
def quickly() -> Iterator[Path]:
    """A folder of a test's own; files are read here, and no facts are built."""
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patched:
        patched.setattr(originals, "read_files", read_here)
        patched.setattr(plans, "read_files", read_here)
        patched.setattr(facts, "build", no_facts)
        yield Path(place)


def looked_at(workspace: cs.Workspace, world: World, done: Any, home: Path) -> None:
    """Look whether nothing is left of the customer, and all that is others'."""
    workspace.records.engine.dispose()
    found = left(workspace.path, world)
    assert not found, found
    stored = {place.name for place in workspace.folder.files.iterdir()}
    assert stored == set(workspace.uploads()["sha256"])
    never = built(home / "never", world, gone=False)
    for number in never.numbers():
        mine, without = data(workspace, number), data(never, number)
        assert not (differs := {t: (mine[t], without[t]) for t in without if mine[t] != without[t]}), differs
    names = [PLAIN, *world.words] if PLAIN in world.ids else world.words
    assert [word for word in names if word in str(done.to_json()).replace(str(done.keys), "")] == []
    assert {n["text"] for n in workspace.notes()} == {"Called (erased) of (erased)", "Price change"}
    assert [t["account"] for t in workspace.todos()] == ["CUST-0000"]
    assert list(workspace.follow_up_history()["follow_up"]) == ["R-x"]
    themes = {row["name"]: row["phrases"] for row in workspace.pinned_themes()}
    assert themes == {"Export": ["slow export"], "Trouble at (erased)": ["(erased) outage", "outage"]}


@SOME
@example(RICH)
@given(worlds())
def test_nothing_is_left_and_all_else_is_as_without_it(world: World) -> None:
    with quickly() as home:
        workspace = built(home / "acme", world, gone=True)
        tokens = surrounded(workspace, world)
        planned = workspace.erasure(world.ids[0])
        done = workspace.erase_customer(world.ids[0], reason=f"{world.names[0][0]} asked", who="ana")
        looked_at(workspace, world, done, home)
        assert without_caches(planned) == without_caches(done)
        assert workspace.open_link(tokens["frozen"], who=world.address).changed


def without_caches(told: Any) -> Any:
    """What an erasure says, but for what is built anew, and names of files that name the customer: only the plan, which
    nobody keeps, says them."""
    went = [
        {**one, "where": re.sub("waiting .+", "waiting (erased).csv", one["where"])}
        for one in told.went
        if one["where"] not in ("cached facts", "facts, themes and models")
    ]
    return sorted(went, key=str), told.look_at, told.versions, told.links


@SOME
@example(SMALL, 21)
@given(worlds(), st.integers(1, 40))
def test_killed_at_any_step_it_is_finished_by_the_next(world: World, step: int) -> None:
    with quickly() as home:
        workspace = built(home / "acme", world, gone=True)
        surrounded(workspace, world)
        with pytest.MonkeyPatch.context() as patched:
            die_at(patched, step)
            with suppress(Killed):
                workspace.erase_customer(world.ids[0])
        again = cs.Workspace.open(workspace.path)
        (done,) = again.erasures()
        assert done.finished_at is not None
        looked_at(again, world, done, home)


STEPS = (
    (originals, "move_whole"), (originals, "remove"), (originals, "tombstone"),
    (version_files, "move_whole"), (version_files, "_fill"), (version_files, "_finish"),
    (database_rows, "sweep"), (database_rows, "_uploads"), (one_customer, "compact"),
    (Records, "put"), (Records, "log"),
)  # fmt: skip


def die_at(patched: pytest.MonkeyPatch, step: int) -> None:
    """Be killed at a call, counted over all steps: before it where `step` is even, else right after."""
    left = [step]
    for place, name in STEPS:
        real = getattr(place, name)

        def dies(*given: Any, real: Any = real, **more: Any) -> Any:
            left[0] -= 2
            if left[0] == 0:
                raise Killed
            done = real(*given, **more)
            if left[0] == -1:
                raise Killed
            return done

        patched.setattr(place, name, dies)
