"""What moved recurring revenue: the bridge from opening to closing MRR, and the same period by period."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cs_metrics.charts import words
from cs_metrics.charts.drawing import Drawing, blank, draw
from cs_metrics.charts.look import LIGHT, SHORT, Look, Picture, dress

GAINS = ("new", "reactivation", "expansion")
LOSSES = ("contraction", "churn")
# below this share of the whole an axis from zero hides the movements
_SLIVER = 0.1
_NAMES = {
    "start": "Start",
    "new": "New",
    "reactivation": "Won back",
    "expansion": "Expansion",
    "contraction": "Contraction",
    "churn": "Churn",
    "end": "End",
}


def waterfall(
    df: pd.DataFrame,
    *,
    look: Look = LIGHT,
    currency: str = "USD",
    locale: str = "en",
    title: str = "",
    height: int = 280,
) -> Drawing:
    """From MRR at the start, over what was gained and lost, to MRR at the end.

    `df`: one row of `movements` (several rows of one period, its segments, are added up). Pressing a bar sets the
    parameter 'picked' (kind).
    """
    total = {name: float(df[name].sum()) for name in _NAMES}
    at, levels = total["start"], [total["start"]]
    for name in (*GAINS, *LOSSES):
        levels.append(levels[-1] + (total[name] if name in GAINS else -total[name]))
    moved = max(levels) - min(levels)
    # movements of a few percent are slivers on an axis from zero
    floor = min(levels) - 2 * moved if 0 < moved < _SLIVER * min(levels) else 0.0
    steps = [("start", floor, at)]
    for name in (*GAINS, *LOSSES):
        to = at + total[name] if name in GAINS else at - total[name]
        steps.append((name, at, to))
        at = to
    steps.append(("end", floor, total["end"]))
    data = pd.DataFrame(steps, columns=["kind", "from", "to"])
    data["name"] = data["kind"].map(_NAMES)
    data["tone"] = data["kind"].map(lambda k: "good" if k in GAINS else "bad" if k in LOSSES else "rest")
    data["top"] = data[["from", "to"]].max(axis=1)
    sign = data["kind"].map(lambda k: "+" if k in GAINS else "−" if k in LOSSES else "")
    data["shown"] = [
        (s if total[k] else "") + words.number(total[k], "money", currency, locale)
        for k, s in zip(data["kind"], sign, strict=True)
    ]
    note = "The axis does not begin at zero, so that the movements can be seen." if floor else ""
    return draw(_waterfall, data, look, note, title or "From opening to closing MRR", height=height, title=title)


def _waterfall(*, look: Look, height: int, title: str) -> Picture:
    base = blank()
    x = alt.X(
        "name:N",
        sort=None,
        title=None,
        axis=alt.Axis(labelAngle=alt.ExprRef("width < 480 ? -40 : 0"), labelOverlap=False),
    )
    scale = alt.Scale(zero=False, nice=False)
    y = alt.Y("from:Q", title=title or None, scale=scale, axis=alt.Axis(labelExpr=SHORT, tickCount=5))
    tone = alt.Scale(domain=["good", "rest", "bad"], range=[look.good, look.quiet, look.bad])
    bars = (
        base.mark_bar(cornerRadius=2, width=alt.RelativeBandSize(0.66), cursor="pointer")
        .encode(
            x=x,
            y=y,
            y2="to:Q",
            color=alt.Color("tone:N", scale=tone, legend=None),
            tooltip=[alt.Tooltip("name:N", title="Movement"), alt.Tooltip("shown:N", title="MRR")],
        )
        .add_params(alt.selection_point(name="picked", fields=["kind"], on="click", empty=False))
    )
    text = base.mark_text(dy=-8, fontSize=alt.ExprRef("width < 480 ? 9 : 12"), color=look.ink, tooltip=None).encode(
        x=x, y=alt.Y("top:Q", scale=scale), text="shown:N"
    )
    return dress(alt.layer(bars, text), look, height)


def movement(
    df: pd.DataFrame,
    *,
    look: Look = LIGHT,
    grain: str = "month",
    currency: str = "USD",
    locale: str = "en",
    title: str = "",
    height: int = 280,
) -> Drawing:
    """Gains above the line and losses below it, for each period, with the net change as a line.

    `df`: the frame of `movements` without `by` (period, new, reactivation, expansion, contraction, churn, and where it
    is known complete: a period that is not over is pale). Pressing a bar sets the parameter 'picked' (at, kind): `at`
    is the period's start as text.
    """
    kinds = [*GAINS, *LOSSES]
    whole = df["complete"].astype(bool) if "complete" in df else True
    data = df.assign(whole=whole).melt(
        id_vars=["period", "whole"], value_vars=kinds, var_name="kind", value_name="amount"
    )
    data["at"] = data["period"].dt.strftime("%Y-%m-%d")
    data["amount"] = data["amount"].astype(float)
    data["signed"] = data["amount"].where(data["kind"].isin(GAINS), -data["amount"])
    data["net"] = data.groupby("period")["signed"].transform("sum")
    data["shown"] = [words.number(v, "money", currency, locale) for v in data["amount"]]
    data["sum"] = [words.number(v, "money", currency, locale) for v in data["net"]]
    data["when"] = [
        words.period(p, grain, locale) + ("" if over else " (not over)")
        for p, over in zip(data["period"], data["whole"], strict=True)
    ]
    data["name"] = data["kind"].map(_NAMES)
    data = data.sort_values(["period", "kind"], kind="stable")
    return draw(_movement, data, look, "", title or "MRR movements", height=height, title=title, grain=grain)


def _movement(*, look: Look, height: int, title: str, grain: str) -> Picture:
    base = blank()
    names = [_NAMES[k] for k in (*GAINS, *LOSSES)]
    gains = (look.series[0], look.series[5], look.series[2])
    scale = alt.Scale(domain=names, range=[*gains, look.series[4], look.series[1]])
    unit = {"day": "yearmonthdate", "week": "yearweek", "month": "yearmonth", "quarter": "yearquarter", "year": "year"}
    x = alt.X(f"{unit.get(grain, 'yearmonthdate')}(period):T", title=None, axis=alt.Axis(tickCount=6))
    middle = alt.X(f"{unit.get(grain, 'yearmonthdate')}(period):T", bandPosition=0.5)
    bars = (
        base.mark_bar(binSpacing=2, cursor="pointer")
        .encode(
            x=x,
            y=alt.Y("signed:Q", title=title or None, axis=alt.Axis(labelExpr=SHORT, tickCount=5)),
            color=alt.Color("name:N", scale=scale),
            opacity=alt.condition("datum.whole", alt.value(1), alt.value(0.5)),
            tooltip=[
                alt.Tooltip("when:N", title="Period"),
                alt.Tooltip("name:N", title="Movement"),
                alt.Tooltip("shown:N", title="MRR"),
                alt.Tooltip("sum:N", title="Net"),
            ],
        )
        .add_params(alt.selection_point(name="picked", fields=["at", "kind"], on="click", empty=False))
    )
    net = base.mark_line(color=look.ink, strokeWidth=1.5, point=alt.OverlayMarkDef(color=look.ink, size=18)).encode(
        x=middle, y=alt.Y("mean(net):Q")
    )
    return dress(alt.layer(bars, net), look, height)
