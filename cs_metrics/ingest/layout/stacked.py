"""Several tables one below another in one sheet: where each begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow.compute as pc

from cs_metrics.ingest.layout.below import typed_columns
from cs_metrics.ingest.layout.cells import Cells, filled, kind_of, pull
from cs_metrics.ingest.layout.grid import Grid
from cs_metrics.ingest.layout.header import Layout, lay_out

_MOST_GAPS = 500  # a sheet with more blank rows than that has them between its records
_LOOK = 40


def tables(grid: Grid) -> Iterator[tuple[str | None, Layout]]:
    """Yield each table of the grid, taken apart; with 'table 2' as its name where there are several.

    The name is by its place among them: the rows at which it begins are others next month.

    A sheet is parted only where a header stands that is not the first table's: below a blank row, or of much the same
    names. The blank rows before a table, and its title, belong to it.
    """
    starts = _starts(grid)
    if not starts:
        yield None, lay_out(grid)
        return
    numbers = grid.cells.column("_row")
    edges = [0, *starts, grid.cells.num_rows]
    before = 0
    for place, (start, stop) in enumerate(pairwise(edges), start=1):
        last = numbers[stop - 1].as_py()
        where = f"this one is rows {numbers[start].as_py()} to {last}"
        part = replace(
            grid,
            cells=grid.cells.slice(start, stop - start),
            rows=last,
            before=before,
            notes=(*grid.notes, f"The sheet holds {len(edges) - 1} tables, one below another; {where}."),
        )
        yield f"table {place}", lay_out(part)
        before = last


def _starts(grid: Grid) -> list[int]:
    """Return the places in `grid.cells` at which a second, third ... table begins."""
    cells = grid.cells
    if cells.num_rows < 4 or grid.width < 2:
        return []
    numbers = cells.column("_row").to_numpy()
    gaps = np.flatnonzero(np.diff(numbers) > 1) + 1
    gaps = gaps[gaps >= 2] if len(gaps) <= _MOST_GAPS else gaps[:0]
    header, names = _first_header(grid)
    if not names:
        return []
    alike = _alike(grid, header, names)
    found: list[int] = []
    candidates = sorted({*gaps.tolist(), *alike})
    for place in candidates:
        start = found[-1] if found else 0
        if place - start < 2:
            continue
        above = pull(cells.slice(max(start, place - _LOOK), min(_LOOK, place - start)))
        stop = next((other for other in candidates if other > place + 1), cells.num_rows)
        below = pull(cells.slice(place, min(_LOOK, stop - place)))
        if place in alike or _begins(above, below, names):
            found.append(place)
            names = next(_names(row) for row in below if filled(row) >= 2)
    return found


def _first_header(grid: Grid) -> tuple[int, list[str]]:
    """The place of the first table's header among its cells, and its names; no names where it has none."""
    layout = lay_out(replace(grid, cells=grid.cells.slice(0, _LOOK), rows=0))
    if layout.header_row is None:
        return 0, []
    place = _place_of(grid, layout.header_row)
    return place, _names(pull(grid.cells.slice(place, 1))[0])


def _place_of(grid: Grid, row: int) -> int:
    """Return the place among the cells of the row of that number, of the first ones."""
    return int(pc.index(grid.cells.column("_row").slice(0, _LOOK), row).as_py())


def _names(row: Cells) -> list[str]:
    return [cell.strip().casefold() for cell in row if cell is not None]


def _alike(grid: Grid, header: int, names: list[str]) -> set[int]:
    """The places of rows that begin as the header does, with mostly its names but more of them, or fewer."""
    if len(names) < 3:
        return set()
    own = pull(grid.cells.slice(header, 1))[0]
    first = next(i for i, cell in enumerate(own) if cell is not None)
    same = pc.equal(grid.cells.column(first), own[first]).fill_null(False)
    found: set[int] = set()
    for place in pc.indices_nonzero(same).to_pylist()[1:200]:
        other = _names(pull(grid.cells.slice(place, 1))[0])
        if other != names and len(set(other) & set(names)) >= max(2, 0.6 * len(names)):
            found.add(place)
    return found


def _begins(above: list[Cells], below: list[Cells], names: list[str]) -> bool:
    """Whether `below` is a table of its own: its header is not the one above it, nor could be one of its rows."""
    at = next((i for i, row in enumerate(below[:4]) if filled(row) >= 2), None)
    if at is None or at + 1 >= len(below) or any(filled(row) > 1 for row in below[:at]):
        return False
    row, body = below[at], below[at + 1 :]
    if any(kind_of(cell) not in ("text", "blank") for cell in row) or _names(row) == names:
        return False
    if len({*_names(row)}) < filled(row) or filled(body[0]) < 2:
        return False
    beyond = any(cell is not None and all(other[i] is None for other in above) for i, cell in enumerate(row))
    over = sum(row[i] is not None for i in typed_columns(body))
    unlike = sum(row[i] is not None for i in typed_columns([r for r in above[1:] if _names(r) != names]))
    within = any(set(_names(row)) & set(_names(other)) for other in body)
    return over >= 1 and not within and (beyond or unlike >= 1 or at > 0)
