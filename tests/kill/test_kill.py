"""A few kills of each kind, as `python -m tests.kill` does many."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.kill.__main__ import kinds
from tests.kill.commands import COMMANDS
from tests.kill.killing import Killing, Row, table
from tests.kill.trials import SERVED


def test_nothing_acknowledged_is_lost_and_nothing_half_done_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CS_METRICS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CS_METRICS_DATABASE_URL", raising=False)
    with Killing(tmp_path, seed=1) as killing:
        for kind in ("publish", "share", "edit", "migration", "export, import", "back-up, restore", "erasure", "edit"):
            killing.kill(kind)
        more = 0
        while struck(killing) < 3 and more < 24:  # a busy machine makes the moments miss
            killing.kill(("publish", "migration", "back-up, restore", "erasure")[more % 4])
            more += 1
        wrong = killing.last()
    assert not wrong, wrong
    rows = killing.rows.values()
    assert {row.kind: (row.lost, row.halves) for row in rows} == {row.kind: ([], []) for row in rows}
    assert sum(row.runs for row in rows) == 8 + more
    assert struck(killing) >= 3
    assert killing.told > 8


def struck(killing: Killing) -> int:
    """Return how many of the kills hit in the middle of their operation."""
    return sum((row.hits for row in killing.rows.values()), Counter())["during"]


def test_every_kind_has_its_turn() -> None:
    told = Counter(kinds(200))
    assert set(told) == {*SERVED, *COMMANDS}
    assert told.total() == 200
    assert min(told.values()) >= 15
    assert set(kinds(20)) == set(told)


def test_the_table_says_where_the_kills_hit() -> None:
    row = Row("edit", Counter(before=1, during=7, after=2), acknowledged=2, lost=["one"])
    head, line = table([row]).splitlines()
    assert head.split() == ["operation", "runs", "before", "during", "after", "acknowledged", "lost", "half-done"]
    assert line.split() == ["edit", "10", "1", "7", "2", "2", "1", "0"]
