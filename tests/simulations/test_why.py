"""The search behind 'Why did it move?' names a planted cause, and hardly ever one in noise. `python -m
tests.simulations.why` prints the table over 100 runs of each."""

from __future__ import annotations

from tests.simulations.why import simulate


def test_a_planted_cause_is_named_and_noise_is_not() -> None:
    found = simulate(runs=3, deals=499)
    planted, noise = found[found["planted"]], found[~found["planted"]]
    assert planted["right"].sum() >= planted["runs"].sum() - 2
    assert noise["named"].sum() <= 1
