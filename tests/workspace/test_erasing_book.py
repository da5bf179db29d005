"""Rows blanked in a workbook: the other cells, their formulas' results, styles and charts stay."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from cs_metrics.workspace.erasing.delimited import UnsafeError
from cs_metrics.workspace.erasing.identity import Identity
from cs_metrics.workspace.erasing.workbook import blank

WHO = Identity(frozenset({"17"}), words=frozenset({"ACC-0003", "Nordwind & Bio"}))


def book(path: Path) -> Path:
    """Two sheets: accounts with a formula, a style, a chart and a comment; notes that mention others."""
    with xlsxwriter.Workbook(path) as made:
        sheet, notes = made.add_worksheet("Accounts"), made.add_worksheet("Notes")
        bold = made.add_format({"bold": True, "num_format": "0.00"})
        sheet.write_row(0, 0, ["id", "name", "seats", "twice", "parent"], bold)
        for i in range(1, 9):
            sheet.write_row(i, 0, [f"ACC-{i:04d}", "Nordwind & Bio" if i == 3 else f"Firm {i}", i * 10])
            sheet.write_formula(i, 3, f"=C{i + 1}*2", bold, i * 20)
            sheet.write_number(i, 4, 17 if i == 5 else i)
        sheet.write_comment("B4", "Ask Petra Lang")
        sheet.write_comment("B5", "Ask Max")
        chart = made.add_chart({"type": "column"})
        chart.add_series({"categories": "=Accounts!$B$2:$B$9", "values": "=Accounts!$C$2:$C$9",
                          "categories_data": ["Nordwind & Bio"], "values_data": [30]})  # fmt: skip
        sheet.insert_chart("H2", chart)
        notes.write_column(0, 0, ["said", "Like Nordwind & Bio does", "fine"])
        notes.write_rich_string(4, 0, "of ", bold, "ACC-", "0003 ", bold, "it is")
    return path


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("books")
    blank(book(folder / "a.xlsx"), folder / "b.xlsx", {"Accounts": {4}}, {"Accounts": {6}}, WHO)
    return folder / "b.xlsx"


def test_the_row_is_blank_and_the_others_are_what_they_were(after):
    was = openpyxl.load_workbook(after.with_name("a.xlsx"), data_only=True)["Accounts"]
    now = openpyxl.load_workbook(after, data_only=True)["Accounts"]
    for before, row in zip(was.iter_rows(), now.iter_rows(), strict=True):
        number = row[0].row
        kept = [None if number == 4 or (number == 6 and c.column_letter == "E") else c.value for c in before]
        assert [c.value for c in row] == kept
    assert now["D5"].value == 80  # the result of a formula
    assert now["A1"].font.bold
    assert openpyxl.load_workbook(after)["Accounts"]["D5"].value == "=C5*2"


def test_words_elsewhere_are_replaced(after):
    said = [row[0] for row in openpyxl.load_workbook(after)["Notes"].values]
    assert said == ["said", "Like (erased) does", "fine", None, "of (erased) it is"]


def test_no_part_has_it_any_more(after):
    with zipfile.ZipFile(after) as parts:
        for name in parts.namelist():
            content = parts.read(name)
            assert b"Nordwind" not in content, name
            assert b"ACC-0003" not in content, name
            assert b"Petra" not in content, name
        assert any(name.startswith("xl/charts/") for name in parts.namelist())
        assert b"Ask Max" in b"".join(parts.read(name) for name in parts.namelist() if "omments" in name)


def test_what_keeps_copies_of_rows_is_refused(tmp_path):
    with zipfile.ZipFile(book(tmp_path / "a.xlsx"), "a") as parts:
        parts.writestr("xl/pivotCache/pivotCacheRecords1.xml", "<r/>")
    with pytest.raises(UnsafeError, match="pivot"):
        blank(tmp_path / "a.xlsx", tmp_path / "b.xlsx", {}, {}, WHO)
