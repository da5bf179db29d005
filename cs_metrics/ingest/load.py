"""What publishing gets: the rows of one sheet for one table, typed, with an account of those left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.apply import Applied
from cs_metrics.ingest.repair.readings import readings
from cs_metrics.ingest.repair.repairs import CHANGES
from cs_metrics.ingest.spill import Spill, parts
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
    raw = applied.raw
    return Load(
        applied.table,
        applied.data.drop_columns(empty),
        raw.file,
        raw.sheet,
        raw.upload,
        content,
        raw.file_rows,
        _set_aside(applied),
        dict(applied.mapping.columns),
        remember,
        fingerprint,
        _changes(applied),
    )


def _set_aside(applied: Applied) -> pa.Table:
    spill = Spill()
    try:
        for part in applied.ledger.tables():
            spill.add(part.rename_columns(["row", "status", "column_name", "reason", "content"]))
        return spill.table()
    finally:
        spill.close()


def _changes(applied: Applied) -> pa.Table:
    """Return what repairs and reading changed in what is loaded, once for each column that a changed one feeds."""
    raw, read = applied.raw, readings(applied.raw, [applied.mapping])
    fed = [(s, n) for n, rule in applied.mapping.rules(raw).items() for s in rule.reads]
    fed += [(a.source, a.name) for a in applied.attributes]
    spill = Spill()
    try:
        spill.add(CHANGES.empty_table())
        repaired = raw.changes
        if repaired is not None:
            loaded = applied.data.column("_row").combine_chunks()
            repaired = repaired.filter(pc.is_in(repaired["row"], value_set=loaded))
        for source, name in fed:
            if repaired is not None:
                own = repaired.filter(pc.equal(repaired["column"], source))
                spill.add(own.set_column(1, "column", _all(name, own.num_rows)))
            for one in (r for r in read if r.column == source):
                for start, data in parts(raw.data):
                    stays = data.filter(pa.array(applied.ledger.loaded_of(start, data.num_rows)))
                    rows = one.rows(replace(raw, data=stays))
                    told = [rows["row"], _all(name, rows.num_rows), rows["before"], rows["after"]]
                    spill.add(pa.table([*told, _all(one.rule, rows.num_rows)], schema=CHANGES))
        return spill.table()
    finally:
        spill.close()


def _all(text: str, rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), rows)
