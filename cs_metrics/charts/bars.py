"""Bars: a value by segment, ranked; the shares behind an NPS; how answers spread over a scale."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cs_metrics.charts import words
from cs_metrics.charts.drawing import Drawing, blank, draw
from cs_metrics.charts.look import LIGHT, Look, Picture, dress, values_axis

_ROW = 30
# more bars than this are a table, not a chart
MOST = 20


def ranked(
    df: pd.DataFrame,
    by: str,
    *,
    look: Look = LIGHT,
    unit: str = "count",
    overall: float | None = None,
    minimum_n: int = 0,
    currency: str = "USD",
    locale: str = "en",
    title: str = "",
    ordered: bool = False,
) -> Drawing:
    """A bar for each segment, the largest value first, with its interval and n; grey below `minimum_n`.

    `df`: one row a segment (`by`, value, low, high, n); its order is kept where it is `ordered`. `overall`: a dashed
    line for everyone. Selecting a bar sets the parameter 'segment' (segment).
    """
    data = df[df["value"].notna()].copy()
    data["segment"] = data[by].map(words.label)
    for column in ("value", "low", "high"):
        data[column] = data[column].astype(float)
    note = ""
    if len(data) > MOST:
        note = f"The {MOST} with the largest n of {len(data)} are shown."
        data = data.sort_values("n", ascending=False, kind="stable").head(MOST)
    if not ordered:
        data = data.sort_values(["value", "segment"], ascending=[False, True])
    data["small"] = data["n"].fillna(0) < minimum_n
    data["shown"] = [words.number(v, unit, currency, locale) for v in data["value"]]
    data["chance"] = [
        words.between(a, b, unit, currency, locale) for a, b in zip(data["low"], data["high"], strict=True)
    ]
    data["base"] = [words.number(n, locale=locale) for n in data["n"]]
    # a bar below zero ends at zero: its words stand there, not on it
    data["end"] = data[["value", "high"]].max(axis=1).clip(lower=0)
    # a count is its own n
    data["text"] = [v if v == n else f"{v} · n {n}" for v, n in zip(data["shown"], data["base"], strict=True)]
    keep = ["segment", "value", "low", "high", "end", "small", "shown", "chance", "base", "text"]
    text = f"{title or 'Value'} by {by}, {len(data)} bars"
    height = max(1, len(data)) * _ROW + 30
    return draw(_ranked, data[keep], look, note, text, unit=unit, overall=overall, name=by, height=height)


def _ranked(*, look: Look, unit: str, overall: float | None, name: str, height: int) -> Picture:
    base = blank()
    limit = alt.ExprRef("width < 300 ? 110 : width < 700 ? 160 : 300")
    y = alt.Y("segment:N", sort=None, title=None, axis=alt.Axis(labelLimit=limit))
    # room on the right for the words behind the longest bar
    scale = alt.Scale(zero=True, nice=False, range=[0, alt.ExprRef("width - min(110, width / 3)")])
    x = alt.X("value:Q", title=None, axis=values_axis(unit, 4, grid=True), scale=scale)
    press = alt.selection_point(name="segment", fields=["segment"], on="click", empty=False)
    bar = (
        base.mark_bar(cornerRadiusEnd=2, height=alt.RelativeBandSize(0.62), cursor="pointer")
        .encode(
            x=x,
            y=y,
            color=alt.condition("datum.small", alt.value(look.neutral), alt.value(look.accent)),
            tooltip=[
                alt.Tooltip("segment:N", title=words.tip(name)),
                alt.Tooltip("shown:N", title="Value"),
                alt.Tooltip("chance:N", title="95 % interval"),
                alt.Tooltip("base:N", title="n"),
            ],
        )
        .add_params(press)
    )
    chance = base.mark_rule(strokeWidth=1.5, color=look.ink, opacity=0.7).encode(x="low:Q", x2="high:Q", y=y)
    text = base.mark_text(align="left", dx=6, fontSize=11).encode(
        x="end:Q",
        y=y,
        text="text:N",
        color=alt.condition("datum.small", alt.value(look.muted), alt.value(look.ink)),
    )
    layers = [bar, chance, text]
    if overall is not None:
        layers.append(
            base.transform_aggregate(count="count()")
            .mark_rule(strokeDash=[4, 4], color=look.muted)
            .encode(x=alt.datum(overall), tooltip=alt.value("everyone"))
        )
    return dress(alt.layer(*layers), look, height)


def shares(
    df: pd.DataFrame,
    *,
    look: Look = LIGHT,
    by: str | None = None,
    grain: str = "month",
    minimum_n: int = 0,
    locale: str = "en",
) -> Drawing:
    """The three shares of an NPS, the passives around the middle: detractors to the left, promoters to the right.

    `df`: the frame of `nps` (promoters, passives, detractors, n, value), one row for each `by`, or for each period.
    """
    data = df[df["n"] > 0].copy()
    names = data[by].map(words.label) if by else data["period"].map(lambda p: words.period(p, grain, locale))
    data["row"] = names
    note = ""
    if len(data) > MOST:
        note = f"{MOST} of {len(data)} are shown."
        data = data.sort_values("n", ascending=False, kind="stable").head(MOST) if by else data.tail(MOST)
    if by:
        data = data.sort_values("value", ascending=False, kind="stable")
    pieces = []
    for kind in ("Detractors", "Passives", "Promoters"):
        share = data[kind.lower()] / data["n"]
        half = data["passives"] / data["n"] / 2
        start = {"Detractors": -half - share, "Passives": -half, "Promoters": half}[kind]
        pieces.append(
            data.assign(
                kind=kind, share=share.astype(float), start=start.astype(float), end=(start + share).astype(float)
            )
        )
    long = pd.concat(pieces) if pieces else data
    long["small"] = long["n"] < minimum_n
    long["shown"] = [words.number(v, "share", locale=locale) for v in long["share"]]
    long["count"] = [words.number(c, locale=locale) for c in (long["share"] * long["n"]).round()]
    long["score"] = [words.number(v, "score", locale=locale) for v in long["value"]]
    long["base"] = [words.number(n, locale=locale) for n in long["n"]]
    long["text"] = [f"{v} · n {n}" for v, n in zip(long["score"], long["base"], strict=True)]
    long["position"] = long["row"].map({r: i for i, r in enumerate(data["row"])})
    long = long.sort_values(["position", "start"])
    keep = ["row", "kind", "share", "start", "end", "small", "shown", "count", "score", "base", "text"]
    height = max(1, len(data)) * _ROW + 46
    return draw(_shares, long[keep], look, note, "Promoters, passives and detractors", height=height)


def _shares(*, look: Look, height: int) -> Picture:
    base = blank()
    y = alt.Y("row:N", sort=None, title=None, axis=alt.Axis(labelLimit=alt.ExprRef("width < 300 ? 90 : 160")))
    x = alt.X(
        "start:Q",
        title=None,
        axis=alt.Axis(labelExpr="format(abs(datum.value), '.0%')", tickCount=5, grid=False),
        scale=alt.Scale(domain=[-1, 1], nice=False, range=[0, alt.ExprRef("width - min(70, width / 5)")]),
    )
    kinds = alt.Scale(domain=["Detractors", "Passives", "Promoters"], range=[look.bad, look.neutral, look.good])
    bars = base.mark_bar(height=alt.RelativeBandSize(0.66)).encode(
        x=x,
        x2="end:Q",
        y=y,
        color=alt.Color("kind:N", scale=kinds),
        opacity=alt.condition("datum.small", alt.value(0.45), alt.value(1)),
        tooltip=[
            alt.Tooltip("row:N", title=" "),
            alt.Tooltip("kind:N", title="Answers"),
            alt.Tooltip("shown:N", title="Share"),
            alt.Tooltip("count:N", title="Count"),
            alt.Tooltip("score:N", title="NPS"),
            alt.Tooltip("base:N", title="n"),
        ],
    )
    text = (
        base.transform_filter("datum.kind == 'Promoters'")
        .mark_text(align="left", dx=6, fontSize=11)
        .encode(
            x="end:Q",
            y=y,
            text="text:N",
            color=alt.condition("datum.small", alt.value(look.muted), alt.value(look.ink)),
        )
    )
    return dress(alt.layer(bars, text), look, height)


def distribution(df: pd.DataFrame, *, look: Look = LIGHT, locale: str = "en", height: int = 220) -> Drawing:
    """How many gave each answer, with the interval of its share. `df`: the frame of `distribution` (score, answers,
    share, low, high, kind).

    `kind` colours the bars: promoter, passive, detractor (NPS); satisfied, other (CSAT); easy, other (CES).
    """
    data = df.copy()
    data["score"] = data["score"].map(words.label)
    data["tone"] = (
        data["kind"]
        .map({"promoter": "good", "satisfied": "good", "easy": "good", "upper half": "good", "detractor": "bad"})
        .fillna("rest")
    )
    data["shown"] = [words.number(v, "share", locale=locale) for v in data["share"]]
    data["count"] = [words.number(v, locale=locale) for v in data["answers"]]
    data["chance"] = [
        words.between(a, b, "share", locale=locale) for a, b in zip(data["low"], data["high"], strict=True)
    ]
    # the bars are answers, the share's interval is drawn in them too
    whole = (data["answers"] / data["share"]).max()
    data["least"], data["most"] = (data[end].astype(float) * whole for end in ("low", "high"))
    keep = ["score", "answers", "kind", "tone", "shown", "count", "chance", "least", "most"]
    return draw(_distribution, data[keep], look, "", "Answers by score", height=height, columns=max(1, len(data)))


def _distribution(*, look: Look, height: int, columns: int) -> Picture:
    base = blank()
    x = alt.X("score:N", sort=None, title=None, axis=alt.Axis(labelAngle=0), scale=alt.Scale(paddingInner=0.18))
    y = alt.Y("answers:Q", title=None, axis=values_axis("count", 4), scale=alt.Scale(zero=True))
    tone = alt.Scale(domain=["good", "rest", "bad"], range=[look.good, look.neutral, look.bad])
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        x=x,
        y=y,
        color=alt.Color("tone:N", scale=tone, legend=None),
        tooltip=[
            alt.Tooltip("score:N", title="Answer"),
            alt.Tooltip("count:N", title="Answers"),
            alt.Tooltip("shown:N", title="Share"),
            alt.Tooltip("chance:N", title="95 % interval"),
            alt.Tooltip("kind:N", title="Counts as"),
        ],
    )
    chance = base.mark_rule(strokeWidth=1.5, color=look.ink, opacity=0.7).encode(x=x, y="least:Q", y2="most:Q")
    text = base.mark_text(
        dy=-7, fontSize=11, opacity=alt.ExprRef(f"width / {columns} < 24 ? 0 : 1"), color=look.muted, tooltip=None
    ).encode(x=x, y=alt.Y("most:Q", title=None), text="shown:N")
    return dress(alt.layer(bars, chance, text), look, height)
