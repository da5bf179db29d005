"""A route more for the app's own server, through which the test has it do operations."""

from __future__ import annotations

from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pages._ui.serving import health_route
from tests.kill.operations import OPERATIONS


def add_route() -> None:
    """Have every server of this process listen at `/drive` as well as at `/healthz`."""
    shipped = health_route.routes
    health_route.routes = lambda: [*shipped(), Route("/drive", drive, methods=["POST"])]


async def drive(request: Request) -> JSONResponse:
    """Do what is asked in a thread, as a page's job does, and answer once it has returned."""
    asked: dict[str, Any] = await request.json()
    done = await to_thread.run_sync(lambda: OPERATIONS[asked["operation"]](**asked["given"]))
    return JSONResponse({"done": done})
