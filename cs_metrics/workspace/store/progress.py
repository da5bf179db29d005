"""Telling how far a long piece of work is, and giving it up when the person no longer wants it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

from cs_metrics.errors import CancelledError

Report = Callable[[float, str], None]
Cancelled = Callable[[], bool]


class Progress:
    """`report(share, sentence)` is called at each step, 0 to 1; `cancelled()` is asked at each step and while a
    statement runs. A cancelled piece of work ends in CancelledError."""

    def __init__(self, report: Report | None = None, cancelled: Cancelled | None = None) -> None:
        self._report = report
        self._cancelled = cancelled

    def step(self, share: float, sentence: str) -> None:
        self.check()
        if self._report:
            self._report(share, sentence)

    def finished(self, sentence: str) -> None:
        """Say that all is done and stored: who cancels from now on comes too late."""
        if self._report:
            self._report(1.0, sentence)

    def check(self) -> None:
        if self._cancelled and self._cancelled():
            raise CancelledError("Publishing was cancelled. Nothing was stored.")

    @contextmanager
    def watch(self, con: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """While the block runs, interrupt the connection's statement as soon as the work is cancelled."""
        if self._cancelled is None:
            yield
            return
        done = threading.Event()

        def look() -> None:
            while not done.wait(0.2):
                if self._cancelled and self._cancelled():
                    con.interrupt()
                    return

        watcher = threading.Thread(target=look, daemon=True)
        watcher.start()
        try:
            yield
        except duckdb.InterruptException:
            raise CancelledError("Publishing was cancelled. Nothing was stored.") from None
        finally:
            done.set()
            watcher.join()
