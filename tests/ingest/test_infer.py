"""What a column is, from all of its texts."""

from __future__ import annotations

import pyarrow as pa
import pytest

from cs_metrics.ingest.sheet import Profile
from cs_metrics.ingest.types import convert, infer, together
from cs_metrics.ingest.types.engine import query
from cs_metrics.ingest.types.infer import profiles
from cs_metrics.schema import Type


def look(texts: list[str | None], name: str = "x") -> Profile:
    table = pa.table({"c0": pa.array(texts, pa.string()), "_row": pa.array(range(2, len(texts) + 2), pa.int64())})
    return profiles(table, (name,))[0][0]


def test_one_day_above_12_at_the_very_end_settles_the_order() -> None:
    found = look(["03/04/2024"] * 5000 + ["13/04/2024"])
    assert (found.kind, found.day_first, found.ambiguous_dates) == (Type.DATE, True, False)
    assert "13/04/2024" in found.evidence
    assert (found.minimum, found.maximum) == ("2024-04-03", "2024-04-13")


def test_month_first() -> None:
    assert look(["03/04/24", "12/31/24"]).day_first is False


def test_both_ways_round_is_asked() -> None:
    found = look(["03/04/2024", "05/06/2024"])
    assert (found.day_first, found.ambiguous_dates) == (None, True)


def test_the_sheets_other_dates_settle_an_open_column() -> None:
    table = pa.table({"c0": ["03/04/2024"], "c1": ["25/04/2024"], "_row": pa.array([2])})
    open_one = profiles(table, ("from", "to"))[0][0]
    assert (open_one.day_first, open_one.ambiguous_dates, open_one.minimum) == (True, False, "2024-04-03")


def test_a_day_that_does_not_exist_is_bad_with_its_row() -> None:
    found = look(["2024-01-01"] * 9 + ["2024-02-31"])
    assert (found.kind, found.bad, found.bad_samples) == (Type.DATE, 1, ((11, "2024-02-31"),))


@pytest.mark.parametrize(
    ("texts", "name", "kind"),
    [
        (["00123", "00456"], "store", Type.ID),
        (["90210", "10001"], "Zip Code", Type.ID),
        (["17850.0", "13047.0"], "CustomerID", Type.ID),
        (["8.26E+17", "8.27E+17"], "account id", Type.ID),
        (["12345678901234567890"] * 2, "x", Type.ID),
        (["1", "2"], "seats", Type.INTEGER),
        (["1.0", "2.0"], "seats", Type.INTEGER),
        (["1.5", "N/A", "2"], "score", Type.NUMBER),
        (["$1,200.50", "($3)"], "paid", Type.MONEY),
        (["Yes", "No", "NULL"], "active", Type.BOOLEAN),
        (["None", "Offer A", "unknown"], "offer", Type.TEXT),
        (["20240131", "20240201"], "signup date", Type.DATE),
        (["20240131", "20240201"], "amount", Type.INTEGER),
        (["1700000000", "1700000600"], "created", Type.INSTANT),
        (["1700000000", "1700000600"], "phone", Type.ID),
        (["45000", "45031"], "start date", Type.DATE),
        (["2024-01-01 00:00:00", "2024-01-02 00:00:00"], "x", Type.DATE),
        (["2024-01-01T10:00:00Z"], "x", Type.INSTANT),
        (["01:30:00", "00:10:00"], "handle time", Type.NUMBER),
        (["3 h 20 min", "5 min"], "handle time", Type.NUMBER),
        (["Jan 2024", "March 2024"], "month", Type.DATE),
        (["REF-0001", "REF-0002"], "Referral ID", Type.ID),
    ],
)
def test_kinds(texts: list[str], name: str, kind: Type) -> None:
    assert look(list(texts), name).kind is kind


def test_words_for_nothing_are_counted_only_where_they_mean_that() -> None:
    assert look(["1.5", "N/A", "-", "2"]).missing == 2
    assert look(["None", "Offer A", "unknown"]).missing == 0


@pytest.mark.parametrize(
    ("texts", "decimal", "open_"),
    [(["1.234,5", "2"], "comma", False), (["1,234.5"], "dot", False), (["1,234"], None, True), (["1.5"], "dot", False)],
)
def test_decimals(texts: list[str], decimal: str | None, open_: bool) -> None:
    found = look(texts)
    assert (found.decimal, found.ambiguous_decimal) == (decimal, open_)


def test_shortened_ids_are_told() -> None:
    table = pa.table({"c0": ["8.26E+17", "123"], "_row": pa.array([2, 3])})
    assert "8.26E+17" in profiles(table, ("account id",))[1][0]


def test_profile_survives_json() -> None:
    found = look(["2024-01-01"] * 9 + ["x"])
    assert Profile.from_json(found.to_json()) == found


def test_blank_column() -> None:
    found = look([None, None])
    assert (found.kind, found.confidence, found.blank) == (Type.TEXT, 0.0, 2)


def test_a_column_of_many_texts_is_looked_at_in_parts_to_the_same_profile(monkeypatch):
    table = pa.table({"c0": [f"{i}.5" for i in range(40)], "c1": ["x"] * 40, "_row": list(range(2, 42))})
    whole = profiles(table, ("Amount", "Plan"))
    monkeypatch.setattr("cs_metrics.ingest.types.infer._MOST", 7)
    assert profiles(table, ("Amount", "Plan")) == whole


@pytest.mark.parametrize(
    ("unit", "digits"),
    [("seconds", ""), ("milliseconds", "123"), ("microseconds", "123456"), ("nanoseconds", "123456000")],
)
def test_counts_since_1970_of_every_grain(unit: str, digits: str) -> None:
    texts: list[str | None] = [f"1700000000{digits}", f"1699999999{digits}"]
    found = look(texts, "created_at")
    assert (found.kind, found.epoch) == (Type.INSTANT, unit)
    assert found.maximum == ("2023-11-14T22:13:20" + ("." + digits[:6].ljust(6, "0") if digits else ""))
    assert look(texts, "created_by_id").kind is not Type.INSTANT


def test_many_columns_share_a_few_statements_and_each_is_found_as_if_it_were_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kinds: list[tuple[str, list[str | None]]] = [
        ("seats", ["1", "2", None]),
        ("amount", ["1.50", "2,000.25", "x"]),
        ("paid", ["$3.10", "€4", "(5)"]),
        ("share", ["10%", "20 %", "NULL"]),
        ("since", ["13/04/2024", "03/04/2024", "31/02/2024"]),
        ("until", ["04/13/2024", "04/03/2024", None]),
        ("at", ["2024-03-01T10:00:00Z", "2024-03-02 11:00", "?"]),
        ("day", ["20240131", "20240201", "20240301"]),
        ("created", ["1700000000", "1700000001", "1700000002"]),
        ("took", ["1:30:00", "2:00:00", "-"]),
        ("active", ["yes", "no", "yes"]),
        ("id", ["A-1", "A-2", "A-3"]),
        ("note", ["some words", "2 words", "none"]),
        ("nothing", [None, None, None]),
    ]
    names = tuple(name for _ in range(20) for name, _ in kinds)
    cells = {f"c{i}": pa.array(kinds[i % len(kinds)][1], pa.string()) for i in range(len(names))}
    asked: list[str] = []
    for module in (infer, together, convert):
        monkeypatch.setattr(module, "query", lambda sql, **tables: asked.append(sql) or query(sql, **tables))
    found, _ = infer.profiles(pa.table(cells | {"_row": pa.array([2, 3, 4])}), names)
    assert len(asked) < len(kinds) + 5
    assert found == [look(texts, name) for _ in range(20) for name, texts in kinds]


def test_more_texts_than_one_statement_takes_go_in_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "_MOST", 3)
    table = pa.table({"c0": ["1", "2"], "c1": ["3", "4"], "c2": ["5", "-6"], "_row": pa.array([2, 3])})
    found, _ = infer.profiles(table, ("a", "b", "c"))
    assert [(p.minimum, p.maximum) for p in found] == [("1", "2"), ("3", "4"), ("-6", "5")]
