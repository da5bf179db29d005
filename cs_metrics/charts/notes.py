"""What people noted on a date, as fine lines with a number on a chart over time; the texts stand below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from cs_metrics.charts.drawing import Drawing
from cs_metrics.charts.marks import Mark, day_of
from cs_metrics.periods import step


def noted(drawing: Drawing, notes: Iterable[Mapping[str, Any]], *, grain: str = "month", locale: str = "en") -> Drawing:
    """Return a drawing over time (its rows have `period`, the start of each) with the notes that it spans.

    `notes`: dicts with `dated` and `text`, as `Workspace.notes` gives them. A note stands at the period that its date
    lies in, for that is the value that it explains; notes of one period share a line. Other notes are left out.
    """
    starts = sorted(pd.to_datetime(drawing.data["period"].dropna()).unique()) if "period" in drawing.data else []
    if not starts:
        return drawing
    end = step(pd.Timestamp(starts[-1]).to_pydatetime(), grain)
    spanned = [n for n in notes if starts[0] <= pd.Timestamp(n["dated"]) < pd.Timestamp(end)]
    marks = []
    for number, note in enumerate(sorted(spanned, key=lambda n: n["dated"]), start=1):
        at = max(s for s in starts if s <= pd.Timestamp(note["dated"]))
        marks.append(Mark(number, f"{pd.Timestamp(at):%Y-%m-%dT%H:%M:%S}", day_of(note["dated"], locale), note["text"]))
    return replace(drawing, marks=tuple(marks))
