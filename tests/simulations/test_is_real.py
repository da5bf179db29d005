"""'Is this change real?' keeps its promise where nothing changed, and finds what was planted. `python -m
tests.simulations.is_real` prints the table over 1,000 data sets of each kind."""

from __future__ import annotations

import numpy as np
import pytest

from cs_metrics.analysis.feedback.score import real
from tests.simulations.is_real import Case, answers, decided, simulate

RUNS = 150
# five in a hundred, and what chance adds to it in so many runs (one in a thousand)
MOST = 0.05 + 3.1 * np.sqrt(0.05 * 0.95 / RUNS)


@pytest.mark.parametrize("kind", ["nps", "share", "mean"])
def test_chance_is_seldom_called_real_and_a_planted_change_is_found_first(kind: str) -> None:
    found = simulate([Case(kind, "once", 200, 2), Case(kind, "often", 60, 5), Case(kind, "again", 60, 5)], RUNS)
    assert (found["false"] <= MOST).all(), found
    assert found["covered"].between(0.92, 0.98).all(), found
    assert (found["first"] >= 0.8).all(), found
    assert (found["power"] >= 0.4).all(), found


def test_without_the_accounts_chance_would_be_called_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table can fail: answers of one account taken for those of many are called real far too often."""
    case = Case("mean", "often", 60, 5)
    n, t = answers(np.random.default_rng(1), case, RUNS, 0.0)
    honest = decided(case, n, t)
    monkeypatch.setattr(real, "_spread", lambda group, added, lost: _one_by_one(group))
    careless = decided(case, n, t)
    rates = [f["verdict"].eq("real").groupby(f["run"]).any().mean() for f in (honest, careless)]
    assert rates[0] <= MOST < rates[1]


def _one_by_one(group: real.Group) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The spread of a mean as if every answer were an account's own mean."""
    mean = group.total / group.n
    squares = group.tt - 2 * mean * group.nt + mean**2 * group.nn
    return mean, squares / group.n**2 * group.n / group.nn, group.n
