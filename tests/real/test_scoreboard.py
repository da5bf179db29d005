"""The scoreboard of the real files does not get worse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real.places import STILL_WRONG
from tests.real.scoreboard import Board, board


@pytest.fixture(scope="module")
def messy(real_data: Path) -> Board:
    return board(real_data / "messy")


def test_no_row_is_lost_and_nothing_breaks(messy: Board) -> None:
    assert [s.file for s in messy.scores if s.lost] == []
    assert messy.tracebacks == []
    assert [s.file for s in messy.scores if s.memory] == []


def test_what_holds_no_table_is_refused_with_a_sentence(messy: Board) -> None:
    refused = [s for s in messy.scores if s.verdict == "refused"]
    assert [s.file for s in refused] == ["csvkit/empty.csv", "pollock_polluted/csv/file_no_payload.csv"]
    assert all(s.why.endswith("Choose another file.") for s in refused)


@pytest.mark.parametrize(
    ("folder", "right", "of"),
    [("csvkit", 84, 85), ("papaparse", 5, 5), ("pollock_polluted", 45, 49), ("readxl", 76, 76)],
)
def test_files_read_right(messy: Board, folder: str, right: int, of: int) -> None:
    assert sum(s.file.startswith(folder) for s in messy.scores) == of
    assert messy.count("right", folder) >= right, [s for s in messy.scores if s.verdict == "wrong"]


def test_every_file_that_is_still_wrong_is_known_with_its_reason(messy: Board) -> None:
    assert {Path(s.file).name for s in messy.scores if s.verdict == "wrong"} <= set(STILL_WRONG)
