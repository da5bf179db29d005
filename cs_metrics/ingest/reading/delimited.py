"""Text files with a delimiter: which one, and their records as columns of text."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from io import StringIO, TextIOWrapper
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.errors import FileError
from cs_metrics.ingest.layout.grid import Grid, blank_to_null
from cs_metrics.ingest.layout.realign import Realigned
from cs_metrics.ingest.reading import encoding as encodings
from cs_metrics.ingest.reading.limits import Limits, exceeded
from cs_metrics.ingest.reading.torn import Repairs, parts

_SAMPLE = 1 << 19
_CHUNK = 50_000
_DELIMITERS = (",", ";", "\t", "|", " ", "^", "~", "\x1f", "\x01")
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}
_CLEAN = re.compile(
    r"""\s*(?:[-+(]?[$€£]?[0-9][0-9.,' ]*%?\)?|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}[0-9T:. +-]*[AaPp]?[Mm]?Z?"""
    r"""|[0-9]{1,2}:[0-9]{2}[0-9:.]*|[^\s,;\t|^~"']+(?:[ .'/-][^\s,;\t|^~"']+){0,6})?\s*"""
)


@dataclass(frozen=True)
class Dialect:
    """How a file separates and quotes. `skip_space`: after a delimiter; `width`: cells of its usual record."""

    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    skip_space: bool = False
    width: int = 1

    @property
    def plain(self) -> bool:
        """Whether lines of it can be read many at once: nothing but a delimiter and doubled quotes."""
        rules = (self.quote, self.escape, self.skip_space)
        return self.width > 1 and self.delimiter != " " and rules == ('"', None, False)

    def allows(self, lines: list[str]) -> bool:
        """Whether the lines of one record keep to the rules: a closing quote stands before a delimiter or the end, but
        for spaces."""
        if self.delimiter != " ":
            behind = re.compile(rf"{re.escape(self.quote)} +(?={re.escape(self.delimiter)}|[\r\n]|$)")
            lines = [behind.sub(self.quote, line) for line in lines]
        try:
            list(self.reader(iter(lines), strict=True))
        except csv.Error:
            return False
        return True

    def reader(self, lines: Iterator[str], strict: bool = False) -> Iterator[list[str]]:
        """Return a csv reader over `lines` in this dialect; a `strict` one raises csv.Error for what is not in it."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            doublequote=True,
            skipinitialspace=self.skip_space,
            strict=strict,
        )


def detect(sample: str, whole: bool) -> Dialect:
    """Return the dialect in which `sample` (the `whole` text or its beginning) looks most like a table.

    A table has the same number of cells in its records, and cells that look like values: numbers, dates, names.
    """
    marked = re.match(r"\ufeff?sep=(.)\r?\n", sample)
    if marked:
        sample = sample[marked.end() :]
    delimiters = (marked.group(1),) if marked else tuple(d for d in _DELIMITERS if d in sample)
    best, best_score = Dialect(), 0.3
    for delimiter in delimiters:
        d = re.escape(delimiter)
        quotes = ['"']
        single = len(re.findall(rf"(?:^|{d})'[^'\n]*'(?={d}|\r?$)", sample, re.MULTILINE))
        if single > 2 and single > sample.count('"') / 4:
            quotes.append("'")
            if single >= sample.count("\n") / 2 and not re.search(
                rf'(?:^|{d})"[^\n]*"(?={d}|\r?$)', sample, re.MULTILINE
            ):
                quotes = ["'"]
        for quote in quotes:
            escapes = [None, *(e for e in ("\\", "\0") if e + quote in sample)]
            skip = delimiter != " " and bool(re.search(rf"{d} +{quote}", sample))
            for escape in escapes:
                found, score = _score(Dialect(delimiter, quote, escape, skip), sample, whole)
                if escape and not re.search(rf"[^\s{d}]{quote}{quote}[^{d}]", sample):
                    score += 1e-6  # quotes are nowhere doubled, so what stands before them escapes them
                if score > best_score + 1e-9:
                    best, best_score = found, score
    return best


def _score(dialect: Dialect, sample: str, whole: bool) -> tuple[Dialect, float]:
    lines = (_squeeze(line) for line in StringIO(sample, newline="")) if dialect.delimiter == " " else None
    rows: list[list[str]] = []
    try:
        for row in dialect.reader(lines or iter(StringIO(sample, newline=""))):
            rows.append(row)
            if len(rows) > 2000:
                break
    except csv.Error:
        return dialect, 0.0
    if not whole and len(rows) > 1:
        rows.pop()
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        return dialect, 0.0
    widths = Counter(map(len, rows))
    width, count = max(widths.items(), key=lambda item: (item[1] * min(item[0], 4), item[0]))
    if width == 1:
        return replace(dialect, width=1), 0.0
    cells = [cell for row in rows if len(row) == width for cell in row][:20_000]
    clean = sum((len(c) > 60 and not _torn(c)) or _CLEAN.fullmatch(c) is not None for c in cells) / len(cells)
    score = count / len(rows) * (0.3 + 0.7 * clean) * (1 - 0.5 / width)
    if dialect.delimiter == " ":
        score *= 0.55 if count < len(rows) else 0.8
    return replace(dialect, width=width), score


def _torn(cell: str) -> bool:
    """A long text is fine unless a quote at one end says that it was cut in the middle."""
    return cell[:1] in "\"'" or (cell[-1:] == '"' and cell.count('"') % 2 == 1)


def _squeeze(line: str) -> str:
    """Columns set apart by runs of spaces: one space is the delimiter, those at the ends are not."""
    return line if '"' in line else " ".join(line.split()) + "\n"


def kept(line: str, dialect: Dialect) -> str:
    """A backslash before what needs none (\\N for nothing, C:\\Users) is one itself: doubled, the reader keeps it."""
    escaped = {"\\", "\r", "\n", dialect.quote, dialect.delimiter}
    return re.sub(r"\\(.?)", lambda m: m[0] if m[1] in escaped else f"\\{m[0]}", line, flags=re.S)


def read(
    path: Path, name: str, limits: Limits, progress: Callable[[int, float], None] = lambda rows, share: None
) -> tuple[Grid, str, str]:
    """Return the cells of the text file at `path`, its encoding and its delimiter.

    `progress` gets the number of records read, and which share of the file's bytes that is. FileError where it holds no
    text; LimitError beyond the limits.
    """
    encoding = encodings.detect(path, name)
    csv.field_size_limit(limits.cell_characters)
    with path.open("rb") as data, TextIOWrapper(data, encoding.name, encoding.errors, newline="") as file:
        sample = file.read(_SAMPLE)
        dialect = detect(sample, len(sample) < _SAMPLE)
        file.seek(0)
        repairs = Repairs()
        lines: Iterator[str] = iter(file)
        if dialect.escape != "\0":
            lines = (line.replace("\0", "") if "\0" in line else line for line in lines)
        if dialect.escape == "\\":
            lines = (kept(line, dialect) if "\\" in line else line for line in lines)
        if dialect.delimiter == " ":
            lines = map(_squeeze, lines)
        moved = Realigned(dialect.width, dialect.delimiter)
        size = path.stat().st_size

        def tell(rows: int) -> None:
            progress(rows, data.tell() / size)

        rows = parts(lines, dialect, repairs, limits.cell_characters)
        table, seen = table_of(rows, name, limits, tell, moved.realign)
    if not table.num_rows:
        raise FileError(f"{name} is empty: it has no cell with anything in it. Choose another file.")
    notes = [encoding.note] if encoding.note else []
    if dialect.delimiter not in ",\t":
        notes.append(f"Its cells are separated by {NAMES.get(dialect.delimiter, repr(dialect.delimiter))}s.")
    if repairs.count:
        notes.append(
            f"A stray quotation mark in {repairs.count:,} {'row' if repairs.count == 1 else 'rows'} was put right; the"
            f" first is row {repairs.first:,}."
        )
    notes += moved.notes()
    return Grid(table, seen, tuple(notes)), encoding.name, dialect.delimiter


def table_of(
    rows: Iterator[list[str] | pa.Table],
    name: str,
    limits: Limits,
    progress: Callable[[int], None],
    even: Callable[[list[list[str]], list[int]], None] = lambda rows, numbers: None,
) -> tuple[pa.Table, int]:
    """Return the records that hold anything as columns c0, c1, ... and _row, and the number of the last of them.

    `rows`: the cells of a record, or a table of many.
    """
    batches: list[pa.Table] = []
    part: list[list[str]] = []
    numbers: list[int] = []
    last = cells = number = 0

    def flush() -> None:
        nonlocal cells
        even(part, numbers)
        columns = list(zip_longest(*part, fillvalue=""))
        cells += len(columns) * len(part)
        _bounded(name, len(columns), cells, limits)
        arrays = {f"c{i}": blank_to_null(pa.array(column, pa.string())) for i, column in enumerate(columns)}
        batches.append(pa.table(arrays | {"_row": pa.array(numbers, pa.int64())}))
        part.clear()
        numbers.clear()
        progress(last)

    def take(table: pa.Table) -> None:
        nonlocal cells, last
        columns = {c: blank_to_null(table.column(c)) for c in table.column_names}
        _bounded(name, len(columns), cells := cells + len(columns) * table.num_rows, limits)
        numbered = pa.table(columns | {"_row": pa.array(range(number + 1, number + table.num_rows + 1), pa.int64())})
        filled = numbered.filter(reduce(pc.or_, map(pc.is_valid, columns.values())))
        if filled.num_rows:
            batches.append(filled)
            last = filled.column("_row")[-1].as_py()
        progress(last)

    for row in rows:
        if isinstance(row, pa.Table):
            if part:
                flush()
            take(row)
            number += row.num_rows
            if number > limits.rows:
                raise exceeded(name, f"has more than {limits.rows:,} rows", "rows")
            continue
        number += 1
        if not row or not any(cell and not cell.isspace() for cell in row):
            continue
        part.append(row)
        numbers.append(number)
        last = number
        if number > limits.rows:
            raise exceeded(name, f"has more than {limits.rows:,} rows", "rows")
        if len(part) == _CHUNK:
            flush()
    if part:
        flush()
    if not batches:
        return pa.table({"_row": pa.array([], pa.int64())}), 0
    return pa.concat_tables(batches, promote_options="default"), last


def _bounded(name: str, columns: int, cells: int, limits: Limits) -> None:
    if columns > limits.columns:
        raise exceeded(name, f"has {columns:,} columns; the limit is {limits.columns:,}", "columns")
    if cells > limits.cells:
        raise exceeded(name, f"has more than {limits.cells:,} cells", "cells")
