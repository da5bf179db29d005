"""A DataFrame as a file that a spreadsheet program opens without running anything in it.

A cell of text that begins with =, +, -, @, tab or return may be taken for a formula (OWASP, 'CSV injection'), unless
it is a plain negative number.
In CSV such a cell gets an apostrophe in front; in XLSX it is written as text, which needs none.
In XLSX numbers and dates are what they are: shares in percent, numbers of more digits than a workbook keeps as text.
What a table stands on (`about`: version, how far the data go, filters, definitions) goes along with it: in CSV as the
last columns, so that every line still says it when it is cut out; in XLSX as a sheet of its own.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"-\d+([.,]\d+)*")
ABOUT = "What this stands on"
EXCEL_BEGINS = 1900
SHEET_ROWS = 1_048_575
CELL = 32_767  # characters
DIGITS = 10**15  # a workbook keeps 15 digits of a number
SHARE, MONEY = "0.0%", "#,##0.00"
# of a column, or of each of its rows
Units = Mapping[str, str | Sequence[str]]
WIDTHS = (10, 60)  # of a column, in characters
LOOKED_AT = 200  # rows that a column's width is taken from


def csv(frame: pd.DataFrame, about: Mapping[str, str] | None = None) -> bytes:
    """Return the frame as CSV: UTF-8 with a byte order mark, so that spreadsheet programs read its letters right."""
    safe = pd.DataFrame({i: _neutral_column(frame.iloc[:, i]) for i in range(frame.shape[1])})
    names = [_neutral(str(c)) for c in frame.columns]
    for name, text in (about or {}).items():
        safe[len(names)] = _neutral(text)
        names.append(name)
    safe.columns = pd.Index(names)  # two columns may have one name
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def xlsx(
    sheets: Mapping[str, pd.DataFrame], about: Mapping[str, str] | None = None, units: Units | None = None
) -> bytes:
    """Return the frames as one workbook, a sheet each; rows beyond a sheet's 1,048,575 go on in a further one.

    The first row is a header that stays in sight and filters; `units` names the columns whose numbers are a 'share'
    (0.5 is shown as 50.0%) or 'money', as a whole or row by row.
    """
    if about:
        sheets = {**sheets, ABOUT: pd.DataFrame({"What": list(about), "Is": list(about.values())})}
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(buffer, {**options, "remove_timezone": True})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        "share": book.add_format({"num_format": SHARE}),
        "money": book.add_format({"num_format": MONEY}),
        "long": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    taken: set[str] = set()
    for name, frame, start in _parts(sheets):
        sheet = book.add_worksheet(_sheet_name(name, taken))
        sheet.freeze_panes(1, 0)
        if len(frame):
            sheet.autofilter(0, 0, len(frame), max(0, frame.shape[1] - 1))
        for column, title in enumerate(frame.columns):
            unit = (units or {}).get(str(title), "")
            each = [unit] * len(frame) if isinstance(unit, str) else list(unit)[start : start + len(frame)]
            sheet.write_string(0, column, str(title)[:CELL], formats["head"])
            sheet.set_column(column, column, _width(str(title), frame.iloc[:LOOKED_AT, column]))
            for row, (value, of) in enumerate(zip(frame.iloc[:, column].tolist(), each, strict=True), start=1):
                _write(sheet, row, column, value, formats, of)
    book.close()
    return buffer.getvalue()


def _parts(sheets: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, pd.DataFrame, int]]:
    """Yield what goes onto a sheet: its name, its rows, and how many stand on the sheets before it."""
    for name, frame in sheets.items():
        for start in range(0, max(1, len(frame)), SHEET_ROWS):
            yield name, frame.iloc[start : start + SHEET_ROWS], start


def parquet(frame: pd.DataFrame, about: Mapping[str, str] | None = None) -> bytes:
    """Return the frame as Parquet, with `about` as metadata of the file; a column of several types becomes text."""
    names = _unique([str(c) for c in frame.columns])
    table = pa.table({name: _arrow(frame.iloc[:, i]) for i, name in enumerate(names)})
    if about:
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), **about})
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def _arrow(column: pd.Series) -> pa.Array:
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array([None if _missing(v) else str(v) for v in column.tolist()], pa.string())


def _unique(names: list[str]) -> list[str]:
    """Return the names with a number behind those that were there before: a column is found by its name."""
    found: list[str] = []
    for name in names:
        number, free = 2, name
        while free in found:
            number, free = number + 1, f"{name} ({number})"
        found.append(free)
    return found


def _missing(value: Any) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _width(title: str, values: pd.Series) -> int:
    """Return a width in which the title and most of the values can be read."""
    lengths = [19 if isinstance(v, datetime) else len(str(v)) for v in values.tolist() if not _missing(v)]
    return min(WIDTHS[1], max(WIDTHS[0], len(title) + 2, *(n + 1 for n in lengths), 0))


def _write(sheet: Any, row: int, column: int, value: Any, formats: Mapping[str, Any], unit: str) -> None:
    if _missing(value):
        return
    if hasattr(value, "item"):
        value = value.item()  # numpy's numbers are no numbers to a workbook
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float, Decimal)) and math.isfinite(value) and not _is_long(value):
        sheet.write_number(row, column, float(value), formats.get(unit))
    elif isinstance(value, date) and value.year < EXCEL_BEGINS:
        sheet.write_string(row, column, value.isoformat())
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value, formats["instant"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["day"])
    else:
        text = str(value)
        text = text if len(text) <= CELL else f"{text[: CELL - 1]}…"
        sheet.write_string(row, column, text, formats["long"] if len(text) > WIDTHS[1] else None)


def _is_long(value: Any) -> bool:
    return isinstance(value, int) and abs(value) >= DIGITS


def _neutral_column(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return column.reset_index(drop=True)
    return column.map(lambda v: _neutral(v) if isinstance(v, str) else v).reset_index(drop=True)


def _neutral(text: str) -> str:
    risky = text.lstrip(" \xa0").startswith(MARKS) and not NUMBER.fullmatch(text)
    return "'" + text if risky else text


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that a workbook takes: none of its marks, 31 characters, not one that is `taken` (or Excel's)."""
    plain = "".join("_" if c in "[]:*?/\\'" or ord(c) < 32 else c for c in name)[:31].strip() or "Sheet1"
    found, number = plain, 2
    while found.casefold() in taken or found.casefold() == "history":
        found, number = f"{plain[: 31 - len(f' ({number})')]} ({number})", number + 1
    taken.add(found.casefold())
    return found
