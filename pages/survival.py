"""Survival: how long customers stay, which groups stay longer, when they leave, and how many will still be here."""

import streamlit as st

from cs_metrics.errors import NotComputableError
from pages._ui import door, empty, errors, filter_bar, leaving_hint, shell
from pages._ui.survival import ahead, survival_parts

shell.guard()

shell.head("Survival")
if door.version_or_none() is None:
    empty.no_data()
asked = filter_bar.show(period=survival_parts.in_period())
question = survival_parts.controls(asked)
with errors.shown():
    try:
        curve = survival_parts.curve(question)
    except NotComputableError as error:
        empty.needs("How long customers stay", error.needs, any_of=True)
        st.stop()
    if curve.empty:
        empty.nothing("No customer's life begins in this period.", "Choose a longer period.")
        st.stop()
    leaving_hint.show()
    survival_parts.headline(question)
    survival_parts.stairs(question, curve)
    survival_parts.who(question, curve)
    group = ahead.group(question, curve)
    with errors.shown():
        rising = ahead.hazards(question, group)
        ahead.projection(question, group, rising)
    survival_parts.computed(question)
