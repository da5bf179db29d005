"""Loads from literal rows, so that a test shows what it publishes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from cs_metrics.ingest.repair.repairs import CHANGES

ASIDE = pa.schema(
    [
        ("row", pa.int64()),
        ("status", pa.string()),
        ("column_name", pa.string()),
        ("reason", pa.string()),
        ("content", pa.string()),
    ]
)


@dataclass(frozen=True)
class LiteralLoad:
    """A load whose file is nothing but the text of its rows."""

    table: str
    rows: pa.Table
    file: str
    sha256: str
    content: bytes
    sheet_rows: int
    set_aside: pa.Table
    sheet: str | None = None
    changes: pa.Table = field(default_factory=CHANGES.empty_table)
    key: tuple[str, ...] = ()
    fingerprint: str = "shape"
    mapping: dict[str, Any] = field(default_factory=dict)
    remember: dict[str, Any] = field(default_factory=dict)


def load(table: str, rows: list[dict], file: str | None = None, **more: Any) -> LiteralLoad:
    """Return a load of `rows` (dicts of typed values) for `table`, read from rows 2 and on of a file."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    numbered = [{"_row": place} | {n: row.get(n) for n in names} for place, row in enumerate(rows, start=2)]
    aside = [{"row": 100 + i, "content": "{}", **r} for i, r in enumerate(more.pop("aside", []))]
    content = repr((table, rows, aside)).encode()
    return LiteralLoad(
        table=table,
        rows=pa.Table.from_pylist(numbered) if rows else pa.table({"_row": pa.array([], pa.int64())}),
        file=file or f"{table}.csv",
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        sheet_rows=len(rows) + len(aside),
        set_aside=pa.Table.from_pylist(aside, schema=ASIDE),
        **more,
    )
