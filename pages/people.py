"""People: who may do what in this workspace, what was done by whom; how it, or a customer, goes for good."""

import streamlit as st

from pages._ui import door, errors, shell, state
from pages._ui.people import audit_parts, delete_parts, erase_parts, people_parts, workspaces

shell.guard()

shell.head("People", about="Of this workspace: each other one has people of its own.")
delete_parts.proof()
views = {"people": "People"}
if door.may("audit"):
    views["log"] = "What was done"
if door.may("delete") and state.workspace() != workspaces.SAMPLE:
    views["gone"] = "Erase and delete"
chosen = state.get("view") if state.get("view") in views else "people"
if len(views) > 1:
    st.segmented_control(
        "View", list(views), format_func=views.get, required=True, label_visibility="collapsed",
        **state.bind("view", value=chosen),
    )  # fmt: skip

with errors.shown():
    if chosen == "log":
        audit_parts.show()
    elif chosen == "gone":
        erase_parts.show()
        delete_parts.show()
    else:
        people_parts.show()
