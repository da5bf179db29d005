"""What a plan hands over for publishing: the rows of one sheet for one table, typed, and where they came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from cs_metrics.errors import PublishError, did_you_mean
from cs_metrics.schema import TABLES


class Load(Protocol):
    """The rows of one sheet for one table.

    `rows`: an Arrow table of the mapped model columns (typed), the attributes, and `_row` (the row's number in the
    file). `set_aside`: an Arrow table `row, status, column_name, reason, content` of what is not loaded. `sheet_rows`:
    the rows of the sheet. `changes`: an Arrow table `row, column, before, after, rule` of the values that repairs
    changed. `content`: the upload, as bytes or a path. `key`: the columns that an upsert matches by;
    empty for the table's own. `remember`: what to propose for the next sheet with this `fingerprint`.
    """

    @property
    def table(self) -> str: ...
    @property
    def rows(self) -> pa.Table: ...
    @property
    def file(self) -> str: ...
    @property
    def sheet(self) -> str | None: ...
    @property
    def sha256(self) -> str: ...
    @property
    def content(self) -> bytes | Path: ...
    @property
    def sheet_rows(self) -> int: ...
    @property
    def set_aside(self) -> pa.Table: ...
    @property
    def changes(self) -> pa.Table: ...
    @property
    def key(self) -> Sequence[str]: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def mapping(self) -> Mapping[str, Any]: ...
    @property
    def remember(self) -> dict[str, Any]: ...


def source_name(file: str, sheet: str | None) -> str:
    """Return how a source is shown: 'file.csv' or 'book.xlsx / Sheet1'."""
    return f"{file} / {sheet}" if sheet else file


def check(loads: Iterable[Load]) -> list[Load]:
    """Return the loads as a list, or raise PublishError when there is nothing in them or a table is unknown."""
    found = list(loads)
    if not found:
        raise PublishError("There is nothing to publish: every sheet is skipped or still has an open question.")
    for load in found:
        if load.table not in TABLES:
            hint = did_you_mean(load.table, TABLES)
            raise PublishError(f"{source_name(load.file, load.sheet)}: there is no table '{load.table}'. {hint}")
        if "_row" not in load.rows.column_names:
            raise PublishError(f"{source_name(load.file, load.sheet)}: its rows have no number (_row).")
        columns = [c for c in load.rows.column_names if c != "_row"]
        for name in load.key:
            if name not in columns:
                hint = did_you_mean(name, columns)
                place = source_name(load.file, load.sheet)
                raise PublishError(f"{place}: rows of {load.table} cannot be matched by '{name}'. {hint}".rstrip())
    return found
