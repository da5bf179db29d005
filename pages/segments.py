"""Segments: build a group of customers, see its KPIs against everyone else's, keep it for every page."""

import streamlit as st

from pages._ui import builder, door, empty, errors, filter_bar, segment_parts, shell

shell.guard()

shell.head("Segments", about="A segment is a saved filter: build it here, use it on every page.")
if door.version_or_none() is None:
    empty.no_data()
segment_parts.UNDOING.bar()

made, saved = st.columns([3, 2], gap="large")
with made:
    st.subheader("Build", anchor=False)
    draft = builder.show("draft")
    segment_parts.save(draft)
with saved:
    st.subheader("Saved", anchor=False)
    segment_parts.listing()

if draft:
    st.subheader("Against everyone else", anchor=False)
    asked = filter_bar.show(grain=False, segment=False)
    with errors.shown():
        segment_parts.size(draft, asked)
        segment_parts.comparison(draft, asked)
