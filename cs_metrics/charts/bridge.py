"""From a KPI's earlier value to its later one: restated data, who is in the base, and each segment that moved it."""

from __future__ import annotations

import altair as alt
import pandas as pd
from babel.numbers import format_decimal, format_percent

from cs_metrics.charts import words
from cs_metrics.charts.drawing import Drawing, blank, draw
from cs_metrics.charts.look import LIGHT, SHORT, Look, Picture, dress

NAMED = 6
"""So many segments are named; the rest stand together."""
_ROW = 30
# below this share of the whole an axis from zero hides the steps
_SLIVER = 0.5


def bridge(
    parts: pd.DataFrame,
    *,
    start: float,
    end: float,
    names: tuple[str, str],
    restated: float = 0.0,
    kind: str = "quotient",
    better: str = "neither",
    look: Look = LIGHT,
    unit: str = "share",
    currency: str = "USD",
    locale: str = "en",
    title: str = "",
    minimum_n: int = 0,
) -> Drawing:
    """From `start` (named `names[0]`) over what was restated, the mix (of a quotient: over all segments together) and
    the largest segments to `end` (`names[1]`); a bar a step, from above downwards.

    `parts`: segment, mix, rate, part, which sum with `restated` to end - start. `kind` as in `Explained`.
    """
    by_rate = kind == "quotient"
    column = "rate" if by_rate else "part"
    steps = [(names[0], "start", start)]
    if restated:
        steps.append(("Restated data", "step", restated))
    if by_rate and len(parts) > 1:
        steps.append(("Who is in the base", "step", float(parts["mix"].sum())))
    ranked = parts.sort_values(column, key=abs, ascending=False, kind="stable")
    named, rest = ranked.head(NAMED), ranked.iloc[NAMED:]
    shown = list(zip(named["segment"], named[column], strict=True))
    # what is named first is the largest of those that pull as the whole did
    way = 1 if end >= start else -1
    shown.sort(key=lambda step: -way * step[1])
    steps += [(_own(name, names), "step", float(size)) for name, size in shown]
    if len(rest):
        steps.append((f"{len(rest)} others", "step", float(rest[column].sum())))
    steps.append((names[1], "end", end))
    return _drawn(steps, start, better, look, unit, currency, locale, title)


def _own(name: str, taken: tuple[str, str]) -> str:
    return f"{name} (segment)" if name in taken else name


def _drawn(
    steps: list[tuple[str, str, float]],
    start: float,
    better: str,
    look: Look,
    unit: str,
    currency: str,
    locale: str,
    title: str,
) -> Drawing:
    at, rows = start, []
    for name, kind, size in steps:
        whole = kind != "step"
        begin, end = (None, size) if whole else (at, at + size)
        at = size if whole else at + size
        good = (size > 0) == (better == "higher")
        tone = "rest" if whole or better == "neither" or size == 0 else "good" if good else "bad"
        nothing = _gap(abs(size), unit, currency, locale) == _gap(0.0, unit, currency, locale)
        sign = "" if whole or nothing else "+" if size > 0 else "−"
        said = _value(size, unit, currency, locale) if whole else _gap(abs(size), unit, currency, locale)
        rows.append((name, kind, begin, end, tone, f"{sign}{said}"))
    data = pd.DataFrame(rows, columns=["name", "kind", "from", "to", "tone", "shown"])
    levels = [float(v) for v in data["to"]]
    moved = max(levels) - min(levels)
    floor = 0.0
    if min(levels) > 0 and moved < _SLIVER * min(levels):
        floor = max(0.0, min(levels) - moved)
    elif max(levels) < 0 and moved < _SLIVER * -max(levels):
        floor = min(0.0, max(levels) + moved)
    data["from"] = data["from"].fillna(floor).astype(float)
    data["place"] = range(len(data))
    data["edge"] = data[["from", "to"]].max(axis=1)
    note = "The axis does not begin at zero, so that the steps can be seen." if floor else ""
    return draw(_bridge, data, look, note, title or f"From {rows[0][0]} to {rows[-1][0]}", height=len(data) * _ROW + 30,
                percent=unit == "share")  # fmt: skip


def _value(value: float, unit: str, currency: str, locale: str) -> str:
    if unit == "share":
        return format_percent(value, format="#,##0.0 %", locale=locale)
    return words.number(value, unit, currency, locale)


def _gap(size: float, unit: str, currency: str, locale: str) -> str:
    if unit in ("share", "score"):
        points = 100 * size if unit == "share" else size
        return f"{format_decimal(points, format='#,##0.0', locale=locale)} pts"
    return words.number(size, unit, currency, locale)


def _bridge(*, look: Look, height: int, percent: bool) -> Picture:
    base = blank()
    y = alt.Y("name:N", sort=alt.SortField("place"), title=None,
              axis=alt.Axis(labelLimit=alt.ExprRef("width < 300 ? 110 : 240"), labelOverlap=False))  # fmt: skip
    labels = "format(datum.value, '.1~%')" if percent else SHORT
    scale = alt.Scale(zero=False, nice=False, padding=56)
    x = alt.X("from:Q", title=None, scale=scale, axis=alt.Axis(labelExpr=labels, tickCount=4, grid=True))
    tone = alt.Scale(domain=["good", "rest", "bad"], range=[look.good, look.quiet, look.bad])
    tips = [alt.Tooltip("name:N", title="Step"), alt.Tooltip("shown:N", title="Part")]
    bars = base.mark_bar(cornerRadius=2, height=alt.RelativeBandSize(0.62)).encode(
        x=x, x2="to:Q", y=y, color=alt.Color("tone:N", scale=tone, legend=None), tooltip=tips
    )
    text = base.mark_text(align="left", dx=6, fontSize=11, color=look.ink, tooltip=None).encode(
        x=alt.X("edge:Q", scale=scale), y=y, text="shown:N"
    )
    return dress(alt.layer(bars, text), look, height)
