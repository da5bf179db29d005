"""Leavings without dates all fall into one period: the triangle then says nothing about when people leave."""

from __future__ import annotations

import pandas as pd

from cs_metrics.analysis import left_at_once


def triangle(lost: set[tuple[int, int]]) -> pd.DataFrame:
    """Cohorts from January to May, followed to May; one of ten is lost in each cell (month, k) of `lost`."""
    cells = [(month, k) for month in range(1, 6) for k in range(6 - month)]
    return pd.DataFrame(
        {
            "cohort": [pd.Timestamp(2025, month, 1) for month, _ in cells],
            "k": [k for _, k in cells],
            "eligible": 10,
            "retained": [9 if cell in lost else 10 for cell in cells],
        }
    )


def test_losses_of_one_month_are_told_from_losses_over_time() -> None:
    assert left_at_once(triangle({(1, 4), (2, 3), (3, 2)}), "month")
    assert not left_at_once(triangle({(1, 4), (2, 3), (3, 2), (1, 2)}), "month")
    assert not left_at_once(triangle({(1, 4), (2, 3)}), "month")
    assert not left_at_once(triangle(set()), "month")
