"""Broken files of every format: python -m tests.ingest.fuzz --runs 2000 [--seed 1]

Each run cuts off, changes, swaps or repeats bytes of a sound file, sometimes under the name of another format, and
reads it in a process with limits as the app does. What comes back must be sheets, or a sentence, within ten seconds of
processor: how long the clock runs says as much of what else the machine does. The clock has a limit of its own, for a
reader that waits for ever.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from cs_metrics.ingest.reading.limits import Limits
from tests.ingest.books import ods, ods_cell, ods_row, spreadsheet_xml, xlsb, xml_row

ROOT = Path(__file__).parents[2]
SLOWEST = 10.0  # seconds of processor that a file may take
LONGEST = 120.0  # seconds by the clock, on a machine that does other things too
LIMITS = Limits(memory_mb=3000, unpacked_mb=256, seconds=60)
REAL = Path("../shared/real-data/messy/readxl")
Table = list[tuple[object, ...]]
TABLE: Table = [("id", "name", "n", "since")] + [
    (f"c{i}", f"Name, \u00fc {i}", i * 3, f"2024-01-{i:02d}") for i in range(1, 29)
]


def _csv() -> bytes:
    return "\r\n".join(",".join(f'"{c}"' for c in row) for row in TABLE).encode("cp1252")


def _fixed() -> bytes:
    return "\n".join("".join(str(c).ljust(16) for c in row) for row in TABLE).encode()


def _json() -> bytes:
    return "\n".join(json.dumps(dict(zip(map(str, TABLE[0]), row, strict=True))) for row in TABLE[1:]).encode()


def _parquet() -> bytes:
    out = BytesIO()
    pq.write_table(pa.table({str(h): [row[i] for row in TABLE[1:]] for i, h in enumerate(TABLE[0])}), out)
    return out.getvalue()


def _xlsx() -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(TABLE):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def _ods() -> bytes:
    return ods("".join(ods_row(*map(ods_cell, row)) for row in TABLE))


def _html() -> bytes:
    rows = ("".join(f"<td>{html.escape(str(c))}</td>" for c in row) for row in TABLE)
    return f"<html><body><table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table></body></html>".encode()


def _xml() -> bytes:
    kinds = {int: "Number", str: "String"}
    rows = "".join(xml_row(*((kinds[type(c)], c) for c in row)) for row in TABLE)
    return spreadsheet_xml(f'<Worksheet ss:Name="Data"><Table>{rows}</Table></Worksheet>')


def _zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", _csv())
        archive.writestr("b.parquet", _parquet())
    return out.getvalue()


SOUND: dict[str, Callable[[], bytes]] = {
    "csv": _csv,
    "tsv": lambda: "\n".join("\t".join(map(str, row)) for row in TABLE).encode(),
    "utf16.csv": lambda: _csv().decode("cp1252").encode("utf-16"),
    "txt": _fixed,
    "jsonl": _json,
    "json": lambda: b"[" + _json().replace(b"\n", b",\n") + b"]",
    "parquet": _parquet,
    "xlsx": _xlsx,
    "xlsb": lambda: xlsb(TABLE),
    "html.xls": _html,
    "xml.xls": _xml,
    "ods": _ods,
    "zip": _zip,
    "csv.gz": lambda: gzip.compress(_csv()),
}


def sound() -> dict[str, bytes]:
    """Return a sound file of each format; XLS, which nothing here writes, where the real files are at hand."""
    files = {ending: make() for ending, make in SOUND.items()}
    for name in ("types.xls", "clippy.xls", "biff5-label-records.xls"):
        if (ROOT / REAL / name).exists():
            files[name] = (ROOT / REAL / name).read_bytes()
    return files


def broken(content: bytes, chance: random.Random) -> bytes:
    """Return the bytes with something wrong in them."""
    way = chance.randrange(6)
    if way == 5 and content.startswith(b"PK"):
        return _within(content, chance)
    data = bytearray(content)
    if way == 0:
        return bytes(data[: chance.randrange(len(data))])
    for _ in range(chance.choice((1, 2, 5, 30))):
        start = chance.randrange(len(data))
        length = min(chance.choice((1, 4, 60)), len(data) - start)
        if way == 1:
            data[start] = chance.randrange(256)
        elif way == 2:
            data[start : start + length] = chance.randbytes(length)
        elif way == 3:
            del data[start : start + length]
        elif way == 4:
            data[start:start] = data[start : start + length] * chance.choice((1, 3, 200))
        else:
            data[start] = chance.choice(b'\0\xff"\n,<>{}[]:\\\r\t')
        if not data:
            return b""
    return bytes(data)


def _within(content: bytes, chance: random.Random) -> bytes:
    """Break one part of a zip, and leave the zip itself sound."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        parts = source.namelist()
        hit = chance.choice(parts)
        for part in parts:
            inner = source.read(part)
            target.writestr(part, broken(inner, chance) if part == hit and inner else inner)
    return out.getvalue()


def _processor(process: int) -> float:
    """Return the seconds of processor that a running process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Reader:
    """The app's reader of one file after another, and what became of each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outcomes: Counter[str] = Counter()
        self.faults: list[str] = []
        self.slowest: tuple[float, str] = (0.0, "")  # seconds of processor, and the file
        self.longest = 0.0  # seconds by the clock

    def read(self, files: list[tuple[str, bytes]]) -> None:
        """Read files in a worker, and in the next one what the first did not live to read."""
        paths = []
        for number, (name, content) in enumerate(files):
            path = self.folder / f"{number}"
            path.write_bytes(content)
            paths.append({"path": str(path), "name": name})
        job = {"files": paths, "folder": str(self.folder), "limits": asdict(LIMITS)}
        (self.folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        command = [sys.executable, "-m", "cs_metrics.ingest.reading.worker", str(self.folder / "job.json")]
        said = self.folder / "errors.txt"
        with said.open("wb") as stderr:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=ROOT)
        assert process.stdout is not None
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        at, since, spent = -1, time.monotonic(), 0.0
        for line in process.stdout:
            if (now := json.loads(line)["file"]) != at:
                processor = _processor(process.pid)
                self._took(files, at, processor - spent, time.monotonic() - since)
                at, since, spent = now, time.monotonic(), processor
        process.wait()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self._took(files, at, processor - spent, time.monotonic() - since)
        errors = said.read_text(encoding="utf-8", errors="replace")
        for number, (name, content) in enumerate(files):
            record = self.folder / f"{number}.json"
            if record.exists():
                self._note(name, content, json.loads(record.read_text(encoding="utf-8")), errors)
                record.unlink()
            elif number == at:
                self.outcomes["stopped by its limits"] += 1
                if "memory" not in errors and process.returncode not in (-signal.SIGKILL, -signal.SIGALRM):
                    self._fault(name, content, f"the reader died ({process.returncode}): {errors[-300:]}")
        if 0 <= at < len(files) - 1 and process.returncode:
            self.read(files[at + 1 :])

    def _took(self, files: list[tuple[str, bytes]], at: int, processor: float, clock: float) -> None:
        if at < 0:
            return
        self.slowest = max(self.slowest, (processor, files[at][0]))
        self.longest = max(self.longest, clock)
        if processor > SLOWEST or clock > LONGEST:
            self._fault(*files[at], f"took {processor:.1f} s of processor, {clock:.0f} s by the clock")

    def _note(self, name: str, content: bytes, record: dict[str, object], errors: str) -> None:
        if "error" not in record:
            self.outcomes["read"] += 1
        elif record["error"]:
            self.outcomes["a sentence"] += 1
        elif record["limit"]:
            self.outcomes["over the memory limit"] += 1
        else:
            self._fault(name, content, f"no sentence of its own: {errors[-600:]}")

    def _fault(self, name: str, content: bytes, what: str) -> None:
        kept = Path(tempfile.gettempdir()) / f"fuzz-{zlib.crc32(content):08x}-{name}"
        kept.write_bytes(content)
        self.faults.append(f"{kept}: {what}")


def fuzz(runs: int, seed: int = 1) -> Reader:
    """Break files so many times and read each. The outcomes are counted; a fault keeps its file for a look."""
    chance = random.Random(seed)
    files = sound()
    with tempfile.TemporaryDirectory() as place:
        reader = Reader(Path(place))
        for start in range(0, runs, 100):
            drop = []
            for number in range(start, min(start + 100, runs)):
                ending = sorted(files)[number % len(files)]
                claimed = ending if chance.random() < 0.8 else chance.choice(sorted(files))
                drop.append((f"f{number}.{claimed}", broken(files[ending], chance)))
            reader.read(drop)
    return reader


def measured(runs: int, seed: int) -> tuple[Reader, int]:
    """Return the reader of `fuzz`, and how many MB the largest of its processes took: of this process's children, so
    that it is to be asked in a process of its own."""
    reader = fuzz(runs, seed)
    return reader, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10


def main() -> None:
    """Run it from the command line."""
    options = argparse.ArgumentParser(prog="python -m tests.ingest.fuzz", description=__doc__)
    options.add_argument("--runs", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    began = time.monotonic()
    reader, peak = measured(given.runs, given.seed)
    print(f"{given.runs:,} files in {time.monotonic() - began:.0f} s: {dict(reader.outcomes)};")
    print(
        f"the slowest took {reader.slowest[0]:.1f} s of processor ({reader.slowest[1]}; by the clock none more than"
        f" {reader.longest:.1f} s), peak memory {peak:,} MB, {len(reader.faults)} faults"
    )
    print("\n".join(reader.faults))
    raise SystemExit(bool(reader.faults))


if __name__ == "__main__":
    main()
