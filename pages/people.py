"""People: who may do what in this workspace, what was done by whom; how it, or a customer, goes for good."""

import streamlit as st

from pages._ui import audit_parts, door, errors, people_parts, shell, state

shell.guard()

shell.head("People", about="Of this workspace: each other one has people of its own.")
views = {"people": "People"}
if door.may("audit"):
    views["log"] = "What was done"
chosen = state.get("view") if state.get("view") in views else "people"
if len(views) > 1:
    st.segmented_control(
        "View", list(views), format_func=views.get, required=True, label_visibility="collapsed",
        **state.bind("view", value=chosen),
    )  # fmt: skip

with errors.shown():
    if chosen == "log":
        audit_parts.show()
    else:
        people_parts.show()
