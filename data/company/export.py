"""Sheets and files: how the records leave the company's systems."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import xlsxwriter

from data.company.clock import as_date, as_instant

CREATED = datetime(2026, 7, 1, 6, 0)


@dataclass
class Sheet:
    """One sheet of a file, and how it maps to the data model (`table` None: nobody should load it).

    `above`: rows over the header; `rows` may hold blank rows ([]) and a totals row as real exports do.
    """

    file: str
    table: str | None
    header: list[str]
    rows: list[list[Any]]
    mapping: dict[str, Any] = field(default_factory=dict)
    sheet: str = ""
    above: list[list[Any]] = field(default_factory=list)
    delimiter: str = ","
    encoding: str = "utf-8"

    @property
    def key(self) -> str:
        return f"{self.file}/{self.sheet}" if self.sheet else self.file


def text(value: Any) -> str:
    """Return a value as it stands in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)


def csv_bytes(sheet: Sheet) -> bytes:
    """Return a delimited file; gzipped, without a time in it, when its name ends in .gz."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=sheet.delimiter, lineterminator="\n")
    writer.writerows([text(v) for v in row] for row in [*sheet.above, sheet.header, *sheet.rows])
    raw = out.getvalue().encode(sheet.encoding)
    return gzip.compress(raw, 9, mtime=0) if sheet.file.endswith(".gz") else raw


def xlsx_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook of these sheets, in their order, with dates as real date cells."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": CREATED})
    bold = book.add_format({"bold": True})
    instant, civil = book.add_format({"num_format": "yyyy-mm-dd hh:mm"}), book.add_format({"num_format": "yyyy-mm-dd"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.sheet)
        page.set_column(0, len(sheet.header) - 1, 18)
        for y, row in enumerate([*sheet.above, sheet.header, *sheet.rows]):
            for x, value in enumerate(row):
                if isinstance(value, datetime):
                    page.write_datetime(y, x, value, instant)
                elif isinstance(value, date):
                    page.write_datetime(y, x, datetime(value.year, value.month, value.day), civil)
                elif isinstance(value, bool):
                    page.write_string(y, x, "Yes" if value else "No")
                elif isinstance(value, int | float):
                    page.write_number(y, x, value)
                elif value:
                    page.write_string(y, x, str(value), bold if y <= len(sheet.above) else None)
    book.close()
    return out.getvalue()


def files(sheets: Iterable[Sheet]) -> dict[str, bytes]:
    """Return file name -> content for all sheets; those of one workbook come together."""
    groups: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        groups.setdefault(sheet.file, []).append(sheet)
    return {f: xlsx_bytes(g) if f.endswith(".xlsx") else csv_bytes(g[0]) for f, g in groups.items()}


def civil(number: int | None) -> date | None:
    """Return a day number as a date, None as it is."""
    return None if number is None else as_date(number)


def instant(minute: int | None) -> datetime | None:
    """Return a minute number as an instant, None as it is."""
    return None if minute is None else as_instant(minute)


def twice(rows: list[list[Any]], places: Iterable[int]) -> list[list[Any]]:
    """Return the rows with some of them exported twice, the second at the end, as a joined export does."""
    return [*rows, *(list(rows[p]) for p in places)]
