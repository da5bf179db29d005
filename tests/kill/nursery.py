"""Starts servers by forking: what a server imports is imported once, here; then each does what `streamlit run` does.

A line of JSON on the standard input (port, marks, log) starts one; its process id is printed.
"""

from __future__ import annotations

import json
import os
import signal
import sys

import sklearn.linear_model
import statsmodels.api
import streamlit.web.server.starlette  # noqa: F401
import uvicorn  # noqa: F401
from streamlit.web import cli

from tests.kill import driven, operations

IMPORTED = (sklearn.linear_model, statsmodels.api)
SCRIPT = "server.py"


def serve(port: int, marks: str, log: str) -> None:
    """Be a server until somebody kills it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.environ[operations.MARKS] = marks
    driven.add_route()
    into = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for descriptor in (1, 2):
        os.dup2(into, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    cli.main(["run", SCRIPT, "--server.port", str(port), "--server.fileWatcherType", "none"])


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried by the system
    for line in sys.stdin:
        child = os.fork()
        if not child:
            serve(**json.loads(line))
            os._exit(1)
        print(child, flush=True)
