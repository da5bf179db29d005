"""Reading in this process, without the worker: what a test of one rule needs."""

from __future__ import annotations

from pathlib import Path

from cs_metrics.ingest.reading.limits import Limits
from cs_metrics.ingest.reading.worker import read_one
from cs_metrics.ingest.sheet import AsideRow, Profile, RawColumn, RawSheet


def read_bytes(folder: Path, content: bytes, name: str = "file.csv", limits: Limits | None = None) -> list[RawSheet]:
    """Return the sheets of a file of these bytes."""
    import pyarrow as pa

    path = folder / name
    path.write_bytes(content)
    sheets = []
    for j, record in enumerate(read_one(0, path, name, folder, limits or Limits(), lambda *_: None)):
        with pa.OSFile(str(folder / f"0-{j}.arrow")) as source:
            table = pa.ipc.open_file(source).read_all()
        columns = tuple(
            RawColumn(i, c["letter"], c["name"], Profile.from_json(c["profile"]), c["header"])
            for i, c in enumerate(record["columns"])
        )
        aside = tuple(AsideRow(row, kind, why, tuple(cells)) for row, kind, why, cells in record["set_aside"])
        about = (record["encoding"], record["delimiter"], record["header_row"], columns, table, tuple(record["notes"]))
        sheets.append(RawSheet(name, record["sheet"], "", len(content), *about, aside, record["hidden"]))
    return sheets


def read_text(folder: Path, text: str, encoding: str = "utf-8") -> RawSheet:
    """Return the one sheet of a text file."""
    return read_bytes(folder, text.encode(encoding))[0]


def rows(sheet: RawSheet) -> list[tuple[str | None, ...]]:
    """Return a sheet's data, row by row."""
    return list(zip(*(sheet.texts(c).to_pylist() for c in sheet.columns), strict=True))


def names(sheet: RawSheet) -> list[str]:
    """Return the names of a sheet's columns."""
    return [c.name for c in sheet.columns]
