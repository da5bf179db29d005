"""Deleting a workspace: what would go is shown first, its name typed again, and a proof is left."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cs_metrics.errors import CSMetricsError
from pages._ui import door, errors, formats, state
from pages._ui.people import erase_parts, workspaces

LOOKED = "_delete_looked"
PROOF = "_deleted_proof"


def show() -> None:
    """Offer to delete the workspace."""
    st.subheader("Delete this workspace", anchor=False)
    st.markdown(
        "Files, versions, settings, people, links and what was done: all of it goes, for everyone in it. "
        "**Nobody can undo it.**"
    )
    if st.button("Show what would go", key="delete_look", icon=":material/search:"):
        st.session_state[LOOKED] = (state.workspace(), door.workspace().deletion())
    name, found = st.session_state.get(LOOKED, ("", None))
    if found is None or name != state.workspace():
        return
    with st.container(border=True, gap="small", key="delete_confirm"):
        erase_parts.listing(found.went, key="delete_plan", name=f"what would go of {name}")
        with st.form("delete_form", border=False):
            typed = st.text_input(f"Type {name} to confirm", key="delete_typed", autocomplete="off")
            pressed = st.form_submit_button("Delete for good", type="primary", icon=":material/delete_forever:")
    if not pressed:
        return
    if typed.strip() != name:
        st.error("That is not the workspace's name: nothing was deleted.", icon=":material/error:")
        return
    _delete()


def _delete() -> None:
    try:
        with st.spinner("Deleting …"):
            proof = door.workspace().delete()
    except CSMetricsError as error:
        errors.show(error)
        return
    workspaces.forget_roles()
    st.session_state.pop(LOOKED, None)
    st.session_state[PROOF] = proof
    # the page of the people of the sample, which has no more of this workspace in it than the proof
    st.query_params.from_dict({"ws": workspaces.SAMPLE})
    st.rerun()


def proof() -> None:
    """After a workspace was deleted: say so once more on each visit of the page, until it is put away."""
    done: Any = st.session_state.get(PROOF)
    if done is None:
        return
    with st.container(border=True, gap="small", key="deleted"):
        st.markdown(f":material/verified: **The workspace {formats.literal(done.name)} is deleted.** This went:")
        erase_parts.listing(done.went, key="deleted_table", name=f"deletion of {done.name}")
        erase_parts.advice(done, f"deletion-{done.deletion}")
        st.button("Put it away", type="tertiary", icon=":material/close:", on_click=st.session_state.pop, args=(PROOF,))
