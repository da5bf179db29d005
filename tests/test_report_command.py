"""The report command: the file it writes, what it says, and one clear sentence where it cannot."""

from __future__ import annotations

import json

import pytest

from cs_metrics.__main__ import main
from cs_metrics.errors import WorkspaceError
from cs_metrics.printing import write_file


@pytest.mark.parametrize(("name", "begins"), [("r.html", b"<!DOCTYPE html>"), ("r.pdf", b"%PDF-"), ("r.xlsx", b"PK")])
def test_the_file_has_the_report_and_nothing_else_is_left(tmp_path, capsys, name, begins):
    target = tmp_path / name
    target.write_bytes(b"of last month")
    assert main(["report", "--sample", "--kind", "weekly", "--out", str(target)]) == 0
    assert target.read_bytes().startswith(begins)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert capsys.readouterr().out == f"{target} has the weekly report on the week of Jun 22, 2026.\n"


def test_json_says_what_the_report_says_of_the_filtered_customers(tmp_path, capsys):
    words = ["--where", '{"region": ["EMEA"]}', "--as-of", "2026-03-10", "--json"]
    assert main(["report", "--sample", "--kind", "quarterly", "--out", str(tmp_path / "q.html"), *words]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["about"]["Period"] == "Q4 2025"
    assert "EMEA" in said["about"]["Filters"]
    assert said["sections"]["summary"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--sample", "--out", "r.doc"], "a report is written as .html, .pdf, .xlsx"),
        (["--sample", "--out", "r.html", "--kind", "yearly"], "no report 'yearly'"),
        (["--sample", "--out", "r.html", "--where", "{"], "--where is not JSON"),
        (["--sample", "--out", "r.html", "--where", "[1]"], "--where is an object"),
        (["--sample", "--out", "nowhere/r.html"], "cannot be written: there is no folder nowhere"),
        (["--sample", "--out", "/dev/full/r.html"], "cannot be written"),
        (["-w", "nothing", "--out", "r.html"], "nothing"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(tmp_path, monkeypatch, capsys, words, told):
    monkeypatch.chdir(tmp_path)
    assert main(["report", *words]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    (tmp_path / "file").write_bytes(b"of last month")
    (tmp_path / "folder").mkdir()
    for target in (tmp_path / "nowhere" / "r.html", tmp_path / "file" / "r.html", tmp_path / "folder"):
        with pytest.raises(WorkspaceError, match="cannot be written"):
            write_file(target, b"new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
    write_file(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
