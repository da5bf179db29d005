"""What customers wrote in answer to a survey: its largest themes, and every comment."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cs_metrics.api.answering import contacts
from cs_metrics.kpis import KPI
from pages._ui import door, download, formats, frames, shell, state
from pages._ui.feedback import feedback_parts
from pages._ui.filter_bar import Asked
from pages._ui.texts import cards, pins, theme_parts

COMMENTS_SHOWN = 500
THEMES_SHOWN = 3


def show(survey: str, kpi: KPI, asked: Asked) -> None:
    """Show what the comments are about, and each comment."""
    pins.UNDOING.bar()
    themes(theme_parts.of_survey(asked, survey))
    st.subheader("Every comment", anchor=False)
    comments(survey, asked)


def themes(question: theme_parts.Question) -> None:
    """Show the largest themes of the comments, and the way to all of them."""
    if question.counts().empty:
        shell.link("texts", "What customers say elsewhere", icon=":material/format_quote:")
        return
    theme_parts.headline(question)
    for row in question.themes().query("texts > 0").head(THEMES_SHOWN).to_dict("records"):
        cards.card(question, row)
    shell.link("texts", "All themes of these comments", icon=":material/format_quote:", **question.address)


def comments(survey: str, asked: Asked) -> None:
    """Show what was written, searchable, with the file and row of each comment."""
    words = st.text_input(
        "Search the comments",
        placeholder="A word or a phrase",
        icon=":material/search:",
        **state.bind("say"),
        width=360,
    )
    frame = door.ask("comments", survey, contains=words or "", limit=COMMENTS_SHOWN, **feedback_parts.given(asked))
    frame = contacts.mask(door.workspace(), frame, ("customer_id",))
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
    frames.show(
        shown, height=min(38 + 35 * len(shown), 420), alt="Comments, the latest first",
        column_config={
            "Comment": st.column_config.TextColumn(width="large"),
            "Score": st.column_config.NumberColumn(width=60, format="%g"),
        },
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        more = "the latest " if len(frame) == COMMENTS_SHOWN else ""
        st.caption(f"{more}{formats.plural(len(frame), 'comment')}".capitalize() + ".", width="stretch")
        download.table(frame, key="comments", name=f"{survey} comments")
