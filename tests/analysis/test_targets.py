"""The forecast of a target and how a value stands to it, by hand."""

from __future__ import annotations

import math

import pytest

from cs_metrics.analysis.targets import Forecast, bounds, forecast, progress, standing
from cs_metrics.kpis import CATALOGUE

FREE = (-math.inf, math.inf)


def test_a_straight_line_goes_on_without_a_doubt() -> None:
    found = forecast([10, 12, 14, 16], 2, FREE)
    assert found is not None
    assert (found.value, found.low, found.high, found.periods) == pytest.approx((20, 20, 20, 4))


def test_the_interval_is_that_of_the_books() -> None:
    """1, 3, 2, 4 at x = 0 to 3: mean 2.5, slope 4 / 5 = 0.8, line 1.3 + 0.8 x, at 4: 4.5. Residuals -0.3, 0.9, -0.9,
    0.3: squares 1.8, s = sqrt(1.8 / 2); 1 + 1/4 + 2.5^2 / 5 = 2.5; t(2) = 4.302653: 4.302653 * sqrt(2.25) = 6.45398."""
    found = forecast([1, 3, 2, 4], 1, FREE)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((4.5, 4.5 - 6.45398, 4.5 + 6.45398), abs=1e-5)


def test_no_forecast_from_too_little_or_too_far() -> None:
    assert forecast([1, 2, 3], 1, FREE) is None
    assert forecast([1, None, 2, float("nan"), 3], 1, FREE) is None
    assert forecast([1, 2, 3, 4], 5, FREE) is None
    assert forecast([1, 2, 3, 4], 0, FREE) is None
    assert forecast([], 1, FREE) is None


def test_a_gap_keeps_its_place_and_only_the_last_twelve_count() -> None:
    found = forecast([1, None, 3, 4, 5], 1, FREE)
    assert found is not None
    assert found.value == pytest.approx(6)
    found = forecast([100, *range(12)], 1, FREE)
    assert found is not None
    assert (found.value, found.periods) == (pytest.approx(12), 12)


def test_a_forecast_stays_within_what_the_kpi_can_be() -> None:
    share, score, money = (CATALOGUE[k] for k in ("customer_churn_rate", "net_promoter_score", "mrr"))
    assert (bounds(share, []), bounds(score, [])) == ((0, 1), (-100, 100))
    assert bounds(money, [0, 5]) == (0, math.inf)
    found = forecast([0.7, 0.8, 0.9, 1.0], 2, (0, 1))
    assert found is not None
    assert (found.value, found.high) == (1, 1)


@pytest.mark.parametrize(
    ("value", "complete", "low", "high", "ahead", "said"),
    [
        (40.0, True, 40, None, None, "met"),
        (39.9, True, 40, None, None, "behind"),
        (41.0, True, None, 40, None, "behind"),
        (41.0, True, 40, 42, None, "met"),
        (10.0, False, 40, None, Forecast(41, 30, 52, 4), "on track"),
        (50.0, False, 40, None, Forecast(39, 30, 52, 4), "behind"),
        (50.0, False, 40, None, None, "cannot tell"),
        (None, True, 40, None, None, "cannot tell"),
    ],
)
def test_how_a_value_stands(value, complete, low, high, ahead, said) -> None:
    assert standing(value, complete, low, high, ahead) == said


def test_progress_is_the_share_of_the_target() -> None:
    assert progress(30, 40, None) == 0.75
    assert progress(30, 40, 60) == 0.75
    assert progress(0.02, None, 0.04) == 0.5
    assert progress(None, 40, None) is None
    assert progress(5, 0, None) is None
    assert progress(5, -10, None) is None
