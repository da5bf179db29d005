"""What is looked at before a zipped workbook is opened: declared sizes, entities, cells repeated without end."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from cs_metrics.errors import FileError
from cs_metrics.ingest.reading.limits import Limits, exceeded
from cs_metrics.ingest.sheet import letter

DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
_LONGEST_ROW = 16 << 20
_LARGEST_PART = 64 << 20  # of those read as a whole
_PROLOG = 1 << 16
_WHOLE = re.compile(r"xl/(?:workbook|styles)\.xml|.*\.rels|META-INF/manifest\.xml|mimetype")
_ENTITIES = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<\?.*?\?>|<!--.*?-->)*<!DOCTYPE", re.S)
_SHEET = re.compile(rb"<table:table\s")
_ROW = re.compile(rb"<table:table-row\b[^>]*>")
_ROWS = re.compile(rb'number-rows-repeated="(\d{1,9})"')
_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*?)(/?)>")
_COLUMNS = re.compile(rb'number-columns-repeated="(\d{1,9})"')


def check_zip(path: Path, name: str, limits: Limits) -> None:
    """Raise where the zipped workbook at `path` is damaged, unpacks to more than the limits, or declares entities."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        declared = sum(info.file_size for info in parts)
        if declared > limits.unpacked_bytes:
            what = f"unpacks to {declared >> 20:,} MB; the limit is {limits.unpacked_mb:,} MB"
            raise exceeded(name, what, "unpacked_mb")
        for info in parts:
            if _WHOLE.fullmatch(info.filename) and info.file_size > _LARGEST_PART:
                raise FileError(f"{name} is not a sound workbook: its {info.filename} is {info.file_size >> 20:,} MB.")
            if info.filename.endswith((".xml", ".rels")):
                with archive.open(info) as part:
                    if _ENTITIES.match(part.read(_PROLOG).replace(b"\0", b"")):
                        raise FileError(
                            f"{name} declares XML entities ({info.filename}), as no spreadsheet program does. It is not"
                            " read: open it in a spreadsheet program, save it as XLSX or CSV, and load that."
                        )


def rows(stream: IO[bytes], end: bytes, name: str) -> Iterator[bytes]:
    """Yield the XML up to each closing tag `end`, a pattern; only one row and a little is held at a time."""
    closing = re.compile(end)
    rest = b""
    while chunk := stream.read(1 << 20):
        *whole, rest = closing.split(rest + chunk)
        yield from whole
        if len(rest) > _LONGEST_ROW:
            raise FileError(f"{name} has a row that never ends: it is damaged. Open and save it anew, and load that.")
    yield rest


def check_size(name: str, columns: int, rows: int, limits: Limits) -> None:
    """Raise LimitError where a table of this size is beyond the limits."""
    if columns > limits.columns:
        raise exceeded(name, f"has {columns:,} columns; the limit is {limits.columns:,}", "columns")
    if rows > limits.rows:
        raise exceeded(name, f"has more than {limits.rows:,} rows", "rows")
    if columns * rows > limits.cells:
        raise exceeded(name, f"has more than {limits.cells:,} cells", "cells")


def check_repeats(path: Path, name: str, limits: Limits) -> None:
    """Raise LimitError where an OpenDocument workbook repeats its cells beyond the limits: a few bytes can say so."""
    with zipfile.ZipFile(path) as archive:
        if "content.xml" not in archive.namelist():
            return
        with archive.open("content.xml") as content:
            last = height = area = 0
            for xml in rows(content, rb"</table:table-row>", name):
                if _SHEET.search(xml):
                    last = height = 0
                opening = _ROW.search(xml)
                many = _ROWS.search(opening.group()) if opening else None
                place = filled = 0
                for cell in _CELL.finditer(xml):
                    times = _COLUMNS.search(cell.group(1))
                    place += int(times.group(1)) if times else 1
                    filled = filled if cell.group(2) else place
                count = int(many.group(1)) if many else 1
                height += count
                if not filled:
                    continue
                last = max(last, filled)
                area = max(area, last * height)
                if last > limits.columns:
                    what = f"has a value in column {letter(last - 1)}; the limit is {limits.columns:,} columns"
                    raise exceeded(name, what, "columns")
                if height > limits.rows:
                    raise exceeded(name, f"has a value in row {height:,}; the limit is {limits.rows:,} rows", "rows")
                if area > limits.cells:
                    what = f"reaches over {area:,} cells; delete what lies far from the table"
                    raise exceeded(name, f"{what} (the limit is {limits.cells:,})", "cells")
