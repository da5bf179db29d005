"""Rows that are not loaded: which, why, and their cells, so that a person can have them back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.ingest.spill import nothing, parts
from cs_metrics.ingest.types.engine import query

_TOTAL = r"(?i)^\s*(grand\s+total|sub-?\s?total|totals?|sum|gesamt|gesamtsumme|summe|total\s+g[ée]n[ée]ral)\s*:?\s*$"
_PERHAPS = "(?i)total|sum|gesamt"  # of millions of texts, only these are worth the pattern above
REJECTED, LOADED = "rejected", "loaded"


Reason = str | Callable[[int], str]
_SCHEMA = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in ("status", "column", "reason", "content"))])


class Ledger:
    """The fate of every data row: at first all are loaded; each row leaves once, for the first reason found.

    A row costs two bytes, whatever is said of it: what is said stands once for all rows of which it is said.
    """

    def __init__(self, raw: RawSheet) -> None:
        self.raw = raw
        self._fate = np.zeros(raw.rows, dtype=np.int16)
        self._said: list[tuple[str, str, Reason]] = [(LOADED, "", "")]

    @property
    def loaded(self) -> np.ndarray:
        """True for rows that are still to be loaded."""
        return self._fate == 0

    def loaded_of(self, start: int, rows: int) -> np.ndarray:
        """Return `loaded` of so many rows from the place `start`."""
        return self._fate[start : start + rows] == 0

    def leave(self, start: int, mask: np.ndarray, status: str, column: str, reason: Reason) -> np.ndarray:
        """Take the rows of `mask`, which begins at the place `start`, out where they are still in; return those that
        this took. `reason`: a sentence, or what tells it by the row's place."""
        took = mask & self.loaded_of(start, len(mask))
        if took.any():
            said = (status, column, reason)
            if said not in self._said:
                self._said.append(said)
            self._fate[start : start + len(mask)][took] = self._said.index(said)
        return took

    def count(self, status: str) -> int:
        """Return how many data rows have that status."""
        counts = np.bincount(self._fate, minlength=len(self._said))
        return int(sum(n for n, (own, _, _) in zip(counts, self._said, strict=True) if own == status))

    def tables(self) -> Iterator[pa.Table]:
        """Yield the rows not loaded, some at a time and at least one table: those that reading left out, then the
        others in their order; row, status, column, reason, content as in `frame`."""
        yield pa.table(
            [
                [r.row for r in self.raw.set_aside],
                [r.kind for r in self.raw.set_aside],
                [""] * len(self.raw.set_aside),
                [r.reason for r in self.raw.set_aside],
                [json.dumps(self._cells(r.cells), ensure_ascii=False) for r in self.raw.set_aside],
            ],
            schema=_SCHEMA,
        )
        for start, part in parts(self.raw.data):
            places = np.flatnonzero(self._fate[start : start + part.num_rows])
            if len(places):
                yield self._told(part.take(pa.array(places)), (places + start).tolist())

    def _told(self, cells: pa.Table, places: list[int]) -> pa.Table:
        names = [c.name for c in self.raw.columns]
        columns = [cells.column(f"c{c.index}").to_pylist() for c in self.raw.columns]
        contents = [
            json.dumps({n: v for n, v in zip(names, row, strict=True) if v is not None}, ensure_ascii=False)
            for row in zip(*columns, strict=True)
        ]
        said = [self._said[self._fate[place]] for place in places]
        reasons = [r if isinstance(r, str) else r(place) for place, (_, _, r) in zip(places, said, strict=True)]
        rows = cells.column("_row").combine_chunks()
        return pa.table([rows, [s for s, _, _ in said], [c for _, c, _ in said], reasons, contents], schema=_SCHEMA)

    def frame(self) -> pd.DataFrame:
        """Return the rows not loaded, those that reading left out among them, by their row.

        Columns: row, status (rejected, blank, total, duplicate, header, title, ...), column, reason, content (JSON of
        the row's cells, by column name; of a row above the header, by letter).
        """
        return pa.concat_tables(self.tables()).to_pandas().sort_values("row", kind="stable", ignore_index=True)

    def _cells(self, cells: Sequence[str]) -> dict[str, str]:
        """Name the cells of a row that reading left out, by the columns under which they stand."""
        names = [c.name for c in self.raw.columns]
        return {names[i] if i < len(names) else f"Cell {i + 1}": cell for i, cell in enumerate(cells) if cell}


def blank_rows(raw: RawSheet) -> np.ndarray:
    """Return a mask of the rows in which no cell has a text."""
    blank = np.ones(raw.rows, dtype=bool)
    for column in raw.columns:
        blank &= np.asarray(pc.is_null(raw.texts(column)).to_numpy())
    return blank


def total_rows(raw: RawSheet, among: Sequence[str], doubtful: np.ndarray) -> np.ndarray:
    """Return a mask of rows that sum up others: a cell of the columns `among` says 'Total', and the row is `doubtful`.

    Doubtful are rows that could not be loaded anyway; a product called 'Total' in a good row stays.
    """
    says = np.zeros(raw.rows, dtype=bool)
    if not doubtful.any():
        return says
    places = np.flatnonzero(doubtful)
    for name in among:
        texts = raw.texts(name).take(pa.array(places))
        for place in pc.indices_nonzero(pc.match_substring_regex(texts, _PERHAPS).fill_null(False)).to_pylist():
            says[places[place]] |= bool(re.match(_TOTAL, texts[place].as_py()))
    return says


@dataclass(frozen=True, eq=False)
class Repeats:
    """Rows that repeat an earlier one: their places (ascending), and of each the number of that earlier row."""

    places: np.ndarray
    first: np.ndarray

    def of(self, start: int, rows: int) -> np.ndarray:
        """Return a mask of so many rows from the place `start`."""
        mask = np.zeros(rows, dtype=bool)
        low, high = np.searchsorted(self.places, (start, start + rows))
        mask[self.places[low:high] - start] = True
        return mask

    def first_of(self, place: int) -> int:
        """Return the number of the row that the one at `place` repeats."""
        return int(self.first[np.searchsorted(self.places, place)])


def duplicate_rows(raw: RawSheet) -> Repeats:
    """Return the rows that repeat an earlier row wholly."""
    names = ", ".join(f"c{c.index}" for c in raw.columns)
    if not names or not raw.rows:
        return Repeats(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    table = raw.data.append_column("_i", _places(raw.rows))
    # Few files have any: what is looked at closely are only the rows whose hash comes twice.
    twice = query(f"SELECT hash({names}) AS h FROM t GROUP BY h HAVING count(*) > 1", t=table)
    if not twice.num_rows:
        return Repeats(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    answer = query(
        f"SELECT _i, first FROM (SELECT _i, _row, first_value(_row) OVER (PARTITION BY {names} ORDER BY _i) AS first"
        f" FROM t WHERE hash({names}) IN (SELECT h FROM twice)) WHERE first <> _row ORDER BY _i",
        t=table,
        twice=twice,
    )
    return Repeats(answer.column("_i").to_numpy(), answer.column("first").to_numpy())


def repeated_ids(
    ids: pa.ChunkedArray, since: pa.ChunkedArray | None, rows: pa.ChunkedArray, loaded: Any, last: bool = False
) -> Repeats:
    """Return the rows whose id another, still loaded row before them (`last`: after them) has (and the same `since`,
    where there is one), each with the number of the first (last) row of that id."""
    there = np.asarray(loaded, dtype=bool)
    table = pa.table(
        {"i": _places(len(rows)), "id": ids, "row": rows, "loaded": there, "since": nothing(pa.string(), len(rows))}
        | ({} if since is None else {"since": since})
    )
    order = "DESC" if last else "ASC"
    answer = query(
        "WITH k AS (SELECT id, since FROM t WHERE loaded GROUP BY ALL HAVING count(*) > 1) SELECT i, first FROM"
        f" (SELECT i, row_number() OVER (PARTITION BY id, since ORDER BY i {order}) AS n,"
        f" first_value(row) OVER (PARTITION BY id ORDER BY i {order}) AS first"
        " FROM t WHERE loaded AND id IN (SELECT id FROM k)) WHERE n > 1 ORDER BY i",
        t=table,
    )
    return Repeats(answer.column("i").to_numpy(), answer.column("first").to_numpy())


def _places(rows: int) -> pa.Array:
    return pa.array(np.arange(rows, dtype=np.int64))
