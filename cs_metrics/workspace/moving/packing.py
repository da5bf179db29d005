"""A zip with a manifest: written whole or not at all, and read only where it is what its manifest says.

Parts are streamed: whatever their size, a piece of a megabyte is in memory. The checksums show damage; they do not show
who made the archive.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from cs_metrics.errors import FileError, LimitError, WorkspaceError
from cs_metrics.workspace.store.folder import move_whole, sync, try_lock

MANIFEST = "manifest.json"
PASSING = ".cs-metrics-"  # what the name of an archive that is being written begins with
PIECE = 1 << 20
LONGEST_MANIFEST = 64 << 20
LIMIT, LIMIT_MB = "CS_METRICS_IMPORT_MB", 102_400


class Packer:
    """An archive that is being written. `parts`: what is in it so far, name to bytes and sha256."""

    def __init__(self, book: zipfile.ZipFile) -> None:
        self._book = book
        self.parts: dict[str, dict[str, Any]] = {}

    def add(self, name: str, path: Path) -> None:
        """Add a file."""
        with open(path, "rb") as handle:
            self._add(name, iter(lambda: handle.read(PIECE), b""))

    def add_lines(self, name: str, lines: Iterable[str]) -> None:
        """Add lines of text."""
        self._add(name, (f"{line}\n".encode() for line in lines))

    def _add(self, name: str, pieces: Iterable[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        with self._book.open(info, "w", force_zip64=True) as target:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                target.write(piece)
        self.parts[name] = {"bytes": size, "sha256": digest.hexdigest()}


@contextmanager
def packing(target: Path, about: dict[str, Any]) -> Iterator[Packer]:
    """Write an archive to a path where nothing is yet; it appears on leaving, with `about` in its manifest."""
    if target.exists():
        raise WorkspaceError(f"There is a file '{target}' already: choose another name.")
    try:
        with passing(target.parent) as draft:
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
                packer = Packer(book)
                yield packer
                book.writestr(MANIFEST, json.dumps({**about, "parts": packer.parts}, indent=1))
            move_whole(draft, target)
    except OSError as error:
        raise WorkspaceError(f"'{target}' cannot be written: {error.strerror or error}.") from error


@contextmanager
def passing(folder: Path) -> Iterator[Path]:
    """Give a new, empty file in a folder, which nobody else may read; on leaving, it is gone unless it was moved away.

    A file beside it is locked meanwhile; those that killed processes left there, of which nobody holds the lock, are
    deleted before.
    """
    for mark in folder.glob(f"{PASSING}*.lock"):
        with suppress(OSError), open(mark, "r+b") as handle:
            if try_lock(handle.fileno()):
                _discard(mark)
    mark = folder / f"{PASSING}{uuid.uuid4().hex}.lock"
    draft = mark.with_suffix("")
    with open(mark, "a+b") as handle:
        try:
            try_lock(handle.fileno())
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL, 0o600))
            yield draft
        finally:
            handle.close()
            _discard(mark)


def _discard(mark: Path) -> None:
    """Delete a file that passes, what a database keeps beside it, and its mark."""
    beside = [path for path in mark.parent.glob(f"{mark.stem}*") if path != mark]
    for path in (*beside, mark):
        path.unlink(missing_ok=True)


class Package:
    """An archive whose list of contents agrees with its manifest (`about`). What a part holds is checked by `take`."""

    def __init__(self, path: Path, book: zipfile.ZipFile, about: dict[str, Any]) -> None:
        self._path, self._book, self.about = path, book, about

    @property
    def names(self) -> list[str]:
        return sorted(self.about["parts"])

    def take(self, name: str, target: Path) -> None:
        """Write a part to a path. Raises FileError where it is not what the manifest says."""
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with self._book.open(name) as source, open(target, "xb") as written:
            for piece in iter(lambda: source.read(PIECE), b""):
                digest.update(piece)
                written.write(piece)
        sync(target)
        if digest.hexdigest() != self.about["parts"][name]["sha256"]:
            raise altered(self._path)


@contextmanager
def opened(path: Path, kind: str, room: Path) -> Iterator[Package]:
    """Open an archive whose manifest says `kind`, to be unpacked where `room` is. Raises FileError or LimitError."""
    try:
        if path.is_file() and not zipfile.is_zipfile(path):
            raise foreign(path, kind)
        with zipfile.ZipFile(path) as book:
            yield Package(path, book, _manifest(path, book, kind, room))
    except FileNotFoundError:
        raise FileError(f"There is no file '{path}'.") from None
    except OSError as error:
        raise FileError(f"{path.name} cannot be unpacked: {error.strerror or error}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise altered(path) from error


def altered(path: Path) -> FileError:
    """Return the error for an archive that is not what was written."""
    return FileError(
        f"{path.name} is damaged or was altered since it was made; nothing was taken from it. Copy it anew."
    )


def foreign(path: Path, kind: str) -> FileError:
    """Return the error for a file that is no such archive at all."""
    return FileError(
        f"{path.name} is not a {kind} of cs-metrics, or not all of it: choose another file, or copy it anew."
    )


def _manifest(path: Path, book: zipfile.ZipFile, kind: str, room: Path) -> dict[str, Any]:
    infos = book.infolist()
    held = {info.filename: info for info in infos}
    if MANIFEST not in held or held[MANIFEST].file_size > LONGEST_MANIFEST:
        raise foreign(path, kind)
    with book.open(MANIFEST) as handle:
        about = _json(handle)
    parts = about.get("parts")
    if about.get("kind") != kind or not isinstance(parts, dict):
        raise foreign(path, kind)
    sizes = {name: info.file_size for name, info in held.items() if name != MANIFEST}
    if len(infos) != len(held) or sizes != {name: _bytes(part) for name, part in parts.items()}:
        raise altered(path)
    _fits(path, sum(sizes.values()), room)
    return about


def _json(handle: IO[bytes]) -> dict[str, Any]:
    try:
        found = json.load(handle)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _bytes(part: Any) -> Any:
    known = isinstance(part, dict) and isinstance(part.get("sha256"), str)
    return part.get("bytes") if known else None


def _fits(path: Path, size: int, room: Path) -> None:
    most = float(os.environ.get(LIMIT, LIMIT_MB)) * 2**20
    if size > most:
        raise LimitError(f"{path.name} unpacks to more than {most / 2**20:,.0f} MB. Raise the limit with {LIMIT}.")
    if size > shutil.disk_usage(room).free:
        raise LimitError(
            f"{path.name} unpacks to {size / 2**20:,.0f} MB, more than the disk has free: make room first."
        )
