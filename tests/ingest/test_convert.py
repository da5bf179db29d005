"""Texts to values: each way of writing, and what must not be guessed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from cs_metrics.errors import MappingError
from cs_metrics.ingest.types.convert import Options, convert
from cs_metrics.schema import Type

BAD = object()


def one(text: str | None, kind: Type, **options: Any) -> Any:
    found = convert(pa.array([text], pa.string()), kind, Options(**options))
    return BAD if found.bad[0].as_py() else found.values[0].as_py()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("1", 1.0), ("1,234.50", 1234.5), ("1'234", 1234.0), ("1 234.5", 1234.5), ("1\u202f234", 1234.0)),
        *(
            ("(12.5)", -12.5),
            ("12-", -12.0),
            ("\u22123", -3.0),
            ("-$5", -5.0),
            ("$-5", -5.0),
            ("--5", BAD),
            ("(5", BAD),
        ),
        *(("€ 5", 5.0), ("5 €", 5.0), ("12 USD", 12.0), ("kr 5", 5.0), ("45 %", 0.45), ("1e3", 1000.0)),
        *(("1,23", BAD), ("1.234.567", BAD), ("x", BAD), ("", None), (None, None), ("N/A", None), ("1:30:00", 5400.0)),
    ],
)
def test_numbers(text: str | None, value: Any) -> None:
    assert one(text, Type.NUMBER) == value


@pytest.mark.parametrize(("text", "value"), [("1.234,50", 1234.5), ("1,5", 1.5), ("1.234", 1234.0), ("1.5", BAD)])
def test_decimal_comma(text: str, value: Any) -> None:
    assert one(text, Type.NUMBER, decimal="comma") == value


def test_money_keeps_six_places_and_whole_numbers_are_not_rounded() -> None:
    assert one("1,234.567891", Type.MONEY) == Decimal("1234.567891")
    assert one("5.0", Type.INTEGER) == 5
    assert one("5.5", Type.INTEGER) is BAD
    assert one("9007199254740993", Type.INTEGER) == 9007199254740993


def test_durations_take_the_unit_asked_for() -> None:
    assert one("1:30:00", Type.NUMBER, unit="minutes") == 90
    assert one("3 h 20 min", Type.NUMBER, unit="hours") == pytest.approx(10 / 3)
    assert one("7", Type.NUMBER, unit="hours") == 7


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("03/04/2024", date(2024, 4, 3)), ("13.4.24", date(2024, 4, 13)), ("31/02/2024", BAD), ("04/13/2024", BAD)),
        *(("2024-03-01", date(2024, 3, 1)), ("5-Jan-24", date(2024, 1, 5)), ("January 5, 2024", date(2024, 1, 5))),
        *(("March 2024", date(2024, 3, 1)), ("5. März 2024", date(2024, 3, 5)), ("20240131", date(2024, 1, 31))),
        *(("2024-03", date(2024, 3, 1)), ("Mon, 5 Feb 2024", date(2024, 2, 5)), ("1 Foo 2024", BAD), ("45000", BAD)),
        *(
            ("31/12/69", date(1969, 12, 31)),
            ("31/12/68", date(2068, 12, 31)),
            ("2024-03-01T23:30:00-05:00", date(2024, 3, 1)),
        ),
    ],
)
def test_dates_day_first(text: str, value: Any) -> None:
    assert one(text, Type.DATE, day_first=True) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-07-01 12:00", datetime(2024, 7, 1, 10)),
        ("2024-07-01T12:00:00Z", datetime(2024, 7, 1, 12)),
        ("2024-07-01T12:00:00+05:30", datetime(2024, 7, 1, 6, 30)),
        ("7/1/2024 1:05 PM", datetime(2024, 7, 1, 11, 5)),
        ("7/1/2024 12:05 AM", datetime(2024, 6, 30, 22, 5)),
        ("7/1/2024 13:05 PM", BAD),
        ("2024-07-01 25:00", BAD),
    ],
)
def test_instants_are_utc_by_offset_else_by_the_zone(text: str, value: Any) -> None:
    assert one(text, Type.INSTANT, timezone="Europe/Berlin") == value


def test_digits_are_moments_only_when_said_so() -> None:
    assert one("1700000000", Type.INSTANT, epoch="seconds") == datetime(2023, 11, 14, 22, 13, 20)
    assert one("1700000000123", Type.INSTANT, epoch="milliseconds") == datetime(2023, 11, 14, 22, 13, 20, 123000)
    assert one("45000", Type.DATE, serial=True) == date(2023, 3, 15)
    assert one("1700000000", Type.INSTANT) is BAD


def test_booleans_with_words_of_their_own() -> None:
    assert [one(t, Type.BOOLEAN) for t in ("Yes", "nein", "1", "maybe")] == [True, False, True, BAD]
    assert one("churned", Type.BOOLEAN, true_words=("Churned",)) is True


def test_ids_keep_leading_zeros_and_lose_what_pandas_added() -> None:
    assert one(" 007 ", Type.ID) == "007"
    assert one("17850.0", Type.ID) == "17850.0"
    assert one("17850.0", Type.ID, whole_ids=True) == "17850"
    assert one("None", Type.ID) is None
    assert one("None", Type.TEXT) == "None"


def test_words_of_a_person_are_data_not_sql() -> None:
    assert one("x'); DROP TABLE t; --", Type.BOOLEAN, true_words=("x'); DROP TABLE t; --",)) is True


def test_unknown_zone() -> None:
    with pytest.raises(MappingError, match="Europe/Berlin"):
        one("2024-01-01", Type.INSTANT, timezone="Europe/Berlim")


@pytest.mark.parametrize("kind", list(Type))
def test_no_rows(kind: Type) -> None:
    assert len(convert(pa.array([], pa.string()), kind).values) == 0


@pytest.mark.parametrize("kind", [Type.DATE, Type.MONEY, Type.ID, Type.BOOLEAN])
def test_many_texts_are_read_in_parts_to_the_same_values(kind, monkeypatch):
    texts = pa.array(["2024-03-01", "1.50", None, "yes", "x", "17", "2024-13-01", "no", "A7"], pa.string())
    whole = convert(texts, kind)
    monkeypatch.setattr("cs_metrics.ingest.types.convert._TOGETHER", 2)
    parts = convert(texts, kind)
    assert parts.values.equals(whole.values)
    assert parts.bad.equals(whole.bad)
