"""The folder of a workspace: where each thing lies, and how a file gets there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cs_metrics.errors import WorkspaceError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
    import msvcrt

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,59}")  # of a workspace among those of the app
VERSION_FILE = re.compile(r"(\d{4,})\.duckdb")
DRAFT = re.compile(r".+\.[0-9a-f]{32}")  # a small file that is renamed as soon as it is written
RESTORING = ".restoring"  # the folder in a home from which a restore moves what it unpacked to its place
SIDECAR_FILE = re.compile(r"\d{4,}\.[0-9a-f]{12}-[0-9a-f]{12}\.duckdb")


def home() -> Path:
    """Return the folder in which the app keeps its workspaces: $CS_METRICS_HOME, or ./workspaces."""
    return Path(os.environ.get("CS_METRICS_HOME") or "workspaces")


class Folder:
    """The paths of one workspace. Made when missing."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if self.path.exists() and not self.path.is_dir():
            raise WorkspaceError(f"'{self.path}' is a file, not a folder: a workspace is a folder.")
        if (self.path.parent / RESTORING).exists():
            raise WorkspaceError(
                "A restore of the workspaces began here and did not end: restore the same back-up again, which ends it."
            )
        try:
            for folder in (self.path, self.files, self.versions):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(f"The folder '{self.path}' cannot be made: {error.strerror}.") from error
        self.key = self._key()

    @property
    def files(self) -> Path:
        return self.path / "files"

    @property
    def versions(self) -> Path:
        return self.path / "versions"

    def version(self, number: int) -> Path:
        return self.versions / f"{number:04d}.duckdb"

    def sidecar(self, number: int, key: str) -> Path:
        """Return where a copy of a version with the facts of other settings lies. It can be deleted at any time."""
        return self.versions / f"{number:04d}.{key}.duckdb"

    def sidecars(self) -> list[Path]:
        return [p for p in self.versions.iterdir() if SIDECAR_FILE.fullmatch(p.name)]

    def numbers(self) -> list[int]:
        """Return the numbers of the whole versions, ascending."""
        found = (VERSION_FILE.fullmatch(p.name) for p in self.versions.iterdir())
        return sorted(int(m.group(1)) for m in found if m)

    @contextmanager
    def building(self) -> Iterator[Path]:
        """Give a new path to build a file at; on leaving, nothing is left there but what was moved away. What killed
        builders left is deleted before.

        A lock is held on a file beside it, so that `sweep` knows what is still being built.
        """
        self.sweep()
        for _ in range(20):
            name = f"staging-{uuid.uuid4().hex}"
            mark = self.versions / f"{name}.lock"
            handle = open(mark, "a+b")  # noqa: SIM115 - it stays open, and so locked, until the work is done
            if try_lock(handle.fileno()) and mark.exists():
                break
            handle.close()  # a sweep came between the making and the locking
        else:
            raise WorkspaceError(f"No file can be locked in '{self.path.name}': choose a disk that knows locks.")
        try:
            yield self.versions / f"{name}.duckdb"
        finally:
            self._discard(name)
            handle.close()
            mark.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Delete what killed builders and uploads left: what nobody holds the lock of, or what is hours old."""
        for mark in self.versions.glob("staging-*.lock"):
            with suppress(OSError):
                with open(mark, "r+b") as handle:
                    if not try_lock(handle.fileno()):
                        continue
                    self._discard(mark.stem)
                    with suppress(PermissionError):  # Windows keeps what is open
                        mark.unlink(missing_ok=True)
                mark.unlink(missing_ok=True)
        drafts = (p for p in self.path.iterdir() if DRAFT.fullmatch(p.name))
        for path in (*self.versions.glob("staging-*"), *self.files.glob("upload-*"), *drafts):
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - 6 * 3600:
                    path.unlink()

    def _discard(self, name: str) -> None:
        for path in self.versions.glob(f"{name}.duckdb*"):
            path.unlink(missing_ok=True)

    def _key(self) -> str:
        """Return the workspace's own short name in a database that several workspaces share."""
        path = self.path / "workspace.id"
        if not path.exists():
            draft = self.path / f"workspace.id.{uuid.uuid4().hex}"
            draft.write_text(uuid.uuid4().hex)
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            except OSError:
                shutil.copyfile(draft, path)
            finally:
                draft.unlink()
        return path.read_text().strip()

    @contextmanager
    def lock(
        self, waiting: Callable[[], None] | None = None, timeout: float = 600, name: str = "publish"
    ) -> Iterator[None]:
        """Hold a lock (the publishers' by default) across threads and processes; it is freed when a process dies.

        `waiting` is called every tenth of a second while another publishes; it may raise to give up.
        """
        with open(self.path / f"{name}.lock", "a+b") as handle:
            deadline = time.monotonic() + timeout
            while not try_lock(handle.fileno()):
                if waiting:
                    waiting()
                if time.monotonic() > deadline:
                    raise WorkspaceError(f"Workspace '{self.path.name}' is being published to; try again in a while.")
                time.sleep(0.1)
            try:
                yield
            finally:
                _unlock(handle.fileno())


def try_lock(descriptor: int) -> bool:
    """Lock an open file unless somebody holds it; say whether that was so. The lock ends with the file or process."""
    try:
        if fcntl is None:
            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _unlock(descriptor: int) -> None:
    if fcntl is None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def move_whole(source: Path, target: Path) -> None:
    """Give a finished file its name: on disk first, then renamed, so that power loss leaves all of it or nothing."""
    sync(source)
    os.replace(source, target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Have the system write a file, or a folder's list of files, to disk now."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(content: bytes | Path) -> str:
    """Return the SHA-256 of bytes or of a file, as hexadecimal digits."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with open(content, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
