"""The charts of effects: what they draw, what is pale, and that both can be saved."""

from __future__ import annotations

import pandas as pd

from cs_metrics.charts.effects import contributions, effects

SEGMENTS = pd.DataFrame(
    {"name": ["EMEA · Region", "AMER · Region", "Tiny · Plan"], "effect": [-0.031, 0.02, 0.001],
     "value": [0.7, 0.9, 1.0], "low": [0.6, 0.85, 0.6], "high": [0.8, 0.95, 1.0], "n": [100, 120, 4]}
)  # fmt: skip
FOUND = pd.DataFrame(
    {"name": ["Region: EMEA", "Used Exports"], "effect": [-32.0, 4.0], "low": [-46.0, -1.0], "high": [-19.0, 9.0],
     "named": [True, False], "about": ["n 3 and 4", "n 3 and 4"]}
)  # fmt: skip


def test_shares_are_drawn_in_points_and_few_answers_pale():
    data = contributions(SEGMENTS, unit="share", minimum_n=30).data
    assert data["points"].tolist() == [-3.1, 2.0, 0.1]
    assert data["shown"].tolist() == ["−3.1", "+2.0", "+0.1"]
    assert data["tone"].tolist() == ["takes", "adds", "few"]
    assert data["score"].tolist() == ["70 %", "90 %", "100 %"]


def test_what_may_be_chance_is_pale_whatever_its_sign():
    data = effects(FOUND).data
    assert data["tone"].tolist() == ["low", "chance"]
    assert data["chance"].tolist() == ["−46.0 to −19.0", "−1.0 to +9.0"]


def test_both_are_pictures_also_of_nothing():
    for drawing in (contributions(SEGMENTS), effects(FOUND), contributions(SEGMENTS.head(0)), effects(FOUND.head(0))):
        assert drawing.export("svg").startswith(b"<svg")
    params = str(contributions(SEGMENTS).spec.get("params"))
    assert "'segment'" in params
