"""What is wrong with a sheet's rows, grouped by column and kind, said in a sentence with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
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
        mask: np.ndarray,
        what: str,
        advice: str = "",
        texts: Any = None,
    ) -> None:
        """Add a problem for the rows of `mask`, where there are any; `what` continues 'Column X: ...'."""
        places = np.flatnonzero(mask)
        if not len(places):
            return
        examples = tuple(self._example(int(i), texts) for i in places[:EXAMPLES])
        row, text = examples[0]
        shown = f", e.g. row {row}" + (f": {text}" if text else "")
        subject = f"column {column}: " if column else ""
        sentence = f"{subject}{what}{shown}."
        found = (kind, level, len(places), sentence[0].upper() + sentence[1:], advice, examples)
        self.found.append(Problem(self.raw.file, self.raw.sheet, self.table, column, *found))

    def say(self, column: str, kind: str, level: str, count: int, sentence: str, advice: str = "") -> None:
        """Add a problem that has no single rows to point at."""
        self.found.append(
            Problem(self.raw.file, self.raw.sheet, self.table, column, kind, level, count, sentence, advice)
        )

    def _example(self, index: int, texts: Any) -> tuple[int, str]:
        text = "" if texts is None else str(texts[index].as_py() or "")
        return int(self._rows[index].as_py()), text if len(text) <= 80 else text[:79] + "…"


def in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return problems with the gravest first, and of one gravity those of most rows."""
    rank = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(problems, key=lambda p: (rank[p.level], -p.count, p.table, p.column, p.kind)))
