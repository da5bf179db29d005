"""A workspace is deleted for good, with a proof; killed half-way it is no workspace, and the next one finishes it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import sqlalchemy as sa

import cs_metrics as cs
from cs_metrics.__main__ import main
from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.erasing import deleting
from cs_metrics.workspace.moving import backup
from cs_metrics.workspace.store import readiness
from cs_metrics.workspace.store.records import METADATA
from tests.workspace.test_archive import small


class Killed(BaseException):
    """As if the process had died: nothing catches it."""


def proofs(home: Path) -> list[dict]:
    return [json.loads(line) for line in (home / deleting.PROOFS).read_text(encoding="utf-8").splitlines()]


def rows(url: str) -> int:
    with sa.create_engine(url).connect() as con:
        return sum(
            con.execute(sa.select(sa.func.count()).select_from(t)).scalar_one()
            for t in METADATA.sorted_tables
            if "workspace" in t.columns
        )


def test_nothing_is_left_but_the_proof(tmp_path):
    workspace = small(tmp_path / "acme")
    sizes = [p.stat().st_size for p in workspace.folder.versions.iterdir()]
    planned = workspace.deletion()
    done = workspace.delete(who="ana")
    assert [p.name for p in tmp_path.iterdir()] == [deleting.PROOFS]
    assert proofs(tmp_path) == [done.to_json()]
    assert (done.name, done.who) == ("acme", "ana")
    went = {row["where"]: row for row in done.went}
    assert went["versions"] == {"where": "versions", "what": "files", "count": 1, "bytes": sum(sizes)}
    assert went["uploads"]["count"] == went["saved segments"]["count"] == went["list of uploads"]["count"] == 1
    assert [row["where"] for row in planned.went] == [row["where"] for row in done.went]


def test_rows_in_a_database_that_others_share_go_and_theirs_stay(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    monkeypatch.setenv("CS_METRICS_DATABASE_URL", url)
    small(tmp_path / "home" / "other")
    before = rows(url)
    workspace = small(tmp_path / "home" / "acme")
    assert rows(url) > before
    workspace.delete()
    assert rows(url) == before
    assert len(cs.Workspace.open(tmp_path / "home" / "other").segments()) == 1


@pytest.mark.parametrize("step", ["erase_rows", "_prove", "rmtree"])
def test_killed_half_way_it_is_no_workspace_and_the_next_one_finishes(tmp_path, monkeypatch, step):
    monkeypatch.setenv("CS_METRICS_DATABASE_URL", f"sqlite:///{tmp_path / 'shared.sqlite'}")
    home = tmp_path / "home"
    workspace = small(home / "acme")

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(deleting.shutil if step == "rmtree" else deleting, step, dies)
        with pytest.raises(Killed):
            workspace.delete(who="ana")
    with pytest.raises(WorkspaceError, match="no workspace"):
        cs.Workspace.open(home / "acme")
    assert readiness.failing(home) == []
    with pytest.raises(WorkspaceError, match="no workspace"):
        backup.back_up(home, tmp_path / "backup.zip")
    cs.Workspace(home / "other")
    assert sorted(p.name for p in home.iterdir()) == [deleting.PROOFS, "other"]
    assert [line["name"] for line in proofs(home)] == ["acme"]
    assert rows(os.environ["CS_METRICS_DATABASE_URL"]) == 0


def test_killed_before_it_began_the_workspace_is_there(tmp_path, monkeypatch):
    workspace = small(tmp_path / "acme")

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(deleting.os, "rename", dies)
        with pytest.raises(Killed):
            workspace.delete()
    again = cs.Workspace.open(tmp_path / "acme")
    assert len(again.segments()) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["acme"]


def test_the_sample_company_stays(tmp_path):
    workspace = small(tmp_path / "sample")
    (workspace.path / deleting.SAMPLE_MARK).write_text("built")
    with pytest.raises(WorkspaceError, match="sample company"):
        workspace.delete()
    assert workspace.numbers() == [1]


def test_the_command_line_asks_first(tmp_path, capsys):
    small(tmp_path / "acme")
    assert main(["delete", "-w", str(tmp_path / "acme")]) == 0
    assert "Nothing is deleted yet" in capsys.readouterr().out
    assert main(["delete", "-w", str(tmp_path / "acme"), "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "acme"
    assert main(["delete", "-w", str(tmp_path / "acme"), "--yes"]) == 2
