"""Rows of a table that are no data of it: notes below it, totals."""

from __future__ import annotations

import re
from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.layout.cells import Cells, filled, kind_of, pull, text
from cs_metrics.ingest.sheet import AsideRow

_FOOTNOTE = re.compile(
    r"(?i)\s*(?:source|note|notes|footnote|\*|†|‡|©|generated|exported|printed|report|end of|page|as of|legend).*",
    re.S,
)
_TOTAL = (
    r"(?i)^\s*(?:grand[ -]?total|sub-?[ ]?totals?|totals?|sum|gesamt(?:summe)?|zwischensumme|summe|sous-total"
    r"|total\s+g[ée]n[ée]ral|totale|suma)\b[\s:]*(?:[(#].*|\w+(?: \w+){0,2})?\s*:?\s*$"
)
_EXACT = re.compile(r"(?i)\s*(?:grand[ -]?total|sub-?[ ]?total|totals?|gesamt(?:summe)?|zwischensumme|summe)\s*:?\s*")
_MOST_NOTES = 50
_MOST_TOTALS = 5_000


def typed_columns(body: list[Cells]) -> set[int]:
    """Return the places of the columns whose cells are nearly all numbers or dates."""
    if not body:
        return set()
    found = set()
    for index in range(len(body[0])):
        counts = Counter(kind_of(row[index]) for row in body if row[index] is not None)
        if counts and counts["number"] + counts["date"] >= 0.8 * counts.total():
            found.add(index)
    return found


def without_notes(data: pa.Table, typical: float, typed: set[int]) -> tuple[pa.Table, list[AsideRow]]:
    """Take out the lines of text below the table: few cells, where the rows have many, that read like a note.

    `typed`: the columns of numbers and dates. A text in one of them says that the sparse rows around it are notes too.
    """
    if typical < 3 or data.num_rows < 2:
        return data, []
    start = max(0, data.num_rows - _MOST_NOTES)
    tail = data.slice(start)
    rows, numbers = pull(tail), tail.column("_row").to_pylist()
    first = len(rows)
    notes_from = len(rows)
    while first > (1 if start == 0 else 0):
        row = rows[first - 1]
        texts = [cell for cell in row if cell is not None]
        if len(texts) > max(1.0, typical / 2) or any(kind_of(cell) != "text" for cell in texts):
            break
        first -= 1
        gap = first == 0 or numbers[first] > numbers[first - 1] + 1
        plain = len(texts) == 1 and (gap or _FOOTNOTE.fullmatch(texts[0]) or len(texts[0]) > 60)
        if any(row[i] is not None for i in typed) or (plain and notes_from <= first + 1):
            notes_from = first
    if any(any(row[i] is not None for i in typed) for row in rows[first:]):
        notes_from = first
    found = [
        AsideRow(number, "footnote", "a note below the table", text(row))
        for number, row in zip(numbers[notes_from:], rows[notes_from:], strict=True)
    ]
    return data.slice(0, data.num_rows - len(found)), found


def without_totals(data: pa.Table, typical: float, typed: set[int]) -> tuple[pa.Table, list[AsideRow]]:
    """Take out the rows that sum up others: 'Total' first, then nothing but numbers, other columns of text blank.

    A product or a person called 'Total' in a full row stays.
    """
    texts = [i for i in range(data.num_columns - 1) if i not in typed][:4]
    if typical < 2 or not typed or not texts or data.num_rows < 3:
        return data, []
    says = None
    for index in texts:
        match = pc.match_substring_regex(data.column(index), _TOTAL).fill_null(False)
        says = match if says is None else pc.or_(says, match)
    places = pc.indices_nonzero(says)
    if not len(places) or len(places) > _MOST_TOTALS:
        return data, []
    chosen: list[int] = []
    found: list[AsideRow] = []
    rows = data.take(places)
    for place, number, row in zip(places.to_pylist(), rows.column("_row").to_pylist(), pull(rows), strict=True):
        cells = [(i, cell) for i, cell in enumerate(row) if cell is not None]
        rest = [kind_of(cell) for _, cell in cells[1:]]
        last = place >= data.num_rows - 1 - len(chosen) or place == data.num_rows - 1
        sparse = filled(row) < typical or last
        if not rest or any(kind != "number" for kind in rest) or not sparse:
            continue
        if not re.match(_TOTAL, cells[0][1]) or (filled(row) >= typical and not _EXACT.fullmatch(cells[0][1])):
            continue
        chosen.append(place)
        found.append(AsideRow(number, "total", "a total of other rows", text(row)))
    if not chosen:
        return data, []
    keep = pc.invert(pc.is_in(pa.array(range(data.num_rows), pa.uint64()), pa.array(chosen, pa.uint64())))
    return data.filter(keep), found
