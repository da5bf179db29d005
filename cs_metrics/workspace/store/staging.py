"""A folder in which something grows out of sight among the workspaces, until it is whole and gets its name."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.store.folder import try_lock

PREFIX = ".arriving-"  # no workspace's name begins with a dot, so nobody sees it


@contextmanager
def staged(home: Path) -> Iterator[Path]:
    """Give a new, empty folder in `home`; on leaving, nothing is left of it but what was moved away.

    A lock is held on a file beside it, so that `sweep` knows what still grows.
    """
    mark = home / f"{PREFIX}{uuid.uuid4().hex}.lock"
    place = mark.with_suffix("")
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle = open(mark, "a+b")  # noqa: SIM115 - it stays open, and so locked, until the work is done
    except OSError as error:
        raise WorkspaceError(f"Nothing can be written to '{home}': {error.strerror}.") from error
    try:
        if not try_lock(handle.fileno()):
            raise WorkspaceError(f"No file can be locked in '{home}': choose a disk that knows locks.")
        place.mkdir()
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        handle.close()
        mark.unlink(missing_ok=True)


def sweep(home: Path, before: Callable[[Path], None] = lambda _: None) -> None:
    """Delete what killed processes left; `before` is called with each such folder, while it is there."""
    for mark in home.glob(f"{PREFIX}*.lock"):
        with suppress(OSError), open(mark, "r+b") as handle:
            if try_lock(handle.fileno()):
                place = mark.with_suffix("")
                if place.is_dir():
                    before(place)
                shutil.rmtree(place, ignore_errors=True)
                mark.unlink(missing_ok=True)
