"""Which row of a sheet is its header, and which rows are no data: titles, blanks, footnotes, the header once more."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.grid import Grid
from cs_metrics.ingest.sheet import AsideRow, letter

_TOP = 40
_SAMPLE = 400
_NUMBER = re.compile(r"[-+(]?\s*[$€£]?\s*-?[0-9][0-9.,' ]*(?:[eE][-+]?[0-9]+)?\s*[%€]?\)?")
_DATE = re.compile(
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[T ].*)?"
    r"|[0-9]{1,2}[- ][A-Za-z]{3,9}[- ,]+[0-9]{2,4}.*|[0-9]{1,2}:[0-9]{2}.*"
)
_FOOTNOTE = re.compile(
    r"(?i)\s*(?:source|note|notes|footnote|\*|†|‡|©|generated|exported|printed|report|end of|page|as of|legend).*",
    re.S,
)

Cells = tuple[str | None, ...]


@dataclass(frozen=True)
class Layout:
    """A grid taken apart: `data` (c0.. and _row), a header text and a letter for each column, rows set aside, notes."""

    header_row: int | None
    headers: tuple[str, ...]
    letters: tuple[str, ...]
    data: pa.Table
    set_aside: tuple[AsideRow, ...]
    notes: tuple[str, ...]


def kind_of(cell: str | None) -> str:
    """Return what a cell looks like: blank, number, date or text."""
    if cell is None or not cell.strip():
        return "blank"
    text = cell.strip()
    if _DATE.fullmatch(text):
        return "date"
    return "number" if _NUMBER.fullmatch(text) else "text"


def _pull(table: pa.Table) -> list[Cells]:
    columns = [column.to_pylist() for column in table.drop_columns("_row").columns]
    return list(zip(*columns, strict=True)) if columns else []


def _filled(row: Cells) -> int:
    return sum(cell is not None for cell in row)


def lay_out(grid: Grid) -> Layout:
    """Return `grid` taken apart; every row of the file is data or set aside, with a reason."""
    cells = grid.cells
    top = _pull(cells.slice(0, _TOP))
    step = max(1, cells.num_rows // _SAMPLE)
    spread = cells.take(pa.array(range(0, cells.num_rows, step), pa.int64()))
    typical = median(_filled(row) for row in _pull(spread))
    place = _place(top, typical)
    body = _pull(spread.filter(pc.greater(spread.column("_row"), cells.column("_row")[place].as_py())))
    found = _is_header(top[place], body)
    if not found and place and _filled(top[place - 1]) > 1 and _is_header(top[place - 1], [*body, top[place]]):
        place, found = place - 1, True
    numbers = (
        cells.column("_row").to_pylist() if cells.num_rows <= _TOP else cells.column("_row").slice(0, _TOP).to_pylist()
    )
    aside = [AsideRow(numbers[i], "title", "above the header", _text(top[i])) for i in range(place)]
    headers: Cells = tuple(None for _ in range(grid.width))
    if found:
        headers = top[place]
        aside.append(AsideRow(numbers[place], "header", "the header", _text(headers)))
    data = cells.slice(place + 1 if found else place)
    notes = list(grid.notes)
    if place:
        notes.append(f"{'The row' if place == 1 else f'{place} rows'} above the table left out as a title.")
    if not found:
        notes.append("No header row was found: every row is data, and the columns are named by their letters.")
    data, repeats = _without_repeats(data, headers)
    aside += repeats
    data, foot = _without_footnotes(data, typical)
    aside += foot
    aside += _blanks(grid)
    keep = [i for i in range(grid.width) if headers[i] is not None or data.column(i).null_count < data.num_rows]
    notes += _overlong(data, headers, keep, grid) if found else []
    if foot:
        notes.append(f"{len(foot)} {'row' if len(foot) == 1 else 'rows'} below the table left out as a footnote.")
    if repeats:
        notes.append(f"The header is repeated in {len(repeats):,} {'row' if len(repeats) == 1 else 'rows'}; left out.")
    arrays = {f"c{new}": data.column(old) for new, old in enumerate(keep)} | {"_row": data.column("_row")}
    return Layout(
        header_row=numbers[place] if found else None,
        headers=tuple(headers[i] or "" for i in keep),
        letters=tuple(letter(i + grid.first_column) for i in keep),
        data=pa.table(arrays),
        set_aside=tuple(sorted(aside, key=lambda row: row.row)),
        notes=tuple(notes),
    )


def _place(top: list[Cells], typical: float) -> int:
    """The first row about as wide as the table; of the rows before its data rather the widest, which leaves no gap."""
    place = next((i for i, row in enumerate(top) if _filled(row) >= max(1, 0.6 * typical)), 0)
    for i in range(place + 1, len(top)):
        if {"number", "date"} & set(map(kind_of, top[i])):
            break
        if _filled(top[place]) < typical <= _filled(top[i]) and any(kind_of(c) != "text" for c in _below(top, i)):
            return i
    return place


def _below(top: list[Cells], place: int) -> Cells:
    return top[place + 1] if place + 1 < len(top) else ()


def _text(row: Cells) -> tuple[str, ...]:
    return tuple(cell or "" for cell in row)


def _is_header(row: Cells, body: list[Cells]) -> bool:
    """A header's cells name their columns: text over numbers, not a value that the column has again and again."""
    kinds = [kind_of(cell) for cell in row]
    body = [other for other in body if other != row]
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
        AsideRow(number, "repeat", "the header once more", _text(row))
        for number, row in zip(rows.column("_row").to_pylist(), _pull(rows), strict=True)
    ]
    return data.filter(pc.invert(same)), found


def _without_footnotes(data: pa.Table, typical: float) -> tuple[pa.Table, list[AsideRow]]:
    """Take out the lines of text below the table: one cell, where the rows have many, that reads like a note."""
    found: list[AsideRow] = []
    while data.num_rows > 1 and typical >= 3 and len(found) < 50:
        tail = data.slice(data.num_rows - 2)
        row = _pull(tail)[1]
        before, number = tail.column("_row").to_pylist()
        texts = [cell for cell in row if cell is not None]
        gap = number > before + 1 or any(a.row == number + 1 for a in found)
        note = (
            len(texts) == 1
            and kind_of(texts[0]) == "text"
            and (gap or _FOOTNOTE.fullmatch(texts[0]) or len(texts[0]) > 60)
        )
        if not note:
            break
        found.append(AsideRow(number, "footnote", "a note below the table", _text(row)))
        data = data.slice(0, data.num_rows - 1)
    return data, found


def _blanks(grid: Grid) -> list[AsideRow]:
    """The numbers that no row has: blank rows between the others."""
    present = grid.cells.column("_row")
    if grid.rows == grid.cells.num_rows:
        return []
    seen = set(present.to_pylist())
    return [AsideRow(n, "blank", "nothing in it") for n in range(1, grid.rows + 1) if n not in seen]


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
