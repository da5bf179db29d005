"""Settings: how far the data count, calendar, money, the definitions of KPIs; a change is computed at once."""

import streamlit as st

from cs_metrics.settings import SETTINGS
from pages._ui import door, setting_parts, shell

shell.guard()

shell.head("Settings", about="They belong to this workspace and hold for everyone in it.")
if door.version_or_none() is not None:
    setting_parts.as_of()
saved = door.workspace().settings
shell.link("definitions", "Where the field disagrees: choices explained, presets, side by side", icon=":material/rule:")
changed = {}
with st.form("settings", border=False):
    for group in dict.fromkeys(s.group for s in SETTINGS):
        st.subheader(group, anchor=False)
        with st.grid(3, min_column_width=280, gap="medium", vertical_alignment="top"):
            for setting in (s for s in SETTINGS if s.group == group):
                changed[setting.name] = setting_parts.field(setting, saved[setting.name])
    pressed = st.form_submit_button("Save settings", type="primary", icon=":material/save:")
if pressed:
    setting_parts.save(saved, changed)
setting_parts.outcome()
setting_parts.back_to_defaults(saved)
