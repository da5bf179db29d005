"""Workbooks in the XML of Excel 2003 (SpreadsheetML), which other programs still export under the name .xls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat

import pyarrow as pa

from cs_metrics.errors import FileError
from cs_metrics.ingest.layout.grid import Grid
from cs_metrics.ingest.reading import delimited
from cs_metrics.ingest.reading.limits import Limits, exceeded
from cs_metrics.ingest.reading.workbook import Page, shown_times

_SPACE = "urn:schemas-microsoft-com:office:spreadsheet "
_VISIBLE = "urn:schemas-microsoft-com:office:excel Visible"
_CHUNK = 1 << 20

Event = tuple[str, str, list[str]]  # ("sheet", its name, []), ("row", "", cells), ("end", "hidden" or "", [])


def read(path: Path, name: str, limits: Limits, progress: Callable[[int], None] = lambda _: None) -> Iterator[Page]:
    """Yield the sheets of the workbook at `path` that hold anything.

    FileError where it is no sound XML or declares anything of its own; LimitError beyond the limits.
    """
    events = _Parser(name, limits).events(path)
    ends: list[str] = []

    def rows() -> Iterator[list[str]]:
        for what, said, cells in events:
            if what == "end":
                ends.append(said)
                return
            yield cells

    for what, title, _ in events:
        if what != "sheet":
            continue
        table, last = delimited.table_of(rows(), f"{name}, sheet '{title}',", limits, progress)
        if last:
            columns = {c: table.column(c) if c == "_row" else shown_times(table.column(c)) for c in table.column_names}
            yield Page(title, Grid(pa.table(columns), last), ends[-1] == "hidden")


class _Parser:
    """Says of a file's elements what there is to say of its sheets; only one chunk of it is held at a time."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._name, self._limits = name, limits
        self._events: list[Event] = []
        self._number = 0  # of the row in hand
        self._rows = 0  # of all sheets: those between others are a few bytes, and take time
        self._row: list[str] | None = None
        self._kind = ""  # of the data in hand
        self._text: list[str] | None = None
        self._hidden = ""
        self._across = 0

    def events(self, path: Path) -> Iterator[Event]:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._say
        parser.StartDoctypeDeclHandler = self._refuse
        with path.open("rb") as file:
            more = True
            while more:
                chunk = file.read(_CHUNK)
                more = bool(chunk)
                try:
                    parser.Parse(chunk, not more)
                except (expat.ExpatError, LookupError, ValueError) as error:
                    raise FileError(
                        f"{self._name} cannot be read as a workbook in XML: it is damaged, or cut off. Fetch it again,"
                        " or save it as XLSX."
                    ) from error
                yield from self._events
                self._events.clear()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _VISIBLE:
            self._text = []
            return
        if not tag.startswith(_SPACE):
            return
        what = tag.removeprefix(_SPACE)
        if what == "Worksheet":
            self._number, self._hidden = 0, ""
            self._events.append(("sheet", attributes.get(f"{_SPACE}Name", ""), []))
        elif what == "Row":
            at = max(_count(attributes.get(f"{_SPACE}Index"), 0), self._number + 1)
            self._rows += at - self._number
            if self._rows > self._limits.rows:
                raise exceeded(self._name, f"has more than {self._limits.rows:,} rows", "rows")
            self._events += [("row", "", [])] * (at - self._number - 1)
            self._number, self._row = at, []
        elif what == "Cell" and self._row is not None:
            at = max(_count(attributes.get(f"{_SPACE}Index"), 0), len(self._row) + 1)
            self._across = _count(attributes.get(f"{_SPACE}MergeAcross"), 0)
            if at + self._across > self._limits.columns:
                what = f"has a cell in column {at + self._across:,}; the limit is {self._limits.columns:,} columns"
                raise exceeded(self._name, what, "columns")
            self._row += [""] * (at - len(self._row))
        elif what == "Data" and self._row:
            self._kind, self._text = attributes.get(f"{_SPACE}Type", "String"), []

    def _say(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        if tag == _VISIBLE and self._text is not None:
            self._hidden = "" if "".join(self._text).strip() == "SheetVisible" else "hidden"
            self._text = None
        if not tag.startswith(_SPACE):
            return
        what = tag.removeprefix(_SPACE)
        if what == "Data" and self._row and self._text is not None:
            self._row[-1] = _shown("".join(self._text), self._kind)
            self._text = None
        elif what == "Cell" and self._row is not None:
            self._row += [""] * self._across
        elif what == "Row" and self._row is not None:
            self._events.append(("row", "", self._row))
            self._row = None
        elif what == "Worksheet":
            self._events.append(("end", self._hidden, []))

    def _refuse(self, *_: object) -> None:
        raise FileError(
            f"{self._name} declares what its XML is made of, as no spreadsheet program does. It is not read: open it in"
            " a spreadsheet program, save it as XLSX or CSV, and load that."
        )


def _count(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _shown(text: str, kind: str) -> str:
    """A cell as its sheet shows it, as far as its type tells."""
    if kind == "DateTime":
        return text.strip().replace("T", " ").removesuffix(".000")
    if kind == "Boolean":
        return {"1": "true", "0": "false"}.get(text.strip(), text)
    return "" if kind == "Error" else text
