"""What reading gives: a sheet of text cells, with what every column looks like and what was left out of it.

Nothing is typed here: every cell is the text that the person sees. `Profile` says what a column's texts are, from all
of them; `convert` turns them into values once a mapping says which type is wanted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from cs_metrics.schema import Type


@dataclass(frozen=True)
class Profile:
    """What the texts of one column look like, over all its rows.

    `kind`: the best guess of a type, with `confidence` 0 to 1 and `evidence`, a sentence. Counts are rows: `rows`
    all, `blank` those without text, `missing` those with a word for nothing (NULL, N/A, -), `distinct` different
    texts without both. `samples`: up to 8 frequent texts; `minimum`/`maximum` of the values as text (ISO dates, plain
    numbers). `formats`: date format (strptime) to the texts that fit it; a text may fit several. `day_first`: True or
    False where settled by a value, None where both readings fit every value (to be asked) or there are no such dates.
    `ambiguous_dates`: it has such dates and nothing settles them. `decimal`: 'dot', 'comma' or None (no decimals
    seen). `ambiguous_decimal`: texts like 1,234 with nothing to settle whether they are a thousand or one and a bit.
    `currencies`: the symbols and codes seen. `epoch`: 'seconds', 'milliseconds', 'microseconds', 'nanoseconds' or None.
    `serial`: numbers that read as Excel dates. `duration`: 'clock' (01:30:00), 'words' (3 h 20 min) or None.
    `true_words`/`false_words`: of a boolean. `offsets`: texts with a UTC offset. `midnight`: instants all at 00:00.
    `whole_ids`: ids written as 17850.0. `shortened`: texts like 8.26E+17 among ids, whose digits are lost. `words`: the
    distinct texts with their counts, commonest first, where there are at most 50. `bad`: non-blank texts that do not
    fit `kind`, with `bad_samples` as (row, text).
    """

    kind: Type
    confidence: float = 1.0
    evidence: str = ""
    rows: int = 0
    blank: int = 0
    missing: int = 0
    distinct: int = 0
    samples: tuple[str, ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    formats: dict[str, int] = field(default_factory=dict)
    day_first: bool | None = None
    ambiguous_dates: bool = False
    decimal: str | None = None
    ambiguous_decimal: bool = False
    percent: bool = False
    currencies: tuple[str, ...] = ()
    looks_like_id: bool = False
    true_words: tuple[str, ...] = ()
    false_words: tuple[str, ...] = ()
    missing_words: tuple[str, ...] = ()
    epoch: str | None = None
    serial: bool = False
    duration: str | None = None
    offsets: int = 0
    midnight: bool = False
    whole_ids: bool = False
    shortened: int = 0
    negative: int = 0
    words: dict[str, int] = field(default_factory=dict)
    bad: int = 0
    bad_samples: tuple[tuple[int, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the profile as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Profile:
        """Return the profile that `to_json` wrote."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in record.items()}
        values["kind"] = Type(record["kind"])
        values["bad_samples"] = tuple((int(row), str(text)) for row, text in record.get("bad_samples", ()))
        return cls(**values)


@dataclass(frozen=True)
class RawColumn:
    """A column: `index` of its cells in `data` (c0, c1, ...), `letter` in the spreadsheet, `name` unique in the sheet.

    `header` is its header's text as it came; it may be blank or repeated.
    """

    index: int
    letter: str
    name: str
    profile: Profile
    header: str = ""


@dataclass(frozen=True)
class AsideRow:
    """A row that is not data: its number, its kind (title, header, blank, footnote, repeat), why, and its cells."""

    row: int
    kind: str
    reason: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class RawSheet:
    """A sheet as read: `data` has string columns c0, c1, ... (null: blank), one a column, then `_row` int64.

    `_row` and `header_row` count as the spreadsheet program does, from 1; `header_row` is None where the file has no
    header, 0 where the columns are named apart from the rows (JSON, Parquet). `file_rows`: data + what was set aside
    (the header among them). `upload` is the file's sha256, `size` its bytes. `notes`: sentences on what was assumed or
    found. `hidden`: the workbook hides this sheet. `changes`: what repairs made of cells (row, column, before, after,
    rule), None where there are none.
    """

    file: str
    sheet: str | None
    upload: str
    size: int
    encoding: str | None
    delimiter: str | None
    header_row: int | None
    columns: tuple[RawColumn, ...]
    data: pa.Table
    notes: tuple[str, ...] = ()
    set_aside: tuple[AsideRow, ...] = ()
    hidden: bool = False
    changes: pa.Table | None = None

    @property
    def rows(self) -> int:
        """The number of data rows."""
        return int(self.data.num_rows)

    @property
    def file_rows(self) -> int:
        """The number of rows in the file: data and set aside."""
        return self.rows + len(self.set_aside)

    @property
    def origin(self) -> tuple[str, str]:
        """What tells its file apart whatever it is called: the upload, and the file in it where that is a zip."""
        return self.upload, self.file.partition("/")[2]

    @property
    def place(self) -> str:
        """How a message names the sheet: 'file.csv' or "book.xlsx, sheet 'Sheet1'"."""
        return self.file if self.sheet is None else f"{self.file}, sheet '{self.sheet}'"

    def column(self, name: str) -> RawColumn:
        """Return the column of that name, else KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def texts(self, column: RawColumn | str) -> pa.ChunkedArray:
        """Return a column's cells as text, null where blank, one for each row of `data`."""
        found = self.column(column) if isinstance(column, str) else column
        return self.data.column(f"c{found.index}")


@dataclass(frozen=True)
class Failure:
    """A file that could not be read; `error.args[0]` is the sentence for the person."""

    file: str
    error: Exception


@dataclass(frozen=True)
class Read:
    """What `read_files` gives: the sheets of the good files, in the order given, and the failures of the others."""

    sheets: tuple[RawSheet, ...]
    failures: tuple[Failure, ...] = ()

    def raise_failures(self) -> None:
        """Raise the first failure, if any, for a caller who wants all files or none."""
        for failure in self.failures:
            raise failure.error


def letter(index: int) -> str:
    """Return the spreadsheet's letters of a column counted from 0: 0 is A, 26 is AA."""
    if index < 0:
        raise ValueError(f"A column's index is 0 or more, not {index}.")
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def unique_names(headers: Iterable[str], letters: Iterable[str]) -> tuple[str, ...]:
    """Return a name for each header: stripped, on one line, 'Column D' for a blank, ' (2)' after a repeated one."""
    names: list[str] = []
    taken: set[str] = set()
    for header, place in zip(headers, letters, strict=True):
        base = " ".join(header.split()) or f"Column {place}"
        name, count = base, 1
        while name.casefold() in taken:
            count += 1
            name = f"{base} ({count})"
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)
