"""Every text, searched and filtered, page by page, each with the file and row it came from."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.analysis.feedback.answers import CATEGORIES
from cs_metrics.analysis.feedback.said.searched import sentence
from cs_metrics.api.answering import contacts
from pages._ui import door, download, formats, quotes, state
from pages._ui.texts.cards import page_of, pages
from pages._ui.texts.theme_parts import Question

A_PAGE = 20
TONES = ("positive", "neutral", "negative")
NONE = "About no theme"
HINT = 'All of the words, wherever a word begins so; "a phrase" in quotation marks; -word leaves out texts with it.'
MOST_DOWNLOADED = 100_000


def show(question: Question) -> None:
    """Show what is searched for."""
    chosen = _controls(question)
    n = int(question.counts(**chosen)["texts"].sum())
    said = _said(chosen)
    if not n:
        st.markdown(f"No text {formats.literal(said)}." if said else "No text.")
        return
    place = page_of(n, A_PAGE)
    first, last = place * A_PAGE + 1, min(n, (place + 1) * A_PAGE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{formats.plural(n, 'text')}** {formats.literal(said)}".rstrip()
            + f", the latest first; {formats.count(first)} to {formats.count(last)} are shown.",
            width="stretch",
        )
        download.table(lambda: _all(question, chosen), key="texts_table", name="what they say", numbers=False)
    frame = door.ask("texts", limit=A_PAGE, offset=place * A_PAGE, **chosen, **question.given)
    for number, row in enumerate(frame.to_dict("records")):
        with st.container(border=True, gap=None):
            quotes.show(row, key=f"text_{number}", whole=True)
    pages(n, A_PAGE, place)


def _all(question: Question, chosen: dict[str, Any]) -> pd.DataFrame:
    """Return every text chosen, as it is downloaded; of ids that are e-mail addresses too nothing leaves."""
    found = door.view().texts(limit=MOST_DOWNLOADED, **chosen, **question.given)
    found["themes"] = found["themes"].map(", ".join)
    return contacts.mask(door.workspace(), found, ("customer_id",))


def _controls(question: Question) -> dict[str, Any]:
    """Show the search and the filters; return them as questions take them."""
    themes = question.themes()["theme"].tolist()
    theme = state.get("theme") if state.get("theme") in themes else NONE if state.get("bare") else ""
    categories = CATEGORIES[question.survey]
    tone = state.get("tone") if state.get("tone") in TONES else ""
    category = state.get("as") if state.get("as") in categories else ""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="text_controls"):
        st.session_state["text_say"] = state.get("say")
        words = st.text_input("Search", placeholder='export slow, "a phrase", -without', icon=":material/search:",
                              help=HINT, key="text_say", on_change=_searched, width=320)  # fmt: skip
        st.session_state["text_theme"] = theme
        st.selectbox("About", ["", *themes, NONE], key="text_theme", on_change=_themed, width=210,
                     format_func=lambda t: t or "Anything")  # fmt: skip
        st.session_state["text_tone"] = tone
        st.selectbox("Tone", ["", *TONES], key="text_tone", on_change=_changed, args=("tone", "text_tone"), width=130,
                     format_func=lambda t: t.capitalize() or "Any")  # fmt: skip
        st.session_state["text_as"] = category
        st.selectbox("Answered as", ["", *categories], key="text_as", on_change=_changed, args=("as", "text_as"),
                     width=150, format_func=lambda c: c.capitalize() or "Any or none")  # fmt: skip
    found: dict[str, Any] = {"contains": words or ""}
    if theme == NONE:
        found["unthemed"] = True
    elif theme:
        found["theme"] = theme
    if tone:
        found["tone"] = tone
    if category:
        found |= {"category": category, "survey": question.survey}
    return found


def _said(chosen: dict[str, Any]) -> str:
    """Return what is chosen, in words: "with 'export', about 'exports', in a negative tone, by detractors"."""
    parts = [sentence(chosen["contains"])]
    parts.append("about no theme" if chosen.get("unthemed") else "")
    parts.append(f"about '{chosen['theme']}'" if chosen.get("theme") else "")
    parts.append(f"in a {chosen['tone']} tone" if chosen.get("tone") else "")
    parts.append(f"answered as {chosen['category']}" if chosen.get("category") else "")
    return ", ".join(filter(None, parts))


def _searched() -> None:
    state.update(say=st.session_state["text_say"], page=None)


def _themed() -> None:
    chosen = st.session_state["text_theme"]
    state.update(theme=None if chosen == NONE else chosen, bare="1" if chosen == NONE else None, page=None)


def _changed(name: str, key: str) -> None:
    state.update(**{name: st.session_state[key], "page": None})
