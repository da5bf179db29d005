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
