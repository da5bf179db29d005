"""Notes pinned to a KPI and a date: kept, changed, taken away and back, whoever writes at the same moment."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import cs_metrics as cs
from cs_metrics.errors import QueryError, WorkspaceError

DAY = date(2026, 3, 15)


@pytest.fixture
def acme(tmp_path: Path) -> cs.Workspace:
    return cs.Workspace(tmp_path / "acme")


def texts(workspace: cs.Workspace, kpi: str | None = None) -> list[str]:
    return [row["text"] for row in workspace.notes(kpi)]


def test_a_note_is_of_its_kpi_or_of_all_and_the_earliest_comes_first(acme: cs.Workspace) -> None:
    acme.save_note("  Price   change ", DAY, kpi="mrr", who="Ann")
    acme.save_note("New office", "2026-01-02")
    acme.save_note("Survey moved", DAY, kpi="net_promoter_score")
    assert texts(acme) == ["New office", "Price change", "Survey moved"]
    assert texts(acme, "mrr") == ["New office", "Price change"]
    assert texts(acme, "") == ["New office"]
    row = acme.notes("mrr")[1]
    assert (row["dated"], row["kpi"], row["who"]) == (DAY, "mrr", "Ann")


def test_what_is_no_note_is_refused_in_a_sentence(acme: cs.Workspace) -> None:
    for text, day, said in ((" ", DAY, "needs a text"), ("x" * 301, DAY, "at most 300"), ("x", "1066-10-14", "date")):
        with pytest.raises(WorkspaceError, match=said):
            acme.save_note(text, day)
    with pytest.raises(QueryError, match="is not a date"):
        acme.save_note("x", "yesterday")
    with pytest.raises(QueryError, match="is not a date"):
        acme.save_note("x", None)
    with pytest.raises(QueryError, match="net_promoter_score"):
        acme.save_note("x", DAY, kpi="net_promoter_scor")
    assert acme.notes() == []


@pytest.mark.usefixtures("database")
def test_every_step_is_undone_and_logged(acme: cs.Workspace) -> None:
    note = acme.save_note("Price change", DAY, kpi="mrr", who="Ann")
    acme.save_note("Prices up 5 %", "2026-03-16", kpi="mrr", note=note, who="Bob")
    assert (texts(acme), acme.notes()[0]["who"]) == (["Prices up 5 %"], "Ann")
    acme.delete_note(note, who="Bob")
    assert texts(acme) == []
    with pytest.raises(WorkspaceError, match="taken away meanwhile"):
        acme.save_note("Too late", DAY, note=note)
    with pytest.raises(WorkspaceError, match="taken away meanwhile"):
        acme.delete_note(note)
    acme.restore_note(note, who="Ann")
    with pytest.raises(WorkspaceError, match="not among"):
        acme.restore_note(note)
    assert texts(acme) == ["Prices up 5 %"]
    said = [(line["who"], line["action"]) for line in acme.audit().to_dict("records")]
    assert said[:4] == [("Ann", "note restored"), ("Bob", "note taken away"), ("Bob", "note changed"),
                        ("Ann", "note pinned")]  # fmt: skip


@pytest.mark.usefixtures("database")
def test_notes_of_two_processes_are_all_kept(acme: cs.Workspace) -> None:
    code = (
        "import sys, cs_metrics as cs; w = cs.Workspace.open(sys.argv[1]);"
        "[w.save_note(f'{sys.argv[2]} {i}', '2026-03-15') for i in range(20)]"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, str(acme.path), name]) for name in ("a", "b")]
    assert [process.wait(60) for process in started] == [0, 0]
    assert sorted(texts(acme)) == sorted(f"{name} {i}" for name in ("a", "b") for i in range(20))


def test_notes_leave_and_come_in_with_the_workspace(acme: cs.Workspace, tmp_path: Path) -> None:
    acme.save_note("Price change", DAY, kpi="mrr", who="Ann")
    acme.export(tmp_path / "acme.zip")
    taken = cs.import_workspace(tmp_path / "acme.zip", into=tmp_path / "other")
    assert [(n["text"], n["dated"], n["kpi"]) for n in taken.notes()] == [("Price change", DAY, "mrr")]
