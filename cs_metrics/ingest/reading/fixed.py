"""Text of fixed width: columns that begin at the same place in every line, set apart by spaces alone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import reduce
from itertools import islice, product
from operator import or_
from pathlib import Path

from cs_metrics.ingest.layout.grid import Grid
from cs_metrics.ingest.reading import delimited
from cs_metrics.ingest.reading import encoding as encodings
from cs_metrics.ingest.reading.limits import Limits

_SAMPLE = 1000
_WIDEST = 4_000
_FEWEST = 4  # lines; fewer have spaces at the same place by chance
_TITLES = 4  # lines above the table, and as many below, need not keep to its columns


def columns(lines: list[str]) -> list[int]:
    """Return where the columns of some lines begin, [] where the lines have no two columns.

    A column begins where text does after a place at which all lines have a space. Where every line has as many
    words as there are columns, the places say no more than the spaces do, and they are left to the reader of those.
    """
    lines = [line for line in lines if line.strip()]
    if not lines or max(map(len, lines)) > _WIDEST or any("\t" in line for line in lines):
        return []
    masks = [_mask(line) for line in lines]
    for top, foot in sorted(product(range(_TITLES + 1), repeat=2), key=sum):
        kept = lines[top : len(lines) - foot]
        if len(kept) < _FEWEST:
            break
        starts = _starts(masks[top : len(masks) - foot])
        if len(starts) > 1:
            return starts if _tells_more(kept, starts) else []
    return []


def _mask(line: str) -> int:
    """Return a bit for each place at which a line has text."""
    return int("".join("0" if sign == " " else "1" for sign in reversed(line)), 2)


def _starts(masks: list[int]) -> list[int]:
    text = reduce(or_, masks)
    return [i for i in range(text.bit_length()) if text >> i & 1 and (i == 0 or not text >> (i - 1) & 1)]


def _tells_more(lines: list[str], starts: list[int]) -> bool:
    if all(len(line.split()) == len(starts) for line in lines):
        return False
    # one space at the same place is how words fall in a column of dates or codes: most gaps are wider
    wide = [all(not line[place - 2 : place].strip() for line in lines) for place in starts[1:]]
    return sum(wide) >= len(wide) / 2


def _crosses(line: str, starts: list[int]) -> bool:
    """Whether a text of the line runs over the place before a column's beginning."""
    return any(place <= len(line) and line[place - 1] != " " for place in starts[1:])


def cut(line: str, starts: list[int]) -> list[str]:
    """Return the cells of a line; one that runs over into the next column is a title or a note, and one cell."""
    if _crosses(line, starts):
        place = bisect_left(starts, len(line) - len(line.lstrip()) + 1) - 1
        return [""] * max(0, place) + [line.strip()]
    ends = [*starts[1:], len(line)]
    return [line[start:end].strip() for start, end in zip([0, *starts[1:]], ends, strict=True)]


def read(
    path: Path, name: str, limits: Limits, progress: Callable[[int], None] = lambda _: None
) -> tuple[Grid, str] | None:
    """Return the cells of the text file at `path` and its encoding; None where it is not of fixed width."""
    encoding = encodings.detect(path, name)
    with path.open(encoding=encoding.name, errors=encoding.errors) as file:
        sample = [line.rstrip() for line in islice(_lines(file), _SAMPLE)]
        starts = columns(sample)
        if not starts or _has_delimiter(sample):
            return None
        file.seek(0)
        rows = (cut(line.rstrip(), starts) for line in _lines(file))
        table, seen = delimited.table_of(rows, name, limits, progress)
    note = f"Its {len(starts)} columns are told by where they begin: {', '.join(str(s + 1) for s in starts[:8])}"
    notes = [encoding.note] if encoding.note else []
    return Grid(table, seen, (*notes, f"{note}{' ...' if len(starts) > 8 else ''}.")), encoding.name


def _lines(file: Iterator[str]) -> Iterator[str]:
    return (line.replace("\0", "").removeprefix("\ufeff") for line in file)


def _has_delimiter(lines: list[str]) -> bool:
    """Whether the lines have the same number of commas, semicolons or bars: then they are no mere padding."""
    some = [line for line in lines if line.strip()][:200]
    for sign in ",;|":
        counts = [line.count(sign) for line in some]
        usual = max(set(counts), key=counts.count)
        if usual and counts.count(usual) >= 0.6 * len(counts):
            return True
    return False
