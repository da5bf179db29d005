"""The bridge of a change: its steps lead from the one value to the other."""

from __future__ import annotations

import pandas as pd
import pytest

from cs_metrics.charts.bridge import NAMED, bridge

NAMES = ("Feb", "Mar")


def parts(*rows: tuple[str, float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["segment", "mix", "rate"])
    return frame.assign(part=frame["mix"] + frame["rate"])


def test_steps_lead_from_one_value_to_the_other() -> None:
    frame = parts(*((f"s{i}", 0.001, 0.01 * i) for i in range(NAMED + 2)))
    end = 0.1 + 0.02 + frame["part"].sum()
    drawing = bridge(frame, start=0.1, end=end, restated=0.02, names=NAMES, better="lower")
    data = drawing.data
    assert list(data["name"][:3]) == ["Feb", "Restated data", "Who is in the base"]
    assert list(data["name"][-2:]) == ["2 others", "Mar"]
    steps = data[data["kind"] == "step"]
    assert steps["from"].iloc[1:].to_numpy() == pytest.approx(steps["to"].iloc[:-1].to_numpy())
    assert steps["to"].iloc[-1] == pytest.approx(end)
    assert set(steps["tone"]) <= {"bad", "rest"}
    assert drawing.export("svg").startswith(b"<svg")


def test_steps_too_small_to_show_have_no_sign_and_small_ones_lift_the_axis() -> None:
    drawing = bridge(parts(("a", 0.0, 1e-9), ("b", 0.0, 0.01)), start=0.5, end=0.51, names=NAMES)
    shown = dict(zip(drawing.data["name"], drawing.data["shown"], strict=True))
    assert (shown["a"], shown["b"], shown["Mar"]) == ("0.0 pts", "+1.0 pts", "51.0 %")
    assert "does not begin at zero" in drawing.note
