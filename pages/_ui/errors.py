"""What a person sees when something goes wrong: one sentence; the log has the traceback."""

from __future__ import annotations

import logging
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

import cs_metrics as cs
from cs_metrics.errors import CSMetricsError, NotAllowedError, NotComputableError
from pages._ui import formats
from pages._ui.links import linked

LONGEST = 1200
log = logging.getLogger("cs_metrics.app")


def show(error: Exception) -> None:
    """Show any error in one sentence. What was not raised on purpose is logged under a reference, which is shown."""
    if isinstance(error, NotComputableError):
        st.info(said(error), icon=":material/block:")
    elif isinstance(error, NotAllowedError) and linked.leaves_out():
        st.info(said(error), icon=":material/visibility_off:")
    elif isinstance(error, CSMetricsError):
        log.info("shown to a reader: %s", type(error).__name__)  # its text may hold a value of theirs
        st.error(said(error), icon=":material/error:")
    else:
        reference = secrets.token_hex(4)
        log.error("unexpected error, reference %s", reference, exc_info=error)
        if linked.leaves_out():
            st.info("This part needs what the link leaves out, so it is not shown.", icon=":material/visibility_off:")
            return
        st.error(
            f"Something went wrong that should not have. The log has the details under the reference {reference}.",
            icon=":material/error:",
        )


def said(error: CSMetricsError | str) -> str:
    """Return an error's sentence for Markdown: a person's words in it as they are, and no folder of the server."""
    text = str(error)
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
    folders = {cs.home(), Path(tempfile.gettempdir()), Path(__file__).parents[2], Path.home()}
    for folder in sorted({str(f) for each in folders for f in (each, each.resolve())}, key=len, reverse=True):
        if len(folder) > 1 and Path(folder).is_absolute():
            text = text.replace(folder + os.sep, "").replace(folder, "the server's folder")
    return formats.literal(text)


@contextmanager
def shown() -> Iterator[None]:
    """Show whatever error is raised within, and go on after it: one broken part leaves the others standing."""
    try:
        yield
    except Exception as error:
        show(error)
