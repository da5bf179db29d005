"""The search over texts: what is typed, what it means, what it finds."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs_metrics.analysis.feedback.said.phrases import any_of, pattern
from cs_metrics.analysis.feedback.said.searched import Term, conditions, sentence, terms
from cs_metrics.errors import QueryError
from cs_metrics.sql import Params

TEXTS = [
    "The export is slow.",
    "Slow exports, every day!",
    "Exporting to CSV is fine",
    "slow  export of an invoice",
    "We don’t re-export; the report is quick",
    "GRÖSSE und Größe",
    "数据导出很慢",
    "تصدير بطيء",
    "C++ client v1.2 (beta)",
]


def found(said: str) -> list[int]:
    params = Params()
    limits = " AND ".join(conditions(said, "t", params)) or "TRUE"
    con = duckdb.connect()
    con.execute("CREATE TABLE texts AS SELECT unnest($1) AS t, generate_subscripts($1, 1) - 1 AS i", [TEXTS])
    return [i for (i,) in con.execute(f"SELECT i FROM texts WHERE {limits} ORDER BY i", params.used(limits)).fetchall()]


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ("export slow", [0, 1, 3]),
        ("EXPORT", [0, 1, 2, 3, 4]),
        ("port", []),
        ('"slow export"', [3]),
        ("“slow export", [3]),
        ("export -slow", [2, 4]),
        ('slow -"slow export"', [0, 1]),
        ("-export -größe -c++", [6, 7]),
        ("größe", [5]),
        ('"don\'t re-export"', [4]),
        ("导出", [6]),
        ("تصدير", [7]),
        ("c++", [8]),
        ("(beta) v1.2", [8]),
        ("v1x2", []),
        ("", list(range(9))),
        (' - "" .* ', list(range(9))),
    ],
)
def test_a_search_finds_what_it_says(said: str, places: list[int]) -> None:
    assert found(said) == places


def test_a_search_is_read_as_words_phrases_and_what_must_not_stand_there() -> None:
    assert terms('Export slow slow -"old  invoice" -csv "') == [
        Term("Export"), Term("slow"), Term("old invoice", phrase=True, without=True), Term("csv", without=True),
    ]  # fmt: skip
    assert sentence('Export "very slow" -csv -pdf') == "with 'Export' and 'very slow', without 'csv' or 'pdf'"
    assert sentence("  ") == ""


def test_a_search_longer_than_anybody_types_is_refused() -> None:
    with pytest.raises(QueryError, match="at most 20 words"):
        terms(" ".join(f"w{i}" for i in range(21)))
    with pytest.raises(QueryError, match="at most 300 characters"):
        terms("x" * 301)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_typed_is_a_pattern_that_the_database_understands(said: str, phrase: str) -> None:
    params = Params()
    limits = " AND ".join(conditions(said, "'a'", params)) or "TRUE"
    asked = f"SELECT {limits}, regexp_matches('a', {params.add(any_of([phrase, 'b']))})"
    duckdb.execute(asked, params.used(asked)).fetchall()


@settings(max_examples=60, deadline=None)
@given(st.from_regex(r"[a-zäöü]{1,8}( [a-zäöü]{1,8}){0,2}", fullmatch=True))
def test_a_phrase_is_found_between_any_marks_and_never_inside_a_word(phrase: str) -> None:
    marked, inside = f"so: {phrase.upper()}, yes", f"so: x{phrase}y, yes"
    query = "SELECT regexp_matches($1, $2)"
    assert duckdb.execute(query, [marked, pattern(phrase)]).fetchall() == [(True,)]
    assert duckdb.execute(query, [inside, pattern(phrase)]).fetchall() == [(phrase in ("so", "yes"),)]


def test_a_star_stands_for_any_ending_and_no_phrase_at_all_finds_nothing() -> None:
    query = "SELECT regexp_matches('Exporting it', $1)"
    assert [duckdb.execute(query, [pattern(p)]).fetchall()[0][0] for p in ("export*", "export", "*", " ")] == [
        True, False, False, False,
    ]  # fmt: skip
    assert duckdb.execute(query, [any_of([])]).fetchall() == [(False,)]
