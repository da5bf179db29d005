"""Bars to both sides of zero (what moved a score, what drives a model), and how true a model's chances came out."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cs_metrics.charts import words
from cs_metrics.charts.drawing import Drawing, blank, draw
from cs_metrics.charts.look import LIGHT, Look, Picture, dress

_ROW = 28


def signed(df: pd.DataFrame, *, look: Look = LIGHT, better: str = "higher", locale: str = "en", title: str = "",
           digits: int = 1) -> Drawing:  # fmt: skip
    """A bar to the right for what is above zero, to the left for what is below, in the order given.

    `df`: name, value, about (for the tooltip). `better`: the side that is good, which lends the bars their colour.
    """
    data = df[["name", "value", "about"]].copy()
    data["value"] = data["value"].astype(float)
    good = data["value"] >= 0 if better == "higher" else data["value"] < 0
    data["tone"] = good.map({True: "good", False: "bad"})
    data["shown"] = [words.signed(v, digits, locale) for v in data["value"]]
    height = max(1, len(data)) * _ROW + 12
    return draw(_signed, data, look, "", f"{title or 'Parts'}, {len(data)} bars", height=height)


def _signed(*, look: Look, height: int) -> Picture:
    base = blank()
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=alt.ExprRef("width < 300 ? 120 : 220")))
    # room at both ends for the words behind the bars
    scale = alt.Scale(zero=True, nice=False, padding=48)
    x = alt.X("value:Q", title=None, axis=alt.Axis(format=",~f", tickCount=4, grid=True), scale=scale)
    tone = alt.Scale(domain=["good", "bad"], range=[look.good, look.bad])
    tips = [alt.Tooltip("name:N", title=" "), alt.Tooltip("shown:N", title="Value"), alt.Tooltip("about:N", title="Of")]
    bars = base.mark_bar(cornerRadiusEnd=2, height=alt.RelativeBandSize(0.6)).encode(
        x=x, y=y, color=alt.Color("tone:N", scale=tone, legend=None), tooltip=tips
    )
    zero = base.transform_aggregate(any="count()").mark_rule(color=look.muted).encode(x=alt.datum(0))
    text = base.mark_text(fontSize=11, color=look.ink, tooltip=None).encode(x=x, y=y, text="shown:N")
    right = text.transform_filter("datum.value >= 0").mark_text(align="left", dx=6, fontSize=11, color=look.ink)
    left = text.transform_filter("datum.value < 0").mark_text(align="right", dx=-6, fontSize=11, color=look.ink)
    return dress(alt.layer(bars, zero, right, left), look, height)


def calibration(df: pd.DataFrame, *, look: Look = LIGHT, locale: str = "en", height: int = 260) -> Drawing:
    """What was predicted against what came out, for groups of like chances, with the diagonal on which both agree.

    `df`: predicted, observed, low, high, n, happened.
    """
    data = df[df["observed"].notna()].copy()
    for column in ("predicted", "observed", "low", "high"):
        data[column] = data[column].astype(float)
        data[f"{column}_shown"] = [words.number(v, "share", locale=locale) for v in data[column]]
    data["chance"] = [words.between(a, b, "share", locale=locale) for a, b in zip(data["low"], data["high"],
                                                                                 strict=True)]  # fmt: skip
    data["base"] = [words.number(n, locale=locale) for n in data["n"]]
    keep = ["predicted", "observed", "low", "high", "predicted_shown", "observed_shown", "chance", "base"]
    text = f"Observed against predicted, {len(data)} groups"
    return draw(_calibration, data[keep], look, "", text, height=height)


def _calibration(*, look: Look, height: int) -> Picture:
    base = blank()
    axis = alt.Axis(format=".0%", tickCount=5)
    x = alt.X("predicted:Q", title="Predicted", axis=axis, scale=alt.Scale(zero=True))
    y = alt.Y("observed:Q", title="Came true", axis=axis, scale=alt.Scale(zero=True))
    tips = [
        alt.Tooltip("predicted_shown:N", title="Predicted"),
        alt.Tooltip("observed_shown:N", title="Came true"),
        alt.Tooltip("chance:N", title="95 % interval"),
        alt.Tooltip("base:N", title="n"),
    ]
    diagonal = (
        base.transform_aggregate(most="max(predicted)")
        .transform_calculate(zero="0")
        .mark_rule(strokeDash=[4, 4], color=look.muted, tooltip=None)
        .encode(x=alt.X("zero:Q", title="Predicted"), y=alt.Y("zero:Q", title="Came true"), x2="most:Q", y2="most:Q")
    )
    chance = base.mark_rule(strokeWidth=1.5, color=look.accent, opacity=0.45).encode(x=x, y="low:Q", y2="high:Q")
    dots = base.mark_point(filled=True, opacity=1, size=64, color=look.accent).encode(x=x, y=y, tooltip=tips)
    return dress(alt.layer(diagonal, chance, dots), look, height)
