"""The lower parts of the Survival page: in which months of life customers leave, and how many will still be here."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.analysis.survival.hazard import rises, risk_sentence
from cs_metrics.analysis.survival.words import group_name, projection_sentences
from cs_metrics.charts import survival as charts
from cs_metrics.errors import NotComputableError
from pages._ui import chart, door, download, errors, formats, state
from pages._ui.survival.survival_parts import Question

AHEAD = (6, 12, 24, 36, 60)


def group(question: Question, frame: pd.DataFrame) -> Any:
    """Let the reader choose the group that hazard and projection speak of; the largest to begin with. None without a
    breakdown."""
    if not question.by:
        return None
    named = {group_name(v): v for v in dict.fromkeys(frame[question.by])}
    chosen = state.get("group")
    chosen = chosen if chosen in named else next(iter(named))
    st.selectbox(
        f"{question.label}: risk and projection of", list(named), width=280, **state.bind("group", value=chosen)
    )
    value = named[chosen]
    return None if formats.is_missing(value) else value


def hazards(question: Question, value: Any) -> list[int]:
    """Show the hazard by age; return the periods of life in which it stands out and rises."""
    grain = question.grain
    st.subheader(f"In which {grain} of life customers leave", anchor=False)
    frame = door.ask("hazard", **question.arguments)
    if question.by:
        frame = frame[frame[question.by].isna() if value is None else frame[question.by] == value]
    if frame.empty:
        st.caption(f"Nobody's first {grain} is over yet.")
        return []
    st.markdown(f"**{formats.literal(risk_sentence(frame, grain))}**")
    look = {k: v for k, v in chart.look_of("share").items() if k in ("look", "minimum_n", "locale")}
    drawing = chart.listed(charts.hazards(frame, grain=grain, **look), chart.RETENTION)
    chart.show(
        drawing, key="hazard", name=f"churn hazard by {grain} of life",
        hint=f"Of those who begin a {grain} of their life, the share who leave in it, with its 95 % interval (Wilson). "
        f"Orange: it stands out. Pale: fewer than {look['minimum_n']} at risk.",
    )  # fmt: skip
    download.table(frame, key="hazard_table", name=f"churn hazard by {grain}", label="Download the hazards")
    return rises(frame)


def projection(question: Question, value: Any, rising: list[int]) -> None:
    """Show the projection with its band, and how wrong it was on the periods held out."""
    grain = question.grain
    st.subheader("How many will still be here", anchor=False)
    options = [str(n) for n in AHEAD]
    given = state.get("ahead")
    ahead = given if given in options else "12"
    st.selectbox(
        "Projected ahead", options, format_func=lambda n: formats.plural(int(n), grain), width=160,
        **state.bind("ahead", value=ahead),
    )  # fmt: skip
    try:
        values = {question.by: value} if question.by else None
        made = door.ask("projection", ahead=int(ahead), by_values=values, **question.arguments)
    except NotComputableError as error:
        errors.show(error)
        return
    said = projection_sentences(made, grain, rising)
    st.markdown(f"**{formats.literal(said[0])}** {formats.literal(' '.join(said[1:]))}")
    locale = str(formats.locale())
    drawing = charts.projection(made.curve, made.held_out, grain=grain, look=chart.theme(), locale=locale)
    chart.show(
        chart.listed(drawing, chart.RETENTION), key="projection", name=f"survival projected by {grain}",
        hint="Shifted-beta-geometric model (Fader and Hardie, 2007), fitted on all that is known; band: 95 % for "
        f"customers like these (profile likelihood). alpha = {made.fit.alpha:.3g}, beta = {made.fit.beta:.3g}.",
    )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        download.table(made.curve, key="projection_table", name="projection", label="Download the projection")
        if len(made.held_out):
            download.table(made.held_out, key="held_out", name="projection held out", label="Download the trial")
