"""The curves of the Cohorts page: every cohort's, all of them together, or one for each segment."""

from __future__ import annotations

import json
from collections.abc import Collection

import pandas as pd
import streamlit as st

from cs_metrics import analysis, charts
from pages._ui import chart, door, download, formats, state
from pages._ui.cohorts import question as cohort_question
from pages._ui.cohorts.cell import row_id, row_name
from pages._ui.cohorts.question import Question
from pages._ui.cohorts.triangle import Triangle, of_segment, telling

# few enough to be told apart
IN_COLOUR = 3
SEGMENTS = 6


def show(question: Question, triangle: Triangle) -> None:
    """Show the curve of each cohort, pale, the chosen ones in colour, and that of all of them with its band."""
    frame = triangle.layout.frame
    known = {row_id(c): c for c in dict.fromkeys(frame["cohort"])}
    chosen = _of_address(known) or _first(frame)
    st.session_state["curves_shown"] = chosen
    st.multiselect(
        "In colour", list(known), key="curves_shown", max_selections=SEGMENTS, placeholder="Choose cohorts",
        format_func=lambda i: row_name(i, question, triangle.layout), on_change=_chosen,
    )  # fmt: skip
    said = frame.assign(say=[analysis.sentence(row, question.wording) for row in frame.to_dict("records")])
    pooled = _said(triangle.pooled, question)
    drawing = charts.curves(
        said, pooled=pooled, highlight=[known[i] for i in chosen], grain=question.grain,
        steps=question.steps, note=triangle.layout.note, **_look(),
    )  # fmt: skip
    drawing = chart.listed(drawing, chart.RETENTION, question.arguments["since"])
    chart.show(
        drawing, key="curves", name=f"retention curves {question.activity.name}",
        hint="Dashed: not over yet. Thick: all cohorts together, over complete cells alone, with its 95 % interval.",
    )  # fmt: skip


def segments(question: Question, frame: pd.DataFrame) -> None:
    """Show one curve for each segment of the breakdown: its cohorts together, with its band."""
    sizes = frame[frame["k"] == 0].assign(key=frame[question.by].map(cohort_question.segment_key))
    order = sizes.groupby("key")["eligible"].sum().sort_values(ascending=False, kind="stable")
    parts = [
        _said(analysis.pooled(of_segment(frame, question, key), repeated=question.rows == "every"), question, key)
        for key in order.index[:SEGMENTS]
    ]
    drawing = charts.curves(
        pd.concat(parts), by="segment", highlight=list(order.index[:SEGMENTS]), grain=question.grain,
        steps=question.steps, band=True, **_look(),
        note=f"The {SEGMENTS} largest of {len(order)} are shown." if len(order) > SEGMENTS else "",
    )  # fmt: skip
    drawing = chart.listed(drawing, chart.RETENTION, question.arguments["since"])
    chart.show(
        drawing, key="curves", name=f"retention curves {question.activity.name} by {question.by}",
        hint="A line for each segment: all its cohorts together, over complete cells alone, with its 95 % interval.",
    )  # fmt: skip
    last = [telling(part).tail(1) for part in parts]
    for row in pd.concat(last).to_dict("records"):
        st.caption(f"**{formats.literal(row['segment'])}**: {formats.literal(row['say'])}")
    with st.container(horizontal=True, horizontal_alignment="right"):
        download.table(frame, key="segments_table", name=f"retention {question.activity.name}", label="Cells")


def _said(pooled: pd.DataFrame, question: Question, segment: str = "") -> pd.DataFrame:
    say = [analysis.sentence(row, question.wording) for row in pooled.to_dict("records")]
    return pooled.assign(say=say, segment=segment, complete=True)


def _look() -> dict[str, object]:
    held = {k: v for k, v in chart.look_of("share").items() if k in ("look", "minimum_n", "locale")}
    return held | {"minimum_n": door.settings()["minimum_n"]}


def _chosen() -> None:
    state.update(lines=json.dumps(st.session_state["curves_shown"]))


def _of_address(known: Collection[str]) -> list[str]:
    """Return the cohorts that the address has in colour."""
    try:
        chosen = json.loads(state.get("lines") or "[]")
    except (ValueError, RecursionError):
        return []
    return [i for i in chosen if isinstance(i, str) and i in known][:SEGMENTS] if isinstance(chosen, list) else []


def _first(frame: pd.DataFrame) -> list[str]:
    """Return the cohorts that are in colour to begin with: the latest that have some later period that is over."""
    over = frame[(frame["k"] > 1) & frame["complete"] & frame["value"].notna()]
    return [row_id(c) for c in list(dict.fromkeys(over["cohort"]))[-IN_COLOUR:]]
