"""Marks on a chart over time: a fine line and a number at a period, for what people noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt

from cs_metrics.charts.look import Look


@dataclass(frozen=True)
class Mark:
    """A note on a chart: its `number` there, the `period` (start, ISO) that it stands at, its date in words, its
    text."""

    number: int
    period: str
    when: str
    text: str


def layers(marks: Iterable[Mark], x: Mapping[str, Any], look: Look) -> list[dict[str, Any]]:
    """Return the Vega-Lite layers of the marks on a chart whose other layers have this encoding of x."""
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
    for part in (rule, sign):
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
