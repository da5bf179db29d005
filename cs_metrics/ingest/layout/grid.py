"""The cells of a sheet as they lie in the file, before anyone said which row is the header."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Grid:
    """`cells`: string columns c0, c1, ... (null: blank) and _row, without blank rows; `rows`: the last row's number.

    `first_column`: the place of c0 in the spreadsheet, from 0. `notes`: sentences. `headers`: the columns' names, where
    the file has them apart from its rows. `before`: the last row that belongs to another table above it.
    """

    cells: pa.Table
    rows: int
    notes: tuple[str, ...] = ()
    first_column: int = 0
    headers: tuple[str, ...] | None = None
    before: int = 0

    @property
    def width(self) -> int:
        """The number of columns."""
        return int(self.cells.num_columns) - 1


def blank_to_null(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return the texts with null for those that hold only white space."""
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), column)
