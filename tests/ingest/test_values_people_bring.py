"""Texts and values as people bring them: code pages, durations, amounts, dates that are numbers, words for errors."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from cs_metrics.ingest.apply import apply
from cs_metrics.ingest.mappings.mapping import TableMapping
from cs_metrics.ingest.sheet import Profile
from cs_metrics.ingest.types.convert import Options, convert
from cs_metrics.schema import Type
from tests.ingest.reading import names, read_bytes, rows
from tests.ingest.sheets import of_rows, sheet

HEADER = b"id,name,city\n"
WEST = "1,Müller,Köln\n2,José,Málaga\n3,Zoë,Århus\n"
MORE = "4,Größe,Düsseldorf\n5,Łódź,Kraków\n6,Größe,Düsseldorf\n"


def cells(text: str) -> list[tuple[str, ...]]:
    return [tuple(line.split(",")) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("first", "second"), [("cp1252", "utf-8"), ("cp850", "utf-8"), ("cp850", "cp1252"), ("cp1252", "cp850")]
)
def test_each_line_is_read_by_the_code_page_that_fits_it(tmp_path: Path, first: str, second: str) -> None:
    more = MORE if second == "utf-8" else MORE.replace("Łódź", "Jürgen").replace("Kraków", "Linköping")
    (sheet,) = read_bytes(tmp_path, HEADER + WEST.encode(first) + more.encode(second))
    assert rows(sheet) == cells(WEST + more)
    (note,) = sheet.notes
    assert note.startswith("Its lines are not all in one encoding but in ")
    assert all(page.replace("utf", "UTF") in note for page in (first, second))


@pytest.mark.parametrize("code_page", ["cp437", "cp850", "cp866", "cp1251"])
def test_code_pages_of_dos_and_windows(tmp_path: Path, code_page: str) -> None:
    text = WEST if code_page in ("cp437", "cp850") else "1,Иван,Москва\n2,Пётр,Казань\n"
    text = text.replace("Zoë", "Größe")
    (sheet,) = read_bytes(tmp_path, HEADER + text.encode(code_page))
    assert rows(sheet) == cells(text)


def test_pound_signs_of_dos(tmp_path: Path) -> None:
    (sheet,) = read_bytes(tmp_path, b"id,mrr\n1,\x9c5\n2,\x9c6\n")
    assert rows(sheet) == [("1", "£5"), ("2", "£6")]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [WEST, "1,Иван,Москва\n2,Пётр,Казань\n" * 5])
def test_utf_16_without_its_mark(tmp_path: Path, encoding: str, text: str) -> None:
    (sheet,) = read_bytes(tmp_path, (HEADER.decode() + text).encode(encoding))
    assert rows(sheet) == cells(text)
    assert names(sheet) == ["id", "name", "city"]


def test_null_signs_within_and_behind_the_text(tmp_path: Path) -> None:
    (sheet,) = read_bytes(tmp_path, HEADER + "1,Mül\0ler,K\0öln\n".encode() + b"\0" * 500)
    assert rows(sheet) == [("1", "Müller", "Köln")]


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_line_ends_of_old_macs_and_of_windows(tmp_path: Path, end: str) -> None:
    text = end.join(["id,name,city", f'1,"Ann{end}May",Bonn', "2,Bob,Rom", ""])
    (sheet,) = read_bytes(tmp_path, text.encode())
    assert [r[2] for r in rows(sheet)] == ["Bonn", "Rom"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h 20m", 4800),
        ("1 hr, 20 min", 4800),
        ("1 hour and 20 minutes", 4800),
        ("2 Stunden 5 Minuten", 7500),
        ("1 Std. 20 Min.", 4800),
        ("1,5 h", 5400),
        ("45 sec", 45),
        ("-5m", -300),
        ("01:20:00", 4800),
        ("1:20", 4800),
        ("100:00:01", 360_001),
        ("00:00:01,5", 1.5),
        ("-0:05:00", -300),
        ("1.02:03:04", 93_784),
        ("2 days 03:04:05", 183_845),
        ("2 days, 3:04:05", 183_845),
        ("PT1H20M", 4800),
        ("P1DT2H", 93_600),
        ("PT3.5S", 3.5),
        ("-PT5M", -300),
        ("P2W", 1_209_600),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    done = convert(pa.array([text]), Type.NUMBER)
    assert (done.values.to_pylist(), done.bad_count) == ([seconds], 0)
    assert convert(pa.array([text]), Type.NUMBER, Options(unit="hours")).values.to_pylist() == [
        pytest.approx(seconds / 3600)
    ]


@pytest.mark.parametrize("text", ["P", "PT", "P1M", "3 T", "1:75", "5 parsecs", "h", "1..2:00"])
def test_what_is_no_duration(text: str) -> None:
    assert convert(pa.array([text]), Type.NUMBER).bad_count == 1


def of(name: str, *texts: str) -> Profile:
    return of_rows([name, "other"], [[text, "x"] for text in texts]).columns[0].profile


@pytest.mark.parametrize(
    "texts",
    [("1h 20m", "45m", "2 days"), ("01:20:00", "1.02:03:04"), ("PT1H20M", "P1DT2H"), ("1 Std. 20 Min.", "5 Tage")],
)
def test_columns_of_durations_are_known(texts: tuple[str, ...]) -> None:
    found = of("Handle time", *texts)
    assert (found.kind, found.bad) == (Type.NUMBER, 0)
    assert found.duration is not None


def filled(text: str, table: str, name: str, mapping: dict[str, object]) -> list[object]:
    values: list[object] = apply(sheet(text), TableMapping(table, mapping)).data.column(name).to_pylist()
    return values


def test_a_duration_fills_hours_in_hours_whatever_its_column_is_called() -> None:
    text = "Who,When,Kind,Reply (min)\nA,2025-01-01,email,1h 30m\nB,2025-01-02,email,PT45M"
    base: dict[str, object] = {"customer_id": "Who", "occurred_at": "When", "kind": "Kind"}
    for rule in ("Reply (min)", {"from": "Reply (min)", "unit": "minutes"}):
        assert filled(text, "touchpoints", "response_hours", base | {"response_hours": rule}) == [1.5, 0.75]


def test_minutes_fill_hours_by_their_unit() -> None:
    text = "Who,When,Kind,Reply (min)\nA,2025-01-01,email,90\nB,2025-01-02,email,45"
    base: dict[str, object] = {"customer_id": "Who", "occurred_at": "When", "kind": "Kind"}
    rule = {"from": "Reply (min)", "unit": "minutes"}
    assert filled(text, "touchpoints", "response_hours", base | {"response_hours": rule}) == [1.5, 0.75]


def test_a_duration_becomes_an_instant_by_its_own_units() -> None:
    text = "T,Opened,First reply\n1,2025-01-01 10:00,1h 20m\n2,2025-01-01 10:00,PT5M"
    rule = {"from": "First reply", "unit": "minutes", "after": "created_at"}
    mapping: dict[str, object] = {"ticket_id": "T", "created_at": "Opened", "first_response_at": rule}
    got = filled(text, "tickets", "first_response_at", mapping)
    assert got == [dt.datetime(2025, 1, 1, 11, 20), dt.datetime(2025, 1, 1, 10, 5)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 234.50", 1234.5),
        ("1\u00a0234.50", 1234.5),
        ("1\u202f234.50", 1234.5),
        ("1'234.50", 1234.5),
        ("1’234.50", 1234.5),
        ("1,23,456.78", 123456.78),
        ("1,234.50-", -1234.5),
        ("(1,234.50)", -1234.5),
        ("($1,234.50)", -1234.5),
        ("$(1,234.50)", -1234.5),
        ("−5", -5),
        ("₹1,23,456/-", 123456),
        ("12.5 %", 0.125),
    ],
)
def test_amounts(text: str, value: float) -> None:
    assert convert(pa.array([text]), Type.NUMBER).values.to_pylist() == [value]


@pytest.mark.parametrize("text", ["(5", "5)", "$(5", "((5))", "-(5)", "1,2,3", "1 2", "5/-6"])
def test_what_is_no_amount(text: str) -> None:
    assert convert(pa.array([text]), Type.NUMBER).bad_count == 1


def test_days_of_a_spreadsheet_among_dates() -> None:
    found = of("Closed on", "2024-02-01", "45292", "45293", "2024-03-01", "45352.5")
    assert (found.kind, found.serial, found.bad) == (Type.DATE, True, 0)
    assert found.evidence.endswith("3 are numbers, a spreadsheet's count of days")
    text = "Id,Closed on\nA,2024-02-01\nB,45292\nC,2024-03-01"
    days = filled(text, "customers", "churned_on", {"customer_id": "Id", "churned_on": "Closed on"})
    assert days == [dt.date(2024, 2, 1), dt.date(2024, 1, 1), dt.date(2024, 3, 1)]


def test_days_of_a_spreadsheet_where_only_the_mapping_says_so() -> None:
    assert of("Start", "45292", "45323").kind is Type.DATE
    assert of("MRR start", "45292", "45323").kind is Type.INTEGER
    text = "Id,Joined\nA,45292\nB,45323"
    days = filled(text, "customers", "signed_up_on", {"customer_id": "Id", "signed_up_on": "Joined"})
    assert days == [dt.date(2024, 1, 1), dt.date(2024, 2, 1)]


def test_numbers_that_are_no_days_leave_a_date_column_with_errors() -> None:
    found = of("Closed on", *["2024-02-01"] * 9, "17")
    assert (found.kind, found.serial, found.bad) == (Type.DATE, False, 1)


@pytest.mark.parametrize(
    ("texts", "unit"), [(("1700000000", "1700000500"), "seconds"), (("1700000000000",), "milliseconds")]
)
def test_moments_since_1970(texts: tuple[str, ...], unit: str) -> None:
    for name in ("created_at", "ts"):
        found = of(name, *texts)
        assert (found.kind, found.epoch, found.minimum) == (Type.INSTANT, unit, "2023-11-14T22:13:20")


def test_words_of_a_spreadsheets_errors_are_missing_values() -> None:
    found = of("MRR", "5", "6", "#N/A", "#REF!", "#DIV/0!", "#NAME?", "#NUM!", "#SPILL!", "Err:502", "#NV", "#WERT!")
    assert (found.kind, found.missing, found.bad) == (Type.INTEGER, 9, 0)
    assert of("name", "Acme", "Bolt", "#NAME?").missing == 1
