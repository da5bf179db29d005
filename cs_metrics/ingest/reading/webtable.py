"""Tables of HTML: what many programs call an Excel file (.xls) when they export one.

The text is walked through once, tag by tag: nothing is fetched, run or expanded, and what is malformed costs no more
than its length.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cs_metrics.errors import FileError
from cs_metrics.ingest.layout.grid import Grid
from cs_metrics.ingest.reading import delimited
from cs_metrics.ingest.reading import encoding as encodings
from cs_metrics.ingest.reading.limits import Limits, exceeded

_META = re.compile(rb"<meta\b[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I)
_TAG = re.compile(r"""<(/?)([a-zA-Z][\w:-]{0,40})((?:[^<>"']|"[^"<]{0,2000}"|'[^'<]{0,2000}'){0,200}+)>""")
_SPAN = re.compile(r"""\b(colspan|rowspan)\s*=\s*["']?\s*(\d{1,9})""", re.I)
_SILENT = ("script", "style", "title", "template")
_FIELDS = ("input", "select", "textarea", "form")
_BREAKS = ("br", "p", "div", "li")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_ENDS = re.compile(r"[ \t]*\n[ \t]*")


@dataclass
class _Table:
    """A table in the making: its rows, the cells that reach down into coming rows, and the row and cell in hand."""

    name: str
    limits: Limits
    rows: list[list[str]] = field(default_factory=list)
    down: dict[int, tuple[int, str]] = field(default_factory=dict)  # column: rows still to come, text
    row: list[str] | None = None
    cell: list[str] | None = None
    span: tuple[int, int] = (1, 1)
    head: bool = False
    asks: bool = False  # it has fields to fill in: a form, not a table

    def begin_row(self) -> None:
        self.end_row()
        self.row = []
        self._reach_down()

    def begin_cell(self, attributes: str, head: bool) -> None:
        self.end_cell()
        if self.row is None:
            self.begin_row()
        spans = {name.lower(): int(number) for name, number in _SPAN.findall(attributes)}
        self.cell, self.head = [], head
        self.span = max(1, spans.get("colspan", 1)), max(1, spans.get("rowspan", 1))

    def end_cell(self) -> None:
        if self.cell is None or self.row is None:
            return
        text = _ENDS.sub("\n", "".join(self.cell)).strip()
        across, down = self.span
        self._bounded(len(self.row) + across)
        for shown in (text, *("",) * (across - 1)):
            if down > 1:
                self.down[len(self.row)] = (down - 1, "" if self.head else shown)
            self.row.append(shown)
        self.cell = None
        self._reach_down()

    def end_row(self) -> None:
        self.end_cell()
        if self.row is not None:
            self.rows.append(self.row)
        self.row = None

    def _reach_down(self) -> None:
        """Put the cells of rows above that reach down to the next place of the row in hand."""
        assert self.row is not None
        while (place := len(self.row)) in self.down:
            left, text = self.down.pop(place)
            self.row.append(text)
            if left > 1:
                self.down[place] = (left - 1, text)

    def _bounded(self, columns: int) -> None:
        if columns > self.limits.columns:
            raise exceeded(self.name, f"has {columns:,} columns; the limit is {self.limits.columns:,}", "columns")


def read(
    path: Path, name: str, limits: Limits, progress: Callable[[int], None] = lambda _: None
) -> Iterator[tuple[str | None, Grid]]:
    """Yield the tables of the page at `path`, 'table 1' and on where there are several; FileError where it has none.

    A table has two rows and two columns or more, and nothing to fill in: others are the page's form.
    """
    text, note = _text(path, name)
    tables = [t for t in _tables(text, name, limits) if not t.asks and _is_table(t.rows)]
    if not tables:
        raise FileError(f"{name} is a web page without a table. Save the table as CSV or XLSX and load that.")
    for number, table in enumerate(tables, start=1):
        cells, last = delimited.table_of(iter(table.rows), name, limits, progress)
        notes = ("It is a web page (HTML), whatever its name says; its table is read as shown there.", *note)
        yield f"table {number}" if len(tables) > 1 else None, Grid(cells, last, notes)


def _is_table(rows: list[list[str]]) -> bool:
    filled = [row for row in rows if any(row)]
    return len(filled) > 1 and max(sum(map(bool, row)) for row in filled) > 1


def _text(path: Path, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the page's text, in the encoding that it names where it does, and a note where one was assumed."""
    content = path.read_bytes()
    found = encodings.detect(path, name)
    said = _META.search(content[: 1 << 16])
    if said and not found.name.startswith(("utf-16", "utf-32", "utf-8-sig")):
        try:
            # what says ISO-8859-1 is Windows text, in every browser
            codec = codecs.lookup(said.group(1).decode("ascii")).name
            codec = "cp1252" if codec in ("iso8859-1", "ascii") else codec
            return content.decode(codec, encodings.MIXED if codec == "utf-8" else "replace"), ()
        except LookupError:
            pass
    return content.decode(found.name, found.errors), (found.note,) if found.note else ()


def _tables(text: str, name: str, limits: Limits) -> Iterator[_Table]:
    """Yield each table when it ends; one within another's cell is a table of its own."""
    within: list[_Table] = []
    count = 0
    for closing, tag, rest in _tags(text):
        table = within[-1] if within else None
        if tag == "table":
            if closing and table:
                table.end_row()
                yield within.pop()
            elif not closing:
                within.append(_Table(name, limits))
        elif table is None:
            continue
        elif not tag:
            if table.cell is not None:
                table.cell.append(_SPACES.sub(" ", html.unescape(rest)))
        elif tag == "tr":
            table.end_row() if closing else table.begin_row()
            count += not closing
            if count > limits.rows:
                raise exceeded(name, f"has more than {limits.rows:,} rows", "rows")
        elif tag in ("td", "th"):
            table.end_cell() if closing else table.begin_cell(rest, tag == "th")
        elif tag in _FIELDS:
            table.asks = True
        elif tag in _BREAKS and table.cell:
            table.cell.append("\n")
    for table in reversed(within):
        table.end_row()
        yield table


def _tags(text: str) -> Iterator[tuple[bool, str, str]]:
    """Yield (is it a closing one, its name, its attributes) of each tag, and (False, '', text) of what is between."""
    lower = text.lower()
    place = 0
    while place < len(text):
        start = text.find("<", place)
        if start < 0:
            yield False, "", text[place:]
            return
        if start > place:
            yield False, "", text[place:start]
        if text.startswith(("<!", "<?"), start):
            mark = "-->" if text.startswith("<!--", start) else ">"
            end = text.find(mark, start + 2)
            place = len(text) if end < 0 else end + len(mark)
            continue
        found = _TAG.match(text, start)
        if found is None:  # a bare '<', as in 'a < b'
            yield False, "", "<"
            place = start + 1
            continue
        tag = found.group(2).lower()
        place = found.end()
        if tag in _SILENT and not found.group(1):
            end = lower.find(f"</{tag}", place)
            place = len(text) if end < 0 else end
            continue
        yield bool(found.group(1)), tag, found.group(3)
