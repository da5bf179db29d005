"""What a page says whose numbers hang on who has left, where the files disagree on that."""

from __future__ import annotations

import streamlit as st

from cs_metrics.definitions import BY_NAME
from pages._ui import door, formats, shell


def show() -> None:
    """Say of how many customers the files say different things, whom the numbers believe, and where to decide."""
    found = door.ask("departures")
    if found.empty:
        return
    believed = BY_NAME["leaving_source"].choice(door.settings()["leaving_source"]).label
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="leaving_hint"):
        st.caption(
            f":orange[:material/warning:] The files disagree on whether {formats.plural(len(found), 'customer')} left. "
            f"These numbers take {believed}.",
            width="content",
        )
        label = "See and decide" if door.may("set_settings") else "See who"
        shell.link("data", label, icon=":material/balance:", view="who")
