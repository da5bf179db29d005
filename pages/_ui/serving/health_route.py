"""For what watches over the server: `GET /healthz` (it is alive), `GET /readyz` (it can do its work).

Both need no sign-in and say nothing of anybody's data. Whoever asks, readiness is looked at once a second at most.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

import anyio
import streamlit as st
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import cs_metrics as cs
from cs_metrics.workspace.store import readiness

FRESH = 1.0  # seconds for which an answer holds
PATIENCE = 5.0  # seconds after which what has not answered counts as failing
NOT_KEPT = {"Cache-Control": "no-store"}
_LOCK = threading.Lock()
_KNOWN: dict[Path, tuple[float, list[str]]] = {}


def routes() -> list[Route]:
    """Return the two routes, for `st.App`; under `server.baseUrlPath`, as all others."""
    own = str(st.get_option("server.baseUrlPath") or "").strip("/")
    base = f"/{own}" if own else ""
    return [Route(f"{base}/healthz", alive), Route(f"{base}/readyz", ready)]


async def alive(_: Request) -> Response:
    """Answer that the process takes requests."""
    return JSONResponse({"alive": True}, headers=NOT_KEPT)


async def ready(_: Request) -> Response:
    """Answer 200 where everything works, else 503 with what does not: home, database, workspace, time."""
    failing = ["time"]
    with anyio.move_on_after(PATIENCE):
        failing = await to_thread.run_sync(_failing, abandon_on_cancel=True)
    return JSONResponse({"ready": not failing, "failing": failing}, 503 if failing else 200, NOT_KEPT)


def _failing() -> list[str]:
    home = cs.home()
    with _LOCK:
        looked, found = _KNOWN.get(home, (0.0, []))
        if not looked or time.monotonic() - looked > FRESH:
            found = readiness.failing(home)
            _KNOWN[home] = (time.monotonic(), found)
        return found
