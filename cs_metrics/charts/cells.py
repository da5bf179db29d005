"""What people noted on a chart that has a row for each period, or a cell for each cohort and age: a number in the cell.

In a retention triangle a day lies on a diagonal: of each cohort in the cell of its age on that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from cs_metrics.charts import words
from cs_metrics.charts.drawing import Drawing
from cs_metrics.charts.marks import Mark, day_of
from cs_metrics.periods import step

_ISO = "%Y-%m-%dT%H:%M:%S"


def noted_cohorts(
    drawing: Drawing,
    notes: Iterable[Mapping[str, Any]],
    *,
    grain: str = "month",
    locale: str = "en",
    ages: bool = True,
) -> Drawing:
    """Return a `heatmap` of dated cohorts with the notes that it spans, in every cell whose period holds the day.

    `ages`: a column is an age in whole periods of the calendar; without it (brackets, rolling windows) a note stands in
    the row of the cohort that started then, for no column is one time.
    """
    starts = pd.to_datetime(drawing.data["cohort"], format=_ISO, errors="coerce")
    places = []
    for row, k, start in zip(drawing.data["row"], drawing.data["k"], starts, strict=True):
        if not pd.isna(start) and (ages or not k):
            first, end = (step(start.to_pydatetime(), grain, int(k) + n).date() for n in (0, 1))
            places.append(_Place(row, k, first, end))
    return _placed(drawing, notes, places, locale)


def noted_rows(
    drawing: Drawing, periods: Iterable[Any], notes: Iterable[Mapping[str, Any]], *, grain: str, locale: str = "en"
) -> Drawing:
    """Return a chart whose rows are `periods` (their starts), such as `shares`, with the notes that it spans."""
    known = set(drawing.data["row"]) if "row" in drawing.data else set()
    places = [
        _Place(name, None, pd.Timestamp(start).date(), step(pd.Timestamp(start).to_pydatetime(), grain).date())
        for start in dict.fromkeys(periods)
        if (name := words.period(start, grain, locale)) in known
    ]
    return _placed(drawing, notes, places, locale)


def listed(
    drawing: Drawing,
    notes: Iterable[Mapping[str, Any]],
    since: Any,
    until: Any,
    *,
    grain: str | None = None,
    locale: str = "en",
) -> Drawing:
    """Return a chart that has no calendar with the notes of its time [since, until), to be told below it. `grain`: of
    the one period that begins with `since`."""
    if grain:
        until = step(pd.Timestamp(since).to_pydatetime(), grain)
    spanned = within(notes, since, until)
    return replace(drawing, marks=tuple(_mark(i, note, locale) for i, note in enumerate(spanned, start=1)))


def within(notes: Iterable[Mapping[str, Any]], since: Any, until: Any) -> list[Mapping[str, Any]]:
    """Return the notes of a time [since, until), None being without end, the earliest first."""
    first, end = (None if at is None else pd.Timestamp(at).date() for at in (since, until))
    spanned = (n for n in notes if (first is None or first <= n["dated"]) and (end is None or n["dated"] < end))
    return sorted(spanned, key=lambda n: n["dated"])


@dataclass(frozen=True)
class _Place:
    row: str
    k: Any
    start: date
    end: date


def _placed(drawing: Drawing, notes: Iterable[Mapping[str, Any]], places: Sequence[_Place], locale: str) -> Drawing:
    held: dict[tuple[str, Any], list[Mark]] = {}
    marks: list[Mark] = []
    for note in sorted(notes, key=lambda n: n["dated"]):
        inside = [place for place in places if place.start <= note["dated"] < place.end]
        if inside:
            marks.append(_mark(len(marks) + 1, note, locale))
            for place in inside:
                held.setdefault((place.row, place.k), []).append(marks[-1])
    cells = tuple((row, k, ", ".join(str(mark.number) for mark in here)) for (row, k), here in held.items())
    return replace(drawing, marks=tuple(marks), cells=cells)


def _mark(number: int, note: Mapping[str, Any], locale: str) -> Mark:
    return Mark(number, "", day_of(note["dated"], locale), str(note["text"]))
