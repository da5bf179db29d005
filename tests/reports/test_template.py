"""The blank workbook: whole, explained, and read back as what it is."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from cs_metrics.ingest.plan import read
from cs_metrics.reports.template import GUIDE, template_workbook
from cs_metrics.schema import TABLES, Type


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


def test_blank_template_uploaded_says_why_each_sheet_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "template.xlsx").write_bytes(template_workbook())
    plan = read([tmp_path / "template.xlsx"])
    assert not plan.failures
    reasons = {sheet.sheet: sheet.reason for sheet in plan.sheets if sheet.skipped}
    assert set(reasons) == {GUIDE, *TABLES}
    assert all(reasons.values())
    assert {reasons[name] for name in TABLES} == {"It has no rows."}


def test_template_filled_with_its_own_examples_is_proposed_as_what_it_is(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_workbook()))
    for name, table in TABLES.items():
        for n in range(3):
            # Ids of their own in each row; a line's other columns may well be alike.
            row = [f"{c.example}{n}" if c.type is Type.ID and c.example else c.example or None for c in table.columns]
            book[name].append(row)
    book.save(tmp_path / "filled.xlsx")
    plan = read([tmp_path / "filled.xlsx"])
    assert plan.sheet("filled.xlsx", GUIDE).skipped
    for name, table in TABLES.items():
        sheet = plan.sheet("filled.xlsx", name)
        assert sheet.table == name
        given = [c.name for c in table.columns if c.example]
        assert sheet.mapping == {column: column for column in given}, name
        assert not [p for p in sheet.problems if p.level != "note"], name
