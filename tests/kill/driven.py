"""The app's own server, as `server.py` makes it, with one route more, through which the test has it do operations."""

from __future__ import annotations

from typing import Any

import streamlit as st
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pages._ui import access, headers, health_route, logs, upload_route
from tests.conftest import ROOT
from tests.kill.operations import OPERATIONS


async def drive(request: Request) -> JSONResponse:
    """Do what is asked in a thread, as a page's job does, and answer once it has returned."""
    asked: dict[str, Any] = await request.json()
    done = await to_thread.run_sync(lambda: OPERATIONS[asked["operation"]](**asked["given"]))
    return JSONResponse({"done": done})


logs.set_up()
access.refuse_unsafe()
app = st.App(
    str(ROOT / "app.py"),
    routes=[*upload_route.routes(), *health_route.routes(), Route("/drive", drive, methods=["POST"])],
    middleware=headers.middleware(),
    secrets=access.secrets(),
)
