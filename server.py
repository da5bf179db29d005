"""The app with its routes beside it (uploads, health): `streamlit run server.py`. What a person sees is `app.py`."""

import streamlit as st

from pages._ui import health_route, logs, upload_route

logs.set_up()
app = st.App("app.py", routes=[*upload_route.routes(), *health_route.routes()])
