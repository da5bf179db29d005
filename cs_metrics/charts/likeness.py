"""Two groups side by side: the share of each value in both; and a few estimates with their intervals."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cs_metrics.charts import words
from cs_metrics.charts.drawing import Drawing, blank, draw
from cs_metrics.charts.look import LIGHT, Look, Picture, dress

_ROW = 24
MOST = 36
GROUPS = ("Heard from", "Not heard from")


def likeness(df: pd.DataFrame, *, names: dict[str, str], look: Look = LIGHT, locale: str = "en") -> Drawing:
    """A line for each value of each attribute: its share of those heard from, and of the others, as two dots.

    `df`: attribute, value, heard_share, others_share, heard, others, differs (of its attribute; pale where not).
    `names`: what the attributes are called.
    """
    data = df.reset_index(drop=True).copy()
    note = ""
    if len(data) > MOST:
        note = f"The {MOST} values that differ most of {len(data)} are shown."
        kept = data["difference"].abs().sort_values(ascending=False, kind="stable").head(MOST).index
        data = data.loc[sorted(kept)]
    data["row"] = [
        f"{names.get(a, a)}: {words.label(v)}" for a, v in zip(data["attribute"], data["value"], strict=True)
    ]
    pieces = [
        data.assign(group=group, share=data[f"{own}_share"].astype(float), count=data[own])
        for group, own in zip(GROUPS, ("heard", "others"), strict=True)
    ]
    long = pd.concat(pieces, ignore_index=True)
    both = pd.concat([data, data])
    long["low"] = both[["heard_share", "others_share"]].min(axis=1).astype(float).to_numpy()
    long["high"] = both[["heard_share", "others_share"]].max(axis=1).astype(float).to_numpy()
    long["alike"] = [not bool(d) if not pd.isna(d) else True for d in long["differs"]]
    long["shown"] = [words.number(v, "share", locale=locale) for v in long["share"]]
    long["accounts"] = [words.number(v, locale=locale) for v in long["count"]]
    keep = ["row", "group", "share", "low", "high", "alike", "shown", "accounts"]
    height = max(1, len(data)) * _ROW + 60
    return draw(_likeness, long[keep], look, note, "Shares among those heard from and the others", height=height)


def _likeness(*, look: Look, height: int) -> Picture:
    base = blank()
    limit = alt.ExprRef("width < 300 ? 150 : width < 700 ? 220 : 320")
    y = alt.Y("row:N", sort=None, title=None, axis=alt.Axis(labelLimit=limit))
    x = alt.X("share:Q", title=None, scale=alt.Scale(zero=True, nice=True),
              axis=alt.Axis(format=".0%", tickCount=5, grid=True))  # fmt: skip
    pale = alt.condition("datum.alike", alt.value(0.35), alt.value(1))
    groups = alt.Scale(domain=list(GROUPS), range=[look.accent, look.series[1]])
    rule = base.mark_rule(strokeWidth=2, color=look.quiet).encode(x="low:Q", x2="high:Q", y=y, opacity=pale)
    dots = base.mark_point(filled=True, size=75, opacity=1).encode(
        x=x,
        y=y,
        color=alt.Color("group:N", scale=groups),
        shape=alt.Shape("group:N", scale=alt.Scale(domain=list(GROUPS), range=["circle", "diamond"])),
        opacity=pale,
        tooltip=[
            alt.Tooltip("row:N", title=" "),
            alt.Tooltip("group:N", title="Accounts"),
            alt.Tooltip("shown:N", title="Share"),
            alt.Tooltip("accounts:N", title="Count"),
        ],
    )
    return dress(alt.layer(rule, dots), look, height)


def estimates(
    df: pd.DataFrame, *, look: Look = LIGHT, unit: str = "score", minimum_n: int = 0, locale: str = "en"
) -> Drawing:
    """A dot with its 95 % interval for each row, in their order. `df`: name, value, low, high, n; grey below
    `minimum_n`."""
    data = df[df["value"].notna()].copy()
    for column in ("value", "low", "high"):
        data[column] = data[column].astype(float)
    data["small"] = data["n"].astype(float) < minimum_n
    data["shown"] = [words.number(v, unit, locale=locale) for v in data["value"]]
    data["chance"] = [words.between(a, b, unit, locale=locale) for a, b in zip(data["low"], data["high"], strict=True)]
    data["base"] = [words.number(n, locale=locale) for n in data["n"]]
    data["text"] = [f"{v} · n {n}" for v, n in zip(data["shown"], data["base"], strict=True)]
    keep = ["name", "value", "low", "high", "small", "shown", "chance", "base", "text"]
    height = max(1, len(data)) * 44 + 30
    return draw(_estimates, data[keep], look, "", "Scores with their intervals", height=height, unit=unit)


def _estimates(*, look: Look, height: int, unit: str) -> Picture:
    base = blank()
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=alt.ExprRef("width < 300 ? 130 : 260")))
    number = ".0%" if unit == "share" else ",~f"
    scale = alt.Scale(zero=False, nice=True, padding=12)
    x = alt.X("value:Q", title=None, scale=scale, axis=alt.Axis(format=number, tickCount=5, grid=True))
    tone = alt.condition("datum.small", alt.value(look.neutral), alt.value(look.accent))
    rule = base.mark_rule(strokeWidth=2.5).encode(x="low:Q", x2="high:Q", y=y, color=tone)
    dot = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=x,
        y=y,
        color=tone,
        tooltip=[
            alt.Tooltip("name:N", title=" "),
            alt.Tooltip("shown:N", title="Score"),
            alt.Tooltip("chance:N", title="95 % interval"),
            alt.Tooltip("base:N", title="n"),
        ],
    )
    text = base.mark_text(dy=-13, fontSize=11).encode(
        x="value:Q", y=y, text="text:N", color=alt.condition("datum.small", alt.value(look.muted), alt.value(look.ink))
    )
    return dress(alt.layer(rule, dot, text), look, height)
