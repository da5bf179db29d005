"""Reads files in a process of its own: python -m cs_metrics.ingest.worker job.json

A workbook of a few kilobytes can abort the process that unpacks it; here that costs one file, not the app. The job
names the files, a folder for what comes out, and the limits. For file i it writes i-j.arrow (the data of sheet j) and
i.json (the rest, or the error); a line of JSON on standard output tells how far it is.
"""

from __future__ import annotations

import gzip
import json
import sys
import traceback
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from cs_metrics.errors import CSMetricsError, FileError, LimitError
from cs_metrics.ingest import delimited, workbook
from cs_metrics.ingest.grid import Grid
from cs_metrics.ingest.header import lay_out
from cs_metrics.ingest.infer import profiles
from cs_metrics.ingest.limits import Limits, exceeded
from cs_metrics.ingest.sheet import unique_names

_NOT_TABLES = (
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a text document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
)


def _guard(limits: Limits) -> None:
    """Let the system stop this process where it takes more memory than the limit, or runs on without end."""
    try:
        import resource
    except ImportError:  # Windows: the parent's clock is the only limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 4 * limits.seconds
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _unpack(path: Path, name: str, folder: Path, limits: Limits) -> Path:
    """Return the file itself, or what its gzip holds, written to `folder`."""
    with path.open("rb") as file:
        if file.read(2) != b"\x1f\x8b":
            return path
    target, size = folder / "unpacked", 0
    try:
        with gzip.open(path) as packed, target.open("wb") as plain:
            while chunk := packed.read(1 << 20):
                size += len(chunk)
                if size > limits.unpacked_bytes:
                    raise exceeded(name, f"unpacks to more than {limits.unpacked_mb:,} MB", "unpacked_mb")
                plain.write(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(f"{name} is damaged or cut off: it does not unpack. Fetch it again.") from error
    return target


def _pages(path: Path, name: str, limits: Limits, tell: Any) -> Iterator[tuple[dict[str, Any], Grid]]:
    with path.open("rb") as file:
        head = file.read(1 << 12)
    if not head.strip(b" \t\r\n\x00"):
        raise FileError(f"{name} is empty. Choose another file.")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for mark, what in _NOT_TABLES:
        if start[: len(mark)].lower() == mark.lower():
            raise FileError(f"{name} is {what}, not a table. Save the table as CSV or XLSX and load that.")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        found = False
        for page in workbook.read(path, name, limits, tell):
            found = True
            yield {"sheet": page.name, "encoding": None, "delimiter": None, "hidden": page.hidden}, page.grid
        if not found:
            raise FileError(f"{name} is an empty workbook: no sheet has a cell with anything in it.")
        return
    grid, encoding, delimiter = delimited.read(path, name, limits, tell)
    yield {"sheet": None, "encoding": encoding, "delimiter": delimiter, "hidden": False}, grid


def read_one(index: int, path: Path, name: str, folder: Path, limits: Limits, tell: Any) -> list[dict[str, Any]]:
    """Read one file; write its sheets' data to `folder` and return what else there is to say of each, as JSON."""
    unpacked = _unpack(path, name, folder, limits)
    sheets: list[dict[str, Any]] = []
    for about, grid in _pages(unpacked, name, limits, tell):
        layout = lay_out(grid)
        names = unique_names(layout.headers, layout.letters)
        found, notes = profiles(layout.data, names)
        target = folder / f"{index}-{len(sheets)}.arrow"
        with pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, layout.data.schema) as writer:
            writer.write_table(layout.data)
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


def main(argument: str) -> None:
    """Do the job written in the file `argument`."""
    job = json.loads(Path(argument).read_text(encoding="utf-8"))
    folder, limits = Path(job["folder"]), Limits(**job["limits"])
    for index, file in enumerate(job["files"]):
        if file is None:
            continue

        def tell(rows: int, index: int = index) -> None:
            print(json.dumps({"file": index, "rows": rows}), flush=True)

        tell(0)
        _guard(limits)
        try:
            outcome: dict[str, Any] = {
                "sheets": read_one(index, Path(file["path"]), file["name"], folder, limits, tell)
            }
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
