"""What a column is, from all of its texts."""

from __future__ import annotations

import pyarrow as pa
import pytest

from cs_metrics.ingest.sheet import Profile
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
