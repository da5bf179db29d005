"""A value over time: a line with its interval, dashed where a period is not over; and the spark line of a tile."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cs_metrics.charts import words
from cs_metrics.charts.drawing import Drawing, blank, draw
from cs_metrics.charts.look import LIGHT, Look, Picture, dress, values_axis

WHOLE, OPEN = "whole", "open"
# above it a chart shows its largest series only, and says so
MOST = 6


def _parts(group: pd.DataFrame) -> pd.DataFrame:
    """Each row in its part; the last whole point opens the dashed part too, so that the line does not break."""
    group = group.sort_values("period")
    whole = group["complete"].astype(bool)
    copies = [group.assign(part=whole.map({True: WHOLE, False: OPEN}), point=True)]
    bridge = whole & ~whole.shift(-1, fill_value=True)
    copies.append(group[bridge].assign(part=OPEN, point=False))
    return pd.concat(copies).sort_values(["period", "point"])


def rows(
    df: pd.DataFrame, by: str | None, unit: str, grain: str, currency: str, locale: str, minimum_n: int
) -> tuple[pd.DataFrame, str]:
    """The rows of a trend, and a note where series are left out. Needs period, value, low, high, n, complete."""
    data = df[df["period"].notna()].copy()
    data["series"] = data[by].map(words.label) if by else ""
    note = ""
    if by:
        sizes = data.groupby("series")["n"].sum().sort_values(ascending=False, kind="stable")
        if len(sizes) > MOST:
            note = f"The {MOST} largest of {len(sizes)} are shown."
        data = data[data["series"].isin(sizes.index[:MOST])]
    for column in ("value", "low", "high"):
        data[column] = data[column].astype(float)
    data["small"] = data["n"].fillna(0) < minimum_n
    data["when"] = [
        words.period(p, grain, locale) + ("" if whole else " (not over)")
        for p, whole in zip(data["period"], data["complete"], strict=True)
    ]
    data["shown"] = [words.number(v, unit, currency, locale) for v in data["value"]]
    data["chance"] = [
        words.between(a, b, unit, currency, locale) for a, b in zip(data["low"], data["high"], strict=True)
    ]
    data["base"] = [words.number(n, "count", locale=locale) for n in data["n"]]
    if data.empty:
        return data.assign(part=WHOLE, point=True), note
    data = pd.concat([_parts(g) for _, g in data.groupby("series", sort=False)])
    keep = ["period", "series", "value", "low", "high", "part", "point", "small", "when", "shown", "chance", "base"]
    return data[keep], note


def trend(
    df: pd.DataFrame,
    *,
    look: Look = LIGHT,
    by: str | None = None,
    unit: str = "count",
    grain: str = "month",
    target: float | None = None,
    minimum_n: int = 0,
    currency: str = "USD",
    locale: str = "en",
    title: str = "",
    height: int = 260,
    band: bool = True,
) -> Drawing:
    """A line for each value of `by` with its 95 % interval; periods that are not over dashed, their points hollow.

    `df`: the frame of `compute` at a grain (period, value, low, high, n, complete, and `by`). Points below `minimum_n`
    are grey. `band` False: the interval stands in the tooltip alone, where many lines would cover each other.
    Selecting a point sets the parameter 'point' (period, series).
    """
    data, note = rows(df, by, unit, grain, currency, locale, minimum_n)
    words_ = f"{title or 'Trend'} by {grain}" + (f" and {by}" if by else "")
    return draw(
        _trend,
        data,
        look,
        note,
        words_,
        split=bool(by),
        unit=unit,
        target=target,
        title=title,
        height=height,
        name=by or "",
        band=band,
    )


def _trend(
    *, look: Look, split: bool, unit: str, target: float | None, title: str, height: int, name: str, band: bool
) -> Picture:
    scale = alt.Scale(range=list(look.series[:MOST]))
    color = alt.Color("series:N", scale=scale, sort=None) if split else alt.value(look.accent)
    x = alt.X(
        "period:T", title=None, axis=alt.Axis(tickCount=alt.ExprRef("max(3, floor(width / 110))"), labelFlush=True)
    )
    axis = values_axis(unit)
    y = alt.Y("value:Q", title=title or None, axis=axis, scale=alt.Scale(zero=unit in ("count", "money"), nice=True))
    tips = [alt.Tooltip("when:N", title="Period"), alt.Tooltip("shown:N", title="Value")]
    tips += [alt.Tooltip("chance:N", title="95 % interval"), alt.Tooltip("base:N", title="n")]
    if split:
        tips.insert(0, alt.Tooltip("series:N", title=words.tip(name)))
    base = blank()
    area = base.mark_area(opacity=0.1 if split else 0.16).encode(
        x=x, y=alt.Y("low:Q", title=title or None), y2="high:Q", color=color, detail="part:N"
    )
    line = base.mark_line(strokeWidth=2.25, strokeCap="round").encode(
        x=x,
        y=y,
        color=color,
        detail="part:N",
        strokeDash=alt.condition(f"datum.part == '{OPEN}'", alt.value([4, 5]), alt.value([1, 0])),
    )
    press = alt.selection_point(name="point", fields=["period", "series"], on="click", empty=False)
    dots = (
        base.transform_filter("datum.point")
        .mark_point(filled=True, opacity=1, tooltip=True)
        .encode(
            x=x,
            y=y,
            color=alt.when("datum.small").then(alt.value(look.quiet)).otherwise(color),
            size=alt.when(press).then(alt.value(150)).otherwise(alt.value(52)),
            tooltip=tips,
        )
        .add_params(press)
    )
    holes = (
        base.transform_filter(f"datum.point && datum.part == '{OPEN}'")
        .mark_point(filled=True, opacity=1, size=18, color=look.paper, tooltip=None)
        .encode(x=x, y=y)
    )
    layers = [*([area] if band else []), line, dots, holes]
    if target is not None:
        aim = base.transform_aggregate(any="count()").transform_calculate(target=str(float(target)))
        layers.insert(0, aim.mark_rule(color=look.muted, strokeDash=[2, 4]).encode(y="target:Q"))
        label = aim.mark_text(
            align="left", baseline="bottom", dx=4, dy=-3, color=look.muted, fontSize=11, text="target"
        )
        layers.append(label.encode(x=alt.value(0), y="target:Q"))
    return dress(alt.layer(*layers), look, height)


def spark(
    df: pd.DataFrame, *, look: Look = LIGHT, unit: str = "count", grain: str = "month", height: int = 44
) -> Drawing:
    """A line without axes for a tile; the last point marked, hollow when its period is not over.

    `df` as for `trend`, without `by`.
    """
    data, _ = rows(df, None, unit, grain, "USD", "en", 0)
    if not data.empty:
        data["last"] = data["period"].eq(data["period"].max()) & data["point"]
    return draw(_spark, data, look, "", "Spark line", height=height)


def _spark(*, look: Look, height: int) -> Picture:
    x = alt.X("period:T", axis=None)
    y = alt.Y("value:Q", axis=None, scale=alt.Scale(zero=False, padding=6))
    base = blank()
    line = base.mark_line(color=look.accent, strokeWidth=1.75).encode(
        x=x,
        y=y,
        detail="part:N",
        strokeDash=alt.condition(f"datum.part == '{OPEN}'", alt.value([3, 3]), alt.value([1, 0])),
    )
    dot = (
        base.transform_filter("datum.last")
        .mark_point(size=44, filled=True, opacity=1, color=look.accent)
        .encode(x=x, y=y, tooltip=[alt.Tooltip("when:N", title="Period"), alt.Tooltip("shown:N", title="Value")])
    )
    hole = (
        base.transform_filter(f"datum.last && datum.part == '{OPEN}'")
        .mark_point(size=14, filled=True, opacity=1, color=look.paper, tooltip=None)
        .encode(x=x, y=y)
    )
    return dress(alt.layer(line, dot, hole), look, height)
