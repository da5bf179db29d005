"""Every format comes as texts with all their digits, whatever the file is called and however it is packed."""

from __future__ import annotations

import datetime as dt
import gzip
import zipfile
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cs_metrics as cs
from cs_metrics.errors import FileError, LimitError, PublishError
from cs_metrics.ingest.reading.archive import clean_name
from cs_metrics.ingest.reading.files import read_files
from cs_metrics.ingest.reading.limits import Limits
from tests.ingest.reading import names, read_bytes, rows
from tests.ingest.test_files import named


def parquet_of(**columns: Any) -> bytes:
    out = BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def zip_of(**files: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_parquet_keeps_every_digit(tmp_path: Path) -> None:
    content = parquet_of(
        id=[826000000000000001, 2],
        real=[8.26e17, 0.00000012],
        whole=[5.0, None],
        money=[Decimal("12.50"), Decimal("-3.00")],
        text=["8.26E+17", "007"],
        flag=[True, None],
    )
    sheet = read_bytes(tmp_path, content, "a.parquet")[0]
    assert names(sheet) == ["id", "real", "whole", "money", "text", "flag"]
    assert rows(sheet) == [
        ("826000000000000001", "826000000000000000", "5", "12.50", "8.26E+17", "true"),
        ("2", "0.00000012", None, "-3.00", "007", None),
    ]
    assert sheet.data.column("_row").to_pylist() == [1, 2]
    assert sheet.file_rows == 2


def test_parquet_times_structures_and_bytes(tmp_path: Path) -> None:
    moment = dt.datetime(2024, 3, 1, 12, 30, 0, 500_000)
    content = parquet_of(
        day=[dt.date(2024, 3, 1)],
        midnight=[dt.datetime(2024, 3, 1)],
        zoned=pa.array([moment], pa.timestamp("us", tz="Europe/Berlin")),
        lasted=[dt.timedelta(hours=30, seconds=5)],
        place=[{"city": "Ulm", "tags": ["a", "b"]}],
        items=[[{"n": 1}]],
        raw=pa.array([b"abc"]),
        coded=pa.array(["x"]).dictionary_encode(),
    )
    sheet = read_bytes(tmp_path, content, "a.parquet")[0]
    assert dict(zip(names(sheet), rows(sheet)[0], strict=True)) == {
        "day": "2024-03-01",
        "midnight": "2024-03-01",
        "zoned": "2024-03-01 12:30:00.5Z",
        "lasted": "30:00:05",
        "place.city": "Ulm",
        "place.tags": '["a", "b"]',
        "items": '[{"n": 1}]',
        "raw": "abc",
        "coded": "x",
    }


def test_json_lines_keep_digits_and_flatten_once(tmp_path: Path) -> None:
    text = (
        '{"id": 826000000000000000123, "a": {"b": 1.50, "c": {"d": [1, 8.26E+17]}}, "t": true}\n\n{"id": "x", "l": 5}'
    )
    sheet = read_bytes(tmp_path, text.encode(), "a.jsonl")[0]
    assert names(sheet) == ["id", "a.b", "a.c", "t", "l"]
    assert rows(sheet) == [
        ("826000000000000000123", "1.50", '{"d": [1, 8.26E+17]}', "true", None),
        ("x", None, None, None, "5"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": 1, "n": "a"}, {"id": 2, "n": "b"}]',
        '{"object": "list", "data": [{"id": 1, "n": "a"}, {"id": 2, "n": "b"}], "has_more": false}',
        '\ufeff{\n "id": 1,\n "n": "a"\n}\n{\n "id": 2,\n "n": "b"\n}\n',
    ],
)
def test_json_as_a_list_a_services_answer_and_on_many_lines(tmp_path: Path, text: str) -> None:
    assert rows(read_bytes(tmp_path, text.encode(), "a.json")[0]) == [("1", "a"), ("2", "b")]


def test_json_longer_than_what_is_read_at_once(tmp_path: Path) -> None:
    long = "x" * 3_000_000
    text = f'[{{"id": 1, "n": "{long}"}}, {{"id": 2, "n": "{long}"}}]'
    assert [len(n or "") for _, n in rows(read_bytes(tmp_path, text.encode(), "a.json")[0])] == [3_000_000, 3_000_000]


def test_json_with_a_name_twice_half_a_letter_and_an_empty_record(tmp_path: Path) -> None:
    sheet = read_bytes(tmp_path, b'{"a": 1, "a": 2}\n{}\n{"a": "\\ud800b\\u0000"}', "a.json")[0]
    assert names(sheet) == ["a", "a (2)"]
    assert rows(sheet) == [("1", "2"), ("?b", None)]
    assert [(a.row, a.kind) for a in sheet.set_aside] == [(2, "blank")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a": 1}\n{"a": 2,}\n', "line 2: it is not JSON"),
        ('{"a": 1}\n{"a": "x', "line 2: it is not JSON (the file is cut off)"),
        ('[{"a": 1}', "its list is not closed"),
        ('[{"a": 1}] x', "more follows"),
        ("[[1, 2]]", "record 1: it is not an object"),
        ("[]", "is empty"),
        ('{"a": ' + "[" * 100_000, "nested too deeply"),
    ],
)
def test_json_that_is_none_says_where(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(FileError) as caught:
        read_bytes(tmp_path, text.encode(), "a.json")
    assert says in str(caught.value)


FIXED = """Accounts as of March

customer_id  name              plan        seats  notes
C-001        Acme, Inc.        Pro            12
C-002        Beta GmbH                         3  pays late
C-003        Gamma and Sons    Enterprise   1200
C-004                          Pro             7  new
C-005        Delta             Team           40
C-006        Epsilon           Team           41
C-007        Zeta              Team           42
C-008        Eta               Team           43
C-009        Theta             Team           44
C-010        Iota              Team           45
"""


def test_text_of_fixed_width(tmp_path: Path) -> None:
    sheet = read_bytes(tmp_path, FIXED.encode("utf-16"), "report.txt")[0]
    assert names(sheet) == ["customer_id", "name", "plan", "seats", "notes"]
    assert rows(sheet)[:4] == [
        ("C-001", "Acme, Inc.", "Pro", "12", None),
        ("C-002", "Beta GmbH", None, "3", "pays late"),
        ("C-003", "Gamma and Sons", "Enterprise", "1200", None),
        ("C-004", None, "Pro", "7", "new"),
    ]
    assert sheet.rows == 10
    assert sheet.delimiter is None
    assert "told by where they begin" in sheet.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "id,day\n" + "".join(f"a{i},2024-01-0{i} 10:00\n" for i in range(1, 9)),
        "".join(f"c{i} 19970101  1  29.33\n" for i in range(9)),
        "note\n" + "".join(f"the customer called {n} and was glad\n" for n in ("once", "twice", "again", "late")),
    ],
)
def test_text_that_is_not_of_fixed_width(tmp_path: Path, text: str) -> None:
    assert read_bytes(tmp_path, text.encode(), "a.txt")[0].delimiter is not None


def test_what_a_file_is_shows_in_its_content_not_in_its_name(tmp_path: Path) -> None:
    table = parquet_of(id=["a"])
    assert rows(read_bytes(tmp_path, table, "a.csv")[0]) == [("a",)]
    assert rows(read_bytes(tmp_path, gzip.compress(table), "a.xlsx")[0]) == [("a",)]
    assert rows(read_bytes(tmp_path, b"id,n\na,1\n", "a.xls")[0]) == [("a", "1")]
    assert rows(read_bytes(tmp_path, b'{"id": "a"}', "a.parquet")[0]) == [("a",)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"7z\xbc\xaf\x27\x1c...", "is a 7z archive"),
        (b"BZh91AY&SY...", "packed with bzip2"),
        (zip_of(**{"word/document.xml": b"<w/>"}), "is a text document"),
        (zip_of(**{"Index/Document.iwa": b"x"}), "is a Numbers file"),
        (b"PAR1" + b"\0" * 50, "cannot be read as Parquet"),
        (parquet_of(id=["a"])[:-5], "cannot be read as Parquet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "no workbook is found in it"),
    ],
)
def test_what_is_no_table_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(FileError) as caught:
        read_bytes(tmp_path, content, "file.csv")
    assert says in str(caught.value)


def test_files_of_a_zip_are_files_of_the_drop() -> None:
    content = zip_of(
        **{
            "2024/a.csv": b"id,n\na,1\n",
            "2025/a.csv": b"id,n\nb,2\n",
            "../../b.parquet": parquet_of(id=["c"]),
            "c.csv.gz": gzip.compress(b"id,n\nd,4\n"),
            "inner.zip": zip_of(**{"a.csv": b"id\n1\n"}),
            "empty.csv": b"",
            "__MACOSX/._a.csv": b"\0",
        }
    )
    read = read_files([named(content, "drop.zip"), named(b"id,n\nz,9\n", "l" * 5000 + ".csv")])
    assert [(s.file, rows(s)) for s in read.sheets] == [
        ("drop.zip/a.csv", [("a", "1")]),
        ("drop.zip/2-a.csv", [("b", "2")]),
        ("drop.zip/b.parquet", [("c",)]),
        ("drop.zip/c.csv.gz", [("d", "4")]),
        ("l" * 115 + "….csv", [("z", "9")]),
    ]
    assert [f.file for f in read.failures] == ["drop.zip/inner.zip", "drop.zip/empty.csv"]
    assert "an archive inside an archive" in str(read.failures[0].error)
    assert len({s.upload for s in read.sheets}) == 2


def test_zip_with_too_many_files_or_too_much_in_them() -> None:
    many = zip_of(**{f"{i}.csv": b"a,b\n1,2\n" for i in range(4)})
    large = zip_of(**{f"{i}.csv": b"a,b\n" * 150_000 for i in range(2)})
    read = read_files([named(many, "many.zip"), named(large, "large.zip")], Limits(files=3, unpacked_mb=1))
    assert not read.sheets
    assert [type(f.error) for f in read.failures] == [LimitError, LimitError]
    assert "CS_METRICS_READ_FILES" in str(read.failures[0].error)
    assert "CS_METRICS_READ_UNPACKED_MB" in str(read.failures[1].error)


def test_packed_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="packed twice"):
        read_bytes(tmp_path, gzip.compress(gzip.compress(b"a,b\n1,2\n")), "a.csv.gz.gz")


def test_zip_is_published_with_a_source_for_each_file_and_once(tmp_path: Path) -> None:
    content = zip_of(**{f"{x}.csv": f"customer_id,name\n{x}1,Ann\n{x}2,Bob\n".encode() for x in "ab"})
    workspace = cs.Workspace(tmp_path / "acme")
    plan = workspace.read([named(content, "all.zip")])
    for part in ("a", "b"):
        plan.sheet(f"all.zip/{part}.csv").use("customers", {"customer_id": "customer_id", "name": "name"})
    version = workspace.publish(plan)
    assert version.tables()["customers"]["rows"] == 4
    assert set(version.sources()["file"]) == {"all.zip/a.csv", "all.zip/b.csv"}
    assert workspace.uploads()["name"].tolist() == ["all.zip"]
    again = workspace.read([named(content, "renamed.zip")])
    with pytest.raises(PublishError, match="already loaded"):
        workspace.publish(again)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/pass\nwd.csv", "pass_wd.csv"),
        ("C:\\data\\a.csv", "a.csv"),
        ("a\u202egnp.csv", "a_gnp.csv"),
        ("\0", "_"),
        ("/", "upload"),
    ],
)
def test_names_with_paths_and_signs_that_deceive(name: str, shown: str) -> None:
    assert clean_name(name) == shown


def test_very_long_name_keeps_its_ending() -> None:
    assert len(clean_name("x" * 5000 + ".csv")) <= 120
    assert clean_name("x" * 5000 + ".csv").endswith(".csv")
