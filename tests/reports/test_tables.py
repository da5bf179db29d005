"""Downloads open in a spreadsheet program as what they are, never as formulas."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from cs_metrics.reports import tables

EVIL = ["=1+1", "+1", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "fine", None]


def test_csv_text_that_begins_like_a_formula_gets_an_apostrophe_and_numbers_do_not() -> None:
    text = tables.csv(pd.DataFrame({"=head": EVIL, "n": [-1.5] * 7})).decode("utf-8-sig")
    read = pd.read_csv(io.StringIO(text))
    assert list(read.columns) == ["'=head", "n"]
    assert read["'=head"].tolist()[:6] == ["'=1+1", "'+1", "'-cmd|' /C calc'!A0", "'@SUM(A1)", "'\t=1", "fine"]
    assert read["n"].tolist() == [-1.5] * 7


def test_xlsx_text_that_begins_like_a_formula_stays_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(tables.xlsx({"rows": pd.DataFrame({"a": EVIL})})))
    cells = [book["rows"].cell(i, 1) for i in range(2, 9)]
    assert [c.value for c in cells] == EVIL
    assert all(c.data_type != "f" for c in cells)


def test_xlsx_keeps_numbers_dates_and_leading_zeros() -> None:
    frame = pd.DataFrame(
        {"id": ["007"], "money": [Decimal("12.50")], "day": [date(2026, 3, 1)], "when": [datetime(2026, 3, 1, 9, 30)]}
    )
    sheet = openpyxl.load_workbook(io.BytesIO(tables.xlsx({"a/b": frame})))["a_b"]
    assert [c.value for c in sheet[2]] == ["007", 12.5, datetime(2026, 3, 1), datetime(2026, 3, 1, 9, 30)]


@pytest.mark.parametrize("empty", [pd.DataFrame(), pd.DataFrame({"a": []})])
def test_a_frame_without_rows_is_still_a_file(empty: pd.DataFrame) -> None:
    assert tables.csv(empty).startswith(b"\xef\xbb\xbf")
    assert tables.xlsx({"": empty})[:2] == b"PK"


def test_csv_negative_numbers_stay_numbers_also_as_text() -> None:
    frame = pd.DataFrame({"n": ["-12.5", "+49", "-1,5", "-1+1", " =1", "-"], "d": [Decimal("-1.5")] * 6})
    read = pd.read_csv(io.BytesIO(tables.csv(frame)), dtype=str)
    assert read["n"].tolist() == ["-12.5", "'+49", "-1,5", "'-1+1", "' =1", "'-"]
    assert read["d"].tolist() == ["-1.5"] * 6


def test_two_columns_of_one_name_are_both_there() -> None:
    frame = pd.DataFrame([[1, "=2"]], columns=["a", "a"])
    assert tables.csv(frame).decode("utf-8-sig") == "a,a\r\n1,'=2\r\n"
    sheet = openpyxl.load_workbook(io.BytesIO(tables.xlsx({"x": frame})))["x"]
    assert [c.value for c in sheet[2]] == [1, "=2"]


def test_xlsx_keeps_a_date_before_excel_begins_and_numbers_among_text() -> None:
    frame = pd.DataFrame({"day": [date(1850, 1, 1), None], "mixed": pd.Series([np.int64(-3), "x"], dtype=object)})
    sheet = openpyxl.load_workbook(io.BytesIO(tables.xlsx({"x": frame})))["x"]
    assert [c.value for c in sheet[2]] == ["1850-01-01", -3]


def test_parquet_keeps_types_and_says_what_it_stands_on() -> None:
    frame = pd.DataFrame(
        {
            "n": [1, 2],
            "share": [0.5, np.nan],
            "day": [date(2025, 1, 2), None],
            "amount": [Decimal("1.10"), None],
            "mixed": [1, "=1+1"],
            "none": [None, None],
        }
    )
    found = pq.read_table(io.BytesIO(tables.parquet(frame, {"Version": "3"})))
    assert [str(t) for t in found.schema.types] == [
        "int64",
        "double",
        "date32[day]",
        "decimal128(3, 2)",
        "string",
        "null",
    ]
    assert found.to_pylist()[0] == {
        "n": 1, "share": 0.5, "day": date(2025, 1, 2), "amount": Decimal("1.10"), "mixed": "1", "none": None,
    }  # fmt: skip
    assert found["share"].null_count == 1
    assert found.schema.metadata[b"Version"] == b"3"
    twice = pd.DataFrame([[1, 2, 3]], columns=["a", "a", "a (2)"])
    assert pq.read_table(io.BytesIO(tables.parquet(twice))).column_names == ["a", "a (2)", "a (2) (2)"]


def test_xlsx_columns_are_as_wide_as_what_is_in_them_and_the_header_stays() -> None:
    frame = pd.DataFrame({"id": ["a" * 30], "n": [1], "text": ["x" * 500], "at": [datetime(2025, 1, 2, 3, 4, 5)]})
    sheet = openpyxl.load_workbook(io.BytesIO(tables.xlsx({"t": frame})))["t"]
    assert [round(sheet.column_dimensions[c].width) for c in "ABCD"] == [32, 11, 61, 21]
    assert sheet.freeze_panes == "A2"


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_a_workbook_has_a_header_that_stays_filters_widths_and_wrapped_long_texts() -> None:
    frame = pd.DataFrame({"id": ["a"], "a long title of a column": [1], "comment": ["word " * 40]})
    sheet = opened(tables.xlsx({"rows": frame}))["rows"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:C2"
    assert sheet["A1"].font.bold
    widths = [sheet.column_dimensions[c].width for c in "ABC"]
    assert [round(w) for w in widths] == [11, 27, 61]
    assert sheet["C2"].alignment.wrap_text
    assert not sheet["A2"].alignment.wrap_text


def test_shares_are_percents_and_money_has_cents_as_a_whole_or_row_by_row() -> None:
    frame = pd.DataFrame({"value": [0.5, 1234.5, 3], "other": [0.25, None, 1]})
    sheet = opened(tables.xlsx({"t": frame}, None, {"value": ["share", "money", "count"], "other": "share"}))["t"]
    assert [(c.value, c.number_format) for c in sheet["A"][1:]] == [
        (0.5, "0.0%"), (1234.5, "#,##0.00"), (3, "General"),
    ]  # fmt: skip
    assert [(c.value, c.number_format) for c in sheet["B"][1:]][::2] == [(0.25, "0.0%"), (1, "0.0%")]


def test_nothing_is_lost_where_a_workbook_has_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "SHEET_ROWS", 2)
    frame = pd.DataFrame({"id": [10**17 + 1, 2, 3, 4, 5], "text": ["x" * 40_000, *"abcd"]})
    units = {"id": ["count", "count", "share", "count", "share"]}
    book = opened(tables.xlsx({"rows": frame, "ROWS": frame[:0]}, None, units))
    assert book.sheetnames == ["rows", "rows (2)", "rows (3)", "ROWS (4)"]
    ids = [cell for name in book.sheetnames for cell in book[name]["A"][1:]]
    assert [cell.value for cell in ids] == ["100000000000000001", 2, 3, 4, 5]
    assert [cell.number_format for cell in ids[2:]] == ["0.0%", "General", "0.0%"]
    assert len(book["rows"]["B2"].value) == 32_767


@pytest.mark.parametrize("name", ["History", "a" * 50, "[q]:*?/\\'", "", "\n\t ", "'=1+1'", "Ärger & Söhne – 50 %"])
def test_any_name_makes_sheets_that_open(name: str) -> None:
    names = opened(tables.xlsx({name: pd.DataFrame({"a": [1]}), f"{name} ": pd.DataFrame({"a": [2]})})).sheetnames
    assert len({n.casefold() for n in names}) == 2
    assert all(0 < len(n) <= 31 and not set(n) & set("[]:*?/\\") and n.casefold() != "history" for n in names)


def test_parquet_keeps_types_and_evil_text_as_it_is() -> None:
    frame = pd.DataFrame({
        "text": ["=cmd|' /C calc'!A0", "+1", "\r-1"], "n": [1, 2, 3], "x": [0.5, None, 1.0],
        "when": pd.to_datetime(["2026-03-01", None, "2026-03-02"]), "yes": [True, False, True],
    })  # fmt: skip
    read = pd.read_parquet(io.BytesIO(tables.parquet(frame)))
    assert read["text"].tolist() == frame["text"].tolist()
    assert [pd.api.types.infer_dtype(read[c], skipna=True) for c in ("n", "x", "when", "yes")] == [
        "integer", "floating", "datetime64", "boolean",
    ]  # fmt: skip


@pytest.mark.parametrize("evil", ["=cmd|' /C calc'!A0", "+1", "-1+1", "@x", "\tx", "\rx", "\n=1", "＝1", " =1"])
def test_a_customer_of_any_name_is_no_formula_in_csv(evil: str) -> None:
    text = tables.csv(pd.DataFrame({"customer": [evil]})).decode("utf-8-sig")
    assert text.split("\r\n", 1)[1].lstrip('"').startswith("'")
