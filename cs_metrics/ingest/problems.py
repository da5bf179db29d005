"""What is wrong with a sheet's rows, grouped by column and kind, said in a sentence with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from cs_metrics.ingest.sheet import RawSheet

EXAMPLES = 5


@dataclass(frozen=True)
class Problem:
    """One kind of trouble in one column of one sheet.

    `level`: error (rows are left out), warning (values are left out or doubtful) or note. `column` is the source's, or
    the model's where there is none; empty for the sheet as a whole. `examples`: (row in the file, text there).
    """

    file: str
    sheet: str | None
    table: str
    column: str
    kind: str
    level: str
    count: int
    sentence: str
    advice: str = ""
    examples: tuple[tuple[int, str], ...] = ()

    @property
    def place(self) -> str:
        """How a message names the sheet."""
        return self.file if self.sheet is None else f"{self.file}, sheet '{self.sheet}'"

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence} {self.advice}".rstrip()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return '1 row' or '1,204 rows'."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


@dataclass
class Tally:
    """Rows with one kind of trouble, counted part by part: how many, and the places of the first of them."""

    count: int = 0
    places: list[int] = field(default_factory=list)

    def add(self, start: int, mask: np.ndarray) -> None:
        """Count the rows of `mask`, which begins at the place `start`."""
        found = np.flatnonzero(mask)
        self.count += len(found)
        self.places += (found[: EXAMPLES - len(self.places)] + start).tolist()


class Notes:
    """Collects the problems of one sheet for one table."""

    def __init__(self, raw: RawSheet, table: str) -> None:
        self.raw, self.table = raw, table
        self.found: list[Problem] = []
        self._rows = raw.data.column("_row")

    def add(
        self,
        column: str,
        kind: str,
        level: str,
        tally: Tally,
        what: str,
        advice: str = "",
        text: Callable[[int], str | None] = lambda place: None,
    ) -> None:
        """Add a problem for the rows of `tally`, where there are any; `what` continues 'Column X: ...', `text` tells
        what stands at a place."""
        if not tally.count:
            return
        examples = tuple((int(self._rows[i].as_py()), _short(text(i) or "")) for i in tally.places)
        row, first = examples[0]
        shown = f", e.g. row {row}" + (f": {first}" if first else "")
        subject = f"column {column}: " if column else ""
        sentence = f"{subject}{what}{shown}."
        found = (kind, level, tally.count, sentence[0].upper() + sentence[1:], advice, examples)
        self.found.append(Problem(self.raw.file, self.raw.sheet, self.table, column, *found))

    def say(self, column: str, kind: str, level: str, count: int, sentence: str, advice: str = "") -> None:
        """Add a problem that has no single rows to point at."""
        self.found.append(
            Problem(self.raw.file, self.raw.sheet, self.table, column, kind, level, count, sentence, advice)
        )


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return problems with the gravest first, and of one gravity those of most rows."""
    rank = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(problems, key=lambda p: (rank[p.level], -p.count, p.table, p.column, p.kind)))
