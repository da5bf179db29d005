"""What publishing gets: the rows of one sheet for one table, typed, with an account of those left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.apply import Applied
from cs_metrics.ingest.repair.readings import readings
from cs_metrics.ingest.repair.repairs import CHANGES
from cs_metrics.schema import TABLES


@dataclass(frozen=True, eq=False)
class Load:
    """One sheet's rows for one table.

    `rows`: the mapped model columns, typed, in the model's order, then the attributes, then `_row`. `set_aside`: row,
    status, column_name, reason, content (JSON). `sheet_rows`: the rows of the file, its header among them. `content`:
    the upload, as bytes or a path, and its `sha256`. `remember`: the sheet's choices, as the next file of its shape
    (`fingerprint`) gets them. `changes`: the values that repairs changed (row, column, before, after, rule), by the
    name that their column has in `rows`.
    """

    table: str
    rows: pa.Table
    file: str
    sheet: str | None
    sha256: str
    content: bytes | Path
    sheet_rows: int
    set_aside: pa.Table
    mapping: Mapping[str, Any]
    remember: dict[str, Any]
    fingerprint: str
    changes: pa.Table = field(default_factory=CHANGES.empty_table)
    key: tuple[str, ...] = ()
    through: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)


def load_of(applied: Applied, content: bytes | Path, fingerprint: str, remember: dict[str, Any]) -> Load:
    """Return the load of an applied mapping."""
    empty = [c.name for c in TABLES[applied.table].columns if c.name not in applied.mapped]
    aside = applied.aside
    table = pa.table(
        {
            "row": pa.array(aside["row"], pa.int64()),
            "status": pa.array(aside["status"], pa.string()),
            "column_name": pa.array(aside["column"], pa.string()),
            "reason": pa.array(aside["reason"], pa.string()),
            "content": pa.array(aside["content"], pa.string()),
        }
    )
    raw = applied.raw
    return Load(
        applied.table,
        applied.data.drop_columns(empty),
        raw.file,
        raw.sheet,
        raw.upload,
        content,
        raw.file_rows,
        table,
        dict(applied.mapping.columns),
        remember,
        fingerprint,
        _changes(applied),
    )


def _changes(applied: Applied) -> pa.Table:
    """Return what repairs and reading changed in what is loaded, once for each column that a changed one feeds."""
    raw, parts = applied.raw, [] if applied.raw.changes is None else [applied.raw.changes]
    for one in readings(raw, [applied.mapping]):
        rows = one.rows(raw)
        column, rule = (pa.repeat(pa.scalar(text, pa.string()), rows.num_rows) for text in (one.column, one.rule))
        parts.append(pa.table([rows["row"], column, rows["before"], rows["after"], rule], schema=CHANGES))
    if not parts:
        return CHANGES.empty_table()
    changes = pa.concat_tables(parts)
    fed = [(s, n) for n, rule in applied.mapping.rules(raw).items() for s in rule.reads]
    fed += [(a.source, a.name) for a in applied.attributes]
    changes = changes.filter(pc.is_in(changes["row"], value_set=applied.data.column("_row").combine_chunks()))
    parts = [changes.slice(0, 0)]
    for source, name in fed:
        own = changes.filter(pc.equal(changes["column"], source))
        parts.append(own.set_column(1, "column", pa.repeat(pa.scalar(name, pa.string()), own.num_rows)))
    return pa.concat_tables(parts)
