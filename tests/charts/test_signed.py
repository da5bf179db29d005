"""Bars to both sides of zero, and the calibration of a model."""

from __future__ import annotations

import pandas as pd

from cs_metrics import charts


def parts() -> pd.DataFrame:
    return pd.DataFrame({"name": ["Adoption", "Support"], "value": [1.25, -0.5], "about": "of it"})


def test_bars_keep_their_order_sign_and_side() -> None:
    data = charts.signed(parts(), digits=2).data
    assert data["name"].tolist() == ["Adoption", "Support"]
    assert data["shown"].tolist() == ["+1.25", "−0.50"]
    assert data["tone"].tolist() == ["good", "bad"]


def test_where_less_is_better_a_rise_is_bad() -> None:
    assert charts.signed(parts(), better="lower").data["tone"].tolist() == ["bad", "good"]


def test_groups_of_which_nothing_is_known_are_no_points() -> None:
    bins = pd.DataFrame({"predicted": [0.1, 0.4], "observed": [0.2, None], "low": 0.0, "high": 0.5, "n": 9})
    assert charts.calibration(bins).data["predicted"].tolist() == [0.1]


def test_both_draw() -> None:
    bins = pd.DataFrame({"predicted": [0.1, 0.4], "observed": [0.2, 0.3], "low": 0.0, "high": 0.5, "n": 9})
    for drawing in (charts.signed(parts()), charts.signed(parts().head(0)), charts.calibration(bins)):
        assert drawing.export("svg").startswith(b"<svg")


def test_bars_in_an_order_of_their_own_keep_it_and_a_count_is_said_once() -> None:
    frame = pd.DataFrame({"step": ["a", "b"], "value": [3.0, 7.0], "low": None, "high": None, "n": [3, 9]})
    data = charts.ranked(frame, "step", ordered=True).data
    assert data["segment"].tolist() == ["a", "b"]
    assert data["text"].tolist() == ["3", "7 · n 9"]
