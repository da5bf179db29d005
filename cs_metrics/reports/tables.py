"""A DataFrame as a file that a spreadsheet program opens without running anything in it.

A cell of text that begins with =, +, -, @, tab or return may be taken for a formula (OWASP, 'CSV injection'), unless
it is a plain negative number.
In CSV such a cell gets an apostrophe in front; in XLSX it is written as text, which needs none.
What a table stands on (`about`: version, how far the data go, filters, definitions) goes along with it: in CSV as the
last columns, so that every line still says it when it is cut out; in XLSX as a sheet of its own.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import xlsxwriter

from cs_metrics.errors import LimitError

MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"-\d+([.,]\d+)*")
ABOUT = "What this stands on"
EXCEL_BEGINS = 1900
SHEET_ROWS = 1_048_575


def csv(frame: pd.DataFrame, about: Mapping[str, str] | None = None) -> bytes:
    """Return the frame as CSV: UTF-8 with a byte order mark, so that spreadsheet programs read its letters right."""
    safe = pd.DataFrame({i: _neutral_column(frame.iloc[:, i]) for i in range(frame.shape[1])})
    names = [_neutral(str(c)) for c in frame.columns]
    for name, text in (about or {}).items():
        safe[len(names)] = _neutral(text)
        names.append(name)
    safe.columns = pd.Index(names)  # two columns may have one name
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def xlsx(sheets: Mapping[str, pd.DataFrame], about: Mapping[str, str] | None = None) -> bytes:
    """Return the frames as one workbook, a sheet each. Raises LimitError beyond a sheet's 1,048,575 rows."""
    if about:
        sheets = {**sheets, ABOUT: pd.DataFrame({"What": list(about), "Is": list(about.values())})}
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(buffer, {**options, "remove_timezone": True})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    for name, frame in sheets.items():
        if len(frame) > SHEET_ROWS:
            raise LimitError(f"{len(frame):,} rows do not fit into one sheet of a workbook. Download them as CSV.")
        sheet = book.add_worksheet(_sheet_name(name))
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(frame.columns):
            sheet.write_string(0, column, str(title), formats["head"])
            sheet.set_column(column, column, min(40, max(10, len(str(title)) + 2)))
            for row, value in enumerate(frame.iloc[:, column].tolist(), start=1):
                _write(sheet, row, column, value, formats)
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, formats: Mapping[str, Any]) -> None:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return
    if hasattr(value, "item"):
        value = value.item()  # numpy's numbers are no numbers to a workbook
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float, Decimal)) and math.isfinite(value):
        sheet.write_number(row, column, float(value))
    elif isinstance(value, date) and value.year < EXCEL_BEGINS:
        sheet.write_string(row, column, value.isoformat())
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value, formats["instant"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["day"])
    else:
        sheet.write_string(row, column, str(value))


def _neutral_column(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return column.reset_index(drop=True)
    return column.map(lambda v: _neutral(v) if isinstance(v, str) else v).reset_index(drop=True)


def _neutral(text: str) -> str:
    risky = text.lstrip(" \xa0").startswith(MARKS) and not NUMBER.fullmatch(text)
    return "'" + text if risky else text


def _sheet_name(name: str) -> str:
    return "".join("_" if c in "[]:*?/\\'" else c for c in name)[:31] or "Sheet1"
