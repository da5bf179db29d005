"""The share of the real files' columns that are proposed right without a hand does not fall."""

from __future__ import annotations

from pathlib import Path

from tests.real import mapping_score


def test_the_hand_has_an_answer_for_every_column_and_only_for_those(real_data: Path) -> None:
    for drop, read in mapping_score.drops().items():
        for file, sheet in zip(mapping_score.files_of(drop), read.sheets, strict=True):
            hand = set(mapping_score.BY_HAND[file]["columns"])
            own = {c.name for c in sheet.columns}
            assert hand == own or hand == {f"#{c.index + 1}" for c in sheet.columns}, file


def test_columns_are_proposed_right_without_a_hand(real_data: Path) -> None:
    every, placed = mapping_score.shares(mapping_score.scores())
    assert every >= 0.99
    assert placed >= 0.99


def test_columns_are_proposed_right_without_what_the_files_taught(real_data: Path) -> None:
    with mapping_score.untaught():
        every, placed = mapping_score.shares(mapping_score.scores())
    assert every >= 0.745
    assert placed >= 0.61
