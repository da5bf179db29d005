"""The net change by segment: what is kept, what is put together, and that nothing is lost on the way."""

from __future__ import annotations

import pandas as pd
import pytest

from cs_metrics import charts

NONE = {"reactivation": 0.0, "contraction": 0.0, "complete": True}


def moves(segments):
    """Two months in which each segment gains its own amount and loses 1."""
    months = pd.date_range("2026-01-01", periods=2, freq="MS")
    return pd.DataFrame([
        {"period": m, "plan": name, "new": amount, "expansion": 1.0, "churn": 1.0, **NONE}
        for name, amount in segments.items() for m in months
    ])  # fmt: skip


def test_each_segment_has_its_net_change_and_they_sum_to_the_line():
    data = charts.movement_split(moves({"Pro": 30.0, None: 10.0}), "plan").data
    first = data[data["at"] == "2026-01-01"]
    # 30 + 1 - 1 and 10 + 1 - 1
    assert first["net"].tolist() == [30, 10]
    assert first["name"].tolist() == ["Pro", "(none)"]
    assert first["segment"].tolist() == ["Pro", None]
    assert first["all"].tolist() == [40, 40]
    assert not first["rest"].any()


@pytest.mark.parametrize(("count", "pieces"), [(1, 1), (6, 6), (7, 7), (30, 7)])
def test_more_than_six_segments_are_put_together_without_loss(count, pieces):
    frame = moves({f"s{n:02}": float(n + 1) for n in range(count)})
    drawing = charts.movement_split(frame, "plan")
    assert drawing.data["name"].nunique() == pieces
    assert drawing.data["net"].sum() == (frame["new"]).sum()
    assert bool(drawing.note) == (count > 6)
    rest = drawing.data[drawing.data["rest"]]
    assert rest["name"].unique().tolist() == ([f"{count - 6} others"] if count > 6 else [])
    if count > 6:
        assert rest["net"].tolist() == [sum(range(1, count - 5))] * 2


def test_a_segment_in_which_nothing_moved_is_left_out_and_a_period_not_over_is_pale():
    frame = moves({"Pro": 30.0})
    still = frame.assign(plan="Still", new=0.0, expansion=0.0, churn=0.0)
    frame.loc[1, "complete"] = False
    drawing = charts.movement_split(pd.concat([frame, still]), "plan")
    assert drawing.data["name"].unique().tolist() == ["Pro"]
    assert drawing.data["whole"].tolist() == [True, False]
    assert drawing.data["when"].iloc[1].endswith("(not over)")
    assert drawing.export("svg").startswith(b"<svg")
    assert {"at", "segment", "rest"} == set(drawing.spec["params"][0]["select"]["fields"])
