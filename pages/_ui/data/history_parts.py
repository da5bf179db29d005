"""The history of each source: when its files were loaded, what they changed, and the way back to what was before."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages._ui import door, formats, state
from pages._ui.people import workspaces

MODES = {"append": "added", "replace": "table replaced", "upsert": "updated by key"}


def show() -> None:
    """Show, for each source, its loads, the latest first; each can be made the newest version again by one click."""
    loads = door.workspace().source_history()
    if loads.empty:
        return
    st.subheader("History of each source", anchor=False)
    latest = door.latest_number()
    for (origin, table), rows in loads.groupby(["origin", "table"], sort=False):
        last = rows.iloc[0]
        label = f"{formats.literal(last['source'])} → {table}: {formats.plural(len(rows), 'load')}"
        key = f"history_{origin}_{table}"
        with st.expander(f"{label}, last {formats.instant(last['loaded_at'])}", key=key, on_change="rerun") as opened:
            if opened.open:
                for row in rows.to_dict("records"):
                    _line(row, latest, key)


def _line(row: dict[str, Any], latest: int | None, key: str) -> None:
    number = int(row["version"])
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        who = f" by {formats.literal(row['who'])}" if row["who"] else ""
        parts = [f"{formats.plural(int(row['loaded']), 'row')} loaded", MODES[row["mode"]]]
        if row["replaced"]:
            parts.append(f"{formats.plural(int(row['replaced']), 'earlier row')} gave way")
        if row["rejected"]:
            parts.append(f"{formats.count(row['rejected'])} rejected")
        text = f"**Version {number}**, {formats.instant(row['loaded_at'])}{who}: {formats.literal(row['source'])}"
        st.markdown(f"{text} :gray[({', '.join(parts)})]", width="stretch")
        if number != latest and state.workspace() != workspaces.SAMPLE and door.may("restore"):
            st.button(
                "Back to this version", key=f"back_{key}_{number}_{row['source']}", type="tertiary",
                icon=":material/undo:", on_click=back_to, args=(number,),
                help="The whole workspace as it was then becomes the newest version. Nothing is deleted.",
            )  # fmt: skip


def back_to(number: int) -> None:
    """Make an earlier version the newest again, and show it."""
    newest = door.workspace().restore(number)
    state.update(v=str(newest.number))
