"""The filter language: what it lets through, what it says, what it refuses."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from cs_metrics.errors import QueryError
from cs_metrics.kpis.slice import Slice
from cs_metrics.kpis.where import compile_where, names, sentence
from cs_metrics.sql import Params, fill, inline, literal, quote, tokens

TYPES = {"plan": "VARCHAR", "seats": "BIGINT", "vip": "BOOLEAN", "since": "DATE"}
PEOPLE = [
    ("Pro", 5, True, "2026-01-01"),
    ("Team", 50, False, "2026-02-01"),
    (None, None, None, None),
    ("O'Hara", 7, True, "2026-03-01"),
]


def passes(where: dict[str, Any]) -> list[str | None]:
    params = Params()
    condition = compile_where(where, lambda name: (quote(name), TYPES[name]), params)
    rows = ", ".join(f"({', '.join(literal(v) for v in row)})" for row in PEOPLE)
    people = f"SELECT plan, seats, vip, CAST(day AS DATE) AS since FROM (VALUES {rows}) AS v(plan, seats, vip, day)"
    text = f"SELECT plan FROM ({people}) WHERE {condition}"
    found = [r[0] for r in duckdb.execute(text, params.used(text)).fetchall()]
    assert found == [r[0] for r in duckdb.execute(inline(text, params.values)).fetchall()]
    return found


@pytest.mark.parametrize(("where", "expected"), [
    ({}, ["Pro", "Team", None, "O'Hara"]), ({"plan": "Pro"}, ["Pro"]), ({"plan": ["Pro", None]}, ["Pro", None]),
    ({"plan": {"!=": "Pro"}}, ["Team", None, "O'Hara"]), ({"plan": {"not in": ["Pro", "Team"]}}, [None, "O'Hara"]),
    ({"plan": {"is": None}}, [None]), ({"plan": {"is not": None}}, ["Pro", "Team", "O'Hara"]),
    ({"seats": {">=": 7, "<": 50}}, ["O'Hara"]), ({"seats": {">": "5"}}, ["Team", "O'Hara"]),
    ({"vip": True}, ["Pro", "O'Hara"]), ({"since": {">=": "2026-02-01"}}, ["Team", "O'Hara"]),
    ({"plan": {"contains": "HAR"}}, ["O'Hara"]), ({"plan": {"starts": "t"}}, ["Team"]),
    ({"any": [{"plan": "Pro"}, {"seats": 50}]}, ["Pro", "Team"]), ({"not": {"plan": "Pro"}}, ["Team", None, "O'Hara"]),
    ({"plan": "' OR 1=1 --"}, []), ({"plan": []}, []), ({"any": []}, []),
])  # fmt: skip
def test_what_a_filter_lets_through(where: dict[str, Any], expected: list[str | None]) -> None:
    assert passes(where) == expected


def test_a_filter_is_read_as_a_sentence() -> None:
    where = {"plan": ["Pro", "Team"], "seats": {">=": 10}, "region": {"is": None}, "not": {"vip": True}}
    assert (
        sentence(where) == "plan is Pro or Team, and seats is at least 10, and region is unknown, and not (vip is True)"
    )
    assert names({"any": [{"a": 1}, {"not": {"b": 2}}], "c": 3}) == {"a", "b", "c"}


@pytest.mark.parametrize(("where", "message"), [
    ({"plan": {"=>": 1}}, "no operator"), ({"plan": {}}, "is empty"), ({"seats": {">": "many"}}, "is a number"),
    ({"plan": {"is": "Pro"}}, "takes null only"), ({"any": {"plan": 1}}, "takes a list"),
    ({"seats": {">": [1]}}, "takes one"),
    ({"vip": "perhaps"}, "true or false"), ({"since": "soon"}, "is not a date")])  # fmt: skip
def test_a_wrong_filter_says_what_is_wrong(where: dict[str, Any], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        passes(where)


def test_a_slice_survives_json() -> None:
    asked = Slice.of("month", by="plan", where={"plan": ["Pro"]}, since="2026-01-01", definitions={"top_box": 1})
    assert Slice.from_json(asked.to_json()) == asked
    assert Slice.of().to_json() == {}
    with pytest.raises(QueryError, match="Did you mean 'grain'"):
        Slice.from_json({"grian": "month"})


def test_placeholders_in_names_and_strings_stay_as_they_are() -> None:
    params = Params()
    place = params.add("it's")
    text = f"SELECT {quote('x$p1')} , '$p1', {place}"
    assert inline(text, params.values) == "SELECT \"x$p1\" , '$p1', 'it''s'"
    filled = fill(
        "a IN (:names) AND '12:30' <> b AND :has_names AND c > :days", {"names": ["x", "y"], "days": 3}, params
    )
    assert filled == "a IN ($p2, $p3) AND '12:30' <> b AND TRUE AND c > $p4"
    assert tokens(":days + ':not_me' :has_names") == {"days", "names"}


@pytest.mark.parametrize("where", [
    {"any": 5}, {"any": [1]}, {"any": {"plan": ["Pro"]}}, {"not": 5}, {"plan": [["a"]]}, {"plan": {"in": {"a": 1}}},
    {"plan": [{"a": 1}]}, {"plan": "\ud800"},
])  # fmt: skip
def test_a_tampered_filter_is_refused_before_it_is_compiled_or_said(where: dict[str, Any]) -> None:
    with pytest.raises(QueryError):
        names(where)
    with pytest.raises(QueryError):
        sentence(where)


def test_a_filter_nested_without_end_is_refused() -> None:
    where: dict[str, Any] = {}
    for _ in range(5000):
        where = {"not": where}
    with pytest.raises(QueryError, match="levels"):
        names(where)
