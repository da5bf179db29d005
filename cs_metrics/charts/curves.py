"""The curves of a retention triangle: each cohort pale, a few in colour, all of them together with their band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from cs_metrics.charts import words
from cs_metrics.charts.drawing import Drawing, blank, draw
from cs_metrics.charts.heatmap import POOLED
from cs_metrics.charts.look import LIGHT, Look, Picture, dress

OPEN = "open"
# more lines in colour cannot be told apart
MOST = 6


def rows(
    df: pd.DataFrame, by: str, grain: str, highlight: Sequence[Any], minimum_n: int, locale: str
) -> tuple[pd.DataFrame, str]:
    """One row a point: series, k, value, part ('whole' or 'open'), role ('pale', 'chosen')."""
    data = df[df["value"].notna()].copy()
    dated = pd.api.types.is_datetime64_any_dtype(data[by])
    name = (lambda c: words.period(c, grain, locale)) if dated else words.label
    known = set(highlight)
    data["series"] = data[by].map(name)
    data["role"] = ["chosen" if c in known else "pale" for c in data[by]]
    note = ""
    if known and not len(data[data["role"] == "pale"]):
        every = df[by].nunique(dropna=False)
        note = f"The {len(known)} largest of {every} are shown." if every > len(known) else ""
    parts = []
    for _, line in data.sort_values("k", kind="stable").groupby("series", sort=False):
        whole = line["complete"].astype(bool)
        parts.append(line.assign(part=whole.map({True: "whole", False: OPEN}), point=True))
        # the last whole point opens the dashed part too, so that the line does not break
        bridge = whole & ~whole.shift(-1, fill_value=True)
        parts.append(line[bridge].assign(part=OPEN, point=False))
    made = pd.concat(parts) if parts else data.assign(part="whole", point=True)
    return _told(made, minimum_n, locale), note


def _told(data: pd.DataFrame, minimum_n: int, locale: str) -> pd.DataFrame:
    data = data.assign(
        value=data["value"].astype(float), low=data["low"].astype(float), high=data["high"].astype(float),
        small=data["eligible"] < minimum_n,
    )  # fmt: skip
    data["shown"] = [words.number(v, "share", locale=locale) for v in data["value"]]
    data["chance"] = [
        words.between(a, b, "share", locale=locale) if k else ""
        for k, a, b in zip(data["k"], data["low"], data["high"], strict=True)
    ]
    data["base"] = [
        f"{words.number(a, locale=locale)} of {words.number(b, locale=locale)}"
        for a, b in zip(data["retained"], data["eligible"], strict=True)
    ]
    keep = ["series", "k", "value", "low", "high", "part", "role", "point", "small", "shown", "chance", "base", "say"]
    return data[keep]


def curves(
    df: pd.DataFrame,
    *,
    look: Look = LIGHT,
    by: str = "cohort",
    pooled: pd.DataFrame | None = None,
    highlight: Sequence[Any] = (),
    grain: str = "month",
    minimum_n: int = 30,
    locale: str = "en",
    steps: Sequence[str] = (),
    band: bool = False,
    height: int = 340,
    note: str = "",
) -> Drawing:
    """A line for each value of `by` (cohorts, or segments): those of `highlight` in colour, the others pale; what is
    not over dashed. `pooled`: the line of all of them, with its 95 % band, on top.

    `df`: the frame of `retention` or, a value of `by` each, of `pooled`, with `complete` and `say` (in words); `band`:
    the lines in colour have theirs too.
    """
    data, cut = rows(df, by, grain, list(highlight)[:MOST], minimum_n, locale)
    if pooled is not None and len(pooled):
        whole = pooled[pooled["value"].notna()]
        every = _told(whole.assign(series=POOLED, role="all", part="whole", point=True), minimum_n, locale)
        data = pd.concat([data, every])
    colored = list(dict.fromkeys(data.loc[data["role"] == "chosen", "series"]))
    text = f"Retention curves: {data['series'].nunique()} lines by {grain}s since the start"
    return draw(
        _curves, data, look, " ".join(filter(None, (note, cut))), text, grain=grain, steps=tuple(steps), band=band,
        height=height, colored=bool(colored),
    )  # fmt: skip


def _curves(*, look: Look, grain: str, steps: tuple[str, ...], band: bool, height: int, colored: bool) -> Picture:
    marks: dict[str, Any] = {"labelExpr": f"{['0', *steps]!r}[datum.value]"} if steps else {}
    axis = alt.Axis(tickMinStep=1, tickCount=alt.ExprRef("max(3, floor(width / 50))"), format="d", **marks)
    x = alt.X("k:Q", title=f"{grain}s since the start", axis=axis, scale=alt.Scale(nice=False, padding=6))
    y = alt.Y("value:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5), scale=alt.Scale(zero=True, nice=True))
    scale = alt.Scale(range=list(look.series[1:MOST] + look.series[:1]))
    color = alt.Color("series:N", scale=scale, sort=None, legend=alt.Legend() if colored else None)
    dash = alt.condition(f"datum.part == '{OPEN}'", alt.value([4, 5]), alt.value([1, 0]))
    tips = [
        alt.Tooltip("series:N", title="Line"),
        alt.Tooltip("k:Q", title=grain.capitalize()),
        alt.Tooltip("shown:N", title="Retained"),
        alt.Tooltip("base:N", title="n"),
        alt.Tooltip("chance:N", title="95 % interval"),
        alt.Tooltip("say:N", title="In words"),
    ]
    base = blank()
    pale = base.transform_filter("datum.role == 'pale'")
    chosen = base.transform_filter("datum.role == 'chosen'")
    every = base.transform_filter("datum.role == 'all'")
    layers = [
        pale.mark_line(strokeWidth=1, color=look.quiet, opacity=0.5).encode(
            x=x, y=y, detail=["series:N", "part:N"], strokeDash=dash
        ),
        # the cells' start is one by definition: no chance there
        every.transform_filter("datum.k > 0")
        .mark_area(opacity=0.18, color=look.ink)
        .encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q"),
    ]
    if band:
        layers.append(
            chosen.transform_filter("datum.k > 0")
            .mark_area(opacity=0.13)
            .encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q", color=color, detail="part:N")
        )
    layers += [
        chosen.mark_line(strokeWidth=2).encode(x=x, y=y, color=color, detail="part:N", strokeDash=dash),
        every.mark_line(strokeWidth=3, color=look.ink, strokeCap="round").encode(x=x, y=y),
        base.transform_filter("datum.point && datum.role == 'chosen'")
        .mark_point(filled=True, opacity=1, size=34)
        .encode(x=x, y=y, color=alt.when("datum.small").then(alt.value(look.quiet)).otherwise(color), tooltip=tips),
        base.transform_filter("datum.point && datum.role != 'chosen'")
        .mark_point(filled=True, size=70, opacity=0, color=look.ink)
        .encode(x=x, y=y, tooltip=tips),
        base.transform_filter("datum.role == 'all'")
        .transform_window(place="row_number()", sort=[alt.SortField("k", order="descending")])
        .transform_filter("datum.place == 1")
        .mark_text(align="right", baseline="bottom", dy=-8, fontWeight=600, color=look.ink, text=POOLED)
        .encode(x=x, y=y),
    ]
    return dress(alt.layer(*layers), look, height)
