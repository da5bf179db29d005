"""Settings: how far the data count, calendar, money, the definitions of KPIs; a change is computed at once."""

import streamlit as st

from cs_metrics.settings import SETTINGS
from pages._ui import door, leave, setting_parts, shell
from pages._ui.people import archive_parts

shell.guard()

shell.head("Settings", about="They belong to this workspace and hold for everyone in it.")
if door.version_or_none() is not None:
    setting_parts.as_of()
saved = door.workspace().settings
shell.link("definitions", "Where the field disagrees: choices explained, presets, side by side", icon=":material/rule:")
changed = {}
mine = leave.given("set_settings", "change settings")
# a form has a button, and who changes nothing has none
with st.form("settings", border=False) if mine else st.container():
    for group in dict.fromkeys(s.group for s in SETTINGS):
        st.subheader(group, anchor=False)
        with st.grid(3, min_column_width=280, gap="medium", vertical_alignment="top"):
            for setting in (s for s in SETTINGS if s.group == group):
                changed[setting.name] = setting_parts.field(setting, saved[setting.name], mine)
    pressed = mine and st.form_submit_button("Save settings", type="primary", icon=":material/save:")
if pressed:
    setting_parts.save(saved, changed)
setting_parts.outcome()
if mine:
    setting_parts.back_to_defaults(saved)
archive_parts.export()
