"""Effects: what segments add to a score or take from it, and what goes with a high or a low one, with its interval."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from cs_metrics.charts import words
from cs_metrics.charts.drawing import Drawing, blank, draw
from cs_metrics.charts.look import LIGHT, Look, Picture, dress

_SIGNED = "datum.value == 0 ? '0' : format(datum.value, '+,~f')"
_ROW = 30
_TALL = 44


def contributions(
    df: pd.DataFrame,
    *,
    look: Look = LIGHT,
    unit: str = "score",
    minimum_n: int = 0,
    currency: str = "USD",
    locale: str = "en",
    title: str = "",
) -> Drawing:
    """A bar for each segment to the right for what it adds to the score, to the left for what it takes, as ordered.

    `df`: name, effect, value, low, high, n. Shares are drawn in points. Pale below `minimum_n`. A press sets the
    parameter 'segment' (name).
    """
    data = df.copy()
    data["points"] = _points(data["effect"], unit)
    data["shown"] = [words.signed(v, _digits(data["points"]), locale) for v in data["points"]]
    data["score"] = [words.number(v, unit, currency, locale) for v in data["value"]]
    data["chance"] = [
        words.between(a, b, unit, currency, locale) for a, b in zip(data["low"], data["high"], strict=True)
    ]
    data["base"] = [words.number(n, locale=locale) for n in data["n"]]
    few = data["n"] < minimum_n
    data["tone"] = (data["points"] >= 0).map({True: "adds", False: "takes"}).mask(few, "few")
    keep = ["name", "points", "shown", "score", "chance", "base", "tone"]
    height = max(1, len(data)) * _ROW + 30
    return draw(_contributions, data[keep], look, "", f"{title or 'Parts of the score'}, {len(data)} bars",
                height=height)  # fmt: skip


def _contributions(*, look: Look, height: int) -> Picture:
    base = blank()
    limit = alt.ExprRef("width < 300 ? 120 : width < 700 ? 170 : 320")
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=limit))
    # room at both ends for the words behind the bars
    scale = alt.Scale(zero=True, nice=False, padding=52)
    x = alt.X("points:Q", title=None, axis=alt.Axis(labelExpr=_SIGNED, tickCount=4, grid=True), scale=scale)
    tone = alt.Scale(domain=["adds", "takes", "few"], range=[look.good, look.bad, look.neutral])
    press = alt.selection_point(name="segment", fields=["name"], on="click", empty=False)
    tips = [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("shown:N", title="Adds to the score"),
        alt.Tooltip("score:N", title="Its own score"),
        alt.Tooltip("chance:N", title="95 % interval"),
        alt.Tooltip("base:N", title="n"),
    ]
    bars = (
        base.mark_bar(cornerRadiusEnd=2, height=alt.RelativeBandSize(0.6), cursor="pointer")
        .encode(x=x, y=y, color=alt.Color("tone:N", scale=tone, legend=None), tooltip=tips)
        .add_params(press)
    )
    zero = base.transform_aggregate(any="count()").mark_rule(color=look.muted).encode(x=alt.datum(0))
    ink = alt.condition("datum.tone == 'few'", alt.value(look.muted), alt.value(look.ink))
    text = base.mark_text().encode(x=x, y=y, text="shown:N", color=ink)
    right = text.transform_filter("datum.points >= 0").mark_text(align="left", dx=6, fontSize=11, tooltip=None)
    left = text.transform_filter("datum.points < 0").mark_text(align="right", dx=-6, fontSize=11, tooltip=None)
    return dress(alt.layer(bars, zero, right, left), look, height)


def effects(
    df: pd.DataFrame, *, look: Look = LIGHT, unit: str = "score", locale: str = "en", title: str = ""
) -> Drawing:
    """A dot with its 95 % interval for each effect, in the order given: blue above zero, vermilion below, pale where
    it is no more than chance makes. Each has its name above it, so that long ones can be read on a narrow screen.

    `df`: name, effect, low, high, named, about (for the tooltip). Shares are drawn in points.
    """
    data = df.copy()
    for column in ("effect", "low", "high"):
        data[column] = _points(data[column], unit)
    digits = _digits(data["effect"])
    data["shown"] = [words.signed(v, digits, locale) for v in data["effect"]]
    data["chance"] = [
        f"{words.signed(a, digits, locale)} to {words.signed(b, digits, locale)}"
        for a, b in zip(data["low"], data["high"], strict=True)
    ]
    data["tone"] = (data["effect"] >= 0).map({True: "high", False: "low"}).mask(~data["named"].astype(bool), "chance")
    data["row"] = range(len(data))
    keep = ["row", "name", "effect", "low", "high", "shown", "chance", "tone", "about"]
    height = max(1, len(data)) * _TALL + 30
    return draw(_effects, data[keep], look, "", f"{title or 'Effects'}, {len(data)} with their intervals",
                height=height)  # fmt: skip


def _effects(*, look: Look, height: int) -> Picture:
    base = blank()
    y = alt.Y("row:O", sort=None, title=None, axis=None, scale=alt.Scale(paddingInner=0.1, paddingOuter=0.05))
    scale = alt.Scale(zero=True, nice=False, padding=16)
    x = alt.X("low:Q", title=None, axis=alt.Axis(labelExpr=_SIGNED, tickCount=5, grid=True), scale=scale)
    tone = alt.Color(
        "tone:N", scale=alt.Scale(domain=["high", "low", "chance"], range=[look.good, look.bad, look.quiet]),
        legend=None,
    )  # fmt: skip
    tips = [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("shown:N", title="Difference"),
        alt.Tooltip("chance:N", title="95 % interval"),
        alt.Tooltip("about:N", title="Of"),
    ]
    zero = base.transform_aggregate(any="count()").mark_rule(color=look.muted).encode(x=alt.datum(0))
    rule = base.mark_rule(strokeWidth=3, opacity=0.55, yOffset=8).encode(
        x=x, x2="high:Q", y=y, color=tone, tooltip=tips
    )
    dot = base.mark_point(filled=True, opacity=1, size=80, yOffset=8).encode(
        x=alt.X("effect:Q", title=None), y=y, color=tone, tooltip=tips
    )
    ink = alt.condition("datum.tone == 'chance'", alt.value(look.muted), alt.value(look.ink))
    label: dict[str, Any] = {
        "align": "left",
        "fontSize": 12,
        "yOffset": -11,
        "limit": alt.ExprRef("width - 60"),
        "tooltip": None,
    }
    # a line of the axis ends where a name crosses it
    halo = base.mark_text(**label, stroke=look.paper, strokeWidth=5).encode(x=alt.value(0), y=y, text="name:N")
    name = base.mark_text(**label).encode(x=alt.value(0), y=y, text="name:N", color=ink)
    value = base.mark_text(align="right", fontSize=11, yOffset=-11, tooltip=None).encode(
        x=alt.value(alt.ExprRef("width")), y=y, text="shown:N", color=ink
    )
    return dress(alt.layer(zero, rule, dot, halo, name, value), look, height)


def _points(values: pd.Series, unit: str) -> pd.Series:
    return values.astype(float) * (100 if unit == "share" else 1)


def _digits(points: pd.Series) -> int:
    """Return the digits behind the point that tell the largest effects apart."""
    most = float(points.abs().max()) if len(points) else 0.0
    return 0 if most >= 100 else 1 if most >= 2 else 2
