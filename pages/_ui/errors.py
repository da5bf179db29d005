"""What a person sees when something goes wrong: one sentence; the log has the traceback."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from cs_metrics.errors import CSMetricsError, NotComputableError

log = logging.getLogger("cs_metrics.app")


def show(error: Exception) -> None:
    """Show any error in one sentence. What was not raised on purpose is logged under a reference, which is shown."""
    if isinstance(error, NotComputableError):
        st.info(str(error), icon=":material/block:")
    elif isinstance(error, CSMetricsError):
        log.info("shown to a reader: %s", error)
        st.error(str(error), icon=":material/error:")
    else:
        reference = secrets.token_hex(4)
        log.error("unexpected error, reference %s", reference, exc_info=error)
        st.error(
            f"Something went wrong that should not have. The log has the details under the reference {reference}.",
            icon=":material/error:",
        )


@contextmanager
def shown() -> Iterator[None]:
    """Show whatever error is raised within, and go on after it: one broken part leaves the others standing."""
    try:
        yield
    except Exception as error:
        show(error)
