"""The parts of the Feedback page that are not those of every KPI: shares, distribution, comments."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import charts
from pages._ui import chart, door, download, empty, formats, state
from pages._ui.filter_bar import Asked

SURVEYS = {
    "nps": ("NPS", "net_promoter_score"),
    "csat": ("Satisfaction (CSAT)", "customer_satisfaction_score"),
    "ces": ("Effort (CES)", "customer_effort_score"),
}
KINDS = {"promoters": "promoters (9 and 10)", "passives": "passives (7 and 8)", "detractors": "detractors (0 to 6)"}
COMMENTS_SHOWN = 500


def choose() -> tuple[str, Any]:
    """Let the reader choose a survey; return its name and its KPI. The first that can be computed is the default."""
    lacking = door.needs()
    able = [name for name, (_, kpi_id) in SURVEYS.items() if not lacking.get(kpi_id)]
    chosen = state.get("survey") if state.get("survey") in SURVEYS else (able or list(SURVEYS))[0]
    st.segmented_control(
        "Survey", list(SURVEYS), format_func=lambda s: SURVEYS[s][0], required=True, label_visibility="collapsed",
        **state.bind("survey", value=chosen),
    )  # fmt: skip
    return chosen, door.kpi(SURVEYS[chosen][1])


def shares(survey: str, asked: Asked) -> None:
    """Say the three shares behind the NPS, and draw them over time."""
    if survey != "nps":
        return
    frame = _nps(asked, asked.question.grain)
    if frame.empty or not frame["n"].sum():
        return
    chart.show(
        charts.shares(frame, grain=asked.question.grain or "month", look=chart.theme(), locale=str(formats.locale())),
        key="shares", name=f"nps shares by {asked.question.grain}",
    )  # fmt: skip


def segment_shares(survey: str, asked: Asked) -> None:
    """Draw the three shares for each segment of the attribute that the page is split by."""
    names = [a.name for a in door.splits({"survey_responses"})]
    if survey != "nps" or not names:
        return
    by = state.get("by") if state.get("by") in names else names[0]
    frame = _nps(asked, None, by)
    if len(frame):
        chart.show(
            charts.shares(frame, by=by, look=chart.theme(), locale=str(formats.locale())),
            key="segment_shares", name=f"nps shares by {by}",
        )  # fmt: skip


def distribution(survey: str, asked: Asked) -> None:
    """Draw how many gave each answer, for each scale that was asked."""
    frame = door.ask("distribution", survey, **_range(asked))
    if frame.empty:
        empty.nothing("No answers.", "Nobody answered in this period.")
        return
    for scale, part in frame.groupby("scale", sort=False):
        if frame["scale"].nunique() > 1:
            st.caption(f"Asked on the scale {formats.literal(str(scale).replace('-', ' to '))}")
        drawing = charts.distribution(part, look=chart.theme(), locale=str(formats.locale()))
        chart.show(drawing, key=f"distribution_{scale}", name=f"{survey} answers {scale}")


def comments(survey: str, asked: Asked) -> None:
    """Show what was written, searchable, with the file and row of each comment."""
    words = st.text_input(
        "Search the comments",
        placeholder="A word or a phrase",
        icon=":material/search:",
        **state.bind("say"),
        width=360,
    )
    frame = door.ask("comments", survey, contains=words or "", limit=COMMENTS_SHOWN, **_range(asked))
    if frame.empty:
        st.caption("No comment." if not words else f"No comment says '{formats.literal(words)}'.")
        return
    shown = pd.DataFrame(
        {
            "When": [formats.day(when) for when in frame["responded_at"]],
            "Score": frame["score"],
            "Comment": frame["comment"],
            "Customer": frame["customer_id"],
            "Channel": frame["channel"],
            "File": frame["_source"],
            "Row": frame["_row"],
        }
    ).dropna(axis="columns", how="all")
    st.dataframe(
        shown, hide_index=True, height=min(38 + 35 * len(shown), 420), alt="Comments, the latest first",
        column_config={
            "Comment": st.column_config.TextColumn(width="large"),
            "Score": st.column_config.NumberColumn(width=60, format="%g"),
        },
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        more = "the latest " if len(frame) == COMMENTS_SHOWN else ""
        st.caption(f"{more}{formats.plural(len(frame), 'comment')}".capitalize() + ".", width="stretch")
        download.table(frame, key="comments", name=f"{survey} comments")


def _nps(asked: Asked, grain: str | None, by: str | None = None) -> pd.DataFrame:
    return door.ask("nps", grain=grain, by=by, **_range(asked))


def _range(asked: Asked) -> dict[str, Any]:
    given = asked.question.arguments()
    return {name: given[name] for name in ("where", "since", "until")}
