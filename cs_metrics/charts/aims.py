"""Targets on a chart over time: a dotted line for each end, over the periods that it holds for, a band between two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt

from cs_metrics.charts.look import Look


@dataclass(frozen=True)
class Aim:
    """What a value should be in the period that begins at `period` (ISO): at least `low`, at most `high`; `shown` says
    so."""

    period: str
    low: float | None
    high: float | None
    shown: str


def layers(aims: Iterable[Aim], spec: Mapping[str, Any], look: Look) -> list[dict[str, Any]]:
    """Return the Vega-Lite layers of the targets on a trend; none where the chart has no value over time."""
    found = [layer.get("encoding", {}) for layer in spec.get("layer", [])]
    lines = [e for e in found if e.get("x", {}).get("field") == "period" and e.get("y", {}).get("field") == "value"]
    if not lines:
        return []
    x, y = dict(lines[0]["x"]), dict(lines[0]["y"])
    rows = [{"period": a.period, "low": a.low, "high": a.high, "shown": a.shown} for a in aims]
    made: list[dict[str, Any]] = []
    if all(a.low is not None and a.high is not None for a in aims):
        made.append({
            "mark": {"type": "area", "opacity": 0.12, "color": look.muted},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        })  # fmt: skip
    tip: Any = alt.Tooltip("shown:N", title="Target").to_dict()
    for end in ("low", "high"):
        if any(getattr(a, end) is not None for a in aims):
            made.append({
                "mark": {
                    "type": "line", "color": look.muted, "strokeWidth": 1.5, "strokeDash": [2, 4],
                    # a target of one period has no line
                    "point": {"shape": "stroke", "size": 160, "strokeWidth": 2, "color": look.muted, "opacity": 1},
                },
                "encoding": {"x": x, "y": {**y, "field": end}, "tooltip": [{**tip, "field": "shown"}]},
            })  # fmt: skip
    return [{**layer, "data": {"values": rows}} for layer in made]
