"""Who changed which follow-up when, and the way to take a change back."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._ui import door, errors, formats

WHO = "_follow_up_who"
SHOWN = 10


def show() -> None:
    """Show the latest changes, each with what it did; those that hold can be undone."""
    history = door.workspace().follow_up_history()
    if history.empty:
        return
    changes = [part for _, part in history.groupby("change", sort=False)][::-1]
    latest = changes[0]
    label = f"Last change {formats.instant(latest['changed_at'].iloc[0])}{_by(latest)}"
    with st.expander(formats.literal(label), icon=":material/history:", key="follow_up_log"):
        for part in changes[:SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                when = formats.instant(part["changed_at"].iloc[0])
                st.markdown(formats.literal(f"{when}{_by(part)}: {_what(part)}"), width="stretch")
                change = str(part["change"].iloc[0])
                if part["undone"].iloc[0]:
                    st.caption("undone", width="content")
                elif door.may("undo_follow_ups"):
                    st.button("Undo", icon=":material/undo:", type="tertiary", key=f"undo_{change}",
                              on_click=_undo, args=(change,))  # fmt: skip
        if len(changes) > SHOWN:
            st.caption(f"The latest {SHOWN} of {formats.plural(len(changes), 'change')}.")


def _by(part: pd.DataFrame) -> str:
    who = part["who"].iloc[0]
    return f" by {who}" if who else ""


def _what(part: pd.DataFrame) -> str:
    """Say what a change did: of one follow-up in full, of several how many."""
    if len(part) > 1:
        return f"{formats.count(len(part))} answers"
    row = part.iloc[0]
    told = [f"{name} {row[name] or 'nobody'}" for name in ("state", "owner") if not formats.is_missing(row[name])]
    told += [f"note '{row['note']}'"] if not formats.is_missing(row["note"]) else []
    whose = "" if formats.is_missing(row["customer_id"]) else f"{row['customer_id']}: "
    return whose + ", ".join(told)


def _undo(change: str) -> None:
    with errors.shown():
        count = door.workspace().undo_follow_ups(change, who=st.session_state.get(WHO, "").strip())
        st.toast(f"Taken back: {formats.plural(count, 'answer')}.", icon=":material/undo:")
