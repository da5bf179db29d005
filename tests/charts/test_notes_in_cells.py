"""Notes on charts that have cells or rows for periods, and on those that have no calendar at all."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pandas as pd

from cs_metrics import charts

MONTHS = [pd.Timestamp(2026, 1, 1), pd.Timestamp(2026, 2, 1), pd.Timestamp(2026, 3, 1)]


def triangle() -> charts.Drawing:
    """Three cohorts seen until March: January at ages 0 to 2, February at 0 and 1, March at 0."""
    rows = [(c, k) for i, c in enumerate(MONTHS) for k in range(3 - i)]
    frame = pd.DataFrame(rows, columns=["cohort", "k"]).assign(
        eligible=20, retained=20, value=1.0, low=0.9, high=1.0, complete=True
    )
    return charts.heatmap(frame, minimum_n=1)


def shares(months: list[pd.Timestamp]) -> charts.Drawing:
    frame = pd.DataFrame({"period": months, "promoters": 5, "passives": 3, "detractors": 2, "n": 10, "value": 30.0})
    return charts.shares(frame)


def note(day: date, text: str = "Price change") -> dict[str, Any]:
    return {"dated": day, "text": text}


def written(drawing: charts.Drawing) -> list[str]:
    """The texts of the picture, from top to bottom."""
    return re.findall(r">([^<>]+)</text>", drawing.export("svg", width=600).decode())


def test_a_note_stands_in_the_cell_of_each_cohort_at_its_age_on_that_day() -> None:
    drawn = charts.noted_cohorts(
        triangle(), [note(date(2026, 2, 28)), note(date(2026, 2, 1), "A"), note(date(2025, 1, 1))]
    )
    assert [(m.number, m.text) for m in drawn.marks] == [(1, "A"), (2, "Price change")]
    assert drawn.cells == (("Jan 2026 · 20", 1, "1, 2"), ("Feb 2026 · 20", 0, "1, 2"))


def test_where_columns_are_no_months_a_note_stands_at_the_cohort_that_started_then() -> None:
    drawn = charts.noted_cohorts(triangle(), [note(date(2026, 2, 28))], ages=False)
    assert drawn.cells == (("Feb 2026 · 20", 0, "1"),)


def test_marks_are_in_the_picture_and_leave_the_rows_in_their_order() -> None:
    plain, drawn = triangle(), charts.noted_cohorts(triangle(), [note(date(2026, 3, 2))])
    before, after = written(plain), written(drawn)
    assert sorted(after) == sorted([*before, "1", "1", "1"])
    assert [t for t in after if " · " in t] == [t for t in before if " · " in t]
    rows = shares(MONTHS)
    noted = charts.noted_rows(rows, MONTHS, [note(date(2026, 2, 3))], grain="month")
    assert noted.cells == (("Feb 2026", None, "1"),)
    assert [t for t in written(noted) if "2026" in t] == ["Jan 2026", "Feb 2026", "Mar 2026"]
    assert sorted(written(noted)) == sorted([*written(rows), "1"])


def test_a_row_that_is_not_shown_has_no_note() -> None:
    drawn = charts.noted_rows(shares(MONTHS[:2]), MONTHS, [note(date(2026, 3, 2))], grain="month")
    assert drawn.marks == drawn.cells == ()
    assert drawn.spec == shares(MONTHS[:2]).spec


def test_a_chart_without_a_calendar_tells_the_notes_of_its_time_and_draws_none() -> None:
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)]
    held = [note(day, str(day)) for day in reversed(days)]
    drawn = charts.listed(triangle(), held, "2026-02-01", None, grain="month")
    assert [m.text for m in drawn.marks] == ["2026-02-01", "2026-02-28"]
    assert drawn.spec == triangle().spec
    assert [m.text for m in charts.listed(triangle(), held, None, "2026-02-01").marks] == ["2026-01-31"]
    assert len(charts.listed(triangle(), held, None, None).marks) == 4
