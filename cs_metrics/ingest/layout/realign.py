"""Records with a separator too many or too few: their cells are put back under the columns whose values they look like.

A comma that nobody quoted ('Acme, Inc.') moves all that follows under the wrong names; a record that another sign parts
is one long cell. Where exactly one way of joining or parting cells makes the record look like all the others, that is
done, and said; else it is left, and said.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

_LEARN = 2_000
_ENOUGH = 20
_LONG = 2_000
_OTHERS = (";", "\t", "|", ",", " ")
_MOST_WORDS = 12  # in the one cell that spaces part as well
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"[0-9]+")
_BORDER = re.compile(r"(?<=\W)(?=\w)|(?<=\w)(?=\W)|(?<=[0-9])(?=[^\W\d_])|(?<=[^\W\d_])(?=[0-9])")


@dataclass
class Realigned:
    """Minds the records that are not of the usual `width`: the numbers of those mended, and of those that still do not
    fit their columns."""

    width: int
    delimiter: str
    mended: list[int] = field(default_factory=list)
    parted: list[int] = field(default_factory=list)
    odd: list[int] = field(default_factory=list)

    def notes(self) -> list[str]:
        """Return what a person should know of them."""
        said = []
        if self.parted:
            many = len(self.parted) > 1
            said.append(
                f"{len(self.parted):,} {'rows are' if many else 'row is'} separated by another sign than the others and"
                f" {'were' if many else 'was'} put right by what the columns hold; the first is row {self.parted[0]:,}."
            )
        if self.mended:
            many = len(self.mended) > 1
            said.append(
                f"A separator too many or too few in {len(self.mended):,} {'rows' if many else 'row'} was put right by"
                f" what the columns hold; the first is row {self.mended[0]:,}."
            )
        if self.odd:
            many = len(self.odd) > 1
            said.append(
                f"{len(self.odd):,} {'rows have' if many else 'row has'} more or fewer cells than the others, and they"
                f" do not fit their columns; the first is row {self.odd[0]:,}. Check what they say."
            )
        return said

    def realign(self, rows: list[list[str]], numbers: list[int]) -> None:
        """Put the records of `rows` that are not of the usual width right where there is one way to, in place."""
        width = self.width
        places = [i for i, row in enumerate(rows) if len(row) != width]
        regular = [row for row in rows if len(row) == width][:_LEARN]
        if not places or width < 3 or len(regular) < _ENOUGH or len(places) > len(rows) // 10 + 1:
            return
        shapes = Shapes(regular, width)
        if sum(usual is not None for usual in shapes.usual) < 2:
            return
        for place in places:
            row = rows[place]
            as_is = row[:width] + [""] * (width - len(row))
            now = shapes.score(as_is)
            if now is None and (parted := _parted(row, width, self.delimiter, shapes)):
                rows[place] = parted
                self.parted.append(numbers[place])
                continue
            spare = any(cell.strip() for cell in row[width:])
            if sum(map(bool, row)) < 2 or (now is not None and not spare and len(row) != width - 1):
                continue
            best = _best(row, width, self.delimiter, shapes)
            if best is not None and (now is None or (shapes.score(best) or 0) > now or spare):
                rows[place] = best
                self.mended.append(numbers[place])
            elif now is None:
                self.odd.append(numbers[place])


def shape(cell: str) -> str:
    """Return what a cell looks like: digits as 9, letters as A: '$1,234.50' is '$9,9.9'."""
    return _DIGITS.sub("9", _LETTERS.sub("A", cell.strip()))


class Shapes:
    """What the columns of regular records look like: one shape with digits or signs, nothing, or (None) any words."""

    def __init__(self, rows: list[list[str]], width: int) -> None:
        self.usual: list[str | None] = []
        for index in range(width):
            counts = Counter(shape(row[index]) for row in rows)
            blank = counts.pop("", 0)
            common, times = counts.most_common(1)[0] if counts else ("", blank)
            if blank >= len(rows) - 1:
                self.usual.append("")
            elif times >= 0.9 * (len(rows) - blank) and re.search(r"9|@|://", common):
                self.usual.append(common)
            else:
                self.usual.append(None)

    def score(self, cells: list[str]) -> int | None:
        """Return how many cells look as their columns do; None where one does not."""
        points = 0
        for usual, cell in zip(self.usual, cells, strict=True):
            if usual is None or not cell.strip():
                continue
            if shape(cell) != usual:
                return None
            points += 1
        return points


def _best(row: list[str], width: int, delimiter: str, shapes: Shapes) -> list[str] | None:
    """The one way to make a regular record of these cells; None where there is none, or several."""
    extra = len(row) - width
    if 0 < extra <= 5:
        dropped = [
            row[:i] + row[i + extra :] for i in range(width + 1) if not any(c.strip() for c in row[i : i + extra])
        ]
        run = extra + 1
        merged = [[*row[:i], delimiter.join(row[i : i + run]), *row[i + run :]] for i in range(width)]
        return _only(dropped, shapes) or _only(merged, shapes)
    if extra == -1:
        parted = []
        for i, cell in enumerate(row):
            if len(cell) <= _LONG:
                for border in _BORDER.finditer(cell):
                    left, right = cell[: border.start()], cell[border.start() :]
                    parted.append([*row[:i], left.strip().rstrip('"'), right.strip(), *row[i + 1 :]])
        return _only(parted, shapes)
    return None


def _parted(row: list[str], width: int, delimiter: str, shapes: Shapes) -> list[str] | None:
    """The one way to make a regular record of what another sign parts, by at least three of its cells.

    Of words that spaces part, a cell may have several, but never one that was in quotes.
    """
    text = delimiter.join(row)
    ways = []
    for sign in _OTHERS if len(text) <= _LONG else ():
        if sign == delimiter or text.count(sign) < width - 1:
            continue
        cells = _cells(text, sign)
        extra = len(cells) - width
        if not 0 <= extra <= (_MOST_WORDS if sign == " " else 0):
            continue
        for i in range(width if extra else 1):
            run = cells[i : i + extra + 1]
            if not extra or not any(quoted for _, quoted in run):
                words = [cell for cell, _ in cells]
                ways.append([*words[:i], sign.join(words[i : i + extra + 1]), *words[i + extra + 1 :]])
    return _only(ways, shapes, 3)


def _cells(text: str, sign: str) -> list[tuple[str, bool]]:
    """The cells of a text that `sign` parts, and which of them were in quotes."""
    pattern = re.compile(rf'"((?:[^"]|"")*+)"(?={re.escape(sign)}|$)|([^{re.escape(sign)}]*)')
    cells, place = [], 0
    while place <= len(text):
        found = pattern.match(text, place)
        assert found is not None  # its second half matches nothing too
        quoted = found.group(1) is not None
        cells.append((found.group(1).replace('""', '"') if quoted else found.group(2), quoted))
        place = found.end() + 1
    return cells


def _only(ways: list[list[str]], shapes: Shapes, least: int = 2) -> list[str] | None:
    """The way that fits best, where it alone does, and at least so many of its cells say so."""
    scored = [(score, way) for way in ways if (score := shapes.score(way)) is not None and score >= least]
    top = max((score for score, _ in scored), default=0)
    chosen = {tuple(way) for score, way in scored if score == top}
    return list(chosen.pop()) if len(chosen) == 1 else None
