"""The retention triangle as a heatmap: one colour for one value everywhere, the pooled row on top."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cs_metrics.charts import words
from cs_metrics.charts.drawing import Drawing, blank, draw
from cs_metrics.charts.look import LIGHT, RAMP_AT, RAMP_TURNS, Look, Picture, dress

POOLED = "All cohorts"
# a browser draws no more cells than this with grace
MOST = 60
_ROW = 26


def rows(
    df: pd.DataFrame, pooled: pd.DataFrame | None, grain: str, minimum_n: int, locale: str, sentences: list[str] | None
) -> tuple[pd.DataFrame, str]:
    """The cells, in reading order, and a note where the oldest cohorts are left out."""
    data = df.copy()
    data["say"] = sentences if sentences is not None else ""
    data = data[data["value"].notna()]
    dated = pd.api.types.is_datetime64_any_dtype(data["cohort"])
    cohorts = list(dict.fromkeys(data["cohort"].map(lambda c: None if pd.isna(c) else c)))
    note = ""
    if len(cohorts) > MOST:
        note = f"The {'latest' if dated else 'first'} {MOST} of {len(cohorts)} cohorts are shown."
        cohorts = cohorts[-MOST:] if dated else cohorts[:MOST]
        data = data[data["cohort"].map(lambda c: (None if pd.isna(c) else c) in set(cohorts))]
    name = (lambda c: words.period(c, grain, locale)) if dated else words.label
    size = data[data["k"] == data["k"].min()].set_index("cohort")["eligible"]
    sizes = {words.label(c) if not dated else c: int(n) for c, n in size.items()}
    data["row"] = [
        f"{name(c)} · {words.number(sizes.get(c if dated else words.label(c), 0), locale=locale)}"
        for c in data["cohort"]
    ]
    data["id"] = data["cohort"].dt.strftime("%Y-%m-%dT%H:%M:%S") if dated else data["cohort"].map(words.label)
    if pooled is not None and len(pooled):
        top = pooled[pooled["value"].notna()].assign(row=POOLED, id="", say="", complete=True)
        data = pd.concat([top, data])
    data = data.assign(
        value=data["value"].astype(float),
        small=data["eligible"] < minimum_n,
        shown=[words.number(v, "share", locale=locale) for v in data["value"]],
        short=[f"{100 * v:.0f}" for v in data["value"].astype(float)],
        # a cohort is whole at its start by definition: chance has no part in it
        chance=[
            words.between(a, b, "share", locale=locale) if k else ""
            for k, a, b in zip(data["k"], data["low"], data["high"], strict=True)
        ],
        base=[
            f"{words.number(a, locale=locale)} of {words.number(b, locale=locale)}"
            for a, b in zip(data["retained"], data["eligible"], strict=True)
        ],
        complete=data["complete"].astype(bool),
    )
    few = f"few (n below {minimum_n})"
    data["state"] = [
        ", ".join(word for word, said in (("not over yet", not whole), (few, small)) if said)
        for whole, small in zip(data["complete"], data["small"], strict=True)
    ]
    data["told"] = [
        f"{shown} ({state})" if state else shown for shown, state in zip(data["shown"], data["state"], strict=True)
    ]
    keep = ["row", "id", "k", "value", "shown", "short", "chance", "base", "complete", "small", "state", "told", "say"]
    return data[keep].rename(columns={"id": "cohort"}), note


def heatmap(
    df: pd.DataFrame,
    *,
    look: Look = LIGHT,
    pooled: pd.DataFrame | None = None,
    grain: str = "month",
    minimum_n: int = 30,
    locale: str = "en",
    sentences: list[str] | None = None,
) -> Drawing:
    """A retention triangle. `df` is the frame of `retention` (one triangle), `pooled` that of `pooled(df)`.

    Colour stands for the value and means the same in every heatmap. A cell that is not over is hatched, one that has
    not begun absent, one below `minimum_n` in grey. `sentences`: one for each row of `df`, for the tooltip.
    A click sets the parameter 'cell': `k` and `cohort` (ISO start or the attribute's value; '' in the pooled row).
    """
    data, note = rows(df, pooled, grain, minimum_n, locale, sentences)
    count = max(1, data["row"].nunique())
    columns = max(1, data["k"].nunique())
    text = f"Retention by cohort and {grain}: {count} rows, {columns} columns"
    return draw(_heatmap, data, look, note, text, grain=grain, columns=columns, height=count * _ROW + 28)


def _heatmap(*, look: Look, grain: str, columns: int, height: int) -> Picture:
    each = f"(width / {columns})"
    x = alt.X(
        "k:O",
        title=f"{grain}s since the start",
        axis=alt.Axis(orient="top", labelAngle=0, labelOverlap="greedy"),
        scale=alt.Scale(paddingInner=0.04),
    )
    y = alt.Y("row:N", sort=None, title=None, axis=alt.Axis(labelLimit=130), scale=alt.Scale(paddingInner=0.08))
    tips = [
        alt.Tooltip("row:N", title="Cohort · size"),
        alt.Tooltip("k:O", title=f"{grain.capitalize()}"),
        alt.Tooltip("told:N", title="Retained"),
        alt.Tooltip("base:N", title="n"),
        alt.Tooltip("chance:N", title="95 % interval"),
        alt.Tooltip("say:N", title="In words"),
    ]
    press = alt.selection_point(name="cell", fields=["cohort", "k"], on="click", empty=False)
    base = blank()
    # a layer of all cells comes first: the rows stand in the order in which the first layer has them
    cells = [base.mark_rect(opacity=0, tooltip=None).encode(x=x, y=y)]
    for test, ramp in (("!datum.small", look.ramp), ("datum.small", look.ramp_few)):
        scale = alt.Scale(domain=list(RAMP_AT), range=list(ramp), clamp=True)
        color = alt.Color("value:Q", scale=scale, legend=None)
        cells.append(base.transform_filter(test).mark_rect(cornerRadius=2, tooltip=None).encode(x=x, y=y, color=color))
    # on top of everything, unseen: what is pointed at and clicked
    touch = base.mark_rect(opacity=0, cursor="pointer").encode(x=x, y=y, tooltip=tips).add_params(press)
    # Vega-Lite knows no patterns: diagonals over each cell that is not over, past its number
    hatch = [
        base.transform_filter("!datum.complete")
        .mark_rule(strokeWidth=1.5, opacity=0.6, color=look.paper, tooltip=None)
        .encode(
            x=alt.X("k:O", bandPosition=x0),
            x2=alt.X2("k:O", bandPosition=x1),
            y=alt.Y("row:N", sort=None, bandPosition=y0),
            y2=alt.Y2("row:N", bandPosition=y1),
        )
        for x0, y0, x1, y1 in ((0, 0.35, 0.35, 0), (0, 0.7, 0.7, 0), (0.3, 1, 1, 0.3), (0.65, 1, 1, 0.65))
    ]
    text = base.mark_text(
        fontSize=alt.ExprRef(f"{each} < 26 ? 10 : 12"), opacity=alt.ExprRef(f"{each} < 15 ? 0 : 1"), tooltip=None
    ).encode(
        x=x,
        y=y,
        text="short:N",
        color=alt.when("datum.small")
        .then(alt.value(look.muted))
        .when(f"datum.value > {RAMP_TURNS}")
        .then(alt.value(look.ramp_ink[1]))
        .otherwise(alt.value(look.ramp_ink[0])),
    )
    painted = alt.layer(*cells).resolve_scale(color="independent")
    return dress(alt.layer(painted, *hatch, text, touch), look, height)
