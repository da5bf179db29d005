"""Data: load spreadsheets, check what they become, publish; see what is loaded, and its versions."""

import streamlit as st

from pages._ui import door, errors, leave, shell, state
from pages._ui.data import load_parts, publish_parts, version_parts, who_parts
from pages._ui.people import workspaces
from pages._ui.serving import access

shell.guard()

shell.head("Data")
loaded = door.version_or_none() is not None
sample = state.workspace() == workspaces.SAMPLE
loads = not sample and leave.given("publish", "load files")
views = ({"load": "Load files"} if loads else {}) | (version_parts.NAMES if loaded else {})
publish_parts.success()
if sample and access.may_create():
    load_parts.own_workspace()
if not views:
    st.stop()
if len(views) > 1:
    chosen = state.get("view") if state.get("view") in views else next(iter(views))
    st.segmented_control(
        "View", list(views), format_func=views.get, required=True, label_visibility="collapsed",
        **state.bind("view", value=chosen),
    )  # fmt: skip
else:
    chosen = "load"

with errors.shown():
    if chosen == "load":
        load_parts.steps(loaded)
        load_parts.drop()
        plan = load_parts.plan_in_progress()
        if plan is not None:
            load_parts.review(plan)
            publish_parts.publish(plan)
    elif chosen == "files":
        version_parts.files()
    elif chosen == "who":
        who_parts.show()
    elif chosen == "coverage":
        version_parts.computable()
    else:
        version_parts.versions()
