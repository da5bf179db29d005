"""Rows that are not loaded: which, why, and their cells, so that a person can have them back."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.ingest.types.engine import query

_TOTAL = r"(?i)^\s*(grand\s+total|sub-?\s?total|totals?|sum|gesamt|gesamtsumme|summe|total\s+g[ée]n[ée]ral)\s*:?\s*$"
_PERHAPS = "(?i)total|sum|gesamt"  # of millions of texts, only these are worth the pattern above
REJECTED, LOADED = "rejected", "loaded"


@dataclass(eq=False)
class Ledger:
    """The fate of every data row: at first all are loaded; each row leaves once, for the first reason found."""

    raw: RawSheet
    status: np.ndarray = field(init=False)
    column: np.ndarray = field(init=False)
    reason: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.status = np.full(self.raw.rows, LOADED, dtype=object)
        self.column = np.full(self.raw.rows, "", dtype=object)
        self.reason = np.full(self.raw.rows, "", dtype=object)

    @property
    def loaded(self) -> np.ndarray:
        """True for rows that are still to be loaded."""
        return self.status == LOADED

    def leave(self, mask: np.ndarray, status: str, column: str, reason: str | np.ndarray) -> np.ndarray:
        """Take the rows of `mask` out, where they are still in; return those that this took."""
        took = mask & self.loaded
        self.status[took] = status
        self.column[took] = column
        self.reason[took] = reason[took] if isinstance(reason, np.ndarray) else reason
        return took

    def count(self, status: str) -> int:
        """Return how many data rows have that status."""
        return int((self.status == status).sum())

    def frame(self) -> pd.DataFrame:
        """Return the rows not loaded, those that reading left out among them.

        Columns: row, status (rejected, blank, total, duplicate, header, title, ...), column, reason, content (JSON of
        the row's cells, by column name; of a row above the header, by letter).
        """
        places = np.flatnonzero(~self.loaded)
        cells = self.raw.data.take(pa.array(places))
        names = [c.name for c in self.raw.columns]
        columns = [cells.column(f"c{c.index}").to_pylist() for c in self.raw.columns]
        contents = [
            json.dumps({n: v for n, v in zip(names, row, strict=True) if v is not None}, ensure_ascii=False)
            for row in (zip(*columns, strict=True) if columns else ())
        ]
        own = pd.DataFrame(
            {
                "row": cells.column("_row").to_numpy(),
                "status": self.status[places],
                "column": self.column[places],
                "reason": self.reason[places],
                "content": contents,
            }
        )
        early = pd.DataFrame(
            [
                (r.row, r.kind, "", r.reason, json.dumps(self._cells(r.cells), ensure_ascii=False))
                for r in self.raw.set_aside
            ],
            columns=list(own.columns),
        )
        frames = [f for f in (early, own) if len(f)]
        return pd.concat(frames).sort_values("row", kind="stable", ignore_index=True) if frames else own

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


def duplicate_rows(raw: RawSheet) -> tuple[np.ndarray, np.ndarray]:
    """Return a mask of the rows that repeat an earlier row wholly, and for each row the number of that earlier row."""
    names = ", ".join(f"c{c.index}" for c in raw.columns)
    if not names or not raw.rows:
        return np.zeros(raw.rows, dtype=bool), np.zeros(raw.rows, dtype=np.int64)
    index = pa.array(np.arange(raw.rows, dtype=np.int64))
    answer = query(
        f"WITH keyed AS (SELECT _i, _row, hash({names}) AS h, {names} FROM t),"
        " twice AS (SELECT h FROM keyed GROUP BY h HAVING count(*) > 1)"
        f" SELECT _i, first_value(_row) OVER (PARTITION BY {names} ORDER BY _i) AS first, _row"
        " FROM keyed SEMI JOIN twice USING (h)",
        t=raw.data.append_column("_i", index),
    )
    first = np.zeros(raw.rows, dtype=np.int64)
    rows = raw.data.column("_row").to_numpy()
    first[answer.column("_i").to_numpy()] = answer.column("first").to_numpy()
    return (first != 0) & (first != rows), first
