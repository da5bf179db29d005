"""In which segments recurring revenue grew and shrank: the net change of each, stacked, period by period."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cs_metrics.charts import words
from cs_metrics.charts.drawing import Drawing, blank, draw
from cs_metrics.charts.look import LIGHT, SHORT, Look, Picture, dress
from cs_metrics.charts.movement import GAINS, LOSSES

MOST = 6
_UNIT = {"day": "yearmonthdate", "week": "yearweek", "month": "yearmonth", "quarter": "yearquarter", "year": "year"}


def movement_split(
    df: pd.DataFrame,
    by: str,
    *,
    look: Look = LIGHT,
    grain: str = "month",
    currency: str = "USD",
    locale: str = "en",
    height: int = 280,
) -> Drawing:
    """The net change of the segments that moved most, up to six, stacked for each period; their sum is a line. Where
    there are more, the others are one piece together.

    `df`: the frame of `movements` by one attribute (its `complete` makes a period that is not over pale). Who changes
    segment between two periods is no part of it. Pressing a piece sets the parameter 'picked' (at, segment, rest): the
    period's start and the segment as text, null where the attribute is missing; `rest` for the others together.
    """
    data = df[["period", "complete"]].assign(segment=df[by].map(lambda v: None if pd.isna(v) else str(v)))
    gained = df[list(GAINS)].astype(float).sum(axis=1)
    lost = df[list(LOSSES)].astype(float).sum(axis=1)
    data = data.assign(net=gained - lost, moved=gained + lost)
    order = data.groupby("segment", dropna=False)["moved"].sum()
    order = order[order > 0].sort_values(ascending=False, kind="stable")
    names = [None if pd.isna(v) else v for v in order.index]
    kept = names if len(names) <= MOST else names[:MOST]
    data["segment"] = data["segment"].astype(object).where(data["segment"].notna(), None)
    data = data[data["segment"].isin(names)]
    data["rest"] = ~data["segment"].isin(kept)
    data.loc[data["rest"], "segment"] = None
    summed = data.groupby(["rest", "segment", "period"], as_index=False, dropna=False).agg(
        net=("net", "sum"), whole=("complete", "all")
    )
    summed["segment"] = summed["segment"].astype(object).where(summed["segment"].notna(), None)
    summed["name"] = [
        f"{len(names) - len(kept)} others" if rest else words.label(v)
        for v, rest in zip(summed["segment"], summed["rest"], strict=True)
    ]
    summed["all"] = summed.groupby("period")["net"].transform("sum")
    summed["at"] = summed["period"].dt.strftime("%Y-%m-%d")
    summed["when"] = [
        words.period(p, grain, locale) + ("" if over else " (not over)")
        for p, over in zip(summed["period"], summed["whole"], strict=True)
    ]
    summed["shown"] = [words.number(v, "money", currency, locale) for v in summed["net"]]
    summed["sum"] = [words.number(v, "money", currency, locale) for v in summed["all"]]
    place = {name: number for number, name in enumerate(kept)}
    summed["place"] = [MOST if rest else place[v] for v, rest in zip(summed["segment"], summed["rest"], strict=True)]
    summed = summed.sort_values(["place", "period"], kind="stable")
    note = f"The {MOST} segments that moved most of {len(names)}; the others together." if len(names) > MOST else ""
    text = f"Net change of MRR by {by}, {summed['place'].nunique()} segments"
    return draw(_split, summed, look, note, text, height=height, grain=grain)


def _split(*, look: Look, height: int, grain: str) -> Picture:
    base = blank()
    unit = _UNIT.get(grain, "yearmonthdate")
    x = alt.X(f"{unit}(period):T", title=None, axis=alt.Axis(tickCount=6))
    axis = alt.Axis(labelExpr=SHORT, tickCount=5)
    pieces = (
        base.mark_bar(binSpacing=2, cursor="pointer", stroke=look.paper, strokeWidth=1)
        .encode(
            x=x,
            y=alt.Y("net:Q", title=None, axis=axis),
            color=alt.Color("name:N", sort=None, scale=alt.Scale(range=list(look.series))),
            order=alt.Order("place:Q"),
            opacity=alt.condition("datum.whole", alt.value(1), alt.value(0.5)),
            tooltip=[
                alt.Tooltip("when:N", title="Period"),
                alt.Tooltip("name:N", title="Segment"),
                alt.Tooltip("shown:N", title="Net change"),
                alt.Tooltip("sum:N", title="All together"),
            ],
        )
        .add_params(alt.selection_point(name="picked", fields=["at", "segment", "rest"], on="click", empty=False))
    )
    net = base.mark_line(color=look.ink, strokeWidth=1.5, point=alt.OverlayMarkDef(color=look.ink, size=18)).encode(
        x=alt.X(f"{unit}(period):T", bandPosition=0.5), y=alt.Y("mean(all):Q")
    )
    return dress(alt.layer(pieces, net), look, height)
