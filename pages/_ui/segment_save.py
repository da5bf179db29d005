"""Saving the customers of a list as a segment, with the way to where it can be used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from cs_metrics.errors import CSMetricsError
from pages._ui import door, errors, formats, shell

LONGEST = 80


def popover(what: str, customers: Iterable[Any], *, key: str, units: str = "customers") -> None:
    """Show the button that saves the customers as a segment. `what`: the name proposed; `units`: what the list is of,
    where its rows are not customers themselves."""
    if not door.may("save_segment"):
        return
    with st.popover("Save as a segment", icon=":material/bookmark_add:", type="tertiary", key=f"{key}_segment"):
        _form(what, sorted({str(i) for i in customers if not formats.is_missing(i)}), key, units)


def _form(what: str, ids: list[str], key: str, units: str) -> None:
    if not ids:
        st.caption("None of them names a customer: a segment is of customers.")
        return
    whom = formats.plural(len(ids), "customer")
    of = "" if units == "customers" else ", those whose these are"
    st.caption(f"{whom}{of}, as they are in these data: the list does not change when data are added.")
    with st.form(f"save_{key}", border=False):
        name = st.text_input("Name", value=what[:LONGEST], max_chars=LONGEST, key=f"{key}_name_{what}")
        done = st.form_submit_button("Save", type="primary", icon=":material/save:")
    if done:
        try:
            kept = door.workspace().save_segment(name, {"customer_id": ids})
        except CSMetricsError as error:
            errors.show(error)
            return
        st.success(f"Saved '{formats.literal(name)}', {whom}.", icon=":material/check:")
        shell.link("overview", "Open the Overview of them", icon=":material/arrow_forward:", seg=kept)
        shell.link("segments", "See all segments", icon=":material/groups:")
