"""The app with its upload route beside it: `streamlit run server.py`. What a person sees is `app.py`."""

import streamlit as st

from pages._ui import upload_route

app = st.App("app.py", routes=upload_route.routes())
