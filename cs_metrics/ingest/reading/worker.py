"""Reads files in a process of its own: python -m cs_metrics.ingest.reading.worker job.json

A workbook of a few kilobytes can abort the process that unpacks it; here that costs one file, not the app. The job
names the files, a folder for what comes out, and the limits. For file i it writes i-j.arrow (the data of sheet j) and
i.json (the rest, or the error, or for a zip
where its files were written); a line of JSON on standard output tells how far it is.
"""

from __future__ import annotations

import json
import signal
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from cs_metrics.errors import CSMetricsError, FileError, LimitError
from cs_metrics.ingest.layout import beside, stacked
from cs_metrics.ingest.layout.grid import Grid
from cs_metrics.ingest.layout.header import Layout
from cs_metrics.ingest.reading import (
    archive,
    delimited,
    fixed,
    jsonlines,
    parquet,
    records,
    sheetxml,
    webtable,
    workbook,
)
from cs_metrics.ingest.reading.kinds import Kind, kind_of
from cs_metrics.ingest.reading.limits import Limits
from cs_metrics.ingest.sheet import unique_names
from cs_metrics.ingest.spill import parts as rows_of
from cs_metrics.ingest.spill import spilled
from cs_metrics.ingest.types.infer import profiles

_SECONDS = 9  # for an old workbook, and two more for each MB


def _guard(limits: Limits) -> None:
    """Let the system stop this process where it takes more memory than the limit, or runs on without end."""
    try:
        import resource
    except ImportError:  # Windows: the parent's clock is the only limit
        return
    # What a process keeps for itself; on Linux without the files that it sees through a map, which cost no memory.
    kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
    resource.setrlimit(kind, (limits.memory_bytes, limits.memory_bytes))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 4 * limits.seconds
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _pages(path: Path, kind: Kind, name: str, limits: Limits, tell: Any) -> Iterator[tuple[dict[str, Any], Grid]]:
    """Yield each sheet: what there is to say of it, and its cells."""
    plain: dict[str, Any] = {"sheet": None, "encoding": None, "delimiter": None, "hidden": False}
    if kind in ("workbook", "xml"):
        some = False
        for page in (sheetxml if kind == "xml" else workbook).read(path, name, limits, tell):
            some = True
            yield plain | {"sheet": page.name, "hidden": page.hidden}, page.grid
        if not some:
            raise FileError(f"{name} is an empty workbook: no sheet has a cell with anything in it.")
    elif kind == "parquet":
        yield plain, parquet.read(path, name, limits, tell)
    elif kind == "json":
        grid, encoding = jsonlines.read(path, name, limits, tell)
        yield plain | {"encoding": encoding}, grid
    elif kind == "html":
        for place, grid in webtable.read(path, name, limits, tell):
            yield plain | {"sheet": place}, grid
    elif found := fixed.read(path, name, limits, tell):
        grid, encoding = found
        yield plain | {"encoding": encoding}, grid
    else:
        grid, encoding, delimiter = delimited.read(path, name, limits, tell)
        yield plain | {"encoding": encoding, "delimiter": delimiter}, grid


def _layouts(grid: Grid) -> Iterator[tuple[str | None, Layout]]:
    """Yield the tables of a sheet, taken apart, each with the name of its place where there are several."""
    if grid.headers is not None:
        yield None, records.lay_out(grid)
        return
    for columns, part in beside.tables(grid):
        for rows, layout in stacked.tables(part):
            yield ", ".join(p for p in (columns, rows) if p) or None, layout


def read_one(index: int, path: Path, name: str, folder: Path, limits: Limits, tell: Any) -> list[dict[str, Any]]:
    """Read one file; write its sheets' data to `folder` and return what else there is to say of each, as JSON."""
    kind = kind_of(path, name)
    if kind == "gzip":
        path = archive.gunzip(path, name, folder / "unpacked", limits)
        kind = kind_of(path, name)
    sheets: list[dict[str, Any]] = []
    parts = (
        (about | {"sheet": ", ".join(p for p in (about["sheet"], place) if p) or None}, layout)
        for about, grid in _pages(path, kind, name, limits, tell)
        for place, layout in _layouts(replace(grid, cells=spilled(grid.cells)))
    )
    for about, layout in parts:
        names = unique_names(layout.headers, layout.letters)
        found, notes = profiles(layout.data, names)
        target = folder / f"{index}-{len(sheets)}.arrow"
        with pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, layout.data.schema) as writer:
            for _, part in rows_of(layout.data):
                writer.write_table(part)
        hidden = ("The workbook hides this sheet.",) if about["hidden"] else ()
        sheets.append(
            about
            | {
                "header_row": layout.header_row,
                "columns": [
                    {"letter": place, "name": column, "header": header, "profile": profile.to_json()}
                    for place, column, header, profile in zip(layout.letters, names, layout.headers, found, strict=True)
                ],
                "notes": [*hidden, *layout.notes, *notes],
                "set_aside": [[row.row, row.kind, row.reason, list(row.cells)] for row in layout.set_aside],
            }
        )
    return sheets


def _hurry(path: Path) -> None:
    """Let the system stop this process where an old workbook takes too long for its size: some that are damaged lead
    their reader in a circle."""
    with path.open("rb") as file:
        old = file.read(4) == b"\xd0\xcf\x11\xe0"
    if hasattr(signal, "alarm"):  # Windows: the parent's clock is the only limit
        signal.alarm(_SECONDS + 2 * (path.stat().st_size >> 20) if old else 0)


def _outcome(index: int, path: Path, name: str, folder: Path, limits: Limits, tell: Any) -> dict[str, Any]:
    """Return the sheets of a file, or of a zip its files: each is read in a turn of its own, so that a bad one stops
    no other."""
    if kind_of(path, name) != "zip":
        return {"sheets": read_one(index, path, name, folder, limits, tell)}
    place = folder / f"{index}-members"
    place.mkdir(exist_ok=True)
    return {
        "members": [
            {"name": m.name, "path": str(m.path), "error": str(m.error) if m.error else None}
            for m in archive.members(path, name, place, limits)
        ]
    }


def main(argument: str) -> None:
    """Do the job written in the file `argument`."""
    job = json.loads(Path(argument).read_text(encoding="utf-8"))
    folder, limits = Path(job["folder"]), Limits(**job["limits"])
    for index, file in enumerate(job["files"]):
        if file is None:
            continue

        def tell(rows: int, share: float = 0.0, index: int = index) -> None:
            print(json.dumps({"file": index, "rows": rows, "share": round(share, 3)}), flush=True)

        tell(0)
        _guard(limits)
        try:
            _hurry(Path(file["path"]))
            outcome = _outcome(index, Path(file["path"]), file["name"], folder, limits, tell)
        except CSMetricsError as error:
            outcome = {"limit": isinstance(error, LimitError), "error": str(error)}
        except (MemoryError, pa.ArrowMemoryError):
            outcome = {"limit": True, "error": None}
        except Exception:
            traceback.print_exc()
            outcome = {"limit": False, "error": None}
        (folder / f"{index}.json").write_text(json.dumps(outcome), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
