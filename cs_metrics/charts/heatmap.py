"""The retention triangle as a heatmap: what a colour stands for is the same everywhere, the pooled row on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from cs_metrics.charts import words
from cs_metrics.charts.drawing import Drawing, blank, draw
from cs_metrics.charts.look import LIGHT, RAMP_AT, RAMP_TURNS, Look, Picture, dress

POOLED = "All cohorts"
NAMES = 132
# the ruler of columns: as high beside the names, so that both halves of a split triangle line up
_HEAD = 40
_TURNS = {"absolute": (-1.0, RAMP_TURNS), "row": (-1.0, 0.6), "cohort": (-0.62, 0.62), "target": (-0.62, 0.62)}


def _row_height(count: int) -> int:
    return 26 if count <= 24 else 21


def rows(
    df: pd.DataFrame,
    pooled: pd.DataFrame | None,
    grain: str,
    minimum_n: int,
    locale: str,
    sentences: Sequence[str] | None,
    pooled_sentences: Sequence[str] | None = None,
    mode: str = "absolute",
) -> pd.DataFrame:
    """The cells in reading order: a row a mark. A cell without a value has the state 'no data'."""
    data = df.assign(say=list(sentences) if sentences is not None else "")
    dated = pd.api.types.is_datetime64_any_dtype(data["cohort"])
    name = (lambda c: words.period(c, grain, locale)) if dated else words.label
    size = data[data["k"] == data["k"].min()].set_index("cohort")["eligible"]
    sizes = {words.label(c) if not dated else c: int(n) for c, n in size.items()}
    own = data["name"] if "name" in data else pd.Series("", index=data.index)
    data["row"] = [
        f"{'from ' if given else ''}{name(c)} · "
        + words.number(sizes.get(c if dated else words.label(c), 0), locale=locale)
        for c, given in zip(data["cohort"], own, strict=True)
    ]
    data["id"] = data["cohort"].dt.strftime("%Y-%m-%dT%H:%M:%S") if dated else data["cohort"].map(words.label)
    if "shade" not in data:
        data["shade"] = data["value"]
    if pooled is not None and len(pooled):
        said = list(pooled_sentences) if pooled_sentences is not None else ""
        top = pooled.assign(row=POOLED, id="", say=said, complete=True)
        top = top[top["value"].notna()]
        if mode == "absolute":
            top["shade"] = top["value"]
        data = pd.concat([top, data])
    data = data.assign(
        value=data["value"].astype(float),
        shade=data["shade"].astype(float),
        small=(data["eligible"] < minimum_n) & (data["eligible"] > 0),
        complete=data["complete"].astype(bool),
        beside=data["beside"].fillna("") if "beside" in data else "",
    )
    none = data["value"].isna()
    data["shown"] = [words.number(v, "share", locale=locale) for v in data["value"]]
    data["short"] = ["–" if missing else f"{100 * v:.0f}" for v, missing in zip(data["value"], none, strict=True)]
    # a cohort is whole at its start by definition: chance has no part in it
    data["chance"] = [
        words.between(a, b, "share", locale=locale) if k else ""
        for k, a, b in zip(data["k"], data["low"], data["high"], strict=True)
    ]
    data["base"] = [
        f"{words.number(a, locale=locale)} of {words.number(b, locale=locale)}"
        for a, b in zip(data["retained"], data["eligible"], strict=True)
    ]
    few = f"few (n below {minimum_n})"
    data["state"] = [
        ", ".join(word for word, said in (("no data", empty), ("not over yet", not whole), (few, small)) if said)
        for empty, whole, small in zip(none, data["complete"], data["small"], strict=True)
    ]
    data["told"] = [
        f"{shown} ({state})" if state else shown for shown, state in zip(data["shown"], data["state"], strict=True)
    ]
    low, high = _TURNS[mode]
    shade = data["shade"]
    data["ink"] = ((shade > high) | (shade < low)).astype(int).mask(data["small"] | none | shade.isna(), 2)
    data["tone"] = "full"
    data.loc[data["small"], "tone"] = "few"
    data.loc[shade.isna(), "tone"] = "plain"
    data.loc[none, "tone"] = "none"
    keep = ["row", "id", "k", "value", "shade", "tone", "ink", "shown", "short", "chance", "base", "complete", "small"]
    keep += ["state", "told", "beside", "say"]
    return data[keep].rename(columns={"id": "cohort"})


def heatmap(
    df: pd.DataFrame,
    *,
    look: Look = LIGHT,
    pooled: pd.DataFrame | None = None,
    grain: str = "month",
    minimum_n: int = 30,
    locale: str = "en",
    sentences: Sequence[str] | None = None,
    pooled_sentences: Sequence[str] | None = None,
    mode: str = "absolute",
    steps: Sequence[str] = (),
    names: bool = True,
    note: str = "",
) -> Drawing:
    """A retention triangle. `df` is the frame of `retention` (one triangle), `pooled` that of `pooled(df)`; `df` may
    have more columns: `name` (of a row), `shade` and `beside` (see `analysis.compared`).

    Colour stands for the value, or with another `mode` for its `shade`. A cell that is not over is hatched, one that
    has not begun absent, one without data a dash, one below `minimum_n` grey. `sentences`, `pooled_sentences`: one for
    each row of `df` and `pooled`, for the tooltip; `steps`: what stands above the columns where they are brackets.
    A click sets the parameter 'cell': `k` and `cohort` (ISO start or the attribute's value; '' in the pooled row).
    names=False leaves the rows' names to `cohort_names` beside it, so that they stay where the cells are scrolled.
    """
    data = rows(df, pooled, grain, minimum_n, locale, sentences, pooled_sentences, mode)
    count, columns = max(1, data["row"].nunique()), max(1, data["k"].nunique())
    text = f"Retention by cohort and {grain}: {count} rows, {columns} columns"
    return draw(
        _heatmap, data, look, note, text, grain=grain, columns=columns, height=count * _row_height(count), mode=mode,
        steps=tuple(steps), names=names,
    )  # fmt: skip


def cohort_names(cells: Drawing) -> Drawing:
    """The rows' names of a heatmap drawn without them, to stand beside it. A click sets 'cell': `cohort`, '' of all."""
    data = cells.data.drop_duplicates("row")[["row", "cohort"]].assign(k=0)
    options = dict(cells.options)
    return draw(_names, data, cells.look, "", "The cohorts and their sizes", height=options["height"])


def least_width(cells: Drawing) -> int:
    """The pixels below which the cells of a heatmap are too narrow to be told apart or pressed."""
    return int(dict(cells.options)["columns"]) * 16 + 8


def _axis(grain: str, steps: tuple[str, ...]) -> alt.Axis:
    marks: dict[str, Any] = {"labelExpr": f"{['0', *steps]!r}[datum.value]"} if steps else {}
    return alt.Axis(
        orient="top", labelAngle=0, labelOverlap="greedy", minExtent=_HEAD, maxExtent=_HEAD, titleAnchor="start",
        titleY=-_HEAD + 6, **marks,
    )  # fmt: skip


def _names(*, look: Look, height: int) -> Picture:
    axis = alt.Axis(orient="top", minExtent=_HEAD, maxExtent=_HEAD, labels=False, titleY=-_HEAD + 6)
    y = alt.Y("row:N", sort=None, title=None, axis=None, scale=alt.Scale(paddingInner=0.08))
    base = blank().encode(x=alt.X("k:O", title=" ", axis=axis), y=y)
    press = alt.selection_point(name="cell", fields=["cohort"], on="click", empty=False)
    tips = [alt.Tooltip("row:N", title="Cohort · size")]
    touch = base.mark_rect(opacity=0, cursor="pointer").encode(tooltip=tips).add_params(press)
    text = base.mark_text(align="right", fontSize=11, limit=NAMES - 10, tooltip=None).encode(
        text="row:N", x=alt.value("width"), color=alt.value(look.muted)
    )
    return dress(alt.layer(text, touch), look, height)


def _heatmap(
    *, look: Look, grain: str, columns: int, height: int, mode: str, steps: tuple[str, ...], names: bool
) -> Picture:
    each = f"(width / {columns})"
    title = f"{grain}s since the start"
    x = alt.X("k:O", title=title, axis=_axis(grain, steps), scale=alt.Scale(paddingInner=0.04))
    labels = alt.Axis(labelLimit=NAMES + 30) if names else None
    y = alt.Y("row:N", sort=None, title=None, axis=labels, scale=alt.Scale(paddingInner=0.08))
    tips = [
        alt.Tooltip("row:N", title="Cohort · size"),
        alt.Tooltip("k:O", title=f"{grain.capitalize()}" if not steps else "Range"),
        alt.Tooltip("told:N", title="Retained"),
        alt.Tooltip("base:N", title="n"),
        alt.Tooltip("chance:N", title="95 % interval"),
        *([alt.Tooltip("beside:N", title="Compared")] if mode in ("cohort", "target") else []),
        alt.Tooltip("say:N", title="In words"),
    ]
    press = alt.selection_point(name="cell", fields=["cohort", "k"], on="click", empty=False)
    base = blank()
    # a layer of all cells comes first: the rows stand in the order in which the first layer has them
    cells = [base.mark_rect(opacity=0, tooltip=None).encode(x=x, y=y)]
    for tone, ramp in (("full", look.ramp if mode in ("absolute", "row") else look.diverge), ("few", look.ramp_few)):
        scale = alt.Scale(domain=list(_domain(mode)), range=list(ramp), clamp=True, interpolate="lab")
        color = alt.Color("shade:Q", scale=scale, legend=None)
        painted = base.transform_filter(f"datum.tone == '{tone}'")
        cells.append(painted.mark_rect(cornerRadius=2, tooltip=None).encode(x=x, y=y, color=color))
    plain = base.transform_filter("datum.tone == 'plain'")
    cells.append(plain.mark_rect(cornerRadius=2, tooltip=None, color=look.ramp_few[2]).encode(x=x, y=y))
    # on top of everything, unseen: what is pointed at and clicked
    touch = base.mark_rect(opacity=0, cursor="pointer").encode(x=x, y=y, tooltip=tips).add_params(press)
    # Vega-Lite knows no patterns: diagonals over each cell that is not over, past its number
    hatch = [
        base.transform_filter("!datum.complete")
        .mark_rule(strokeWidth=1.5, opacity=0.55, tooltip=None)
        .encode(
            # what stands out from the cell: paper on a strong colour, the text's own on a pale one
            color=alt.when("datum.ink == 1").then(alt.value(look.paper)).otherwise(alt.value(look.muted)),
            x=alt.X("k:O", bandPosition=x0),
            x2=alt.X2("k:O", bandPosition=x1),
            y=alt.Y("row:N", sort=None, axis=labels, bandPosition=y0),
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
        color=alt.when("datum.ink == 2")
        .then(alt.value(look.muted))
        .when("datum.ink == 1")
        .then(alt.value(look.ramp_ink[1]))
        .otherwise(alt.value(look.ramp_ink[0])),
    )
    painted = alt.layer(*cells).resolve_scale(color="independent")
    return dress(alt.layer(painted, *hatch, text, touch), look, height)


def _domain(mode: str) -> tuple[float, ...]:
    if mode == "absolute":
        return RAMP_AT
    turns = len(RAMP_AT) - 1
    return tuple(n / turns if mode == "row" else 2 * n / turns - 1 for n in range(turns + 1))
