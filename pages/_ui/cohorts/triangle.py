"""The triangle of the Cohorts page: its headline, its cells in colour with their legend, and one for each segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import analysis, charts
from pages._ui import chart, door, download, empty, formats, printing, state
from pages._ui.cohorts import cell
from pages._ui.cohorts import question as cohort_question
from pages._ui.cohorts.question import Question

SIDE_BY_SIDE = 6
FEW_COHORTS = 3
SCROLL = """<style>
.st-key-triangle_halves { flex-wrap: nowrap; align-items: flex-start; gap: 0; }
.st-key-triangle_halves > div { min-width: 0; }
.st-key-triangle_scroll { overflow-x: auto; overflow-y: hidden; min-width: 0; }
.st-key-triangle_cells { min-width: %spx; }
@media (max-width: 640px) { #vg-tooltip-element { left: 8px !important; max-width: calc(100vw - 16px); } }
</style>"""


@dataclass(frozen=True)
class Triangle:
    """One triangle: the cells as asked (`frame`), as laid out (`layout`) and pooled."""

    frame: pd.DataFrame
    layout: analysis.Layout
    pooled: pd.DataFrame


def ask(question: Question) -> pd.DataFrame:
    """Return every cell, of all segments where there is a breakdown."""
    return door.ask("retention", **question.arguments)


def of_segment(frame: pd.DataFrame, question: Question, key: str) -> pd.DataFrame:
    """Return the cells of one segment of the breakdown."""
    return frame[frame[question.by].map(cohort_question.segment_key) == key]


def laid(question: Question, frame: pd.DataFrame) -> Triangle:
    """Return one triangle, ready to be shown."""
    layout = analysis.laid_out(frame, question.wording)
    pooled = analysis.pooled(frame, repeated=question.rows == "every")
    return Triangle(frame, layout, pooled[pooled["k"].isin(layout.frame["k"])])


def headline(question: Question, triangle: Triangle) -> None:
    """Say in one sentence what the triangle says."""
    if question.by_start and analysis.left_at_once(triangle.frame, question.grain):
        st.markdown(
            f":orange[:material/warning:] All who left are counted in one {question.grain}: the file says who left, "
            "not when. The last cell of a row is what its cohort kept; the row of all cohorts is no retention curve."
        )
        return
    ends = telling(triangle.pooled).to_dict("records")
    if not ends:
        st.markdown("No cohort has a later period that is over: there is nothing to compare yet.")
        return
    said = [analysis.sentence(row, question.wording) for row in (ends[:1] if len(ends) == 1 else (ends[0], ends[-1]))]
    st.markdown(formats.literal(" ".join(said)))


def telling(pooled: pd.DataFrame) -> pd.DataFrame:
    """Return the columns after the start that tell of all: the last ones are of a cohort or two."""
    later = pooled[(pooled["k"] > 0) & pooled["value"].notna()]
    many = later[later["cohorts"] >= FEW_COHORTS]
    return many if len(many) else later


def rows(question: Question, triangle: Triangle) -> dict[str, str]:
    """Return the triangle's cohorts, and their names."""
    ids = dict.fromkeys(cell.row_id(c) for c in triangle.layout.frame["cohort"])
    return {i: cell.row_name(i, question, triangle.layout) for i in ids}


def colored(triangle: Triangle) -> analysis.Compared:
    """Return the cells with the colours that the address asks for; a target that is not typed yet colours nothing."""
    frame = triangle.layout.frame
    mode, target = state.get("color"), cohort_question.target()
    if mode == "cohort":
        known = {cell.row_id(c): c for c in dict.fromkeys(frame["cohort"])}
        return analysis.compared(frame, mode, known[cohort_question.chosen("against", known, next(iter(known)))])
    if mode == "target" and target is not None:
        return analysis.compared(frame, mode, target=target)
    return analysis.compared(frame, "row" if mode == "row" else "absolute")


def show(question: Question, triangle: Triangle) -> None:
    """Show the triangle: the cohorts' names stay where they are while the cells scroll beside them."""
    held = colored(triangle)
    whole, cells = (_noted(question, triangle, _drawing(question, triangle, held, names=n)) for n in (True, False))
    name = f"retention {question.activity.name} by {question.grain}"
    legend(held)
    st.html(SCROLL % charts.least_width(cells))
    with st.container(horizontal=True, gap=None, key="triangle_halves"):
        with st.container(width=charts.NAMES, gap=None, key="triangle_names_box"):
            chart.plain(
                charts.cohort_names(cells), key="triangle_names", name="The cohorts", select="cell",
                on_select=cell.row_pressed,
            )  # fmt: skip
        with (
            st.container(width="stretch", gap=None, key="triangle_scroll"),
            st.container(gap=None, key="triangle_cells"),
        ):
            chart.plain(cells, key="triangle", name=name, select="cell", on_select=cell.pressed)
    printing.chart(whole)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        note = f"{triangle.layout.note} " if triangle.layout.note else ""
        if question.wording.kind == "on_or_after":
            note += "Who has not come back may still do so: the right-hand cells have had the least time. "
        st.caption(
            f"{note}Percent of the cohort; behind a cohort's name its size. "
            + formats.on_screen("Press a cell, a cohort's name or a cell of all cohorts to see who is in it."),
            width="stretch",
        )
        download.table(triangle.frame, key="triangle_table", name=f"retention {question.activity.name}", label="Cells")
        words = "\n".join([legend_words(held), *chart.mark_words(whole)])
        download.chart(whole, key="triangle_files", name=name, legend=words)
    chart.marks(whole)


def _noted(question: Question, triangle: Triangle, drawing: Any) -> Any:
    """Return the triangle with what people noted: of cohorts by their start in the cells of that time."""
    dated = question.by_start and not triangle.layout.groups
    ages = not question.steps and question.arguments["calendar"]
    return chart.noted_cohorts(drawing, grain=question.grain, dated=dated, ages=ages)


def _drawing(question: Question, triangle: Triangle, held: analysis.Compared, *, names: bool) -> Any:
    frame = held.frame
    look = {k: v for k, v in chart.look_of("share").items() if k in ("look", "minimum_n", "locale")}
    return charts.heatmap(
        frame, pooled=triangle.pooled, grain=question.grain, mode=held.mode, steps=question.steps, names=names,
        sentences=[analysis.sentence(row, question.wording) for row in frame.to_dict("records")],
        pooled_sentences=[analysis.sentence(row, question.wording) for row in triangle.pooled.to_dict("records")],
        note=triangle.layout.note, **look,
    )  # fmt: skip


def legend(held: analysis.Compared) -> None:
    """Show what each look of a cell means: what is not yet, what has no data and what is 0 % are three things."""
    look = chart.theme()
    few = door.settings()["minimum_n"]
    ramp = look.ramp if held.mode in ("absolute", "row") else look.diverge
    ends = {
        "absolute": ("0 %", "100 %"),
        "row": ("lowest of the row", "highest"),
    }.get(held.mode, tuple(f"{sign}{100 * held.reach:.0f} points or more" for sign in ("−", "+")))
    bar = f"linear-gradient(90deg, {', '.join(ramp)})"
    hatch = f"repeating-linear-gradient(135deg, {ramp[4]} 0 3px, {look.paper} 3px 5px)"
    box = "display:inline-block;height:14px;border-radius:2px;vertical-align:middle;text-align:center;font-size:11px;"
    border = f"border:1px solid {look.grid};"

    def sample(style: str, text: str, inside: str = "", width: int = 22) -> str:
        return (
            f'<span style="white-space:nowrap"><span style="{box}{border}width:{width}px;line-height:12px;{style}">'
            f"{inside}</span>&ensp;{text}</span>"
        )

    parts = [
        f'<span style="white-space:nowrap">{ends[0]}&ensp;'
        f'<span style="{box}{border}width:72px;background:{bar}"></span>&ensp;{ends[1]}</span>',
        sample(f"background:{hatch}", "not over, in no mean"),
        sample(f"background:{look.ramp_few[3]}", f"fewer than {few}"),
        sample(f"background:{look.ramp[0]}", "0 %: nobody stayed", "0"),
        sample("border-color:transparent", "no data", "–", 12),
        sample("", "not begun yet"),
    ]
    style = f"display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px;color:{look.muted}"
    st.html(f'<div class="swatches" style="{style}">{"".join(parts)}</div>')
    printing.legend(legend_words(held))


def legend_words(held: analysis.Compared) -> str:
    """Return the legend in two lines, for a picture that leaves the page."""
    reach = f"{100 * held.reach:.0f} points or more"
    color = {
        "absolute": "the share itself, from 0 to 100 %",
        "row": "from the lowest to the highest share of the row",
        "cohort": f"against the chosen cohort, from {reach} below it (orange) to {reach} above it (blue)",
        "target": f"against the target, from {reach} below it (orange) to {reach} above it (blue)",
    }[held.mode]
    few = door.settings()["minimum_n"]
    return (
        f"Numbers: percent of the cohort; behind a cohort's name its size. Colour: {color}.\n"
        f"Diagonals: not over, in no mean. Grey: fewer than {few}. Dash: no data. Blank: not begun yet."
    )


def side_by_side(question: Question, frame: pd.DataFrame) -> None:
    """Show a triangle for each segment of the breakdown, the largest first, all in the same colours."""
    sizes = frame[frame["k"] == 0].assign(key=frame[question.by].map(cohort_question.segment_key))
    order = sizes.groupby("key")["eligible"].sum().sort_values(ascending=False, kind="stable")
    shown = list(order.index[:SIDE_BY_SIDE])
    if not shown:
        empty.nothing("No cohort starts in this period.", "Choose a longer period.")
        return
    legend(analysis.compared(frame, "absolute"))
    columns = st.columns(2, gap="medium")
    for place, key in enumerate(shown):
        triangle = laid(question, of_segment(frame, question, key))
        with columns[place % 2]:
            st.markdown(f"**{formats.literal(key)}**")
            held = analysis.compared(triangle.layout.frame, "absolute")
            chart.show(
                _noted(question, triangle, _drawing(question, triangle, held, names=True)), key=f"triangle_{place}",
                name=f"retention {question.activity.name} {key}", select="cell", legend=legend_words(held),
                on_select=lambda place=place, key=key: cell.pressed(f"triangle_{place}", key),
            )  # fmt: skip
    if len(order) > len(shown):
        alone = formats.on_screen("Choose one in the list above to see it alone.")
        st.caption(f"The {len(shown)} largest of {len(order)}. {alone}")
    else:
        st.caption(formats.on_screen("Choose one in the list above, or press a cell, to see it alone."))
