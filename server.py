"""The app with its routes beside it (uploads, health): `streamlit run server.py`. What a person sees is `app.py`."""

import streamlit as st

from pages._ui import access, headers, health_route, logs, upload_route

logs.set_up()
access.refuse_unsafe()
app = st.App(
    "app.py",
    routes=[*upload_route.routes(), *health_route.routes()],
    middleware=headers.middleware(),
    secrets=access.secrets(),
)
