"""Drivers hardly ever name anything where nothing has an effect, and name a planted one first. `python -m
tests.simulations.drivers` prints the table over 1,000 data sets of each."""

from __future__ import annotations

from tests.simulations.drivers import simulate


def test_a_planted_effect_is_named_first_and_noise_hardly_ever():
    found = simulate(runs=30, planted=3)
    noise, planted = found[found["effect"] == "none"], found[found["effect"] != "none"]
    # at 5 % of 150 data sets more than 14 would come once in a hundred times
    assert noise["runs"].sum() == 150
    assert noise["named"].sum() <= 14
    assert (noise["held"] >= 0.93).all()
    assert planted["first"].sum() >= planted["runs"].sum() - 2
