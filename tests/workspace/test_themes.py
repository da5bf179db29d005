"""Pinned themes: kept, changed, merged, taken back; one name once, whoever writes at the same moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.kept import themes
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.records import Records


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(Folder(tmp_path / "acme"))


def names(records: Records) -> list[str]:
    return [row["name"] for row in themes.listing(records)]


def test_a_theme_keeps_its_phrases_once_each_and_where_it_came_from(records: Records) -> None:
    theme = themes.save(records, "  Slow   exports ", ["slow export", "Slow  Export", " ", "!!", "csv*"], ["export"])
    row = themes.get(records, "Slow exports")
    assert (row["theme"], row["phrases"], row["found"], row["merged"]) == (
        theme,
        ["slow export", "csv*"],
        ["export"],
        [],
    )
    themes.save(records, "Exports", ["export"], theme=theme)
    assert themes.get(records, theme)["phrases"] == ["export"]
    assert names(records) == ["Exports"]
    assert names(Records(Folder(records_folder(records)))) == ["Exports"]


def records_folder(records: Records) -> Path:
    return Path(str(records.engine.url.database)).parent


def test_what_names_nothing_is_refused_in_a_sentence(records: Records) -> None:
    themes.save(records, "Exports", ["export"])
    for name, phrases, said in (
        (" ", ["a"], "needs a name"),
        ("x" * 81, ["a"], "at most 80 characters"),
        ("Mine", [" ", "*"], "needs a word or a phrase"),
        ("Mine", ["x" * 101], "at most 100 characters"),
        ("Mine", [f"word {i}" for i in range(101)], "at most 100 phrases"),
        ("EXPORTS", ["b"], "already"),
    ):
        with pytest.raises(WorkspaceError, match=said):
            themes.save(records, name, phrases)
    with pytest.raises(WorkspaceError, match="Did you mean 'Exports'"):
        themes.get(records, "Export")
    assert names(records) == ["Exports"]


def test_an_unpinned_theme_comes_back_unless_its_name_was_given_away(records: Records) -> None:
    first = themes.save(records, "Exports", ["export"])
    themes.unpin(records, "Exports")
    assert names(records) == []
    second = themes.save(records, "exports", ["csv"])
    with pytest.raises(WorkspaceError, match="'Exports' already"):
        themes.restore(records, first)
    themes.save(records, "CSV", ["csv"], theme=second)
    themes.restore(records, first)
    assert names(records) == ["CSV", "Exports"]
    with pytest.raises(WorkspaceError, match="not among those"):
        themes.restore(records, first)


def test_themes_merge_into_one_with_all_their_phrases_and_come_apart_again(records: Records) -> None:
    a = themes.save(records, "Exports", ["export", "csv"], ["export"])
    b = themes.save(records, "Downloads", ["download", "CSV"], ["download"])
    one = themes.merge(records, [a, b], "Getting data out")
    row = themes.get(records, one)
    assert (row["phrases"], row["found"], row["merged"]) == (
        ["export", "csv", "download"],
        ["download", "export"],
        [a, b],
    )
    assert names(records) == ["Getting data out"]
    assert themes.unmerge(records, one) == [b, a]
    assert names(records) == ["Downloads", "Exports"]
    with pytest.raises(WorkspaceError, match="unpin it instead"):
        themes.unmerge(records, a)
    with pytest.raises(WorkspaceError, match="two themes or more"):
        themes.merge(records, [a, a], "x")
    joined = themes.get(records, themes.merge(records, [a], "Files", ["file*"], ["files"]))
    assert (joined["phrases"], joined["found"]) == (["export", "csv", "file*"], ["export", "files"])
    themes.unmerge(records, joined["theme"])
    # a merged theme may have the name of one of its parts
    assert themes.get(records, themes.merge(records, [a, b], "exports"))["merged"] == [a, b]


def test_a_merge_that_cannot_be_changes_nothing(records: Records) -> None:
    a, b, _ = (themes.save(records, name, [name]) for name in ("A", "B", "C"))
    with pytest.raises(WorkspaceError, match="'C' already"):
        themes.merge(records, [a, b], "C")
    assert names(records) == ["A", "B", "C"]


PIN = """
import sys
from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.kept import themes
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.records import Records
records = Records(Folder(sys.argv[1]))
done = 0
for place in range(12):
    try:
        themes.save(records, f"Theme {place}", [sys.argv[2]])
        done += 1
    except WorkspaceError as error:
        assert "already" in str(error), error
print(done)
"""


def test_two_processes_that_pin_the_same_names_get_each_once(records: Records) -> None:
    asked = [sys.executable, "-c", PIN, str(records_folder(records))]
    both = [subprocess.Popen([*asked, word], stdout=subprocess.PIPE, text=True) for word in ("one", "other")]
    done = [int(process.communicate(timeout=60)[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(done) == 12
    assert len(set(names(records))) == 12
