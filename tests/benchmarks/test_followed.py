"""The benchmark of what followed an answer runs, and agrees with SQL by hand: no time is asserted."""

from __future__ import annotations

from tests.benchmarks import followed


def test_what_followed_agrees_with_sql_by_hand() -> None:
    # main holds the shares, the MRR and the contracts against those of the SQL, and fails where they differ
    lines = followed.main(3_000)
    assert [name.partition(":")[0] for name, _, _ in lines] == ["after", "stayed", "mrr_by_answer", "to_call"]
