"""The blank workbook: whole, explained, and read back as what it is."""

from __future__ import annotations

import io

import openpyxl
import pytest

from cs_metrics.reports.template import GUIDE, template_workbook
from cs_metrics.schema import TABLES


@pytest.fixture(scope="module")
def book() -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(template_workbook()))


def test_same_schema_makes_the_same_bytes() -> None:
    assert template_workbook() == template_workbook()


def test_a_sheet_for_each_table_with_its_columns_and_nothing_else(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == [GUIDE, *TABLES]
    for name, table in TABLES.items():
        rows = list(book[name].iter_rows(values_only=True))
        assert rows == [tuple(c.name for c in table.columns)]
        assert book[name].freeze_panes == "A2"


def test_required_headers_look_different_and_every_header_is_explained(book: openpyxl.Workbook) -> None:
    for name, table in TABLES.items():
        for cell, column in zip(book[name][1], table.columns, strict=True):
            needed = column.required or any(column.name in group for group in table.one_of)
            assert (cell.fill.fgColor.rgb == "FF1F3A5F") is needed, (name, column.name)
            assert cell.comment is not None
            assert column.help in cell.comment.text


def test_guide_explains_every_column(book: openpyxl.Workbook) -> None:
    rows = {(r[0], r[1]): r for r in book[GUIDE].iter_rows(values_only=True) if r[1]}
    for name, table in TABLES.items():
        for column in table.columns:
            _, _, required, what, example, meaning = rows[name, column.name]
            assert (required == "required") is column.required
            assert what
            assert (example or "", meaning or "") == (column.example, column.help)


def test_closed_columns_offer_their_values(book: openpyxl.Workbook) -> None:
    for name, table in TABLES.items():
        lists = {str(v.sqref).split(":")[0]: v.formula1 for v in book[name].data_validations.dataValidation}
        for place, column in enumerate(table.columns, start=1):
            cell = f"{openpyxl.utils.get_column_letter(place)}2"
            if column.values:
                assert lists[cell] == f'"{",".join(column.values)}"'


def test_id_cells_are_text_so_that_leading_zeros_stay(book: openpyxl.Workbook) -> None:
    assert book["customers"].column_dimensions["A"].width >= 14
    style = book["customers"].column_dimensions["A"].number_format
    assert style == "@"


def test_no_formula_anywhere(book: openpyxl.Workbook) -> None:
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
