"""What a worksheet's XML says of its cells beside their values: errors, results that lack, what is merged or hidden."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from cs_metrics.ingest.sheet import letter

_ERROR = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+\d+)"[^>]*?\bt="e"')
_NO_RESULT = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+\d+)"[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_EDGE = re.compile(rb'\b(min|max)="(\d{1,5})"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_SHOWN = 5


def column_of(letters: bytes) -> int:
    """Return a column's place, from 0: A is 0, AA is 26."""
    number = 0
    for sign in letters:
        number = number * 26 + sign - 64
    return number - 1


@dataclass
class _Places:
    """Cells or rows of one kind: the first few, and how many there are."""

    first: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, found: Sequence[str]) -> None:
        self.first += found[: _SHOWN - len(self.first)]
        self.count += len(found)

    def __str__(self) -> str:
        return ", ".join(self.first) + (" ..." if self.count > _SHOWN else "")


@dataclass
class Marks:
    """Of one sheet: columns from 0, rows from 1. `merged`: first row, first column, last row, last column of each."""

    errors: _Places = field(default_factory=_Places)
    without_result: _Places = field(default_factory=_Places)
    hidden_rows: _Places = field(default_factory=_Places)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def row(self, number: int, tag: bytes, xml: bytes) -> None:
        """Note what a row with values has; `tag` is its opening one."""
        if b'hidden="' in tag and _HIDDEN.search(tag):
            self.hidden_rows.add([f"{number:,}"])
        if b't="e"' in xml:
            self.errors.add([place.decode() for place in _ERROR.findall(xml)])
        if b"<f" in xml or b":f" in xml:
            self.without_result.add([place.decode() for place in _NO_RESULT.findall(xml)])

    def around(self, xml: bytes) -> None:
        """Note what stands before the first row, and behind the last."""
        for tag in _COLUMN.findall(xml):
            edges = {name: int(value) for name, value in _EDGE.findall(tag)}
            if _HIDDEN.search(tag) and b"min" in edges:
                self.hidden_columns.append((edges[b"min"] - 1, edges.get(b"max", edges[b"min"]) - 1))
        for first, top, last, bottom in _MERGED.findall(xml):
            self.merged.append((int(top), column_of(first), int(bottom), column_of(last)))

    def notes(self, first: int, last: int) -> list[str]:
        """Return sentences on errors, lacking results and what is hidden, of a table from column `first` to `last`."""
        said = []
        if self.errors.count:
            many = self.errors.count > 1
            said.append(
                f"{self.errors.count:,} {'cells hold' if many else 'cell holds'} a formula's error (such as #DIV/0!)"
                f" and {'were' if many else 'was'} read as blank: {self.errors}."
            )
        if self.without_result.count:
            many = self.without_result.count > 1
            said.append(
                f"{self.without_result.count:,} {'formulas were' if many else 'formula was'} saved without a result and"
                f" {'are' if many else 'is'} read as blank: {self.without_result}. Open the workbook in a spreadsheet"
                " program, save it, and load it again."
            )
        if self.hidden_rows.count:
            many = self.hidden_rows.count > 1
            said.append(
                f"{self.hidden_rows.count:,} {'rows are' if many else 'row is'} hidden in the workbook, or filtered"
                f" out, and read like the others: {'rows' if many else 'row'} {self.hidden_rows}."
            )
        hidden = [i for a, b in self.hidden_columns for i in range(max(a, first), min(b, last) + 1)]
        if hidden:
            letters = ", ".join(letter(i) for i in hidden[:_SHOWN]) + (" ..." if len(hidden) > _SHOWN else "")
            what = "columns are" if len(hidden) > 1 else "column is"
            said.append(f"{len(hidden):,} {what} hidden in the workbook and read like the others: {letters}.")
        return said

    def filled(self, cells: pa.Table, first: int) -> tuple[pa.Table, list[str]]:
        """Return the cells (c0 is column `first`) with the value of merged cells in all that they cover, and a note.

        Down a column in rows that hold something else, but not in the header; to the right only in the header, the
        first row with more than one value.
        """
        if not self.merged or not cells.num_rows:
            return cells, []
        width = cells.num_columns - 1
        counts = sum(cells.column(i).is_valid().to_numpy().astype(int) for i in range(width))
        numbers = cells.column("_row").to_pylist()
        header = next((row for row, count in zip(numbers, counts, strict=True) if count > 1), 0)
        place = {row: i for i, row in enumerate(numbers)}
        changed: dict[int, list[str | None]] = {}
        down: list[str] = []
        for top, left, bottom, right in self.merged:
            column, source = left - first, place.get(top)
            if not 0 <= column < width or source is None or top < header:
                continue
            if top == header and bottom == top:
                value = cells.column(column)[source].as_py()
                for other in range(column + 1, min(right - first + 1, width)):
                    changed.setdefault(other, cells.column(other).to_pylist())[source] = value
            elif top > header and left == right and bottom > top:
                texts = changed.setdefault(column, cells.column(column).to_pylist())
                covered = [place[row] for row in range(top + 1, min(bottom, numbers[-1]) + 1) if row in place]
                for target in covered:
                    texts[target] = texts[source]
                down += [f"{letter(left)}{top}:{letter(left)}{bottom}"] if covered else []
        for column, texts in changed.items():
            cells = cells.set_column(column, f"c{column}", pa.array(texts, pa.string()))
        if not down:
            return cells, []
        many = len(down) > 1
        shown = ", ".join(down[:_SHOWN]) + (" ..." if len(down) > _SHOWN else "")
        return cells, [
            f"{len(down):,} {'cells are' if many else 'cell is'} merged over several rows; each of those rows has"
            f" {'their' if many else 'its'} value: {shown}."
        ]
