"""Notes on charts over time: at the period that they fall in, and only where the chart spans them."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from cs_metrics import charts


def trend(grain: str = "month", starts: tuple[str, ...] = ("2026-01-01", "2026-02-01", "2026-03-01")) -> charts.Drawing:
    frame = pd.DataFrame({"period": pd.to_datetime(list(starts)), "value": 1.0, "low": None, "high": None, "n": 9})
    return charts.trend(frame.assign(complete=True), grain=grain, title="NPS")


def note(day: date, text: str = "Price change") -> dict:
    return {"dated": day, "text": text}


def test_a_note_stands_at_the_period_that_its_date_lies_in() -> None:
    drawn = charts.noted(trend(), [note(date(2026, 2, 28)), note(date(2026, 3, 1), "B"), note(date(2026, 2, 2), "A")])
    assert [(m.number, m.period[:10], m.when, m.text) for m in drawn.marks] == [
        (1, "2026-02-01", "Feb 2, 2026", "A"),
        (2, "2026-02-01", "Feb 28, 2026", "Price change"),
        (3, "2026-03-01", "Mar 1, 2026", "B"),
    ]
    rule, sign = drawn.spec["layer"][:2]
    assert [(row["period"][:10], row["mark"]) for row in rule["data"]["values"]] == [
        ("2026-02-01", "1, 2"),
        ("2026-03-01", "3"),
    ]
    assert rule["encoding"]["x"] == sign["encoding"]["x"] == trend().spec["layer"][1]["encoding"]["x"]


@pytest.mark.parametrize(
    ("grain", "day", "spans"),
    [
        ("month", date(2025, 12, 31), False),
        ("month", date(2026, 1, 1), True),
        ("month", date(2026, 3, 31), True),
        ("month", date(2026, 4, 1), False),
        ("day", date(2026, 3, 1), True),
        ("day", date(2026, 3, 2), False),
    ],
)
def test_a_chart_shows_the_notes_that_it_spans_and_no_others(grain: str, day: date, spans: bool) -> None:
    drawn = charts.noted(trend(grain), [note(day)], grain=grain)
    assert bool(drawn.marks) is spans
    assert len(drawn.spec["layer"]) == len(trend(grain).spec["layer"]) + 2 * spans


def test_without_data_or_notes_a_chart_stays_as_it_was() -> None:
    assert charts.noted(trend(), []).spec == trend().spec
    empty = charts.noted(trend(starts=()), [note(date(2026, 1, 1))])
    assert empty.marks == ()


def test_the_numbers_of_a_chart_do_not_hold_its_notes() -> None:
    assert charts.noted(trend(), [note(date(2026, 2, 2))]).data.equals(trend().data)


def test_a_picture_of_bars_has_the_note_in_the_middle_of_its_bar() -> None:
    frame = pd.DataFrame({"period": pd.to_datetime(["2026-01-01", "2026-02-01"]), "new": 5.0, "reactivation": 0.0,
                          "expansion": 1.0, "contraction": 0.5, "churn": 2.0, "complete": True})  # fmt: skip
    drawn = charts.noted(charts.movement(frame), [note(date(2026, 2, 2))])
    x = drawn.spec["layer"][1]["encoding"]["x"]
    assert (x["timeUnit"], x["bandPosition"]) == ("yearmonth", 0.5)
    assert drawn.export("png").startswith(b"\x89PNG")
    assert ">1</text>" in drawn.export("svg").decode()


def test_a_small_line_has_the_line_of_a_note_and_no_number() -> None:
    frame = pd.DataFrame(
        {"period": pd.date_range("2026-01-01", periods=3, freq="MS"), "value": [1.0, 2, 3], "low": None, "high": None,
         "n": 9, "complete": True}
    )  # fmt: skip
    for drawing, kinds in ((charts.spark(frame), ["rule"]), (charts.trend(frame), ["rule", "text"])):
        made = charts.noted(drawing, [{"dated": date(2026, 2, 9), "text": "Price change"}])
        layers = [layer for layer in made.spec["layer"] if "values" in layer.get("data", {})]
        assert [layer["mark"]["type"] for layer in layers] == kinds
        assert layers[0]["data"]["values"][0]["note"].endswith("Price change")
        assert made.export("svg")
