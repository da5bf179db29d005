"""The weighted score comes nearer the truth than the raw one, and chance is seldom taken for a difference. `python -m
tests.simulations.heard` prints the tables over 1,000 data sets."""

from __future__ import annotations

from tests.simulations.heard import likeness, weighted


def test_the_weighted_score_is_nearer_the_truth_and_its_interval_holds_it() -> None:
    found = weighted(runs=60).set_index("case")
    depends = found[found.index.str.contains("depend") & ~found.index.str.contains("nothing")]
    assert (depends["answers"] >= 300).all()
    assert (depends["weighted_off"] < 0.5 * depends["raw_off"]).all()
    assert (depends["nearer"] > 0.75).all()
    assert (found["covers"] >= 0.85).all()
    nothing = found.loc["NPS, answering depends on nothing"]
    assert abs(nothing["weighted_off"] - nothing["raw_off"]) < 1


def test_chance_is_seldom_taken_for_a_difference_and_a_planted_one_is_found() -> None:
    found = likeness(runs=20).set_index("depends on")
    nothing = found[found.index.str.startswith("nothing")]
    assert nothing["differs_said"].mean() <= 0.1
    assert found["attribute_2_said"].iloc[-1] > 0.7
