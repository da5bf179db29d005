"""A restore that is killed half-way: the home says so, nobody works in half of it, and the same call ends it."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path
from typing import Any

import pytest

import cs_metrics as cs
from cs_metrics.errors import FileError, WorkspaceError
from cs_metrics.workspace.moving import backup, packing, restored
from cs_metrics.workspace.store import readiness
from tests.workspace.test_archive import rewritten, say, small

RENAMES = 4  # it is unpacked; two workspaces; it is done


class KilledError(BaseException):
    """Stands for SIGKILL."""


@pytest.fixture(params=["files", "shared", "postgres"])
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with two workspaces, whose databases are files in it, or one that they share."""
    if request.param != "files":
        monkeypatch.setenv("CS_METRICS_DATABASE_URL", another(request, tmp_path))
    for name in ("acme", "other"):
        small(tmp_path / "home" / name).set_settings({"minimum_n": 5}, who="ana")
    return tmp_path / "home"


def another(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database, of the kind that the test is about."""
    if "postgres" in request.node.callspec.params.values():
        return request.getfixturevalue("postgres")()
    return f"sqlite:///{tmp_path / uuid.uuid4().hex}.sqlite"


@pytest.mark.parametrize("renames", range(RENAMES))
def test_it_is_recognised_and_ended(request, home, tmp_path, monkeypatch, renames):
    file = backup.back_up(home, tmp_path / "all.zip")
    other = rewritten(file, tmp_path / "other.zip", say(made_at="another day"))
    again = tmp_path / "again"
    if os.environ.get("CS_METRICS_DATABASE_URL"):
        monkeypatch.setenv("CS_METRICS_DATABASE_URL", another(request, tmp_path))
    done: list[object] = []

    def rename(*given: Any) -> None:
        if len(done) == renames:
            raise KilledError
        done.append(given)
        os.replace(*given)

    with monkeypatch.context() as patched:
        patched.setattr(restored.os, "rename", rename)
        with pytest.raises(KilledError):
            backup.restore(file, again)
    if renames:
        with pytest.raises(WorkspaceError, match="restore the same back-up again, which ends it"):
            cs.Workspace(again / "acme")
        assert readiness.failing(again) == ["home"]
        with pytest.raises(WorkspaceError, match="another back-up began"):
            backup.restore(other, again)
    assert backup.restore(file, again) == ["acme", "other"]
    assert sorted(p.name for p in again.iterdir()) == ["acme", "other"]
    for name in ("acme", "other"):
        workspace = cs.Workspace.open(again / name)
        assert workspace.settings["minimum_n"] == 5
        assert list(workspace.audit()["who"]) == ["ana", ""]
        assert workspace.version().tables()["customers"]["rows"] == 2


def test_rows_that_are_none_leave_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("CS_METRICS_DATABASE_URL", f"sqlite:///{tmp_path / 'one.sqlite'}")
    small(tmp_path / "home" / "acme")
    file = backup.back_up(tmp_path / "home", tmp_path / "all.zip")

    def spoil(parts: dict[str, bytes]) -> None:
        parts["database.jsonl"] += b'{"table": "cs_nothing", "row": {}}\n'
        say()(parts)

    bad = rewritten(file, tmp_path / "bad.zip", spoil)
    monkeypatch.setenv("CS_METRICS_DATABASE_URL", f"sqlite:///{tmp_path / 'two.sqlite'}")
    with pytest.raises(FileError, match="damaged or was altered"):
        backup.restore(bad, tmp_path / "again")
    assert not list((tmp_path / "again").iterdir())
    assert backup.restore(file, tmp_path / "again") == ["acme"]


def test_what_a_killed_export_or_backup_left_beside_its_target_goes_with_the_next(tmp_path):
    small(tmp_path / "home" / "acme")
    kept = tmp_path / "kept"
    kept.mkdir()
    left = kept / f"{packing.PASSING}{'0' * 32}"
    left.write_bytes(b"half an archive")
    for ending in (".lock", "-journal"):
        left.with_name(f"{left.name}{ending}").touch()
    with packing.passing(kept) as growing:  # of one that still runs nothing is deleted
        backup.back_up(tmp_path / "home", kept / "all.zip")
        assert growing.exists()
        assert not left.exists()
    assert [p.name for p in kept.iterdir()] == ["all.zip"]
    shutil.rmtree(tmp_path / "home")
    assert backup.restore(kept / "all.zip", tmp_path / "home") == ["acme"]
