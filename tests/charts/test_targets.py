"""Targets on a trend: their ends over their periods, a band between two, in words."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cs_metrics import charts


def trend() -> charts.Drawing:
    starts = pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01"])
    frame = pd.DataFrame({"period": starts, "value": [1.0, 2.0, 3.0], "low": None, "high": None, "n": 9})
    return charts.trend(frame.assign(complete=True), title="Tickets")


def targets(low: float | None, high: float | None) -> pd.DataFrame:
    starts = pd.to_datetime(["2025-12-01", "2026-02-01", "2026-03-01"])
    return pd.DataFrame({"period": starts, "target_low": low, "target_high": high})


@pytest.mark.parametrize(
    ("low", "high", "marks", "said"),
    [
        (2.0, None, ["line"], "at least 2"),
        (None, 2.0, ["line"], "at most 2"),
        (0.0, 2.0, ["area", "line", "line"], "0 to 2"),
    ],
)
def test_a_target_stands_at_the_periods_that_are_shown(low: Any, high: Any, marks: list[str], said: str) -> None:
    drawn = charts.aimed(trend(), targets(low, high), unit="count")
    added = drawn.spec["layer"][: len(marks)]
    assert [layer["mark"]["type"] for layer in added] == marks
    assert len(drawn.spec["layer"]) == len(trend().spec["layer"]) + len(marks)
    for layer in added:
        assert [(row["period"][:7], row["shown"]) for row in layer["data"]["values"]] == [
            ("2026-02", said), ("2026-03", said),
        ]  # fmt: skip
    assert drawn.data.equals(trend().data)
    assert drawn.export("svg").startswith(b"<svg")


def test_without_a_target_a_trend_stays_as_it_was() -> None:
    assert charts.aimed(trend(), targets(1, 2).head(1), unit="count").spec == trend().spec


def test_targets_and_notes_stand_on_one_chart() -> None:
    drawn = charts.aimed(trend(), targets(1, None), unit="count")
    drawn = charts.noted(drawn, [{"dated": pd.Timestamp("2026-02-03").date(), "text": "Price change"}])
    assert len(drawn.spec["layer"]) == len(trend().spec["layer"]) + 3
    assert drawn.export("png").startswith(b"\x89PNG")
