"""What a workbook says beside its values: merged cells, hidden rows and columns, formulas without a result."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from cs_metrics.ingest.sheet import RawSheet
from tests.ingest.reading import names, read_bytes, rows


def read(folder: Path, write: Callable[[Worksheet], object]) -> RawSheet:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Data")
        for row, cells in enumerate([["region", "name", "mrr"], *(["EU", f"C{i}", i] for i in range(1, 7))]):
            sheet.write_row(row, 0, cells)
        write(sheet)
    return read_bytes(folder, out.getvalue(), "book.xlsx")[0]


def merged(*ranges: str, value: str = "EU") -> Callable[[Worksheet], object]:
    return lambda sheet: [sheet.merge_range(place, value) for place in ranges]


def test_cells_merged_down_a_column_have_their_value_in_each_row(tmp_path: Path) -> None:
    def write(sheet: Worksheet) -> None:
        merged("A2:A4")(sheet)
        merged("A5:A6", value="US")(sheet)
        sheet.write_blank("A7", None)

    sheet = read(tmp_path, write)
    assert [r[0] for r in rows(sheet)] == ["EU", "EU", "EU", "US", "US", "EU"]
    assert sheet.notes == ("2 cells are merged over several rows; each of those rows has their value: A2:A4, A5:A6.",)


def test_what_is_only_blank_is_not_filled(tmp_path: Path) -> None:
    content = BytesIO()
    book = openpyxl.Workbook()
    for row in (["region", "name", "mrr"], ["EU", "A", 1], [None, "B", 2], ["US", "C", 3], [None, "D", 4]):
        book.active.append(row)
    book.active.merge_cells("A4:A5")
    book.save(content)
    (sheet,) = read_bytes(tmp_path, content.getvalue(), "book.xlsx")
    assert [r[0] for r in rows(sheet)] == ["EU", None, "US", "US"]


def test_merged_header_names_all_its_columns(tmp_path: Path) -> None:
    sheet = read(tmp_path, merged("A1:B1", value="Customer"))
    assert names(sheet) == ["Customer", "Customer (2)", "mrr"]


def test_merged_title_is_a_title(tmp_path: Path) -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Data")
        sheet.merge_range("A1:C1", "All customers")
        for row, cells in enumerate([["region", "name", "mrr"], *(["EU", f"C{i}", i] for i in range(4))], start=1):
            sheet.write_row(row, 0, cells)
    (found,) = read_bytes(tmp_path, out.getvalue(), "book.xlsx")
    assert (names(found), found.rows) == (["region", "name", "mrr"], 4)


def test_hidden_rows_and_columns_are_read_and_said(tmp_path: Path) -> None:
    def write(sheet: Worksheet) -> None:
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.set_row(5, None, None, {"hidden": True})
        sheet.set_column(2, 2, None, None, {"hidden": True})

    sheet = read(tmp_path, write)
    assert (sheet.rows, names(sheet)) == (6, ["region", "name", "mrr"])
    assert sheet.notes == (
        "2 rows are hidden in the workbook, or filtered out, and read like the others: rows 4, 6.",
        "1 column is hidden in the workbook and read like the others: C.",
    )


def test_formulas_that_were_never_worked_out_are_said(tmp_path: Path) -> None:
    content = BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["id", "name", "mrr"])
    for row in range(2, 9):
        book.active.append([row, f"C{row}", f"=A{row}*5"])
    book.save(content)
    (sheet,) = read_bytes(tmp_path, content.getvalue(), "book.xlsx")
    assert [r[2] for r in rows(sheet)] == [None] * 7
    assert sheet.notes[0].startswith("7 formulas were saved without a result and are read as blank: C2, C3, C4, C5, C6")


def test_formulas_have_the_results_with_which_they_were_saved(tmp_path: Path) -> None:
    sheet = read(tmp_path, lambda s: s.write_formula("C2", "=2*3", None, 6))
    assert (rows(sheet)[0], sheet.notes) == (("EU", "C1", "6"), ())
