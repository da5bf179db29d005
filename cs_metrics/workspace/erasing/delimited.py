"""Rows of a delimited text blanked in place: each keeps its line, so that the numbers of the others stay true.

The file is read as `ingest.reading.delimited` reads it, one record at a time; what stays is copied byte by byte.
"""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Collection, Iterator
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import IO, Any

from cs_metrics.ingest.reading import delimited
from cs_metrics.ingest.reading import encoding as encodings
from cs_metrics.ingest.reading.delimited import Dialect
from cs_metrics.ingest.reading.torn import Lines, Repairs, records
from cs_metrics.workspace.erasing.identity import Identity

_CHUNK = 1 << 20
_SAMPLE = 1 << 19
_WIDE = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


class UnsafeError(Exception):
    """Rows cannot be taken out of a file without harm to the others; the message says why."""


def blank(path: Path, target: Path, rows: Collection[int], touched: Collection[int], who: Identity) -> None:
    """Write the text at `path` to `target`, with the records of these numbers (from 1) blank, in those `touched` the
    cells that are an id of the customer, and elsewhere its words replaced. Raises UnsafeError."""
    found = encodings.detect(path, path.name)
    with path.open("rb") as data, TextIOWrapper(data, found.name, found.errors, newline="") as file:
        sample = file.read(_SAMPLE)
    dialect = delimited.detect(sample, len(sample) < _SAMPLE)
    if dialect.delimiter == " ":
        raise UnsafeError("its columns are set apart by spaces")
    waiting: deque[tuple[bytes, str]] = deque()
    code = Code(path, found)

    def told() -> Iterator[str]:
        for raw, line in code.lines():
            waiting.append((raw, line))
            line = line if dialect.escape == "\0" else line.replace("\0", "")
            yield delimited.kept(line, dialect) if dialect.escape == "\\" and "\\" in line else line

    source = Lines(told())
    with target.open("wb") as out:
        out.write(code.mark)
        done = 0
        for number, cells in enumerate(records(source, dialect, Repairs()), start=1):
            taken = source.given - done
            done = source.given
            record = [waiting.popleft() for _ in range(taken)]
            out.write(_left(record, cells, dialect, code, who, number in rows, number in touched))


def _left(
    record: list[tuple[bytes, str]], cells: list[str], dialect: Dialect, code: Code, who: Identity, goes: bool,
    touched: bool,
) -> bytes:  # fmt: skip
    """Return what stands in the place of a record's lines."""
    text = "".join(line for _, line in record)
    ending = text[len(text.rstrip("\r\n")) :]
    if goes:
        return code.bytes_of(dialect.delimiter * (dialect.width - 1) + ending)
    left = ["" if touched and cell.strip() in who.ids else who.without(cell) for cell in cells]
    if left == cells:
        return b"".join(raw for raw, _ in record)
    written = StringIO()
    escaped: dict[str, Any] = {"doublequote": False, "escapechar": dialect.escape} if dialect.escape else {}
    # both signs, so that a cell with either of them is quoted
    csv.writer(
        written, delimiter=dialect.delimiter, quotechar=dialect.quote, lineterminator="\r\n", **escaped
    ).writerow(left)
    return code.bytes_of(written.getvalue().removesuffix("\r\n") + ending)


class Code:
    """The lines of a file as bytes and as text, and the way back. `mark`: what stands before the first line."""

    def __init__(self, path: Path, found: encodings.Encoding) -> None:
        self._path, self._errors = path, found.errors
        with path.open("rb") as file:
            head = file.read(4)
        wide = found.name.startswith(("utf-16", "utf-32"))
        marks = [m for m in (*_WIDE, codecs.BOM_UTF8) if head.startswith(m)] if wide or "sig" in found.name else []
        self.mark = marks[0] if marks else b""
        self._name = _WIDE.get(self.mark, "utf-8" if "sig" in found.name else found.name)
        self._wide = wide

    def lines(self) -> Iterator[tuple[bytes, str]]:
        """Yield each line with its ending. Raises UnsafeError where the text does not say its bytes."""
        with self._path.open("rb") as file:
            file.seek(len(self.mark))
            if self._wide:
                yield from self._wide_lines(file)
                return
            rest = b""
            while chunk := file.read(_CHUNK):
                *whole, rest = (rest + chunk).splitlines(keepends=True)
                if rest.endswith(b"\n"):
                    whole, rest = [*whole, rest], b""
                for raw in whole:
                    yield raw, raw.decode(self._name, self._errors)
            for raw in rest.splitlines(keepends=True):
                yield raw, raw.decode(self._name, self._errors)

    def _wide_lines(self, file: IO[bytes]) -> Iterator[tuple[bytes, str]]:
        with TextIOWrapper(file, self._name, "strict", newline="") as text:
            try:
                for line in text:
                    yield line.encode(self._name), line
            except UnicodeError:
                raise UnsafeError("some of its letters are damaged") from None

    def bytes_of(self, text: str) -> bytes:
        """Return the bytes of a text in the file's encoding. Raises UnsafeError."""
        try:
            return text.encode(self._name)
        except UnicodeError:
            raise UnsafeError(f"some of its letters are none of {self._name}") from None
