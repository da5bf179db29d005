"""JSON: an object a line, a list of objects, or an object around one; value by value, numbers as they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from cs_metrics.errors import FileError
from cs_metrics.ingest.layout.grid import Grid
from cs_metrics.ingest.reading import encoding as encodings
from cs_metrics.ingest.reading.limits import Limits
from cs_metrics.ingest.reading.records import Digits, grid_of

_START = re.compile(r'\s*(?:\{\s*(?:"|\}\s*$)|\[\s*[\[{\]])')
_CHUNK = 1 << 20
_BETWEEN = re.compile(r"[\s,]*")


def looks_like(head: str) -> bool:
    """Whether a text that begins so is JSON: '{"' or '[{' is how no table with a delimiter begins."""
    return _START.match(head.lstrip("\ufeff")) is not None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keep both values of a name that an object has twice."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        while name in found:
            name += " (2)"
        found[name] = value
    return found


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=Digits, parse_float=Digits, parse_constant=lambda word: None
)


class _Values:
    """The values of a JSON text one after another: of the list that it is, or of its lines."""

    def __init__(self, file: IO[str], name: str) -> None:
        self._file, self._name = file, name
        self._text, self._place, self._line, self._size = "", 0, 1, _CHUNK
        self._ended = False

    def _more(self) -> None:
        """Take in more of the file; twice as much each time that a value is longer than what is at hand."""
        self._line += self._text.count("\n", 0, self._place)
        added = self._file.read(self._size)
        self._text, self._place = self._text[self._place :] + added, 0
        self._ended = not added

    def _next(self) -> str:
        """Return the next sign that is neither white space nor a comma, '' at the end."""
        while True:
            self._place = _BETWEEN.match(self._text, self._place).end()  # type: ignore[union-attr]  # matches nothing too
            if self._place < len(self._text) or self._ended:
                return self._text[self._place : self._place + 1]
            self._more()

    def __iter__(self) -> Iterator[Any]:
        self._more()
        self._text = self._text.lstrip("\ufeff")
        listed = self._next() == "["
        self._place += listed
        while sign := self._next():
            if listed and sign == "]":
                self._place += 1
                if self._next():
                    raise self._error(self._place, "more follows after its list")
                return
            yield self._value()
        if listed:
            raise self._error(self._place, "its list is not closed: the file is cut off")

    def _value(self) -> Any:
        self._size = _CHUNK
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._place)
            except json.JSONDecodeError as error:
                partial = error.msg.startswith("Unterminated") or error.pos > len(self._text) - 16
                if self._ended or not partial:
                    partial = error.msg.startswith("Unterminated") or error.pos >= len(self._text.rstrip())
                    what = "the file is cut off" if partial else error.msg[:1].lower() + error.msg[1:]
                    raise self._error(error.pos, what) from error
            except RecursionError as error:
                raise self._error(self._place, "its objects are nested too deeply") from error
            else:
                if end < len(self._text) or self._ended or not isinstance(value, Digits):
                    self._place = end
                    return value
            self._more()
            self._size *= 2

    def _error(self, place: int, what: str) -> FileError:
        line = self._line + self._text.count("\n", 0, place)
        return FileError(f"{self._name}, line {line:,}: it is not JSON ({what}). Mend the line, or export it again.")


def read(path: Path, name: str, limits: Limits, progress: Callable[[int], None] = lambda _: None) -> tuple[Grid, str]:
    """Return the records of the JSON file at `path` and its encoding.

    FileError where it is not valid, or holds no objects; LimitError beyond the limits.
    """
    encoding = encodings.detect(path, name)
    with path.open(encoding=encoding.name, errors=encoding.errors) as file:
        grid = grid_of(_objects(iter(_Values(file, name)), name), name, limits, progress)
    if not grid.headers:
        raise FileError(f"{name} is empty: it has no record with anything in it. Choose another file.")
    return grid, encoding.name


def _objects(values: Iterator[Any], name: str) -> Iterator[dict[str, Any]]:
    """Yield the objects; the answer of a service, one object around a list of objects, is that list."""
    begun = list(islice(values, 2))
    if len(begun) == 1 and isinstance(begun[0], dict):
        inner = [value for value in begun[0].values() if _is_list_of_objects(value)]
        if len(inner) == 1:
            begun = inner[0]
    for number, value in enumerate(chain(begun, values), start=1):
        if not isinstance(value, dict):
            raise FileError(
                f"{name}, record {number:,}: it is not an object. Export an object for each row: {{'column': value}}."
            )
        yield value


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
