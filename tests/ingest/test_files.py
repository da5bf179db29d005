"""Several files through the worker: a bad one stops no other, limits hold, reading can be cancelled."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from cs_metrics.errors import CancelledError, FileError, LimitError
from cs_metrics.ingest.reading.files import Step, read_files
from cs_metrics.ingest.reading.limits import Limits

ROOT = Path(__file__).parents[2]


def named(content: bytes, name: str) -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


def test_paths_and_open_files_good_and_bad_together(tmp_path: Path) -> None:
    (tmp_path / "b.tsv.gz").write_bytes(gzip.compress(b"id\tn\nx\t1\n"))
    steps: list[Step] = []
    files = [named(b"id,n\na,1\n", "a.csv"), tmp_path / "b.tsv.gz", named(b"", "empty.csv"), tmp_path / "gone.csv"]
    read = read_files(files, progress=steps.append)
    assert [(s.file, s.rows, s.delimiter) for s in read.sheets] == [("a.csv", 1, ","), ("b.tsv.gz", 1, "\t")]
    assert [f.file for f in read.failures] == ["empty.csv", "gone.csv"]
    assert all(isinstance(f.error, FileError) for f in read.failures)
    assert read.sheets[0].upload == hashlib.sha256(b"id,n\na,1\n").hexdigest()
    assert read.sheets[0].texts("id").to_pylist() == ["a"]
    assert steps
    with pytest.raises(FileError, match="empty"):
        read.raise_failures()


def test_worker_that_dies_takes_only_its_file(tmp_path: Path) -> None:
    """A small file that holds 120,000 long strings: the reader runs out of memory, the app does not."""
    out = BytesIO()
    with xlsxwriter.Workbook(out) as made:
        made.add_worksheet().write_column(0, 0, ["head", "x" * 30_000])
    cell = '<c r="A{0}" t="s"><v>1</v></c>'
    body = "".join(f'<row r="{i}">{cell.format(i)}</row>' for i in range(1, 120_000))
    bomb = BytesIO()
    with zipfile.ZipFile(out) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.namelist():
            content = source.read(item)
            if item == "xl/worksheets/sheet1.xml":
                start, end = content.index(b"<sheetData>"), content.index(b"</sheetData>")
                content = content[:start] + b"<sheetData>" + body.encode() + content[end:]
            target.writestr(item, content)
    read = read_files([named(bomb.getvalue(), "bomb.xlsx"), named(b"id,n\na,1\n", "a.csv")], Limits(memory_mb=3000))
    assert [s.file for s in read.sheets] == ["a.csv"]
    assert isinstance(read.failures[0].error, LimitError)
    assert "CS_METRICS_READ_MEMORY_MB" in str(read.failures[0].error)


def test_too_large_before_it_is_read() -> None:
    read = read_files([named(b"a,b\n" + b"1,2\n" * 400_000, "big.csv")], Limits(file_mb=1))
    assert "CS_METRICS_READ_FILE_MB" in str(read.failures[0].error)


def test_gzip_bomb_and_cut_gzip() -> None:
    files = [
        named(gzip.compress(b"a,b\n" * 900_000), "bomb.csv.gz"),
        named(gzip.compress(b"a,b\n1,2\n" * 99)[:-9], "cut.csv.gz"),
    ]
    read = read_files(files, Limits(unpacked_mb=1))
    assert [type(f.error) for f in read.failures] == [LimitError, FileError]


def test_cancelled() -> None:
    with pytest.raises(CancelledError):
        read_files([named(b"a,b\n1,2\n", "a.csv")], cancelled=lambda: True)


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CS_METRICS_READ_ROWS", "5")
    assert Limits.from_environment().rows == 5
    monkeypatch.setenv("CS_METRICS_READ_ROWS", "many")
    with pytest.raises(LimitError, match="CS_METRICS_READ_ROWS"):
        Limits.from_environment()


def test_no_copy_of_a_file_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read_files([named(b"id,n\na,1\n", "a.csv"), named(b"PK\x03\x04 broken", "b.xlsx")])
    with pytest.raises(CancelledError):
        read_files([named(b"a,b\n1,2\n", "a.csv")], cancelled=lambda: True)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no limits of this kind")
def test_the_reader_cannot_take_more_memory_or_time_than_its_limits() -> None:
    code = (
        "import resource, sys\nfrom cs_metrics.ingest.reading.limits import Limits\n"
        "from cs_metrics.ingest.reading.worker import _guard\n"
        "_guard(Limits(memory_mb=2500, seconds=10))\n"
        "kind = resource.RLIMIT_DATA if sys.platform == 'linux' else resource.RLIMIT_AS\n"
        "print(resource.getrlimit(kind)[1] >> 20, resource.getrlimit(resource.RLIMIT_CPU)[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    memory, seconds = (int(n) for n in done.stdout.split())
    assert memory == 2500
    assert 40 <= seconds < 60
