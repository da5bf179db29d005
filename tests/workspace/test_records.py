"""What is small and changes: it survives a reload, is kept apart by workspace, and can be undone."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from cs_metrics.errors import QueryError, WorkspaceError
from cs_metrics.workspace.kept import remembered, saved_settings, segments
from cs_metrics.workspace.publish import uploads
from cs_metrics.workspace.store import states
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.records import Records


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "acme")


@pytest.fixture
def records(folder):
    return Records(folder)


def test_workspaces_in_one_database_do_not_see_each_other(tmp_path, monkeypatch):
    monkeypatch.setenv("CS_METRICS_DATABASE_URL", f"sqlite:///{tmp_path / 'shared.sqlite'}")
    acme, other = Records(Folder(tmp_path / "acme")), Records(Folder(tmp_path / "other"))
    segments.save(acme, "Big", {"seats": {">=": 10}})
    assert segments.listing(other) == []
    assert [s["name"] for s in segments.listing(Records(Folder(tmp_path / "acme")))] == ["Big"]


def test_a_database_that_is_not_one_is_a_sentence(folder, monkeypatch):
    monkeypatch.setenv("CS_METRICS_DATABASE_URL", "nonsense")
    with pytest.raises(WorkspaceError, match="not a database URL"):
        Records(folder)


@pytest.mark.usefixtures("database")
def test_a_deleted_segment_can_be_brought_back_unless_its_name_is_taken(records):
    first = segments.save(records, "Big", {"seats": {">=": 10}})
    with pytest.raises(WorkspaceError, match="already"):
        segments.save(records, "big", {})
    segments.delete(records, first)
    assert segments.listing(records) == []
    second = segments.save(records, "Big", {})
    with pytest.raises(WorkspaceError, match="rename"):
        segments.undelete(records, first)
    segments.save(records, "Huge", {}, second)
    segments.undelete(records, first)
    assert [s["name"] for s in segments.listing(records)] == ["Big", "Huge"]
    assert segments.get(records, "Big")["where"] == {"seats": {">=": 10}}
    with pytest.raises(WorkspaceError, match="Did you mean 'Huge'"):
        segments.get(records, "Hugo")


@pytest.mark.usefixtures("database")
def test_a_wrong_setting_is_refused_and_nothing_is_stored(records):
    assert saved_settings.save(records, {"minimum_n": 5, "timezone": "Europe/Berlin"})["minimum_n"] == 5
    with pytest.raises(QueryError, match="minimum_n"):
        saved_settings.save(records, {"timezone": "Asia/Tokyo", "minimum_n": "many"})
    with pytest.raises(QueryError, match="no setting 'minimun_n'"):
        saved_settings.save(records, {"minimun_n": None})
    assert saved_settings.saved(records) == {"minimum_n": 5, "timezone": "Europe/Berlin"}
    assert saved_settings.save(records, {"minimum_n": None})["minimum_n"] == 30


@pytest.mark.usefixtures("database")
def test_the_as_of_can_be_set_and_taken_back(records):
    saved_settings.set_as_of(records, datetime(2025, 4, 1))
    assert saved_settings.as_of(records) == datetime(2025, 4, 1)
    saved_settings.set_as_of(records, None)
    assert saved_settings.as_of(records) is None


@pytest.mark.usefixtures("database")
def test_the_same_state_has_the_same_short_id(records):
    state = states.keep(records, {"where": {"plan": ["Pro"]}, "page": "cohorts"})
    assert states.keep(records, {"page": "cohorts", "where": {"plan": ["Pro"]}}) == state
    assert states.get(records, state)["page"] == "cohorts"
    with pytest.raises(WorkspaceError, match="unknown"):
        states.get(records, "nope")


@pytest.mark.usefixtures("database")
def test_a_draft_survives_until_it_is_deleted(folder, records):
    draft = remembered.save_draft(records, {"files": ["a.csv"]})
    remembered.save_draft(records, {"files": ["a.csv", "b.csv"]}, draft)
    assert remembered.draft(Records(folder), draft) == {"files": ["a.csv", "b.csv"]}
    remembered.delete_draft(records, draft)
    with pytest.raises(WorkspaceError, match="no longer"):
        remembered.draft(records, draft)


@pytest.mark.usefixtures("database")
def test_an_upload_is_kept_once_and_under_a_harmless_name(folder, records):
    sha = uploads.keep(folder, records, "../../etc/passwd", b"x")
    assert uploads.keep(folder, records, "again.csv", b"x") == sha
    path = uploads.path_of(folder, sha)
    assert path.read_bytes() == b"x"
    assert path.parent.parent == folder.files
    assert path.name == "passwd"
    assert list(uploads.listing(records)["name"]) == ["passwd"]
    with pytest.raises(WorkspaceError, match="upload the file again"):
        uploads.path_of(folder, "../versions")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a\0b.csv", "a_b.csv"),
        ("con.csv", "_con.csv"),
        ("LPT1", "_LPT1"),
        ("C:\\data\\a.csv", "a.csv"),
        ("a.csv. ", "a.csv"),
        ("..", "upload"),
        ("...csv", "csv"),
        ("", "upload"),
        ("a:b|c?.xlsx", "a_b_c_.xlsx"),
        ("half \ud800.csv", "half _.csv"),
        ("Ü" * 300 + ".csv", "Ü" * 58 + ".csv"),
    ],
)
def test_a_name_that_a_file_system_minds_is_made_harmless(folder, records, name, kept):
    assert uploads.safe_name(name) == kept
    sha = uploads.keep(folder, records, name, name.encode("utf-8", "replace") + b"content")
    assert uploads.path_of(folder, sha).parent.parent == folder.files


@pytest.mark.usefixtures("database")
def test_processes_that_open_a_new_workspace_at_once_agree_on_it(tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
        "from cs_metrics.workspace.store.folder import Folder; from cs_metrics.workspace.store.records import Records\n"
        f"print(Records(Folder({str(tmp_path / 'acme')!r})).workspace)"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    keys = {process.communicate()[0] for process in running}
    assert len(keys) == 1
    assert all(process.returncode == 0 for process in running)


def test_a_workspace_cannot_be_a_file(tmp_path):
    (tmp_path / "acme").write_text("")
    with pytest.raises(WorkspaceError, match="is a file"):
        Folder(tmp_path / "acme")
