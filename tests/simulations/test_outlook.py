"""The outlook's 95 % band holds what comes about as often as it says, where the process stays as it is."""

from __future__ import annotations

import numpy as np

from cs_metrics.analysis.revenue import futures
from tests.simulations.outlook import STATIONARY, held

RUNS = 7


def test_the_band_holds_what_comes_where_nothing_changes():
    shares = {kind: held(kind, RUNS, 1).mean() for kind in STATIONARY}
    assert 0.88 <= np.mean(list(shares.values())) <= 0.99, shares
    assert min(shares.values()) >= 0.75, shares


def test_a_band_that_is_too_narrow_is_noticed(monkeypatch):
    reach = futures.reach
    monkeypatch.setattr(
        "cs_metrics.analysis.revenue.outlook.reach", lambda *a, **k: tuple(arm / 8 for arm in reach(*a, **k))
    )
    monkeypatch.setattr("cs_metrics.analysis.revenue.outlook.widened", lambda arm, drift: arm)
    assert held("months", 4, 1).mean() < 0.7
