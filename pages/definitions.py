"""Definitions: where the field disagrees, what each choice means, the vendors' presets, and two laid side by side."""

import streamlit as st

from pages._ui import door, empty, errors, filter_bar, shell
from pages._ui.kpi import definition_parts

shell.guard()

shell.head("Definitions", about="Where the field disagrees the choice is yours, and stands beside every number.")
if door.version_or_none() is None:
    empty.no_data()
definition_parts.outcome()

if definition_parts.comparing():
    asked = filter_bar.show()
    with errors.shown():
        definition_parts.side_by_side(asked)
else:
    st.subheader("Where the field disagrees", anchor=False)
    definition_parts.switchboard()
    definition_parts.keeping()
    st.subheader("As others define it", anchor=False)
    definition_parts.presets()
