"""Which row of a sheet is its header, and which rows are no data: titles, blanks, footnotes, the header once more."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.layout import twofold
from cs_metrics.ingest.layout.below import typed_columns, without_notes, without_totals
from cs_metrics.ingest.layout.cells import Cells, filled, kind_of, pull, text
from cs_metrics.ingest.layout.grid import Grid
from cs_metrics.ingest.sheet import AsideRow, letter

_TOP = 40
_SAMPLE = 400
_NAMES_OF_PAIRS = frozenset({"name", "key", "field", "attribute", "value", "unit", "description"})


@dataclass(frozen=True)
class Layout:
    """A grid taken apart: `data` (c0.. and _row), a header text and a letter for each column, rows set aside, notes."""

    header_row: int | None
    headers: tuple[str, ...]
    letters: tuple[str, ...]
    data: pa.Table
    set_aside: tuple[AsideRow, ...]
    notes: tuple[str, ...]


def lay_out(grid: Grid) -> Layout:
    """Return `grid` taken apart; every row of the file is data or set aside, with a reason."""
    cells = grid.cells
    top = pull(cells.slice(0, _TOP))
    step = max(1, cells.num_rows // _SAMPLE)
    spread = cells.take(pa.array(range(0, cells.num_rows, step), pa.int64()))
    typical = median(filled(row) for row in pull(spread))
    place = _place(top, typical)
    body = pull(spread.filter(pc.greater(spread.column("_row"), cells.column("_row")[place].as_py())))
    found = _is_header(top[place], body)
    if not found and place and filled(top[place - 1]) > 1 and _is_header(top[place - 1], [*body, top[place]]):
        place, found = place - 1, True
    numbers = (
        cells.column("_row").to_pylist() if cells.num_rows <= _TOP else cells.column("_row").slice(0, _TOP).to_pylist()
    )
    headers: Cells = tuple(None for _ in range(grid.width))
    first, last = place, place - 1
    if found:
        headers, first, last = _names(top, numbers, place, body)
    aside = [AsideRow(numbers[i], "title", "above the header", text(top[i])) for i in range(first)]
    aside += [AsideRow(numbers[i], "header", "the header", text(top[i])) for i in range(first, last + 1)]
    data = cells.slice(last + 1)
    notes = list(grid.notes)
    if first:
        notes.append(f"{'The row' if first == 1 else f'{first} rows'} above the table left out as a title.")
    if last > first:
        notes.append(f"Rows {numbers[first]} and {numbers[last]} are the header, joined: '{_example(headers)}'.")
    if not found:
        notes.append("No header row was found: every row is data, and the columns are named by their letters.")
    data, repeats = _without_repeats(data, headers)
    aside += repeats
    typed = typed_columns([row for row in body if filled(row) >= typical])
    data, foot = without_notes(data, typical, typed)
    data, totals = without_totals(data, typical, typed)
    aside += foot + totals
    aside += _blanks(grid)
    keep = [i for i in range(grid.width) if headers[i] is not None or data.column(i).null_count < data.num_rows]
    notes += _overlong(data, headers, keep, grid) if found else []
    if foot:
        notes.append(f"{len(foot)} {'row' if len(foot) == 1 else 'rows'} below the table left out as a footnote.")
    if totals:
        rows = ", ".join(f"{a.row:,}" for a in totals[:5]) + (" ..." if len(totals) > 5 else "")
        notes.append(
            f"{len(totals):,} {'row sums' if len(totals) == 1 else 'rows sum'} up others and"
            f" {'is' if len(totals) == 1 else 'are'} left out: {'row' if len(totals) == 1 else 'rows'} {rows}."
        )
    if repeats:
        notes.append(f"The header is repeated in {len(repeats):,} {'row' if len(repeats) == 1 else 'rows'}; left out.")
    arrays = {f"c{new}": data.column(old) for new, old in enumerate(keep)} | {"_row": data.column("_row")}
    return Layout(
        header_row=numbers[last] if found else None,
        headers=tuple(headers[i] or "" for i in keep),
        letters=tuple(letter(i + grid.first_column) for i in keep),
        data=pa.table(arrays),
        set_aside=tuple(sorted(aside, key=lambda row: row.row)),
        notes=tuple(notes),
    )


def _place(top: list[Cells], typical: float) -> int:
    """The first row about as wide as the table; of the rows before its data rather the widest, which leaves no gap."""
    place = next((i for i, row in enumerate(top) if filled(row) >= max(1, 0.6 * typical)), 0)
    for i in range(place + 1, len(top)):
        if {"number", "date"} & set(map(kind_of, top[i])):
            break
        if filled(top[place]) < typical <= filled(top[i]) and any(kind_of(c) != "text" for c in _below(top, i)):
            return i
    return place


def _names(top: list[Cells], numbers: list[int], place: int, body: list[Cells]) -> tuple[Cells, int, int]:
    """Return the header, of two rows where a second belongs to it, with the places of its first and last row."""
    row = top[place]
    near = place + 1 < len(top) and numbers[place + 1] == numbers[place] + 1
    if near and twofold.second_row(row, top[place + 1], [other for other in body if other != top[place + 1]]):
        return twofold.joined(row, top[place + 1]), place, place + 1
    if place and numbers[place - 1] == numbers[place] - 1 and twofold.group_row(top[place - 1], row):
        return twofold.joined(top[place - 1], row), place - 1, place
    return row, place, place


def _example(headers: Cells) -> str:
    """A header that was joined, to show in a note."""
    return next((h for h in headers if h is not None and " / " in h), "")[:60]


def _below(top: list[Cells], place: int) -> Cells:
    return top[place + 1] if place + 1 < len(top) else ()


def _is_header(row: Cells, body: list[Cells]) -> bool:
    """A header's cells name their columns: text over numbers, not a value that the column has again and again."""
    kinds = [kind_of(cell) for cell in row]
    body = [other for other in body if other != row]
    if _plain_names(row):
        return True
    if not body:
        return "number" not in kinds and "date" not in kinds
    score = 0.0
    years = [int(c) for c in row if c and re.fullmatch(r"(?:19|20)[0-9]{2}", c.strip())]
    calendar = len(years) > 1 and all(b - a == 1 for a, b in pairwise(years))
    for index, (cell, kind) in enumerate(zip(row, kinds, strict=True)):
        if cell is None:
            continue
        below = [r[index] for r in body if r[index] is not None]
        counts = Counter(kind_of(c) for c in below)
        usual, count = counts.most_common(1)[0] if counts else ("blank", 0)
        typed = usual in ("number", "date") and count >= 0.8 * len(below)
        if calendar and kind == "number":
            score += 0.5
        elif typed:
            score += 1 if kind == "text" else -1 if kind == usual else 0.5
        elif kind in ("number", "date"):
            score -= 0.5
        else:
            values = Counter((c or "").strip().casefold() for c in below)
            if cell.strip().casefold() in values:
                score -= 1
            elif len(cell) > 60:
                score -= 0.5
            else:
                score += 0.5 if len(below) >= 30 and len(values) <= len(below) / 3 else 0.15
    return score > 0


def _plain_names(row: Cells) -> bool:
    """Names that no table has for values: a, b, c and on, for columns that have none; or 'name' and 'value'."""
    letters = "".join(cell or "" for cell in row).lower()
    if filled(row) == len(letters) > 1 and letters in "abcdefghijklmnopqrstuvwxyz":
        return True
    return filled(row) > 1 and all((cell or "value").strip() in _NAMES_OF_PAIRS for cell in row)


def _without_repeats(data: pa.Table, headers: Cells) -> tuple[pa.Table, list[AsideRow]]:
    """Take out the rows that are the header once more, as pages printed one below another have."""
    names = [(i, h.strip()) for i, h in enumerate(headers) if h is not None]
    if not names or not data.num_rows or (len(names) == 1 and data.num_columns == 2):
        return data, []
    same = pa.chunked_array([pa.array([True] * data.num_rows)])
    for index, name in names:
        equal = pc.equal(pc.utf8_trim_whitespace(data.column(index)), name)
        same = pc.and_(same, equal.fill_null(False))
        if not pc.any(same).as_py():
            return data, []
    rows = data.filter(same)
    found = [
        AsideRow(number, "repeat", "the header once more", text(row))
        for number, row in zip(rows.column("_row").to_pylist(), pull(rows), strict=True)
    ]
    return data.filter(pc.invert(same)), found


def _blanks(grid: Grid) -> list[AsideRow]:
    """The numbers that no row has: blank rows between the others."""
    present = grid.cells.column("_row")
    if grid.rows - grid.before == grid.cells.num_rows:
        return []
    seen = set(present.to_pylist())
    return [AsideRow(n, "blank", "nothing in it") for n in range(grid.before + 1, grid.rows + 1) if n not in seen]


def _overlong(data: pa.Table, headers: Cells, keep: list[int], grid: Grid) -> list[str]:
    """Say which rows have cells to the right of the header's last: they are kept, in columns of their own."""
    last = max((i for i, h in enumerate(headers) if h is not None), default=-1)
    beyond = [i for i in keep if i > last]
    if not beyond:
        return []
    some = data.column(beyond[0]).is_valid()
    for index in beyond[1:]:
        some = pc.or_(some, data.column(index).is_valid())
    rows = data.column("_row").filter(some)
    names = ", ".join(f"'Column {letter(i + grid.first_column)}'" for i in beyond[:4])
    return [
        f"{len(rows):,} {'row has' if len(rows) == 1 else 'rows have'} more cells than the header; the first is row"
        f" {rows[0].as_py():,}. They are kept in {names}{' ...' if len(beyond) > 4 else ''}."
    ]
