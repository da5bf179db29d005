"""Workbooks: a look at the zip before anything is unpacked, then every sheet's cells as text."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.errors import CSMetricsError, FileError
from cs_metrics.ingest.layout.grid import Grid, blank_to_null
from cs_metrics.ingest.reading import safety
from cs_metrics.ingest.reading.limits import Limits, exceeded
from cs_metrics.ingest.reading.marks import Marks, column_of
from cs_metrics.ingest.sheet import letter

_CELL = re.compile(rb'<(?:\w+:)?c\b(?:[^>]*?\br="([A-Z]{1,3})(\d+)")?[^>]*>')
_ROW = re.compile(rb'<(?:\w+:)?row\b(?:[^>]*?\br="(\d+)")?[^>]*>')
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)\b")
_STYLED = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*?\br="([A-Z]+)\d)(?=[^>]*?\bs="(\d+)")(?![^>]*\bt="(?:s|str|b|e|inlineStr)")[^>]*>'
)
_OFTEN = 5_000  # rows
# Of the work on a sheet, what the look at its XML takes; its cells come in one piece.
_LOOK = 0.6
_STAMP = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$"


@dataclass
class Extent:
    """Where a sheet's values lie: columns from 0, rows from 1; what its XML says beside them; zeros put before."""

    first: int = 1 << 20
    last: int = -1
    rows: int = 0
    values: int = 0
    corner: str = ""
    marks: Marks = field(default_factory=Marks)
    padded: dict[int, set[int]] = field(default_factory=dict)

    @property
    def area(self) -> int:
        """The cells from the top row to the last value."""
        return self.rows * max(0, self.last - self.first + 1)


@dataclass(frozen=True)
class Page:
    """A sheet of a workbook: its name, its cells, whether the workbook hides it."""

    name: str
    grid: Grid
    hidden: bool


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return each worksheet's name and its part of the zip, where they can be told."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile):
        return {}
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    parts: dict[str, str] = {}
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] != "sheet":
            continue
        link = next((value for key, value in sheet.attrib.items() if key.rpartition("}")[2] == "id"), None)
        target = targets.get(link, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in archive.namelist():
            parts[sheet.get("name", "")] = part
    return parts


def _days_short(archive: zipfile.ZipFile) -> int:
    """Return the days by which the reader's dates are early in a workbook of the 1904 system.

    It believes the last element called workbookPr. Newer programs write one more, of an extension, which does not say
    date1904; all dates would then come four years and a day too early.
    """
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile):
        return 0
    said = [e.get("date1904", "") in ("1", "true") for e in book.iter() if e.tag.rpartition("}")[2] == "workbookPr"]
    return 1462 if said and said[0] and not said[-1] else 0


def _padding(archive: zipfile.ZipFile) -> dict[int, int]:
    """Return the cell styles whose format is only zeros (00000: an id), and how many."""
    try:
        root = ElementTree.fromstring(archive.read("xl/styles.xml"))
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile):
        return {}
    formats = {e.get("numFmtId"): e.get("formatCode", "") for e in root.iter() if e.tag.endswith("}numFmt")}
    styles = next((e for e in root.iter() if e.tag.endswith("}cellXfs")), None)
    widths = {i: formats.get(xf.get("numFmtId"), "") for i, xf in enumerate(styles if styles is not None else ())}
    return {i: len(code) for i, code in widths.items() if re.fullmatch("0{2,20}", code)}


def scan(
    archive: zipfile.ZipFile,
    part: str,
    padding: dict[int, int],
    name: str,
    limits: Limits,
    progress: Callable[[int, int], None] = lambda rows, size: None,
) -> Extent:
    """Return where the values of a worksheet lie, without building its cells. `progress` gets the rows seen now and
    then, and the bytes of XML that they took."""
    extent = Extent()
    number = 0
    with archive.open(part) as stream:
        for xml in safety.rows(stream, rb"</(?:\w+:)?row>", name):
            opening = _ROW.search(xml)
            if opening is None or not number:
                extent.marks.around(xml[: opening.start()] if opening else xml)
            if opening is None:
                continue
            number = int(opening.group(1)) if opening.group(1) else number + 1
            if number % _OFTEN == 0:
                progress(number, stream.tell())
            if not _VALUE.search(xml, opening.end()):
                continue
            cells = list(_CELL.finditer(xml, opening.end()))
            ends = [m.start() for m in cells[1:]] + [len(xml)]
            full = [
                (column_of(m.group(1)) if m.group(1) else i)
                for i, (m, end) in enumerate(zip(cells, ends, strict=True))
                if _VALUE.search(xml, m.end(), end)
            ]
            if not full:
                continue
            extent.values += len(full)
            extent.rows = max(extent.rows, number)
            extent.first = min(extent.first, min(full))
            if max(full) > extent.last or extent.rows == number:
                extent.corner = f"{letter(max(full))}{number}"
            extent.last = max(extent.last, max(full))
            extent.marks.row(number, opening.group(), xml)
            if padding:
                for letters, style in _STYLED.findall(xml):
                    extent.padded.setdefault(column_of(letters), set()).add(padding.get(int(style), 0))
            if extent.rows > limits.rows:
                raise exceeded(name, f"has a value in row {extent.rows:,}; the limit is {limits.rows:,} rows", "rows")
            wide = extent.last - extent.first >= limits.columns
            if wide or extent.area > limits.cells:
                raise exceeded(
                    name,
                    f"reaches to cell {extent.corner}, {extent.area:,} cells with {extent.values:,} values so far;"
                    " delete what lies far from the table"
                    f" (the limits are {limits.columns:,} columns and {limits.cells:,} cells)",
                    "columns" if wide else "cells",
                )
    return extent


def read(
    path: Path, name: str, limits: Limits, progress: Callable[[int, float], None] = lambda rows, share: None
) -> Iterator[Page]:
    """Yield the sheets of the workbook at `path` that hold anything, in its order.

    `progress` gets the rows of all sheets so far, and the share of the work done by their bytes. FileError where it
    cannot be read, or is protected by a password; LimitError beyond the limits.
    """
    zipped = zipfile.is_zipfile(path)
    parts: dict[str, str] = {}
    extents: dict[str, Extent] = {}
    sizes: dict[str, int] = {}
    total, done = 1, 0
    padding: dict[int, int] = {}
    early = 0
    if zipped:
        try:
            safety.check_zip(path, name, limits)
            safety.check_repeats(path, name, limits)
            with zipfile.ZipFile(path) as archive:
                parts, padding, early = sheet_parts(archive), _padding(archive), _days_short(archive)
                sizes = {s: archive.getinfo(p).file_size for s, p in parts.items()}
                total = max(1, sum(sizes.values()))
                for sheet, part in parts.items():
                    rows = sum(e.rows for e in extents.values())
                    place = f"{name}, sheet '{sheet}',"

                    def tell(more: int, size: int, rows: int = rows, done: int = done) -> None:
                        progress(rows + more, _LOOK * (done + size) / total)

                    extents[sheet] = scan(archive, part, padding, place, limits, tell)
                    done += sizes[sheet]
        except safety.DAMAGE as error:
            raise _unreadable(name, error) from error
    seen = sum(e.rows for e in extents.values())
    read = 0
    with _readable(name):
        reader = fastexcel.read_excel(str(path))
        names = reader.sheet_names
    for sheet in names:
        extent = extents.get(sheet)
        if (parts and extent is None) or (extent is not None and not extent.values):
            continue
        place = f"{name}, sheet '{sheet}',"
        with _readable(place):
            loaded = reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
            hidden = loaded.visible != "visible"
            safety.check_size(place, loaded.width, loaded.total_height, limits)
            places = loaded.available_columns()
            batch = loaded.to_arrow()
        first = places[0].absolute_index if places else 0
        grid = _grid(_later(pa.Table.from_batches([batch]), early), extent, first)
        read += sizes.get(sheet, 0)
        seen = max(seen, grid.rows)
        progress(seen, _LOOK + (1 - _LOOK) * read / total)
        if grid.cells.num_rows:
            yield Page(sheet, grid, hidden)


@contextmanager
def _readable(place: str) -> Iterator[None]:
    """Turn what the reader says of a broken workbook into a sentence; it panics at some, which is no Exception."""
    try:
        yield
    except CSMetricsError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise _unreadable(place, error) from error


def _unreadable(place: str, error: BaseException) -> FileError:
    text = str(error).casefold()
    if "password" in text or "encrypt" in text:
        return FileError(f"{place} is protected by a password. Remove the password and load it again.")
    return FileError(
        f"{place} cannot be read as a workbook: it is damaged, or cut off. Fetch it again, or save it anew as XLSX."
    )


def _later(table: pa.Table, days: int) -> pa.Table:
    """Return the cells with their dates so many days later; times of day, which have no date, stay."""
    if not days:
        return table

    def moved(text: str | None) -> str | None:
        if text is None or not re.match(_STAMP, text) or text.startswith("1899-12-31"):
            return text
        return (datetime.fromisoformat(text) + timedelta(days=days)).isoformat(" ")

    arrays = [pa.array([moved(t) for t in c.cast(pa.string()).to_pylist()], pa.string()) for c in table.columns]
    return pa.table(arrays, names=table.column_names)


def _grid(table: pa.Table, extent: Extent | None, first: int) -> Grid:
    columns = [blank_to_null(_without_nul(column.cast(pa.string()))) for column in table.columns]
    columns = [shown_times(c) for c in columns]
    if extent:
        for place, widths in extent.padded.items():
            if len(widths) == 1 and 0 <= place - first < len(columns) and (zeros := max(widths)):
                text = columns[place - first]
                digits = pc.match_substring_regex(text, r"^\d+$")
                columns[place - first] = pc.if_else(digits, pc.utf8_lpad(text, zeros, "0"), text)
    cells = pa.table(
        {f"c{i}": c for i, c in enumerate(columns)} | {"_row": pa.array(range(1, table.num_rows + 1), pa.int64())}
    )
    filled = pa.array([False] * cells.num_rows, pa.bool_())
    for column in columns:
        filled = pc.or_(filled, column.is_valid())
    cells = cells.filter(filled)
    notes: list[str] = []
    if extent:
        cells, notes = extent.marks.filled(cells, first)
        notes = [*extent.marks.notes(extent.first, extent.last), *notes]
    last = cells.column("_row")[-1].as_py() if cells.num_rows else 0
    return Grid(cells, last, tuple(notes), first_column=first)


def _without_nul(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Some old workbooks come with a null sign after every letter."""
    found = pc.any(pc.match_substring(column, "\0")).as_py()
    return pc.replace_substring(column, "\0", "") if found else column


def shown_times(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates come as 2024-03-01 00:00:00, times of day and durations as a moment of 1899 or 1900: say what is shown."""
    stamps = pc.match_substring_regex(column, _STAMP)
    if not pc.any(stamps).as_py():
        return column
    some = column.filter(stamps)
    if pc.all(pc.match_substring_regex(some, r"^(?:1899-12-31|1900-0[12]-)")).as_py():
        clock = pc.match_substring_regex(some, r"^1899-12-31")
        if pc.all(clock).as_py():
            return pc.if_else(stamps, pc.utf8_slice_codeunits(column, 11, 19), column)
        texts = [_hours(t) if t and re.match(_STAMP, t) else t for t in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
    if pc.all(pc.ends_with(some, " 00:00:00")).as_py():
        return pc.if_else(stamps, pc.utf8_slice_codeunits(column, 0, 10), column)
    return column


def _hours(text: str) -> str:
    """1900-01-01 12:00:00 is a duration of 36:00:00: days are counted from the last one of 1899."""
    month, day, hours = int(text[5:7]), int(text[8:10]), int(text[11:13])
    days = 0 if text.startswith("1899") else day + (31 if month == 2 else 0)
    return f"{days * 24 + hours}{text[13:19]}"
