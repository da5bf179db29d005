"""What the server says on stderr: with CS_METRICS_LOG=json an object a line, in which nothing of anybody's data is.

An error's text may hold a value of a file, so of an error only its class and the lines of code are said; of what other
libraries say, only where they say it. Our own messages name classes, codes, counts and references, and nothing else.
CS_METRICS_LOG_LEVEL is debug, info (default), warning or error. Without CS_METRICS_LOG=json logs are as Python and
Streamlit write them, errors' texts and all: for one's own machine.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from streamlit import config
from streamlit import logger as streamlit_logger

from cs_metrics.errors import WorkspaceError

OWN = "cs_metrics"
LEVELS = ("debug", "info", "warning", "error")
FRAMES = 20
log = logging.getLogger("cs_metrics.app")


def set_up() -> None:
    """Write logs as the environment says. Raises WorkspaceError for a level that is none."""
    if os.environ.get("CS_METRICS_LOG", "").casefold() != "json":
        return
    level = os.environ.get("CS_METRICS_LOG_LEVEL", "info").casefold()
    if level not in LEVELS:
        raise WorkspaceError(f"CS_METRICS_LOG_LEVEL is '{level}'; it takes {', '.join(LEVELS)}.")
    logging.setLogRecordFactory(careful)
    logging.captureWarnings(True)
    own = logging.getLogger(OWN)
    own.setLevel(level.upper())
    if not own.handlers:
        own.addHandler(logging.StreamHandler(sys.stderr))
    own.propagate = False
    # Each of Streamlit's loggers, also those to come, has a handler that writes by this format.
    config.set_option("logger.messageFormat", "%(message)s")
    config.set_option("logger.enableRich", False)
    streamlit_logger.set_log_level(level)
    streamlit_logger.update_formatter()
    sys.excepthook = _uncaught
    threading.excepthook = lambda held: _uncaught(held.exc_type, held.exc_value, held.exc_traceback)


def careful(
    name: str, level: int, path: str, line: int, message: object, args: Any, error: Any,
    func: str | None = None, sinfo: str | None = None, **_: Any,
) -> logging.LogRecord:  # fmt: skip
    """Return a record whose message is the whole line, in place of the one that Python's own factory makes."""
    said: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": logging.getLevelName(level).lower(),
        "logger": name,
    }
    if name == OWN or name.startswith(f"{OWN}."):
        said["message"] = logging.LogRecord(name, level, path, line, message, args, None).getMessage()
    else:
        said["at"] = f"{_short(path)}:{line}"
    if error:
        said |= _told(error)
    return logging.LogRecord(name, level, path, line, json.dumps(said), None, None, func)


def _told(error: Any) -> dict[str, Any]:
    """Return the classes of an error and of what led to it, and the lines that it passed."""
    if error is True:
        error = sys.exc_info()
    held = error if isinstance(error, BaseException) else error[1]
    if held is None:
        return {}
    frames = [f"{_short(f.filename)}:{f.lineno} {f.name}" for f in traceback.extract_tb(held.__traceback__)[-FRAMES:]]
    kinds: list[str] = []
    one: BaseException | None = held
    while one is not None and len(kinds) < 10:
        kinds.append(type(one).__name__)
        one = one.__cause__ or one.__context__
    return {"error": kinds, "frames": frames}


def _short(path: str) -> str:
    """Return a file of code without the folders of this machine."""
    return "/".join(path.replace("\\", "/").split("/")[-3:])


def _uncaught(_: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    log.error("uncaught error", exc_info=error.with_traceback(trace) if error else None)
