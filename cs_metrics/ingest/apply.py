"""A sheet and a mapping become a typed table, and an account of every row: loaded, rejected or set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa

from cs_metrics.ingest.aside import REJECTED, Ledger
from cs_metrics.ingest.mappings.attributes import Attribute
from cs_metrics.ingest.mappings.mapping import TableMapping
from cs_metrics.ingest.mappings.rules import Rule
from cs_metrics.ingest.mappings.values import Lookup
from cs_metrics.ingest.problems import Problem, in_order
from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.ingest.work import Watch, Work
from cs_metrics.schema import TABLES


@dataclass(frozen=True)
class Counts:
    """The account of a sheet's rows for one table: file = loaded + rejected + set_aside, always."""

    file: int
    loaded: int
    rejected: int
    set_aside: int


@dataclass(frozen=True, eq=False)
class Applied:
    """What one sheet gives one table.

    `data`: all columns of the model in schema order and types (null where not mapped), the attributes, and `_row` (the
    row's number in the spreadsheet). `mapped`: the model columns that the mapping fills; `ledger`: each row's fate.
    """

    raw: RawSheet
    mapping: TableMapping
    data: pa.Table
    mapped: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    problems: tuple[Problem, ...]
    ledger: Ledger

    @property
    def table(self) -> str:
        """The name of the table that is fed."""
        return self.mapping.table

    @cached_property
    def counts(self) -> Counts:
        """The account of the rows."""
        loaded, rejected = int(self.data.num_rows), self.ledger.count(REJECTED)
        return Counts(self.raw.file_rows, loaded, rejected, self.raw.file_rows - loaded - rejected)

    @cached_property
    def aside(self) -> pd.DataFrame:
        """The rows not loaded: row, status, column, reason, content (JSON)."""
        return self.ledger.frame()


def apply(
    raw: RawSheet,
    mapping: TableMapping,
    *,
    lookup: Lookup | None = None,
    timezone: str = "UTC",
    shared: Mapping[str, Rule] | None = None,
    watch: Watch = lambda raw, rows: None,
) -> Applied:
    """Return what the sheet gives the table of `mapping`, whose questions must be answered already.

    `lookup` finds values through other tables; `shared` are the rules by which the sheet's other tables use columns
    that are then no attributes here. Raises MappingError for a mapping that does not fit; never for a cell.
    """
    work = Work(raw, mapping, lookup or (lambda *_: None), timezone, shared or {}, watch)
    data = work.run()
    found = in_order(work.notes.found)
    return Applied(raw, mapping, data, tuple(work.rules), work.attributes, found, work.ledger)


def to_frame(applied: Applied, rows: int | None = None) -> pd.DataFrame:
    """Return the first rows as loaded, as a DataFrame, without model columns that nothing fills."""
    empty = [c.name for c in TABLES[applied.table].columns if c.name not in applied.mapped]
    data: Any = applied.data.drop_columns(empty)
    return (data if rows is None else data.slice(0, rows)).to_pandas()
