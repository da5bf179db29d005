"""What the parts of the page 'What they say' share: what is asked of texts, where they come from, what they tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.analysis.feedback.said import theme_words
from pages._ui import door, download, empty, formats, frames, state
from pages._ui.feedback import feedback_parts
from pages._ui.filter_bar import Asked
from pages._ui.texts import pins

SECTIONS = {
    "themes": ":material/category: Themes",
    "time": ":material/timeline: Over time",
    "origins": ":material/forum: Where it was said",
    "texts": ":material/search: All texts",
}
ORIGINS = {
    "survey": "Surveys",
    "ticket": "Tickets",
    "churn": "On leaving",
    "contact": "Calls and meetings",
    "mention": "Mentions",
}
STRETCH = 90
NEEDS = ("survey_responses.comment", "tickets.description", "touchpoints.notes", "mentions.text")
# a long word breaks, and a text that runs from right to left does so
STYLE = """<style>
[class*="st-key-quote_"] { border-left: 3px solid color-mix(in srgb, currentColor 18%, transparent);
  padding-left: 0.8rem; }
[class*="st-key-quote_"] p { unicode-bidi: plaintext; text-align: start; overflow-wrap: anywhere; }
</style>"""


@dataclass(frozen=True)
class Question:
    """What is asked of texts: `given`, what all questions take; `survey`, whose score themes have; the filter bar's
    grain; `address`: the origin and kind as the address of 'What they say' has them; `elsewhere`: another page asks."""

    given: dict[str, Any]
    survey: str
    grain: str
    address: dict[str, str]
    elsewhere: bool = False

    def themes(self) -> pd.DataFrame:
        """Return the themes, the largest first, with how they moved of late."""
        return door.ask("themes", survey=self.survey, days=STRETCH, **self.given)

    def trend(self) -> pd.DataFrame:
        """Return the themes over time."""
        return door.ask("theme_trend", self.grain, **self.given)

    def counts(self, **chosen: Any) -> pd.DataFrame:
        """Return how many texts there are of each kind."""
        return door.ask("text_counts", **chosen, **self.given)


def ask(asked: Asked) -> Question:
    """Let the reader choose where texts come from; return what is asked. Stops the page where there are none."""
    given = {**feedback_parts.given(asked), "pins": pins.pins()}
    counts = door.ask("text_counts", **given)
    if counts.empty:
        if door.ask("text_counts").empty:
            empty.needs("What they say", NEEDS)
        else:
            empty.nothing("Nobody wrote anything.", "Choose a longer period, or clear the filters.")
        st.stop()
    sizes = counts.groupby("origin")["texts"].sum()
    there = [origin for origin in ORIGINS if origin in sizes]
    chosen = state.get("origin") if state.get("origin") in there else ""
    if len(there) > 1:
        st.segmented_control(
            "Where texts come from", ["", *there], required=True, label_visibility="collapsed",
            format_func=lambda o: f"{ORIGINS[o]} · {formats.count(sizes[o])}" if o
            else f"Everywhere · {formats.count(sizes.sum())}",
            **state.bind("origin", value=chosen),
        )  # fmt: skip
    kinds = counts[counts["origin"] == chosen].set_index("kind")["texts"]
    own = list(kinds.index)
    kind = state.get("kind") if state.get("kind") in own else ""
    if len(own) > 1:
        st.segmented_control(
            "Kind", ["", *own], required=True, label_visibility="collapsed",
            format_func=lambda k: f"{formats.literal(kind_name(k))} · {formats.count(kinds[k])}" if k else "All kinds",
            **state.bind("kind", value=kind),
        )  # fmt: skip
    address = {"origin": chosen, "kind": kind}
    return Question({**given, "origins": kind or chosen or None}, survey(), asked.question.grain or "month", address)


def of_survey(asked: Asked, name: str) -> Question:
    """Return what is asked of the comments of one survey."""
    given = {**feedback_parts.given(asked), "pins": pins.pins(), "origins": name}
    address = {"origin": "survey", "kind": name}
    return Question(given, name, asked.question.grain or "month", address, elsewhere=True)


def survey() -> str:
    """Return the survey whose score themes have: the first that has answers."""
    lacking = door.needs()
    able = [name for name, (_, kpi_id) in feedback_parts.SURVEYS.items() if not lacking.get(kpi_id)]
    return (able or ["nps"])[0]


def section() -> str:
    """Let the reader choose a part of the page, and return its name."""
    chosen = state.get("show") if state.get("show") in SECTIONS else "themes"
    st.segmented_control(
        "Part of the page", list(SECTIONS), format_func=SECTIONS.get, required=True, label_visibility="collapsed",
        **state.bind("show", value=chosen),
    )  # fmt: skip
    return chosen


def headline(question: Question) -> None:
    """Say how many texts there are, what is new and what grows, and what cannot be judged."""
    st.html(STYLE)
    counts, themes = question.counts(), question.themes()
    said = theme_words.headline(counts, question.counts(unthemed=True), themes)
    st.markdown(f"**{formats.literal(said)}**")
    for line in theme_words.news(themes, f"the last {STRETCH} days"):
        st.markdown(formats.literal(line))
    notes = [theme_words.languages(counts)]
    if not door.workspace().settings["mask_contacts"]:
        notes.append("E-mail addresses and phone numbers are shown: the settings of this workspace do not mask them.")
    for note in filter(None, notes):
        st.caption(f":material/info: {formats.literal(note)}")


def origins(question: Question) -> None:
    """Show how much was said where, and in which tone."""
    frame = question.counts()
    shown = pd.DataFrame(
        {
            "Where": [ORIGINS.get(o, kind_name(o)) for o in frame["origin"]],
            "Kind": [kind_name(k) for k in frame["kind"]],
            "Texts": frame["texts"],
            "Customers": frame["customers"],
            "Tone": [theme_words.tone(row) or formats.NOTHING for row in frame.to_dict("records")],
            "In English": frame["english"],
        }
    )
    frames.show(shown, height="content", alt="Texts by where they were said")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "Tone is that which a contact or a mention has in the file, else VADER's, of English texts alone.",
            width="stretch",
        )
        download.table(shown, key="text_origins", name="texts by where they were said")


def kind_name(kind: str) -> str:
    """Return a kind of text as a person says it: 'NPS', 'Focus group'."""
    if kind in feedback_parts.SURVEYS:
        return feedback_parts.SURVEYS[kind][0]
    return kind.upper() if kind in ("qbr", "ebr") else kind.replace("_", " ").capitalize()
