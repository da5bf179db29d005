"""A few rows of a grid as tuples of cells, and what a cell looks like."""

from __future__ import annotations

import re

import pyarrow as pa

_NUMBER = re.compile(r"[-+(]?\s*[$€£]?\s*-?[0-9][0-9.,' \u00a0\u202f]*(?:[eE][-+]?[0-9]+)?\s*[%€]?\)?")
_DATE = re.compile(
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[T ].*)?"
    r"|[0-9]{1,2}[- ][A-Za-z]{3,9}[- ,]+[0-9]{2,4}.*|[0-9]{1,2}:[0-9]{2}.*"
)

Cells = tuple[str | None, ...]


def kind_of(cell: str | None) -> str:
    """Return what a cell looks like: blank, number, date or text."""
    if cell is None or not cell.strip():
        return "blank"
    stripped = cell.strip()
    if _DATE.fullmatch(stripped):
        return "date"
    return "number" if _NUMBER.fullmatch(stripped) else "text"


def pull(table: pa.Table) -> list[Cells]:
    """Return the rows of a table of cells, without their numbers."""
    columns = [column.to_pylist() for column in table.drop_columns("_row").columns]
    return list(zip(*columns, strict=True)) if columns else []


def filled(row: Cells) -> int:
    """Return how many cells hold anything."""
    return sum(cell is not None for cell in row)


def text(row: Cells) -> tuple[str, ...]:
    """Return the cells with '' for blank ones."""
    return tuple(cell or "" for cell in row)
