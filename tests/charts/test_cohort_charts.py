"""The triangle in two halves, in its colours, and its curves."""

from __future__ import annotations

import pandas as pd
import pytest

from cs_metrics import charts
from cs_metrics.analysis import Wording, compared, laid_out, pooled


@pytest.fixture
def cells() -> pd.DataFrame:
    """January 80 and 60 of 100 (the second not over), nobody in February, March not over."""
    rows = [
        ("2025-01-01", 0, 100, 100, True), ("2025-01-01", 1, 100, 80, True), ("2025-01-01", 2, 100, 60, False),
        ("2025-03-01", 0, 40, 40, False),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["cohort", "k", "eligible", "retained", "complete"])
    frame["cohort"] = pd.to_datetime(frame["cohort"])
    share = frame["retained"] / frame["eligible"]
    return frame.assign(value=share, low=share - 0.1, high=(share + 0.1).clip(upper=1))


def drawn(cells: pd.DataFrame, mode: str = "absolute", **more: object) -> charts.Drawing:
    layout = laid_out(cells, Wording())
    held = compared(layout.frame, mode, target=0.5 if mode == "target" else None)
    return charts.heatmap(held.frame, pooled=pooled(cells), mode=mode, **more)


def test_not_yet_no_data_and_zero_are_three_things(cells):
    cells.loc[1, ["retained", "value"]] = [0, 0.0]
    data = drawn(cells).data.set_index(["row", "k"])
    assert data.loc[("Jan 2025 · 100", 1), ["short", "tone"]].tolist() == ["0", "full"]
    assert data.loc[("Feb 2025 · 0", 0), ["short", "tone", "state"]].tolist() == ["–", "none", "no data"]
    assert ("Mar 2025 · 40", 1) not in data.index
    assert data.loc[("Jan 2025 · 100", 2), "told"] == "60 % (not over yet)"


def test_both_halves_have_the_same_rows_at_the_same_height(cells):
    half = drawn(cells, names=False)
    beside = charts.cohort_names(half)
    assert beside.data["row"].tolist() == list(dict.fromkeys(half.data["row"]))
    assert charts.spec(beside)["height"] == charts.spec(half)["height"]
    assert charts.spec(half)["layer"][0]["layer"][0]["encoding"]["y"]["axis"] is None
    assert {p["name"] for d in (beside, half) for p in charts.spec(d)["params"]} == {"cell"}
    for drawing in (half, beside):
        assert b"<svg" in drawing.export("svg", width=160)
    assert charts.least_width(half) == 3 * 16 + 8


def test_what_is_not_over_takes_no_colour_against_a_target(cells):
    data = drawn(cells, "target").data.set_index(["row", "k"])
    assert data.loc[("Jan 2025 · 100", 1), ["tone", "beside"]].tolist() == [
        "full",
        "30 points above the target of 50 %, beyond chance",
    ]
    assert data.loc[("Jan 2025 · 100", 2), "tone"] == "plain"


@pytest.mark.parametrize("mode", ["absolute", "row", "target"])
@pytest.mark.parametrize("look", [charts.LIGHT, charts.DARK], ids=lambda look: look.name)
def test_every_colour_is_drawn(cells, mode, look):
    assert b"<svg" in drawn(cells, mode, look=look, steps=("1–2", "3–6")).export("svg", width=360)


def test_curves_break_into_what_is_over_and_what_is_not(cells):
    frame = laid_out(cells, Wording()).frame.assign(say="")
    drawing = charts.curves(frame, pooled=pooled(cells).assign(say=""), highlight=[pd.Timestamp("2025-01-01")])
    line = drawing.data[drawing.data["series"] == "Jan 2025"]
    assert line[line["part"] == "whole"]["k"].tolist() == [0, 1]
    assert sorted(line[line["part"] == "open"]["k"]) == [1, 2]  # from the last that is over
    assert set(line["role"]) == {"chosen"}
    assert "Feb 2025" not in set(drawing.data["series"])
    assert drawing.data[drawing.data["role"] == "all"]["k"].tolist() == [0, 1]
    assert b"<svg" in drawing.export("svg", width=360)


def test_curves_of_segments_have_bands():
    frame = pd.DataFrame({"segment": ["a", "a", None, None], "k": [0, 1] * 2, "value": [1, 0.5, 1, 0.4]})
    frame = frame.assign(low=frame["value"] - 0.1, high=frame["value"], retained=5, eligible=10, complete=True, say="")
    drawing = charts.curves(frame, by="segment", highlight=["a", None], band=True)
    assert set(drawing.data["series"]) == {"a", "(none)"}
    assert b"<svg" in drawing.export("svg", width=360)
