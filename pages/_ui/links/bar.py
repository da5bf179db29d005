"""What stands above a page that was opened by a shared link: what it is, from whom, how new, and what it leaves out."""

from __future__ import annotations

import streamlit as st

from cs_metrics.api.links.shared import Opened
from pages._ui import formats


def show(held: Opened) -> None:
    """Show the bar."""
    with st.container(border=True, key="link_bar", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{formats.literal(held.title or 'Shared page')}**", width="content")
            st.badge("Shared, read-only", icon=":material/link:", color="blue")
            if held.frozen:
                st.badge(f"Frozen: version {held.view.number}", icon=":material/ac_unit:", color="violet")
            else:
                st.badge("Live: the latest data", icon=":material/update:", color="green")
        if held.changed:
            st.warning(formats.literal(held.changed), icon=":material/history_toggle_off:")
        if held.note:
            st.write(formats.literal(held.note))
        st.caption(" ".join(_told(held)))


def _told(held: Opened) -> list[str]:
    """Return in sentences who shared it, until when, and that it is not everything."""
    told = []
    if held.created_by:
        told.append(f"Shared by {formats.literal(held.created_by)}.")
    if held.expires_at:
        told.append(f"Opens until {formats.day(held.expires_at.date())}.")
    if held.filters == "hidden":
        told.append("It shows a part of the data.")
    if held.hidden:
        told.append("Some columns are left out.")
    if held.masked:
        told.append("Some names are replaced by made-up ones, the same throughout.")
    if held.least:
        told.append(f"What counts fewer than {held.least} is not shown.")
    return told
