"""Headers of two rows: groups over names ('Q1' over 'Revenue'), and names over units ('death' over '(approximate)')."""

from __future__ import annotations

from cs_metrics.ingest.layout.below import typed_columns
from cs_metrics.ingest.layout.cells import Cells, filled, kind_of
from cs_metrics.ingest.types import words

_BETWEEN = " / "


def joined(over: Cells, under: Cells) -> Cells:
    """Return one header from two rows; a group's name, written once, is also that of the columns to its right.

    A name in the upper row with a blank below it is a column of its own, merged over both rows.
    """
    names: list[str | None] = []
    group: str | None = None
    for top, below in zip(over, under, strict=True):
        if top is not None:
            group = top if below is not None else None
        if below is None:
            names.append(top)
        else:
            said = group is not None and group.strip().casefold() != below.strip().casefold()
            names.append(f"{(group or '').strip()}{_BETWEEN}{below.strip()}" if said else below)
    return tuple(names)


def group_row(over: Cells, header: Cells) -> bool:
    """Whether the row right above a header groups its columns.

    It does where names are repeated below it and it tells them apart; sparse remarks over different names do not.
    """
    groups = [cell.strip() for cell in over if cell is not None]
    names = [cell.strip().casefold() for cell in header if cell is not None]
    last = max((i for i, cell in enumerate(header) if cell is not None), default=-1)
    if len(groups) < 2 or any(cell is not None for cell in over[last + 1 :]):
        return False
    merged_down = any(top is not None and below is None for top, below in zip(over, header, strict=True))
    if len(set(names)) == len(names) and not merged_down:
        return False
    both = [cell.strip().casefold() for cell in joined(over, header) if cell is not None]
    return len(set(both)) == len(both)


def second_row(header: Cells, row: Cells, body: list[Cells]) -> bool:
    """Whether the row right below a header belongs to it: text in every column whose values are numbers or dates.

    Unless it is in brackets, the upper row has blanks or repeats as well: names of its own need nothing below them.
    """
    typed = {i for i in typed_columns(body) if header[i] is not None}
    texts = [cell.strip() for cell in row if cell is not None]
    if not texts or any(kind_of(cell) != "text" for cell in texts):
        return False
    over = [row[i] for i in typed]
    if any(cell is None or cell.strip().casefold() in words.NOTHING_TYPED for cell in over):
        return False
    bracketed = sum(cell[0] in "([" and cell[-1] in ")]" for cell in texts)
    if bracketed == len(texts) and filled(row) >= 2:
        return True
    names = [cell.strip().casefold() for cell in header if cell is not None]
    if len(set(names)) == len(header) or len(typed) < 2 or filled(row) < 0.6 * len(names):
        return False
    unlike = {(other[i] or "").strip().casefold() for other in body for i in range(len(row)) if i not in typed}
    return not any((cell or "").strip().casefold() in unlike for i, cell in enumerate(row) if i not in typed and cell)
