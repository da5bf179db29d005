"""Feedback: what customers answer and write. The score, who answered, what they did then, and why."""

import streamlit as st

from pages._ui import door, empty, errors, filter_bar, shell
from pages._ui.feedback import after, feedback_parts, heard, loop, score, why, words

shell.guard()

shell.head("Feedback")
if door.version_or_none() is None:
    empty.no_data()
asked = filter_bar.show(compare=True)
survey, kpi = feedback_parts.choose()
missing = door.needs().get(kpi.id, ())
if missing:
    empty.needs(kpi.name, missing)
    st.stop()
section = feedback_parts.section()
with errors.shown():
    {
        "score": score.show,
        "heard": heard.show,
        "after": after.show,
        "why": why.show,
        "words": words.show,
        "loop": loop.show,
    }[section](survey, kpi, asked)
