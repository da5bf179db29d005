"""How long customers stay: the curve with its band and the number at risk, the hazard by age, the projection."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from cs_metrics.charts import words
from cs_metrics.charts.drawing import Drawing, blank, draw
from cs_metrics.charts.look import LIGHT, Look, Picture, dress
from cs_metrics.charts.trend import MOST

_STEPS = {"month": (1, 2, 3, 6, 12, 24, 36, 60, 120), "quarter": (1, 2, 4, 8, 12, 20, 40)}
_ROUND = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_LABELS = 10
# below the curve a line of numbers at risk for each group, in shares of the axis
_LINE = 0.085
BARS = 60


def _ticks(longest: int, grain: str) -> tuple[int, ...]:
    """The ages at which the axis and the numbers at risk stand: few enough for a phone."""
    steps = _STEPS.get(grain, _ROUND)
    step = next((s for s in steps if longest / s <= _LABELS), max(steps[-1], -(-longest // _LABELS)))
    return tuple(range(0, longest + 1, step))


def survival(
    curve: pd.DataFrame,
    *,
    by: list[str] | None = None,
    look: Look = LIGHT,
    grain: str = "month",
    minimum_n: int = 0,
    locale: str = "en",
    height: int = 320,
    since: str = "of life",
    tones: Sequence[str] = (),
) -> Drawing:
    """A falling stair for each group with its 95 % band, and the number at risk below; pale below `minimum_n` at risk.

    `since`: what t counts from, in the words behind its unit. `tones`: the colour of each group in their order, by the
    names of the look's own (good, bad, muted); without them the look's series.

    `curve`: the frame of `View.survival`, the largest group first; the MOST largest are shown. A press sets the
    parameter 'point' (t, series).
    """
    data = curve.copy()
    data["series"] = [" / ".join(words.label(v) for v in key) for key in data[by].to_numpy()] if by else ""
    names = list(dict.fromkeys(data["series"]))
    note = f"The {MOST} largest of {len(names)} are shown." if len(names) > MOST else ""
    data = data[data["series"].isin(names[:MOST])]
    ticks = _ticks(int(data["t"].max()) if len(data) else 0, grain)
    # between leavings a stair is level: of a curve by days only its steps are drawn
    data = data[
        (data["events"] > 0) | data["t"].isin(ticks) | ~data.duplicated("series", keep="last") | (data["t"] < 1)
    ]
    data["part"] = (data["at_risk"] < minimum_n).map({True: "few", False: "enough"})
    data["place"] = -0.14 - _LINE * data["series"].map({name: i for i, name in enumerate(names)})
    data["age"] = [f"{grain} {t}" for t in data["t"]]
    data["shown"] = [words.number(v, "share", locale=locale) for v in data["survival"]]
    data["chance"] = [
        words.between(a, b, "share", locale=locale) for a, b in zip(data["low"], data["high"], strict=True)
    ]
    data["base"] = [words.number(n, locale=locale) for n in data["at_risk"]]
    data["gone"] = [words.number(n, locale=locale) for n in data["events"]]
    data["tick"] = data["t"].isin(ticks)
    data["real"] = True
    parts = [_bridged(group) for _, group in data.groupby("series", sort=False)]
    data = pd.concat(parts) if parts else data
    keep = ["t", "series", "part", "survival", "low", "high", "place", "tick", "real", "age", "shown", "chance", "base",
            "gone"]  # fmt: skip
    text = f"The share of customers still here by {grain} {since}" + (f", by {' and '.join(by)}" if by else "")
    shown = min(len(names), MOST)
    return draw(
        _survival, data[keep], look, note, text, split=bool(by), ticks=ticks, lines=max(1, shown),
        unit=f"{grain}s {since}", tones=tuple(tones), height=height + 22 * max(0, shown - 1),
    )  # fmt: skip


def _bridged(group: pd.DataFrame) -> pd.DataFrame:
    """The last row of the strong part opens the pale one too, so that the stair does not break."""
    strong = group[group["part"] == "enough"]
    if strong.empty or len(strong) == len(group):
        return group
    return pd.concat([group, strong.tail(1).assign(part="few", tick=False, real=False)])


def _survival(
    *, look: Look, split: bool, ticks: tuple[int, ...], lines: int, unit: str, tones: tuple[str, ...], height: int
) -> Picture:
    base = blank()
    bottom = -0.16 - _LINE * lines
    colors = [getattr(look, tone) for tone in tones] or list(look.series[:MOST])
    color = alt.Color("series:N", scale=alt.Scale(range=colors), sort=None) if split else None
    tone = color if color is not None else alt.value(look.accent)
    axis = alt.Axis(values=list(ticks), format="d", labelOverlap=False)
    x = alt.X("t:Q", title=unit, axis=axis, scale=alt.Scale(nice=False, domainMin=0))
    y = alt.Y(
        "survival:Q", title=None, axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], grid=True),
        scale=alt.Scale(domain=[bottom, 1.0], nice=False),
    )  # fmt: skip
    faint = alt.condition("datum.part == 'few'", alt.value(0.06), alt.value(0.16))
    band = base.mark_area(interpolate="step-after").encode(
        x=x, y=alt.Y("low:Q", title=None), y2="high:Q", color=tone, detail="part:N", opacity=faint
    )
    half = base.transform_aggregate(any="count()").mark_rule(color=look.muted, strokeDash=[2, 4])
    line = base.mark_line(interpolate="step-after", strokeWidth=2.25).encode(
        x=x, y=y, color=tone, detail="part:N",
        opacity=alt.condition("datum.part == 'few'", alt.value(0.4), alt.value(1.0)),
    )  # fmt: skip
    press = alt.selection_point(name="point", fields=["t", "series"], on="click", empty=False)
    tips = [alt.Tooltip("age:N", title="Age"), alt.Tooltip("shown:N", title="Still here"),
            alt.Tooltip("chance:N", title="95 % interval"), alt.Tooltip("base:N", title="At risk"),
            alt.Tooltip("gone:N", title="Left in it")]  # fmt: skip
    if split:
        tips.insert(0, alt.Tooltip("series:N", title="Group"))
    dots = (
        base.transform_filter("datum.real")
        .mark_point(filled=True, cursor="pointer")
        .encode(
            x=x, y=y, color=tone, tooltip=tips,
            opacity=alt.when(press).then(alt.value(1)).otherwise(alt.value(0.001)),
            size=alt.when(press).then(alt.value(110)).otherwise(alt.value(140)),
        )
        .add_params(press)
    )  # fmt: skip
    risk = (
        base.transform_filter("datum.tick")
        .mark_text(fontSize=11, baseline="middle")
        .encode(x=x, y=alt.Y("place:Q", title=None), text="base:N", color=tone)
    )
    head = (
        base.transform_aggregate(any="count()")
        .mark_text(align="left", fontSize=11, baseline="middle", text="Number at risk", color=look.muted)
        .encode(x=alt.value(0), y=alt.datum(-0.07))
    )
    layers = [half.encode(y=alt.datum(0.5)), band, line, risk, head, dots]
    return dress(alt.layer(*layers), look, height)


def hazards(
    frame: pd.DataFrame,
    *,
    look: Look = LIGHT,
    grain: str = "month",
    minimum_n: int = 0,
    locale: str = "en",
    height: int = 230,
) -> Drawing:
    """A bar for each period of life: of those at risk, the share who left in it, with its interval; those that stand
    out in the colour of loss, pale below `minimum_n`.

    `frame`: the `View.hazard` of one group; of more than BARS periods the first. A press sets 'bar' (t).
    """
    note = f"The first {BARS} of {len(frame)} {grain}s are shown." if len(frame) > BARS else ""
    data = frame.head(BARS).copy()
    few = data["at_risk"] < minimum_n
    data["tone"] = [
        "few" if small else "risky" if risky else "plain" for small, risky in zip(few, data["risky"], strict=True)
    ]
    data["shown"] = [words.number(v, "share", locale=locale) for v in data["hazard"]]
    data["chance"] = [
        words.between(a, b, "share", locale=locale) for a, b in zip(data["low"], data["high"], strict=True)
    ]
    data["base"] = [
        f"{words.number(k, locale=locale)} of {words.number(n, locale=locale)}"
        for k, n in zip(data["events"], data["at_risk"], strict=True)
    ]
    # of risky periods in a row the highest alone is labelled
    run = (data["tone"] != data["tone"].shift()).cumsum()
    data["named"] = (data["tone"] == "risky") & (data["hazard"] == data.groupby(run)["hazard"].transform("max"))
    # an interval of few customers would flatten all bars
    enough = data.loc[~few, "high"]
    top = float(min(1.0, max(1.25 * float(data["hazard"].max()), float(enough.max()) if len(enough) else 0.0, 0.01)))
    data["above"] = data["high"].clip(upper=top)
    keep = ["t", "hazard", "low", "above", "tone", "named", "shown", "chance", "base"]
    text = f"The share of customers who left in each {grain} of life"
    return draw(_hazards, data[keep], look, note, text, grain=grain, height=height, top=round(top, 4))


def _hazards(*, look: Look, grain: str, height: int, top: float) -> Picture:
    base = blank()
    x = alt.X("t:O", title=f"{grain} of life", axis=alt.Axis(labelAngle=0, labelOverlap="greedy"))
    y = alt.Y(
        "hazard:Q", title=None, scale=alt.Scale(domain=[0, top], nice=True), axis=alt.Axis(format=".1~%", tickCount=4)
    )
    tone = alt.Scale(domain=["plain", "risky", "few"], range=[look.accent, look.bad, look.neutral])
    tips = [alt.Tooltip("t:O", title=grain.capitalize()), alt.Tooltip("shown:N", title="Left in it"),
            alt.Tooltip("base:N", title="Customers"), alt.Tooltip("chance:N", title="95 % interval")]  # fmt: skip
    press = alt.selection_point(name="bar", fields=["t"], on="click", empty=False)
    bar = (
        base.mark_bar(cornerRadiusEnd=2, cursor="pointer")
        .encode(x=x, y=y, color=alt.Color("tone:N", scale=tone, legend=None), tooltip=tips)
        .add_params(press)
    )
    chance = base.mark_rule(strokeWidth=1.25, color=look.ink, opacity=0.55).encode(x=x, y="low:Q", y2="above:Q")
    said = (
        base.transform_filter("datum.named")
        .mark_text(dy=-8, fontSize=11, fontWeight=600)
        .encode(x=x, y="above:Q", text="shown:N")
    )
    return dress(alt.layer(bar, chance, said), look, height)


_KNOWN, _AHEAD, _TRIED = "known", "projected", "projected from the first part alone"


def projection(
    curve: pd.DataFrame,
    tried: pd.DataFrame,
    *,
    look: Look = LIGHT,
    grain: str = "month",
    locale: str = "en",
    height: int = 300,
) -> Drawing:
    """What is known as a stair, the model and its 95 % band over it and beyond, and a fit on the first part alone.

    `curve` and `tried`: `curve` and `held_out` of a projection.
    """
    known = curve[curve["survival"].notna()]
    parts = [
        known.assign(series=_KNOWN, value=known["survival"])[["t", "series", "value"]],
        curve.assign(series=_AHEAD, value=curve["projected"])[["t", "series", "value", "low", "high"]],
    ]
    if len(tried):
        parts.append(tried.assign(series=_TRIED, value=tried["projected"])[["t", "series", "value"]])
    data = pd.concat(parts, ignore_index=True)
    data["age"] = [f"{grain} {t}" for t in data["t"]]
    data["shown"] = [words.number(v, "share", locale=locale) for v in data["value"]]
    data["chance"] = [
        words.between(a, b, "share", locale=locale) for a, b in zip(data["low"], data["high"], strict=True)
    ]
    ticks = _ticks(int(curve["t"].max()), grain)
    text = f"The share of customers still here by {grain} of life, known and projected"
    last = int(known["t"].max()) if len(known) else 0
    return draw(_projection, data, look, "", text, ticks=ticks, last=last, grain=grain, height=height)


def _projection(*, look: Look, ticks: tuple[int, ...], last: int, grain: str, height: int) -> Picture:
    base = blank()
    names = [_KNOWN, _AHEAD, _TRIED]
    color = alt.Color(
        "series:N", scale=alt.Scale(domain=names, range=[look.series[0], look.series[1], look.muted]), sort=names,
        legend=alt.Legend(labelLimit=260, columns=alt.ExprRef("width < 480 ? 1 : 3")),
    )  # fmt: skip
    axis = alt.Axis(values=list(ticks), format="d", labelOverlap=False)
    x = alt.X("t:Q", title=f"{grain}s of life", axis=axis, scale=alt.Scale(nice=False, domainMin=0))
    y = alt.Y("value:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5), scale=alt.Scale(domain=[0, 1]))
    ahead = base.transform_filter(f"datum.series == '{_AHEAD}'")
    band = ahead.mark_area(opacity=0.16).encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q", color=color)
    tips = [alt.Tooltip("age:N", title="Age"), alt.Tooltip("series:N", title="Line"),
            alt.Tooltip("shown:N", title="Still here"), alt.Tooltip("chance:N", title="95 % band")]  # fmt: skip
    stair = base.transform_filter(f"datum.series == '{_KNOWN}'").mark_line(interpolate="step-after", strokeWidth=2.25)
    model = ahead.mark_line(strokeWidth=2, strokeDash=[6, 4])
    tried = base.transform_filter(f"datum.series == '{_TRIED}'").mark_line(strokeWidth=2, strokeDash=[2, 3])
    edge = base.transform_aggregate(any="count()").mark_rule(color=look.muted, strokeDash=[2, 4])
    dots = base.mark_point(filled=True, size=120, opacity=0.001).encode(x=x, y=y, color=color, tooltip=tips)
    layers = [
        edge.encode(x=alt.datum(last)),
        band,
        *(part.encode(x=x, y=y, color=color) for part in (stair, model, tried)),
    ]
    return dress(alt.layer(*layers, dots), look, height)
