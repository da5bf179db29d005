"""Files made to harm, or broken: each is refused with a sentence that says what it is, and which setting bounds it."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from cs_metrics.errors import FileError, LimitError
from cs_metrics.ingest.reading.files import read_files
from cs_metrics.ingest.reading.limits import Limits
from tests.ingest.books import ods, ods_cell, ods_row, with_parts
from tests.ingest.reading import names, read_bytes, rows
from tests.ingest.test_files import named
from tests.ingest.test_workbook import book

LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]>"
)
OUTSIDE = '<!DOCTYPE l [<!ENTITY j SYSTEM "file:///etc/hostname">]>'
JOKE = '<table:table-cell office:value-type="string"><text:p>&j;</text:p></table:table-cell>'


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return archive.read(name)


@pytest.mark.parametrize("entities", [LAUGHS, OUTSIDE])
@pytest.mark.parametrize("where", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml", "ods"])
def test_xml_entities_are_never_expanded(tmp_path: Path, where: str, entities: str) -> None:
    if where == "ods":
        content = ods(ods_row(JOKE), before=f"<!-- a table -->{entities}")
    else:
        plain = book({"A1": "id", "A2": "x"})
        head, _, rest = part(plain, where).partition(b"?>")
        content = with_parts(plain, {where: head + b"?>" + entities.encode() + rest.replace(b"<t>x", b"<t>&j;")})
    with pytest.raises(FileError, match="declares XML entities"):
        read_bytes(tmp_path, content, "book.xlsx")


def test_sheet_that_declares_all_cells_there_are_and_has_two(tmp_path: Path) -> None:
    plain = book({"A1": "id", "A2": "x"})
    sheet = part(plain, "xl/worksheets/sheet1.xml")
    assert b'ref="A1:A2"' in sheet
    content = with_parts(plain, {"xl/worksheets/sheet1.xml": sheet.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')})
    assert rows(read_bytes(tmp_path, content, "book.xlsx")[0]) == [("x",)]


def test_opendocument_reads_and_blank_repeats_cost_nothing(tmp_path: Path) -> None:
    gap = ods_cell(None, 2)
    sheet = read_bytes(
        tmp_path,
        ods(
            ods_row(gap, ods_cell("id"), ods_cell("n"))
            + ods_row(gap, ods_cell("x"), ods_cell(826000000000000000))
            + ods_row(gap, ods_cell("y"), ods_cell(2), times=2)
            + ods_row(ods_cell(None, 16384), times=1_048_000)
        ),
        "book.ods",
    )[0]
    assert [(c.letter, c.name) for c in sheet.columns] == [("C", "id"), ("D", "n")]
    assert rows(sheet) == [("x", "826000000000000000"), ("y", "2"), ("y", "2")]


@pytest.mark.parametrize(
    ("row", "setting"),
    [
        (ods_row(ods_cell("x", 16_384), times=1_000_000), "CS_METRICS_READ_COLUMNS"),
        (ods_row(ods_cell("x", 300), times=1_000_000), "CS_METRICS_READ_CELLS"),
        (ods_row(ods_cell("x"), times=99_000_000), "CS_METRICS_READ_ROWS"),
    ],
)
def test_opendocument_that_repeats_a_cell_without_end(tmp_path: Path, row: str, setting: str) -> None:
    with pytest.raises(LimitError, match=setting):
        read_bytes(tmp_path, ods(ods_row(ods_cell("id")) + row), "book.ods")


def test_ten_thousand_columns_in_every_format(tmp_path: Path) -> None:
    wide = [f"c{i}" for i in range(10_000)]
    line = ",".join(wide).encode()
    record = "{" + ", ".join(f'"{c}": 1' for c in wide) + "}"
    for content in (line + b"\n" + line, record.encode(), book({"A1": "id", "NTP2": "far"})):
        with pytest.raises(LimitError, match="CS_METRICS_READ_COLUMNS"):
            read_bytes(tmp_path, content, "wide.csv")
    assert len(names(read_bytes(tmp_path, line + b"\n" + line, "wide.csv", Limits(columns=10_000))[0])) == 10_000


def test_workbooks_with_a_password(tmp_path: Path) -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 90
    entry = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    document = ods(ods_row(ods_cell("x")), manifest=entry)
    for content, name in ((locked, "book.xlsx"), (document, "book.ods")):
        with pytest.raises(FileError, match="protected by a password"):
            read_bytes(tmp_path, content, name)


def test_member_of_a_zip_with_a_password() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", "id,n\na,1\n")
    content = bytearray(out.getvalue())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + flags] |= 1
    read = read_files([named(bytes(content), "locked.zip")])
    assert [(f.file, "protected by a password" in str(f.error)) for f in read.failures] == [("locked.zip/a.csv", True)]


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.99])
def test_workbook_that_is_cut_off_says_so(tmp_path: Path, cut: float) -> None:
    for whole in (book({"A1": "id", "A2": 5}), ods(ods_row(ods_cell("id")))):
        with pytest.raises(FileError, match="cut off"):
            read_bytes(tmp_path, whole[: int(len(whole) * cut)], "book.xlsx")


@pytest.mark.parametrize("content", [b"", b"\n\n  \t\n", b"\0" * 5000, b"\xef\xbb\xbf", b"\xff\xfe"])
def test_files_with_nothing_in_them(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileError, match="empty"):
        read_bytes(tmp_path, content, "file.csv")


def test_junk_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="not a text file"):
        read_bytes(tmp_path, bytes((i * 7919 + i // 3) % 256 for i in range(5000)), "file.csv")


def test_row_that_never_ends(tmp_path: Path) -> None:
    plain = book({"A1": "id", "A2": "x"})
    endless = b'<worksheet><sheetData><row r="1">' + b'<c r="A1"><v>1</v></c>' * 800_000
    with pytest.raises(FileError, match="never ends"):
        read_bytes(tmp_path, with_parts(plain, {"xl/worksheets/sheet1.xml": endless}), "book.xlsx")
