"""The benchmark of what followed an answer: its numbers agree with SQL by hand, and none takes far longer."""

from __future__ import annotations

from tests.benchmarks import followed


def test_what_followed_agrees_with_sql_by_hand() -> None:
    lines = followed.main(3_000)
    assert len(lines) == 4
    # at so few answers most of the time is spent on writing the statement
    assert all(took < 20 for _, took, _ in lines)
