"""95 % intervals hold the truth about 95 times in 100, wherever there are a hundred cases and more."""

from __future__ import annotations

import pytest

from tests.simulations import coverage

RUNS = 1500


@pytest.fixture(scope="module")
def found():
    return coverage.simulate(RUNS)


def test_every_kind_holds_what_it_promises_from_a_hundred_cases_on(found):
    large = coverage.by_kind(found)[[n for n in coverage.SIZES if n >= coverage.LARGE]]
    assert len(large) == 8
    assert large.ge(0.93).all(axis=None), large
    assert large.le(0.97).all(axis=None), large


def test_no_truth_is_missed_badly_from_a_hundred_cases_on(found):
    large = found[found["n"] >= coverage.LARGE]
    assert (large["coverage"] >= 0.90).all(), large[large["coverage"] < 0.90]
    assert (large["none"] == 0).all()


def test_an_interval_that_is_too_short_is_noticed(monkeypatch):
    monkeypatch.setattr(coverage.intervals, "_Z", 1.0)
    narrow = coverage.by_kind(coverage.simulate(300))
    assert (narrow.loc[["share", "NPS"], 1000] < 0.8).all()
