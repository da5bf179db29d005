"""Sheets from literal cells, so that a test shows what it maps."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from cs_metrics.ingest.plan import Plan, build_plan
from cs_metrics.ingest.sheet import RawColumn, RawSheet, Read, letter
from cs_metrics.ingest.types.infer import profiles


def sheet(text: str, file: str = "file.csv", name: str | None = None) -> RawSheet:
    """Return the sheet of a small comma-separated text whose first line is the header; '' is a blank cell."""
    lines = [line.strip().split(",") for line in text.strip().splitlines()]
    return of_rows(lines[0], lines[1:], file, name)


def of_rows(
    header: list[str], rows: list[list[str | None]], file: str = "file.csv", name: str | None = None
) -> RawSheet:
    cells: dict[str, Any] = {
        f"c{i}": pa.array([row[i] or None for row in rows], pa.string()) for i in range(len(header))
    }
    cells["_row"] = pa.array(range(2, len(rows) + 2), pa.int64())
    data = pa.table(cells)
    found, _ = profiles(data, tuple(header))
    columns = tuple(RawColumn(i, letter(i), h, p, h) for i, (h, p) in enumerate(zip(header, found, strict=True)))
    upload = f"sha-{file}-{name}-{hash(str(rows))}"
    return RawSheet(file, name, upload, 1, "utf-8", ",", 1, columns, data)


def plan_of(*sheets: RawSheet, **more: Any) -> Plan:
    contents = {s.upload: b"" for s in sheets}
    return build_plan(Read(sheets), contents=contents, **more)
