"""The way in: one look, the workspace, the navigation; nothing else. `streamlit run server.py` starts it."""

import streamlit as st

from pages._ui import errors, printing, shell

st.set_page_config(page_title="cs-metrics", page_icon=shell.ICON, layout="wide")
shell.freeze_imports()
page = shell.enter()
with errors.shown():
    shell.top_bar(page.url_path)
    page.run()
    printing.finish()
