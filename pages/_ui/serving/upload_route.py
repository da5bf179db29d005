"""The way in for files that are too large for the browser's uploader: `PUT /upload/NAME`, streamed to disk.

Whatever the size, the server holds no more than a few pieces of it. Only a token that a page gave out opens it (see
tickets.py); what arrives whole joins a mapping in progress, what does not leaves nothing.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
from functools import partial

import streamlit as st
from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cs_metrics.errors import CSMetricsError, FileError, LimitError, NotAllowedError, WorkspaceError
from cs_metrics.ingest.reading.limits import Limits, variable
from cs_metrics.workspace.publish.uploads import Arriving, too_large
from pages._ui.data import arrivals
from pages._ui.serving import tickets

SETTING = variable("file_mb")
PIECE = 1 << 20
PATIENCE = 120  # seconds without a byte after which an upload is given up
LONGEST_NAME = 200
_STATUS = {WorkspaceError: 401, NotAllowedError: 401, FileError: 400, LimitError: 413}
log = logging.getLogger("cs_metrics.app")


def base() -> str:
    """Return the path under which files are sent, without the file's name."""
    own = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{own}/upload/" if own else "/upload/"


def routes() -> list[Route]:
    """Return the route, for `st.App`. From then on pages offer it."""
    arrivals.streamed = True
    return [Route(base() + "{name:path}", receive, methods=["PUT"])]


async def receive(request: Request) -> Response:
    """Take one file and answer in a sentence: 201, or why it is not taken."""
    try:
        said = await _received(request)
    except ClientDisconnect:
        return Response(status_code=400)
    except CSMetricsError as error:
        status = next(code for kind, code in _STATUS.items() if isinstance(error, kind))
        return JSONResponse({"said": str(error)}, status, {"Connection": "close"})
    except Exception as error:
        reference = secrets.token_hex(4)
        log.error("unexpected error, reference %s", reference, exc_info=error)
        said = f"Something went wrong that should not have. The log has the details under the reference {reference}."
        return JSONResponse({"said": said}, 500, {"Connection": "close"})
    return JSONResponse({"said": said}, 201)


async def _received(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    known = token.strip() if scheme.casefold() == "bearer" else ""
    if not tickets.good(known):
        tickets.claim(known)
    name = checked(request.path_params["name"])
    most = Limits.from_environment().file_bytes
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise too_large(name, most, SETTING)
    ticket = tickets.claim(known)
    if not await to_thread.run_sync(ticket.workspace.may, "arriving"):
        raise WorkspaceError("You may not send files to this workspace any more. Ask an owner of it.")
    if length.isdecimal() and int(length) > shutil.disk_usage(ticket.workspace.path).free:
        raise LimitError(f"{name} does not fit on the server's disk: free some space there, or split the file.")
    arriving = ticket.workspace.arriving(name, most, SETTING)
    try:
        await _written(request, arriving)
        if not arriving.size:
            raise FileError(f"{name} is empty: it has no cell with anything in it. Choose another file.")
        ticket.draft, ticket.arrived = await to_thread.run_sync(partial(arrivals.take, ticket, arriving))
    finally:
        await to_thread.run_sync(arriving.discard)
    return f"{name} has arrived. Open the Data page: it is among the mappings in progress."


async def _written(request: Request, arriving: Arriving) -> None:
    """Write the body to disk as it comes."""
    waiting = bytearray()
    stream = request.stream()
    while True:
        try:
            piece = await asyncio.wait_for(anext(stream), PATIENCE)
        except StopAsyncIteration:
            break
        except TimeoutError:
            raise FileError(f"The upload stood still for {PATIENCE} seconds and was given up: send it again.") from None
        waiting += piece
        if len(waiting) >= PIECE:
            await to_thread.run_sync(arriving.add, bytes(waiting))
            waiting.clear()
    await to_thread.run_sync(arriving.add, bytes(waiting))


def checked(name: str) -> str:
    """Return the name under which a file is sent. Raises FileError for a path, or one that no list of files shows."""
    if not name.strip(" ."):
        raise FileError("The file has no name: put it at the end of the address, as in /upload/accounts.csv.")
    if "/" in name or "\\" in name or not name.isprintable() or len(name.encode("utf-8", "replace")) > LONGEST_NAME:
        raise FileError(
            f"A file's name has no folder and no control characters, and at most {LONGEST_NAME} bytes: rename the file."
        )
    if name.rpartition(".")[2].casefold() not in arrivals.KINDS:
        raise FileError(f"{name} is of no kind that can be loaded. Send one of: {', '.join(arrivals.KINDS)}.")
    return name
