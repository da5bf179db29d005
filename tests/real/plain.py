"""The cells of a file by readers of other makers (csv, openpyxl), to compare our own reading with."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import warnings
from pathlib import Path
from typing import Any

import openpyxl

Grid = list[list[str]]

# The csv files that the other maker's converter wrote from the workbooks beside them.
CONVERTED = {
    "test.xls": {"testfixed_converted.csv": "testxls_converted.csv"},
    "sheets.xls": {"data": "testxls_converted.csv"},
    "test_skip_lines.xls": {"testfixed_converted.csv": "testxls_converted.csv"},
    "dummy.xls": {"Sheet1": "dummy.csv"},
}
ENCODINGS = {"test_utf16_big.csv": "utf-16", "test_utf16_little.csv": "utf-16", "test_latin1.csv": "latin-1"}
DELIMITERS = {"sniff_limit.csv": ";", "dummy.tsv": "\t", "CDNOW_sample.txt": " "}


def canonical(value: Any) -> str:
    """Return a cell as one text however it was typed: 1.0 and '1' are 1, midnight is its day."""
    if value is None:
        return ""
    if isinstance(value, (bool, dt.time)):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return canonical(value.isoformat(" "))
    if isinstance(value, dt.date):
        return value.isoformat()
    text = " ".join(str(value).replace("\ufeff", "").replace("_x000D_", "").split())
    if text.lower() in ("true", "false"):
        return text.lower()
    if len(text) >= 19 and text[4:5] == "-" and text[10:11] in "T ":
        return text.replace("T", " ").removesuffix(" 00:00:00")
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text


def trimmed(rows: list[list[Any]]) -> Grid:
    """Return rows of canonical cells without those at their ends that hold nothing."""
    grid = []
    for row in rows:
        cells = [canonical(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        grid.append(cells)
    return grid


def text_grid(path: Path) -> Grid:
    """Return the records of a text file, [] for blank ones."""
    encoding = ENCODINGS.get(path.name, "utf-8-sig")
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    text = content.decode(encoding).replace("\0", "")
    csv.field_size_limit(1 << 24)
    delimiter = DELIMITERS.get(path.name, ",")
    if delimiter == " ":
        return [line.split() for line in text.splitlines()]
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def book_grids(path: Path) -> dict[str, Grid]:
    """Return the cells of each sheet of a workbook that holds anything; {} where the other readers cannot."""
    if path.suffix == ".xls":
        if path.name in CONVERTED:
            return {s: text_grid(path.with_name(name)) for s, name in CONVERTED[path.name].items()}
        twins = [path.with_suffix(".xlsx"), path.with_name(path.name.replace("-xls.xls", "-xlsx.xlsx"))]
        path = next((twin for twin in twins if twin.exists()), path)
        if path.suffix == ".xls":
            return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(path, data_only=True)
        except (IndexError, KeyError, TypeError, ValueError):
            return {}
    errors = ("#N/A", "#REF!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#VALUE!")
    grids = {
        sheet.title: trimmed([[None if c in errors else c for c in row] for row in sheet.iter_rows(values_only=True)])
        for sheet in book.worksheets
    }
    return {name: grid for name, grid in grids.items() if any(grid)}


def events(path: Path) -> int:
    """Return how many events a case of the retention questions holds."""
    return len(json.loads(path.read_text(encoding="utf-8"))["events"])
