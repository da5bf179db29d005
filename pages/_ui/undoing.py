"""What was done last, with a way to undo it. It is offered in the workspace that it was done in, and in no other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from cs_metrics.errors import CSMetricsError
from pages._ui import errors, formats, state


class Undoing:
    """The changes of one kind ("note"), in the session of whoever makes them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._done, self._round, self._failed = f"_{name}_done", f"_{name}_round", f"_{name}_failed"

    def do(self, action: Callable[[], Any], said: str, undo: Callable[[Any], Any] | None = None, of: str = "") -> bool:
        """Do something, and remember how it is undone: `undo` gets what the action returned. `of`: what it was done to,
        as in `bar`. An error is shown by the next `failure`. Returns whether it was done; for callbacks of buttons."""
        try:
            made = action()
        except CSMetricsError as error:
            st.session_state[self._failed] = error
            return False
        st.session_state[self._done] = {
            "of": (state.workspace(), of), "said": said, "undo": undo and (lambda: undo(made)),
        }  # fmt: skip
        st.session_state[self._round] = st.session_state.get(self._round, 0) + 1
        return True

    def now(self, key: str) -> str:
        """Return the key of a widget that begins anew after each change: what is open closes."""
        return f"{key}_{st.session_state.get(self._round, 0)}"

    def failure(self) -> None:
        """Say once why the last change was not made."""
        failed = st.session_state.pop(self._failed, None)
        if failed is not None:
            errors.show(failed)

    def bar(self, of: str = "") -> None:
        """Say what was done last to this, or why it was not, and offer to undo it."""
        self.failure()
        done = st.session_state.get(self._done)
        if not done or done["of"] != (state.workspace(), of):
            return
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(f":material/check: {formats.literal(done['said'])}", width="stretch")
            if done["undo"]:
                st.button("Undo", icon=":material/undo:", key=f"undo_{self._name}", on_click=self._undo, args=(of,))

    def deleted(self, noun: str, rows: list[dict[str, Any]], restore: Callable[[str], Any]) -> None:
        """List what was deleted (`noun`: its id in a row, and what it is called), each to be brought back."""
        if not rows:
            return
        with st.expander(formats.plural(len(rows), f"deleted {noun}"), icon=":material/restore_from_trash:"):
            for row in rows:
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.markdown(formats.literal(row["name"]), width="stretch")
                    st.button(
                        "Bring it back", type="tertiary", key=f"{noun}_back_{row[noun]}", on_click=self.do,
                        args=(partial(restore, row[noun]), f"{row['name']} is back."),
                    )  # fmt: skip

    def _undo(self, of: str) -> None:
        done = st.session_state.pop(self._done)
        self.do(done["undo"], "Taken back.", of=of)
