"""Workbooks: what a cell says, where it lies, and files made to harm."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from cs_metrics.errors import FileError, LimitError
from cs_metrics.ingest.reading.files import read_files
from cs_metrics.ingest.reading.limits import Limits
from cs_metrics.ingest.sheet import RawSheet
from tests.ingest.books import xlsb
from tests.ingest.reading import names, read_bytes, rows
from tests.ingest.test_files import named


def book(cells: dict[str, object], formats: dict[str, str] | None = None, **options: bool) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as made:
        sheet = made.add_worksheet("Data")
        for place, value in cells.items():
            style = made.add_format({"num_format": formats[place]}) if formats and place in formats else None
            if isinstance(value, (date, datetime)):
                sheet.write_datetime(place, value, style)
            else:
                sheet.write(place, value, style)
    return out.getvalue()


def read(folder: Path, content: bytes) -> RawSheet:
    return read_bytes(folder, content, "book.xlsx")[0]


def column(folder: Path, values: list[object], form: str | None = None, **options: bool) -> list[str | None]:
    cells: dict[str, object] = {"A1": "head"} | {f"A{i}": v for i, v in enumerate(values, start=2)}
    formats = {f"A{i}": form for i in range(2, len(values) + 2)} if form else None
    return [r[0] for r in rows(read(folder, book(cells, formats, **options)))]


def test_numbers_come_without_exponents_and_without_point_zero(tmp_path: Path) -> None:
    assert column(tmp_path, [826000000000000000, 5, 0.5, "007"]) == ["826000000000000000", "5", "0.5", "007"]


def test_zeros_that_only_the_format_shows_are_kept(tmp_path: Path) -> None:
    assert column(tmp_path, [420, 7], "00000") == ["00420", "00007"]


def test_dates_times_and_durations_are_what_the_sheet_shows(tmp_path: Path) -> None:
    assert column(tmp_path, [date(2024, 3, 1), date(2024, 3, 2)], "yyyy-mm-dd") == ["2024-03-01", "2024-03-02"]
    assert column(tmp_path, [datetime(2024, 3, 1, 9, 30)], "yyyy-mm-dd hh:mm") == ["2024-03-01 09:30:00"]
    assert column(tmp_path, [0.5], "hh:mm:ss") == ["12:00:00"]
    assert column(tmp_path, [0.5, 1.5], "[h]:mm:ss") == ["12:00:00", "36:00:00"]


def test_workbook_that_counts_from_1904(tmp_path: Path) -> None:
    assert column(tmp_path, [date(2024, 3, 1)], "yyyy-mm-dd", date_1904=True) == ["2024-03-01"]


def test_table_in_the_middle_keeps_its_letters_and_rows(tmp_path: Path) -> None:
    sheet = read(tmp_path, book({"C4": "id", "D4": "n", "C5": "a", "D5": 1, "C6": "b", "D6": 2}))
    assert [(c.letter, c.name) for c in sheet.columns] == [("C", "id"), ("D", "n")]
    assert sheet.data.column("_row").to_pylist() == [5, 6]
    assert sheet.file_rows == 6


def test_formula_errors_are_blank_and_told(tmp_path: Path) -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet()
        sheet.write_column(0, 0, ["n", 1])
        sheet.write_formula("A3", "=1/0", None, "#DIV/0!")
        sheet.write("A4", 2)
        sheet.write_column(0, 1, ["id", "a", "b", "c"])
    found = read(tmp_path, out.getvalue())
    assert [r[0] for r in rows(found)] == ["1", None, "2"]
    assert "A3" in found.notes[0]


def test_hidden_and_empty_sheets(tmp_path: Path) -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as made:
        made.add_worksheet("Empty")
        made.add_worksheet("Shown").write_column(0, 0, ["id", "a"])
        hidden = made.add_worksheet("Hidden")
        hidden.write_column(0, 0, ["id", "b"])
        hidden.hide()
    sheets = read_bytes(tmp_path, out.getvalue(), "book.xlsx")
    assert [(s.sheet, s.hidden) for s in sheets] == [("Shown", False), ("Hidden", True)]
    assert names(sheets[1]) == ["id"]


def test_one_cell_in_the_far_corner_is_an_error_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="XFD1048576"):
        read(tmp_path, book({"A1": "id", "A2": 1, "XFD1048576": "x"}))


def test_bomb_is_refused_by_its_declared_size(tmp_path: Path) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 3_000_000)
    with pytest.raises(LimitError, match="CS_METRICS_READ_UNPACKED_MB"):
        read_bytes(tmp_path, out.getvalue(), "book.xlsx", Limits(unpacked_mb=1))


def test_damaged_workbook(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"damaged|cannot be read"):
        read(tmp_path, book({"A1": "id"})[:600])


def test_empty_workbook(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="empty workbook"):
        read(tmp_path, book({}))


def test_dates_of_1904_where_an_extension_repeats_the_properties(tmp_path: Path) -> None:
    content = book({"A1": "since", "A2": date(2024, 3, 1)}, {"A2": "yyyy-mm-dd"}, date_1904=True)
    more = b'<extLst><ext uri="{140A7094}" xmlns:x15="urn:x15"><x15:workbookPr/></ext></extLst></workbook>'
    parts = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(parts, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"</workbook>", more))
    assert rows(read(tmp_path, parts.getvalue())) == [("2024-03-01",)]


def test_binary_workbooks_are_read(tmp_path: Path) -> None:
    content = xlsb([["id", "name", "mrr", "active"], ["a", "Jörg", 1.5, True], ["b", None, 3, False]])
    (sheet,) = read_bytes(tmp_path, content, "book.xlsb")
    assert (sheet.sheet, names(sheet)) == ("Data", ["id", "name", "mrr", "active"])
    assert rows(sheet) == [("a", "Jörg", "1.5", "true"), ("b", None, "3", "false")]


def test_a_binary_workbook_with_a_cell_far_away_is_a_sentence() -> None:
    content = xlsb([["id", "n"], ["a", 1]], far=(1_048_575, 16_383))
    read = read_files([named(content, "far.xlsb"), named(b"id,n\na,1\n", "good.csv")], Limits(memory_mb=1500))
    assert [s.file for s in read.sheets] == ["good.csv"]
    assert isinstance(read.failures[0].error, (FileError, LimitError))
    assert "far.xlsb" in str(read.failures[0].error)
