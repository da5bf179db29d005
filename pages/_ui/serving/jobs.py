"""Long work (reading, publishing) in a thread of its own: it shows progress, can be cancelled, and holds up nobody.

Jobs live in this module, not in a session: a reload finds the one that its page started.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import streamlit as st

from cs_metrics.errors import CancelledError
from pages._ui import formats

KEPT = 50
_JOBS: OrderedDict[str, Job] = OrderedDict()
_LOCK = threading.Lock()


class Job:
    """A piece of work: `share` 0 to 1 and `text` say how far it is; when `done`, it has a `result` or an `error`."""

    def __init__(self, work: Callable[[Job], Any]) -> None:
        self.share, self.text = 0.0, "Starting …"
        self.done = False
        self.result: Any = None
        self.error: Exception | None = None
        self._cancel = threading.Event()
        self.began = time.monotonic()
        threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def report(self, share: float, text: str) -> None:
        """Say how far it is. The work calls this."""
        self.share, self.text = min(1.0, max(0.0, share)), text

    def cancelled(self) -> bool:
        """Whether the work should stop. The work asks this."""
        return self._cancel.is_set()

    def cancel(self) -> None:
        """Ask the work to stop."""
        self._cancel.set()

    def _run(self, work: Callable[[Job], Any]) -> None:
        try:
            self.result = work(self)
        except Exception as error:
            self.error = error
        finally:
            self.done = True


def find(key: str) -> Job | None:
    """Return the job of that key, if there is one."""
    with _LOCK:
        return _JOBS.get(key)


def start(key: str, work: Callable[[Job], Any]) -> Job:
    """Start work under a key, unless it is under way; forget the oldest finished jobs."""
    with _LOCK:
        job = _JOBS.get(key)
        if job is None or job.done:
            job = _JOBS[key] = Job(work)
        _JOBS.move_to_end(key)
        for old in [k for k, j in _JOBS.items() if j.done][: max(0, len(_JOBS) - KEPT)]:
            del _JOBS[old]
        return job


def forget(key: str) -> None:
    """Forget a job and its result."""
    with _LOCK:
        _JOBS.pop(key, None)


def wait(job: Job, key: str, *, stoppable: bool = True) -> None:
    """Show a job's progress, where it is `stoppable` with a way to cancel it, until it is done; then the page runs
    again."""
    _watch(job, key, stoppable)
    st.stop()


def beside(job: Job, key: str) -> None:
    """Show a job's progress among the rest of the page, which goes on; once it is done the page runs again."""
    _watch(job, key)


@st.fragment(run_every=0.5)
def _watch(job: Job, key: str, stoppable: bool = True) -> None:
    if job.done:
        st.rerun()
    if job.cancelled():
        st.progress(job.share, text="Stopping; nothing will be kept …")
        return
    st.progress(job.share, text=formats.literal(job.text))
    if stoppable:
        st.button("Cancel", icon=":material/close:", key=f"cancel_{key}", on_click=job.cancel)


def was_cancelled(job: Job) -> bool:
    """Whether a person stopped it."""
    return isinstance(job.error, CancelledError)
