"""Marks on a chart over time: a fine line and a number at a period, for what people noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import altair as alt
from babel.dates import format_date

from cs_metrics.charts.look import Look

# the row, the column (None: the row alone), the numbers of the notes there
Cell = tuple[str, Any, str]


@dataclass(frozen=True)
class Mark:
    """A note on a chart: its `number` there, the `period` (start, ISO) that it stands at, its date in words, its
    text."""

    number: int
    period: str
    when: str
    text: str


def layers(marks: Iterable[Mark], x: Mapping[str, Any], look: Look) -> list[dict[str, Any]]:
    """Return the Vega-Lite layers of the marks on a chart whose other layers have this encoding of x. A small line
    without axes has no room for their numbers: each tells its note when it is pointed at."""
    together: dict[str, list[Mark]] = {}
    for mark in marks:
        together.setdefault(mark.period, []).append(mark)
    rows = [
        {
            "period": period,
            "mark": ", ".join(str(m.number) for m in held),
            "note": "; ".join(f"{m.when}: {m.text}" for m in held),
        }
        for period, held in together.items()
    ]
    tip = alt.Tooltip("note:N", title="Note")
    base = alt.Chart(alt.NamedData("marks"))
    rule = base.mark_rule(color=look.muted, strokeWidth=1, opacity=0.7).encode(tooltip=tip)
    sign = base.mark_text(color=look.ink, fontSize=11, fontWeight="bold", baseline="bottom", dy=-3).encode(
        y=alt.value(0), text="mark:N", tooltip=tip
    )
    made = []
    for part in (rule, sign) if x.get("axis", {}) is not None else (rule,):
        layer = part.to_dict()
        made.append({
            "data": {"values": rows}, "mark": layer["mark"], "encoding": {**layer["encoding"], "x": dict(x)},
        })  # fmt: skip
    return made


def place(spec: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return how a chart over time encodes x, from its Vega-Lite; None where x is no time. Of bars, their middle."""
    found = [layer.get("encoding", {}).get("x", {}) for layer in spec.get("layer", [])]
    times = [x for x in found if x.get("field") == "period" and x.get("type") == "temporal"]
    return max(times, key=lambda x: "bandPosition" in x, default=None)


def boxes(cells: Iterable[Cell], spec: Mapping[str, Any], look: Look) -> list[dict[str, Any]]:
    """Return the layers of marks in cells (of a row alone, where k is None) on a chart of rows.

    They draw from the chart's own rows: other data would change the order in which those stand.
    """
    flat = [layer["encoding"] for layer in _flat(spec) if "encoding" in layer]
    of_rows = [encoding for encoding in flat if encoding.get("y", {}).get("field") == "row"]
    if not of_rows:
        return []
    x = next((each["x"] for each in of_rows if each.get("x", {}).get("field") == "k"), None)
    y = of_rows[0]["y"]
    held = [{"at": _at(row, k), "mark": number} for row, k, number in cells]
    fields = ["row", "k"] if x else ["row"]
    own = [
        {"calculate": "datum.row + '|' + datum.k" if x else "datum.row + '|'", "as": "at"},
        {"lookup": "at", "from": {"data": {"values": held}, "key": "at", "fields": ["mark"]}},
        {"filter": "isValid(datum.mark)"},
        {"aggregate": [], "groupby": [*fields, "mark"]},
    ]
    said = {"text": {"field": "mark", "type": "nominal"}}
    sign = {"type": "text", "color": look.ink, "fontSize": 10, "fontWeight": "bold"}
    if x is None:
        side = {**sign, "align": "left"}
        return [{"transform": own, "mark": side, "encoding": {"x": {"value": 2}, "y": y, **said}}]
    corner = {"x": {**x, "bandPosition": 0.9}, "y": {**y, "bandPosition": 0.32}}
    # in narrow cells the number would stand on theirs: the frame alone
    wide = {"expr": "width / domain('x').length < 44 ? 0 : 1"}
    frame = {"type": "rect", "fillOpacity": 0, "stroke": look.ink, "strokeWidth": 1.5, "cornerRadius": 2}
    disc = {"type": "circle", "color": look.paper, "stroke": look.ink, "strokeWidth": 1, "size": 190, "opacity": wide}
    return [
        {"transform": own, "mark": {**frame, "tooltip": None}, "encoding": {"x": x, "y": y}},
        {"transform": own, "mark": disc, "encoding": corner},
        {"transform": own, "mark": {**sign, "opacity": wide, "dy": 0.5}, "encoding": {**corner, **said}},
    ]


def _at(row: str, k: Any) -> str:
    return f"{row}|" if k is None else f"{row}|{int(k)}"


def day_of(when: date | datetime, locale: str) -> str:
    """Return a day in words."""
    return str(format_date(when, "medium", locale=locale))


def _flat(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [each for layer in spec.get("layer", []) for each in (_flat(layer) if "layer" in layer else [layer])]
