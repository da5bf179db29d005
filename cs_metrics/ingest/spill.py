"""Rows on their way that need not lie in memory: beyond a few MB they are written to a file and seen through a map."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from cs_metrics import lockdown

# Of the memory that a connection may take, what the cells of one part may: a part costs some ten times that to read.
_SHARE = 128
_FEWEST = 1_000
# Rows of this many bytes stay in memory: most files are small.
_STAY = 4 << 20


def part_rows(table: pa.Table) -> int:
    """Return how many rows of `table` are worked on at a time, by CS_METRICS_MEMORY_LIMIT and the size of a row."""
    each = max(1.0, table.nbytes / max(1, table.num_rows))
    return max(_FEWEST, int(lockdown.memory_bytes() / _SHARE / each))


def parts(table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """Yield a table in parts, each with the place of its first row; one part where there is no row."""
    size = part_rows(table)
    for start in range(0, max(1, table.num_rows), size):
        yield start, table.slice(start, size)


class Spill:
    """Takes tables of one schema, and gives them back as one that costs no memory of its own."""

    def __init__(self) -> None:
        self._kept: list[pa.Table] = []
        self._bytes = 0
        self._path: Path | None = None
        self._writer: pa.RecordBatchFileWriter | None = None

    def add(self, table: pa.Table) -> None:
        """Take more rows."""
        self._bytes += table.nbytes
        if self._writer is None and self._bytes > _STAY:
            handle, name = tempfile.mkstemp(suffix=".arrow", dir=lockdown.spill_folder())
            os.close(handle)
            self._path = Path(name)
            self._writer = pa.ipc.new_file(name, table.schema)
            for kept in self._kept:
                self._writer.write_table(kept)
            self._kept = []
        if self._writer is None:
            self._kept.append(table)
        else:
            self._writer.write_table(table)

    def table(self) -> pa.Table:
        """Return all rows, and take no more. The file has no name any more: it goes with the table."""
        if self._writer is None or self._path is None:
            return pa.concat_tables(self._kept)
        self._writer.close()
        with pa.memory_map(str(self._path)) as source:
            table = pa.ipc.open_file(source).read_all()
        self._writer = None
        self.close()
        return table

    def close(self) -> None:
        """Give up the file, where there is one; a system that cannot delete what is open does so at the end."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._path is not None:
            with suppress(PermissionError):  # Windows: the folder goes when the process ends
                self._path.unlink(missing_ok=True)
            self._path = None


def spilled(table: pa.Table) -> pa.Table:
    """Return the same rows, out of memory where they are many."""
    spill = Spill()
    try:
        for _, part in parts(table):
            spill.add(part)
        return spill.table()
    finally:
        spill.close()


def nothing(kind: pa.DataType, rows: int) -> pa.ChunkedArray:
    """Return so many nulls of a type, which all lie in the same place."""
    some = pa.nulls(min(rows, 1 << 16), kind)
    chunks = [some] * (rows // len(some)) + [some.slice(0, rows % len(some))] if rows else []
    return pa.chunked_array([c for c in chunks if len(c)], kind)
