"""The charts of survival: what is drawn of a curve, which bars are named, and that all of them can be saved."""

from __future__ import annotations

import pandas as pd

from cs_metrics.analysis.survival.curve import curves, kaplan_meier
from cs_metrics.analysis.survival.hazard import hazards
from cs_metrics.analysis.survival.projection import project
from cs_metrics.charts import survival as charts


def curve(groups: int = 1) -> pd.DataFrame:
    """Twelve customers a group, of whom one leaves in each of months 1 to 10."""
    table = kaplan_meier([*range(1, 11), 10, 10], [True] * 10 + [False] * 2)
    return curves(pd.concat([table.assign(plan=f"p{n}") for n in range(groups)], ignore_index=True), ["plan"])


def test_a_stair_is_pale_where_few_are_at_risk_and_does_not_break() -> None:
    drawing = charts.survival(curve(), by=["plan"], minimum_n=5)
    few = drawing.data[drawing.data["part"] == "few"]
    # at risk: 12 less the month, plus one; below 5 from month 9 on, and the row before joins the two parts
    assert sorted(few["t"]) == [8, 9, 10]
    assert few.loc[few["t"] == 8, "real"].tolist() == [False]
    assert [p["name"] for p in drawing.spec["params"]] == ["point"]
    assert drawing.export("svg").startswith(b"<svg")


def test_the_largest_groups_are_drawn_and_the_rest_is_said() -> None:
    drawing = charts.survival(curve(9), by=["plan"])
    assert drawing.data["series"].nunique() == charts.MOST
    assert drawing.note == "The 6 largest of 9 are shown."


def test_of_a_curve_by_days_only_steps_ticks_and_ends_are_drawn() -> None:
    table = kaplan_meier([30, 2000], [True, False])
    dense = table.set_index("t").reindex(range(2001)).bfill().reset_index()
    dense["events"] = (dense["t"] == 30).astype(int)
    drawing = charts.survival(dense, grain="day")
    assert {0, 30, 2000} <= set(drawing.data["t"])
    assert len(drawing.data) < 20


def test_of_risky_months_in_a_row_the_highest_is_named() -> None:
    events = [60, 70, 2, 2, 2, 60, 1]
    at_risk = [600, 540, 470, 460, 450, 440, 380]
    table = pd.DataFrame({"t": range(1, 8), "at_risk": at_risk, "events": events, "censored": 0})
    drawing = charts.hazards(hazards(table, minimum=30), minimum_n=30)
    assert drawing.data.loc[drawing.data["tone"] == "risky", "t"].tolist() == [1, 2, 6]
    assert drawing.data.loc[drawing.data["named"], "t"].tolist() == [2, 6]


def test_a_projection_begins_where_nothing_is_known_yet() -> None:
    table = pd.DataFrame({"t": range(6), "at_risk": [100, 100, 80, 70, 63, 58], "events": [0, 20, 10, 7, 5, 4]})
    share = [1.0, 0.8, 0.7, 0.63, 0.58, 0.54]
    made = project(table.assign(censored=0, survival=share, low=share, high=share), ahead=3)
    data = charts.projection(made.curve, made.held_out).data
    assert data.loc[data["series"] == "known", "t"].max() == 5
    assert data.loc[data["series"] == "projected", "t"].tolist() == list(range(9))
    assert data.loc[data["series"].str.startswith("projected from"), "t"].tolist() == [5]
