"""Feedback: what customers answer and write. The score, who answered, what they did then, and why."""

import streamlit as st

from pages._ui import (
    door,
    empty,
    errors,
    feedback_after,
    feedback_heard,
    feedback_loop,
    feedback_parts,
    feedback_score,
    feedback_why,
    feedback_words,
    filter_bar,
    shell,
)

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
        "score": feedback_score.show,
        "heard": feedback_heard.show,
        "after": feedback_after.show,
        "why": feedback_why.show,
        "words": feedback_words.show,
        "loop": feedback_loop.show,
    }[section](survey, kpi, asked)
