"""A publisher that is killed around the moment in which a version gets its name: all of the version's records, or none.

The moments: before the file has its name (the version never was), and after it (whoever opens next finishes it).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cs_metrics as cs
from cs_metrics.workspace.kept import remembered
from cs_metrics.workspace.publish import finishing, publishing, uploads, versions
from cs_metrics.workspace.store.folder import move_whole
from cs_metrics.workspace.store.records import ANNOUNCED

FILE = "customer_id,plan\nA,Pro\nB,Basic\n"


class KilledError(BaseException):
    """Stands for SIGKILL: nothing of the library catches it, and what would clear up is switched off."""


def broken_off(monkeypatch: pytest.MonkeyPatch, moment: str, work: Callable[[], Any]) -> None:
    """Do some work up to a moment. What announces it is as a killed process leaves it."""

    def stop(*given: Any) -> None:
        if moment == "after":
            move_whole(*given)
        raise KilledError

    with monkeypatch.context() as patched:
        for module in (publishing, versions):
            patched.setattr(module, "move_whole", stop)
        with pytest.raises(KilledError):
            work()


def published(workspace: cs.Workspace, tmp_path: Path) -> cs.Workspace:
    path = tmp_path / "customers.csv"
    path.write_text(FILE)
    workspace.publish(workspace.read([path]), note="first", who="ana")
    return workspace


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("moment", "there"), [("before", []), ("after", [1])])
def test_a_version_is_there_with_its_line_in_the_log_or_not_at_all(tmp_path, monkeypatch, moment, there):
    workspace = cs.Workspace(tmp_path / "acme")
    broken_off(monkeypatch, moment, lambda: published(workspace, tmp_path))
    again = cs.Workspace(tmp_path / "acme")
    assert again.numbers() == there
    assert [(r["action"], r["who"]) for r in again.audit().to_dict("records")] == [("publish", "ana")] * len(there)
    assert list(again.versions()["note"]) == ["first"] * len(there)
    assert len(remembered.all_mappings(again.records)) == len(there)
    assert not again.records.rows(again.records.mine(ANNOUNCED))
    if not there:
        published(again, tmp_path)
    assert again.version().tables()["customers"]["rows"] == 2
    assert list(again.audit()["action"]) == ["publish"]


@pytest.mark.parametrize(("moment", "there"), [("before", [1]), ("after", [1, 2])])
def test_a_version_that_is_restored_is_whole_as_well(tmp_path, monkeypatch, moment, there):
    workspace = published(cs.Workspace(tmp_path / "acme"), tmp_path)
    broken_off(monkeypatch, moment, lambda: workspace.restore(1, who="bob"))
    again = cs.Workspace(tmp_path / "acme")
    assert again.numbers() == there
    assert list(again.audit()["action"]) == ["restore", "publish"][-len(there) :]


def test_what_is_announced_of_a_version_that_never_came_is_not_said_of_the_next(tmp_path, monkeypatch):
    """The same server goes on: nobody opened the workspace anew in between."""
    workspace = published(cs.Workspace(tmp_path / "acme"), tmp_path)
    broken_off(monkeypatch, "before", lambda: workspace.restore(1, note="never", who="bob"))
    workspace.accept_match("A", "B", who="cid")
    workspace.apply_matches(who="cid")
    assert list(workspace.audit()["action"]) == ["matches applied", "match accepted", "publish"]
    assert set(workspace.audit()["who"]) == {"ana", "cid"}


def test_nobody_finishes_what_a_living_publisher_announced(tmp_path):
    workspace = cs.Workspace(tmp_path / "acme")
    with workspace.folder.lock():
        finishing.announce(workspace.folder, workspace.records, 1, ("ana", "publish", {}))
        other = cs.Workspace(tmp_path / "acme")
        assert len(other.records.rows(other.records.mine(ANNOUNCED))) == 1
    assert not cs.Workspace(tmp_path / "acme").records.rows(other.records.mine(ANNOUNCED))
    assert workspace.audit().empty


@pytest.mark.usefixtures("database")
def test_an_upload_that_was_stored_and_not_noted_is_noted_when_it_comes_again(tmp_path, monkeypatch):
    workspace = cs.Workspace(tmp_path / "acme")

    def stop(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(uploads, "_note", stop)
        with pytest.raises(KilledError):
            workspace.keep_upload("a.csv", b"a,b\n")
    assert workspace.uploads().empty
    sha = workspace.keep_upload("again.csv", b"a,b\n")
    assert workspace.uploads()[["sha256", "name", "bytes"]].to_dict("records") == [
        {"sha256": sha, "name": "a.csv", "bytes": 4}
    ]
