"""Making a workspace from a page, and telling its maker where it is called otherwise than they asked for."""

from __future__ import annotations

import streamlit as st

from pages._ui import formats, routes, state
from pages._ui.people import workspaces

NAMED = "_named"


def begin(name: str) -> None:
    """Make a workspace and go to its Data page. Raises WorkspaceError when the name cannot be used."""
    made = workspaces.create(name)
    note(name, made)
    st.switch_page(routes.pages()["data"], query_params={"ws": made})


def note(asked: str, made: str) -> None:
    """Keep for the next page what was asked for and what it is called."""
    st.session_state[NAMED] = (" ".join(asked.split()), made)


def said() -> None:
    """Say once that a new workspace is called otherwise than was asked for."""
    asked, made = st.session_state.get(NAMED, ("", ""))
    if made != state.workspace():
        return
    del st.session_state[NAMED]
    if asked and asked != made:
        st.info(
            f"Your workspace is called **{formats.literal(made)}**: '{formats.literal(asked)}' cannot be had on this "
            "server.", icon=":material/label:",
        )  # fmt: skip
