"""Packed files: what a gzip holds, and the files of a zip, each written out under the limits."""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cs_metrics.errors import CSMetricsError, FileError
from cs_metrics.ingest.reading import safety
from cs_metrics.ingest.reading.kinds import kind_of
from cs_metrics.ingest.reading.limits import Limits, exceeded

_CHUNK = 1 << 20
_LONGEST = 120
_NO_FILES = re.compile(r"(?:^|/)(?:__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.I)
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Member:
    """A file of a zip, by the `name` that it has in the drop: where it was written, or what is wrong with it."""

    name: str
    path: Path | None = None
    error: CSMetricsError | None = None


def clean_name(name: str) -> str:
    """Return the last part of a file's name, on one line and at most 120 characters long."""
    last = _ODD.sub("_", name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]).strip() or "upload"
    if len(last) <= _LONGEST:
        return last
    stem, dot, ending = last.rpartition(".")
    return last[:_LONGEST] if not dot or len(ending) > 10 else f"{stem[: _LONGEST - len(ending) - 2]}….{ending}"


def gunzip(path: Path, name: str, target: Path, limits: Limits) -> Path:
    """Write what the gzip at `path` holds to `target` and return that; what it holds may not be packed again."""
    try:
        with gzip.open(path) as packed:
            _write(packed, target, name, limits, 0)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(f"{name} is damaged or cut off: it does not unpack. Fetch it again.") from error
    if kind_of(target, name) in ("zip", "gzip"):
        raise FileError(f"{name} is packed twice. Unpack it once and load what it holds.")
    return target


def members(path: Path, name: str, folder: Path, limits: Limits) -> Iterator[Member]:
    """Yield the files of the zip at `path`, called 'name/file.csv', each written into `folder`.

    A file that cannot be read has its error; LimitError where there are too many, or together they are too large.
    """
    with zipfile.ZipFile(path) as archive:
        found = [i for i in archive.infolist() if not i.is_dir() and not _NO_FILES.search(i.filename)]
        if not found:
            raise FileError(f"{name} is an empty archive. Choose another file.")
        if len(found) > limits.files:
            raise exceeded(name, f"holds {len(found):,} files; the limit is {limits.files:,}", "files")
        size = 0
        for index, (info, shown) in enumerate(zip(found, _names(name, found), strict=True)):
            target = folder / f"member-{index}"
            try:
                with archive.open(info) as packed:
                    size = _write(packed, target, name, limits, size)
                if kind_of(target, shown) == "zip":
                    raise FileError(f"{shown} is an archive inside an archive. Unpack {name} and load what it holds.")
                yield Member(shown, target)
            except FileError as error:
                yield Member(shown, error=error)
            except safety.DAMAGE as error:
                yield Member(shown, error=_unreadable(shown, info, error))


def _unreadable(shown: str, info: zipfile.ZipInfo, error: Exception) -> FileError:
    if info.flag_bits & 1:
        return FileError(f"{shown} is protected by a password. Unpack the archive and load what it holds.")
    if isinstance(error, NotImplementedError):
        return FileError(f"{shown} is packed in a way that cannot be read. Unpack it and load what it holds.")
    return FileError(f"{shown} is damaged or cut off: it does not unpack. Fetch the archive again.")


def _names(name: str, found: list[zipfile.ZipInfo]) -> list[str]:
    """Return how each file is called: by its last name, with a number where two have the same."""
    names: list[str] = []
    for info in found:
        last, count = clean_name(info.filename), 1
        shown = f"{name}/{last}"
        while shown in names:
            count += 1
            shown = f"{name}/{count}-{last}"
        names.append(shown)
    return names


def _write(packed: IO[bytes] | gzip.GzipFile, target: Path, name: str, limits: Limits, size: int) -> int:
    """Write out a stream; `size` bytes were written before it, and the sum is returned."""
    with target.open("wb") as plain:
        while chunk := packed.read(_CHUNK):
            size += len(chunk)
            if size > limits.unpacked_bytes:
                raise exceeded(name, f"unpacks to more than {limits.unpacked_mb:,} MB", "unpacked_mb")
            plain.write(chunk)
    return size
