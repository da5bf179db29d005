"""Changing something on the To do page: kept, said, and undone on a press."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from cs_metrics.errors import CSMetricsError
from pages._ui import errors, formats

DONE = "_todo_done"
ROUND = "_todo_round"
FAILED = "_todo_failed"


def do(action: Callable[[], Any], said: str, undo: Callable[[Any], Any] | None = None) -> bool:
    """Do something, and remember how it is undone: `undo` gets what the action returned. An error is shown at the head
    of the next run. Returns whether it was done; for callbacks of buttons."""
    try:
        made = action()
    except CSMetricsError as error:
        st.session_state[FAILED] = error
        return False
    st.session_state[DONE] = {"said": said, "undo": undo and (lambda: undo(made))}
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    return True


def now(key: str) -> str:
    """Return the key of a widget that begins anew after each change."""
    return f"{key}_{st.session_state.get(ROUND, 0)}"


def bar() -> None:
    """Say what was done last, and offer to undo it."""
    failed = st.session_state.pop(FAILED, None)
    if failed is not None:
        errors.show(failed)
    done = st.session_state.get(DONE)
    if not done:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(f":material/check: {formats.literal(done['said'])}", width="stretch")
        if done["undo"]:
            st.button("Undo", icon=":material/undo:", key="undo_todo", on_click=_undo)


def _undo() -> None:
    done = st.session_state.pop(DONE)
    do(done["undo"], "Taken back.")
