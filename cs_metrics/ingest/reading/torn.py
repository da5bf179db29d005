"""The records of a delimited text one by one, those torn by a stray quote put right; plain ones many at once."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

import pyarrow as pa

from cs_metrics.ingest.reading.regular import LINES, Regular

if TYPE_CHECKING:
    from cs_metrics.ingest.reading.delimited import Dialect

_MOST_WORK = 10_000_000  # quotes times signs of a line: each quote may look for its like to the line's end


class Lines:
    """The lines of a file, remembering those of the current record, and taking lines back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._returned: deque[str] = deque()
        self.current: list[str] = []
        self.taken = 0

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        if self._returned:
            line = self._returned.popleft()
        else:
            line = next(self._lines)
            self.taken += 1
        self.current.append(line)
        return line

    def give_back(self, lines: list[str]) -> None:
        self._returned.extendleft(reversed(lines))

    @property
    def given(self) -> int:
        """How many lines were read and not given back."""
        return self.taken - len(self._returned)

    def passed(self, count: int) -> bool:
        """Whether so many lines are read, and none is waiting that was given back."""
        return self.taken >= count and not self._returned


def _tokens(line: str, dialect: Dialect) -> list[str]:
    """Split a line whose quotes are broken: a quote opens a cell only where one closes it before a delimiter.

    Where that does not give a usual record, the quotes inside a cell were perhaps never doubled.
    """
    if line.count(dialect.quote) * len(line) > _MOST_WORK:
        return line.rstrip("\r\n").split(dialect.delimiter)
    q = re.escape(dialect.quote)
    cells = _split(line, dialect, rf"(?:[^{q}]|{q}{q})*")
    bare = cells if len(cells) == dialect.width else _split(line, dialect, r".*?")
    cells = bare if len(bare) == dialect.width else cells
    return [re.sub(re.escape(dialect.escape) + "(.)", r"\1", c) for c in cells] if dialect.escape else cells


def _split(line: str, dialect: Dialect, inside: str) -> list[str]:
    q, d = re.escape(dialect.quote), re.escape(dialect.delimiter)
    before, behind = " *" if dialect.skip_space else "", " *" if dialect.delimiter != " " else ""
    pattern = re.compile(rf"{before}{q}({inside}){q}{behind}(?={d}|$)|([^{d}]*)(?={d}|$)")
    cells: list[str] = []
    text, place = line.rstrip("\r\n"), 0
    while place <= len(text):
        found = pattern.match(text, place)
        if found is None:
            break
        if found.group(1) is not None:
            cells.append(found.group(1).replace(dialect.quote * 2, dialect.quote))
        else:
            cells.append(_without_stray(found.group(2), dialect.quote))
        place = found.end() + 1
    return cells


def _without_stray(cell: str, quote: str) -> str:
    """A cell without the quote that has no other; an apostrophe within it is none."""
    if cell.count(quote) % 2 == 0:
        return cell
    return cell.strip(quote) if quote == "'" else cell.replace(quote, "")


@dataclass
class Repairs:
    """What was put right while reading: how many records, and the number of the first."""

    count: int = 0
    first: int = 0
    before: int = 0  # records that were read before those in hand

    def add(self, row: int) -> None:
        self.count += 1
        self.first = self.first or row


def parts(lines: Iterator[str], dialect: Dialect, repairs: Repairs, longest: int) -> Iterator[list[str] | pa.Table]:
    """Yield the cells of every record, or of many plain records at once."""
    if not dialect.plain:
        yield from records(lines, dialect, repairs)
        return
    regular = Regular(dialect.delimiter, dialect.width, longest)
    while block := list(islice(lines, LINES)):
        table = regular.read(block)
        if table is not None:
            repairs.before += table.num_rows
            yield table
            continue
        source = Lines(chain(block, lines))
        for cells in records(source, dialect, repairs):
            repairs.before += 1
            yield cells
            if source.passed(len(block)):
                break


def records(lines: Iterator[str], dialect: Dialect, repairs: Repairs) -> Iterator[list[str]]:
    """Yield the cells of every record, [] for an empty line; records torn by a stray quote are put right."""
    source = lines if isinstance(lines, Lines) else Lines(lines)
    width, row = dialect.width, repairs.before
    while True:
        reader = dialect.reader(source)
        again = False
        while not again:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                cells = []
                again = True
            row += 1
            current = source.current
            quoted = any(dialect.quote in line for line in current)
            odd = quoted and cells and len(cells) != width
            if again or odd or ((quoted or len(current) > 1) and not dialect.allows(current)):
                first = _tokens(current[0], dialect)
                if again or len(first) == width:
                    cells = first
                    repairs.add(row)
                    source.give_back(current[1:])
                    again = again or len(current) > 1
            source.current = []
            yield cells
