"""Why the score is what it is: the segments that move it, what goes with it, and the tickets before the answer."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.charts.effects import contributions
from cs_metrics.kpis import KPI
from pages._ui import chart, door, download, empty, errors, formats, frames, state
from pages._ui.feedback import before, driver_words, drivers, feedback_parts
from pages._ui.filter_bar import Asked

SHOWN = 15


def show(survey: str, kpi: KPI, asked: Asked) -> None:
    """Show why the score is what it is."""
    st.subheader("Which segments move the score", anchor=False)
    with errors.shown():
        segments(survey, kpi, asked)
    st.subheader("What goes with a high or a low score", anchor=False)
    days = drivers.days()
    with errors.shown():
        drivers.show(survey, kpi, asked, days)
    st.subheader("The score by the tickets before the answer", anchor=False)
    with errors.shown():
        before.show(survey, kpi, asked, days)


def segments(survey: str, kpi: KPI, asked: Asked) -> None:
    """Show every segment of every attribute, ranked by what it adds to the score, a page at a time."""
    given = feedback_parts.given(asked)
    frame = door.ask("score_breakdown", survey, **given)
    if frame.empty:
        empty.nothing("Nothing to split by.", f"No answers in {asked.span}, or no attribute that tells them apart.")
        return
    named = driver_words.labels()
    frame["name"] = [
        f"{driver_words.segment(value)} · {named.get(attribute, attribute)}"
        for attribute, value in zip(frame["attribute"], frame["segment"], strict=True)
    ]
    st.markdown(_leading(frame, kpi))
    place = _page_of(len(frame))
    shown = frame.iloc[place * SHOWN : (place + 1) * SHOWN].reset_index(drop=True)
    drawing = contributions(shown, title=f"Parts of {kpi.name}", **chart.look_of(kpi.unit))
    chart.show(
        drawing, key="why_segments", name=f"{survey} segments by effect", select="segment",
        on_select=lambda: _pressed(shown),
        hint="Points that a segment adds to the score of all: its share of the answers times how far its own score "
        f"lies from it. Those of one attribute sum to 0. Pale: fewer than {door.settings()['minimum_n']} answers. "
        + formats.on_screen("Press a bar, or choose a row below, to see that segment alone."),
    )  # fmt: skip
    frames.show(
        _segments_table(shown, named, kpi.unit), key=f"why_segments_{place}",
        on_select=_row(shown, place), selection_mode="single-row", height="content",
        alt="Segments by what they add to the score",
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        _pages(len(frame), place)
        many = formats.plural(frame["attribute"].nunique(), "attribute")
        st.caption(f"{formats.plural(len(frame), 'segment')} of {many}.", width="stretch")
        download.table(frame.drop(columns="name"), key="why_segments_table", name=f"{survey} segments by effect")
    with st.expander(
        "How it is computed", icon=":material/function:", on_change="rerun", key="why_segments_sql"
    ) as opened:
        if opened.open:
            st.markdown(
                "Of each segment: its answers / all answers x (its score - the score of all). An answer stands in the "
                "segment that held when it was given; where an attribute has no history, in today's. Each respondent "
                "counts as in the score itself, with one interval and one definition for both."
            )
            st.code(door.ask("score_breakdown_sql", survey, **given), language="sql", wrap_lines=True, height=360)


def _page_of(n: int) -> int:
    """Return the page of the list that the address names, from 0 on."""
    given = state.get("page")
    return min(int(given) - 1, (n - 1) // SHOWN) if given.isdecimal() and 0 < int(given) < 10**6 else 0


def _pages(n: int, place: int) -> None:
    last = (n - 1) // SHOWN + 1
    if last > 1:
        key = f"why_page_from_{place}"
        st.pagination(last, default=place + 1, key=key, on_change=_turned, args=(key,))


def _turned(key: str) -> None:
    chosen = st.session_state[key]
    state.update(page=None if chosen == 1 else str(chosen))


def _leading(frame: pd.DataFrame, kpi: KPI) -> str:
    """Say what the segment with the largest effect does to the score."""
    enough = frame[frame["n"] >= door.settings()["minimum_n"]]
    if enough.empty:
        return "Every segment has too few answers to be sure of its score."
    row = enough.iloc[0]
    effect = formats.change(row["effect"], 0.0, kpi.unit)
    verb = "adds most to" if row["effect"] > 0 else "takes most from"
    said = f"**{formats.literal(row['name'])}** {verb} the score: {formats.literal(effect[1] if effect else '')}"
    own = f"its own is {formats.literal(formats.value(row['value'], kpi.unit))}"
    if formats.is_missing(row["without"]):
        return f"{said}; {own}."
    return f"{said}; {own}, that of all others {formats.literal(formats.value(row['without'], kpi.unit))}."


def _segments_table(shown: pd.DataFrame, named: dict[str, str], unit: str) -> pd.DataFrame:
    rows = shown.to_dict("records")
    return pd.DataFrame(
        {
            "Segment": [driver_words.segment(row["segment"]) for row in rows],
            "Of": [
                named.get(row["attribute"], row["attribute"]) + (" (today's)" if row["today"] else "") for row in rows
            ],
            "Adds": [driver_words.difference(row, unit) for row in rows],
            "Score": [formats.value(row["value"], unit) for row in rows],
            "95 % interval": [formats.interval(row["low"], row["high"], unit) for row in rows],
            "n": [formats.count(row["n"]) for row in rows],
            "Share of answers": [formats.value(row["share"], "share") for row in rows],
            "Score without it": [formats.value(row["without"], unit) for row in rows],
        }
    )


def _pressed(shown: pd.DataFrame) -> None:
    found = st.session_state["why_segments"].selection.get("segment") or []
    rows = shown[shown["name"] == found[0]["name"]] if found else shown.head(0)
    if len(rows):
        _open(rows.iloc[0])


def _row(shown: pd.DataFrame, place: int) -> Any:
    def chosen() -> None:
        rows = st.session_state[f"why_segments_{place}"].selection.rows
        if rows:
            _open(shown.iloc[rows[0]])

    return chosen


def _open(row: pd.Series) -> None:
    """Make a segment the filter of its attribute."""
    value = None if formats.is_missing(row["segment"]) else row["segment"]
    state.update(where=state.get_json("where") | {row["attribute"]: [value]}, page=None)
