"""The chart of two groups side by side, and that of a few estimates."""

from __future__ import annotations

import pandas as pd

from cs_metrics import charts


def test_two_dots_a_value_pale_where_nothing_differs_and_the_widest_where_there_are_many() -> None:
    frame = pd.DataFrame({
        "attribute": ["plan"] * 2 + ["region"] * 40, "value": ["A", None, *(f"r{i}" for i in range(40))],
        "heard": 10, "others": 20, "heard_share": 0.4, "others_share": 0.1,
        "difference": [0.9, 0.8, *(i / 100 for i in range(40))],
        "differs": pd.array([True] * 2 + [None] * 40, "boolean"),
    })  # fmt: skip
    drawing = charts.likeness(frame, names={"plan": "Plan"})
    assert len(drawing.data) == 2 * 36
    assert "36 values that differ most of 42" in drawing.note
    rows = drawing.data
    assert {"Plan: A", "Plan: (none)"} <= set(rows["row"])
    assert not rows.loc[rows["row"] == "Plan: A", "alike"].any()
    assert rows.loc[rows["row"] == "region: r39", "alike"].all()
    assert (rows["low"] == 0.1).all()
    assert drawing.export("svg")


def test_estimates_keep_their_order_and_what_has_no_value_is_left_out() -> None:
    frame = pd.DataFrame({
        "name": ["b", "a", "none"], "value": [30.0, 20.0, None], "low": [10.0, None, None], "high": [50.0, None, None],
        "n": [5, 500, 0],
    })  # fmt: skip
    drawing = charts.estimates(frame, minimum_n=10)
    assert drawing.data["name"].tolist() == ["b", "a"]
    assert drawing.data["small"].tolist() == [True, False]
    assert drawing.export("svg")
