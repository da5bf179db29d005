"""The way out for a workspace as one file: `GET /export/TOKEN/NAME`, streamed from the server's disk.

Only a token that the Settings page gave out opens it, for an hour, and only while whoever got it may still export.
"""

from __future__ import annotations

import atexit
import secrets
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from cs_metrics.api.keeping.acting import Acting

SECONDS = 3600.0
KEPT = 20  # exports that wait to be fetched; the oldest goes first
GONE = "This download is no longer there: open the Settings page and make the file once more."
served = False
_OUT: OrderedDict[str, Outgoing] = OrderedDict()
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Outgoing:
    """A file that waits to be fetched by whoever holds its token."""

    workspace: Acting
    path: Path
    until: float


def routes() -> list[Route]:
    """Return the route, for `st.App`. From then on the page links to it."""
    global served
    served = True
    return [Route(f"{_base()}/export/{{token}}/{{name}}", send)]


def place(name: str) -> Path:
    """Return a path for a file of that name, in a folder of its own where nothing is yet."""
    folder = Path(tempfile.mkdtemp(prefix="cs-metrics-export-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder / name


def issue(workspace: Acting, path: Path) -> str:
    """Return a new token for a file; those that are too old, or too many, go."""
    token = secrets.token_urlsafe(32)
    with _LOCK:
        now = time.monotonic()
        old = [t for t, one in _OUT.items() if one.until <= now or not one.path.exists()]
        for gone in [*old, *list(_OUT)[: max(0, len(_OUT) - len(old) - KEPT + 1)]]:
            shutil.rmtree(_OUT.pop(gone).path.parent, ignore_errors=True) if gone in _OUT else None
        _OUT[token] = Outgoing(workspace, path, now + SECONDS)
    return token


def held(token: str) -> Outgoing | None:
    """Return what a token still opens."""
    with _LOCK:
        found = _OUT.get(token)
    return found if found is not None and found.until > time.monotonic() and found.path.exists() else None


def address(token: str) -> str:
    """Return the address, on this server, of the file that a token opens."""
    found = held(token)
    return f"{_base()}/export/{token}/{found.path.name}" if found else ""


async def send(request: Request) -> Response:
    """Send the file in a stream, or say that it is not there: in the same words whatever the reason."""
    found = held(request.path_params["token"])
    if found is not None and await to_thread.run_sync(found.workspace.may, "export"):
        return FileResponse(
            found.path, media_type="application/zip", filename=found.path.name, headers={"Cache-Control": "no-store"}
        )
    return PlainTextResponse(GONE, 404)


def _base() -> str:
    own = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{own}" if own else ""
