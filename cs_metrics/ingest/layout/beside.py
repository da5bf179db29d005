"""Several tables side by side in one sheet: at which blank columns it is parted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from cs_metrics.ingest.layout.grid import Grid
from cs_metrics.ingest.layout.header import lay_out
from cs_metrics.ingest.sheet import letter

_DENSE = 0.8  # the share of a side's rows that have something in it; optional columns have it less often


@dataclass(frozen=True)
class _Side:
    """Columns between blank ones: from `start` up to `stop`, their header, the rows of their data, and `whole` ones."""

    start: int
    stop: int
    rows: np.ndarray
    whole: np.ndarray
    header_row: int | None
    first_name: str


def tables(grid: Grid) -> Iterator[tuple[str | None, Grid]]:
    """Yield the tables of the grid that stand side by side, each with 'columns F-J' as its name; mostly it is one.

    A blank column parts two tables where both sides have a header and two rows of their own, and one ends two rows
    above the other, or begins in another row, or begins with the very name that the other begins with.
    """
    edges = _edges(grid)
    sides = [_side(grid, start, stop) for start, stop in edges] if len(edges) > 1 else []
    found = sides[:1]
    for side in sides[1:]:
        if _apart(found[-1], side):
            found.append(side)
        else:
            found[-1] = _side(grid, found[-1].start, side.stop)
    if len(found) < 2:
        yield None, grid
        return
    for side in found:
        part = _part(grid, side.start, side.stop)
        note = f"The sheet holds {len(found)} tables side by side; this one is in {_place(grid, side)}."
        yield _place(grid, side), replace(part, notes=(*grid.notes, note))


def _place(grid: Grid, side: _Side) -> str:
    first, last = (letter(grid.first_column + i) for i in (side.start, side.stop - 1))
    return f"columns {first}-{last}"


def _edges(grid: Grid) -> list[tuple[int, int]]:
    """Return where the columns that hold anything begin and end, between blank ones."""
    full = [i for i in range(grid.width) if grid.cells.column(i).null_count < grid.cells.num_rows]
    starts = [i for i in full if i - 1 not in full]
    return [(start, next(i for i in range(start, grid.width + 1) if i not in full)) for start in starts]


def _part(grid: Grid, start: int, stop: int) -> Grid:
    """Return some columns of the grid as a grid, without the rows that have nothing in them."""
    arrays = {f"c{new}": grid.cells.column(old) for new, old in enumerate(range(start, stop))}
    filled = _filled(grid, start, stop)
    cells = pa.table(arrays | {"_row": grid.cells.column("_row")}).filter(pa.array(filled))
    return replace(grid, cells=cells, first_column=grid.first_column + start)


def _filled(grid: Grid, start: int, stop: int) -> np.ndarray:
    filled = np.zeros(grid.cells.num_rows, dtype=bool)
    for index in range(start, stop):
        filled |= grid.cells.column(index).is_valid().to_numpy()
    return filled


def _side(grid: Grid, start: int, stop: int) -> _Side:
    part = _part(grid, start, stop)
    none = np.zeros(0, dtype=np.int64)
    if stop - start < 2 or part.cells.num_rows < 3:
        return _Side(start, stop, none, none, None, "")
    layout = lay_out(part)
    rows = layout.data.column("_row").to_numpy()
    cells = sum(column.is_valid().to_numpy().astype(int) for column in layout.data.drop_columns("_row").columns)
    first = layout.headers[0].strip().casefold()
    return _Side(start, stop, rows, rows[np.asarray(cells) >= max(2, 0.6 * (stop - start))], layout.header_row, first)


def _apart(left: _Side, right: _Side) -> bool:
    """Whether the two are tables of their own, rather than one with a blank column in it."""
    if left.header_row is None or right.header_row is None or min(len(left.whole), len(right.whole)) < 2:
        return False
    if left.first_name and left.first_name == right.first_name:
        return True
    shorter, longer = (left, right) if left.rows[-1] <= right.rows[-1] else (right, left)
    if len(shorter.rows) < _DENSE * (shorter.rows[-1] - shorter.rows[0] + 1):
        return False
    beyond = int((longer.whole > shorter.rows[-1]).sum())  # one may be a total
    return left.header_row != right.header_row or beyond > 1
