"""The app with its routes beside it (uploads, health): `streamlit run server.py`. What a person sees is `app.py`."""

import streamlit as st
from starlette.middleware import Middleware

from pages._ui.serving import access, export_route, health_route, logs, upload_route
from pages._ui.serving.headers import Headers
from pages._ui.serving.way_back import WayBack

logs.set_up()
access.refuse_unsafe()
app = st.App(
    "app.py",
    routes=[*upload_route.routes(), *export_route.routes(), *health_route.routes()],
    middleware=[Middleware(Headers), Middleware(WayBack)],
    secrets=access.secrets(),
)
