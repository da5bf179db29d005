"""Choosing among texts: by words, by theme or the lack of one, by tone, by what the answer counted as."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb
import pytest

from cs_metrics.analysis.feedback.said import themes, written
from cs_metrics.analysis.feedback.said.chosen import Chosen
from cs_metrics.errors import QueryError
from tests.support import kept_version

SAID = [
    ("A", 2, "The export is awfully slow, I hate it"),
    ("B", 10, "I love the reports"),
    ("C", 8, "Prices went up again"),
    ("D", 3, "Export to CSV is broken"),
    ("E", None, "Exporting works, thanks"),
]
TABLES: dict[str, Any] = {
    "survey_responses": [
        {"customer_id": c, "survey": "nps", "score": None if s is None else float(s), "comment": text,
         "responded_at": datetime(2025, 2, day)}
        for day, (c, s, text) in enumerate(SAID, start=1)
    ],
    "tickets": [
        {"ticket_id": "1", "customer_id": "A", "created_at": datetime(2025, 2, 9), "subject": "Slow export",
         "description": "Since Monday"},
    ],
}  # fmt: skip
PINS = {"Exports": ["export*"], "Money": {"phrases": ["price*", "invoice"], "found": []}}


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return kept_version(TABLES)


def who(con: duckdb.DuckDBPyConnection, **chosen: Any) -> list[str]:
    found = written.texts(con, {}, None, chosen=Chosen(**chosen), pins=PINS)
    counted = written.origins(con, {}, None, chosen=Chosen(**chosen), pins=PINS)
    assert counted["texts"].sum() == len(found)
    return sorted(found["customer_id"] + found["origin"].str[0])


@pytest.mark.parametrize(
    ("chosen", "texts"),
    [
        ({}, ["As", "At", "Bs", "Cs", "Ds", "Es"]),
        ({"contains": "export -csv"}, ["As", "At", "Es"]),
        ({"contains": '"slow export"'}, ["At"]),
        ({"theme": "Exports"}, ["As", "At", "Ds", "Es"]),
        ({"theme": "Money"}, ["Cs"]),
        ({"unthemed": True}, ["Bs"]),
        ({"tone": "negative"}, ["As", "Ds"]),
        ({"category": "detractor"}, ["As", "Ds"]),
        ({"category": "detractor", "contains": "slow"}, ["As"]),
        ({"category": "promoter"}, ["Bs"]),
        ({"category": "passive"}, ["Cs"]),
        ({"theme": "Exports", "tone": "positive"}, ["Es"]),
    ],
)
def test_texts_are_chosen_and_counted_alike(
    con: duckdb.DuckDBPyConnection, chosen: dict[str, Any], texts: list[str]
) -> None:
    assert who(con, **chosen) == texts


def test_a_page_follows_another_without_gap_or_repeat(con: duckdb.DuckDBPyConnection) -> None:
    whole = written.texts(con, {}, None)["text"].tolist()
    pages = [written.texts(con, {}, None, limit=2, offset=o)["text"].tolist() for o in (0, 2, 4, 6)]
    assert [text for page in pages for text in page] == whole
    assert whole[0] == "Slow export\nSince Monday"


def test_a_tone_or_category_that_there_is_not_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    for chosen, said in (
        ({"tone": "negativ"}, "Did you mean 'negative'"),
        ({"category": "detractors"}, "Did you mean 'detractor'"),
        ({"category": "easy", "survey": "nbs"}, "Did you mean 'nps'"),
    ):
        with pytest.raises(QueryError, match=said):
            who(con, **chosen)


def test_a_pinned_theme_counts_the_texts_that_have_its_phrases(con: duckdb.DuckDBPyConnection) -> None:
    found = themes.themes(con, {}, None, pins=PINS).set_index("theme")
    assert found.loc["Exports", ["texts", "customers", "answers", "score"]].tolist() == [4, 3, 2, -100]
    assert found.loc["Money", ["texts", "customers"]].tolist() == [1, 1]
    inside = themes.themes(con, {}, None, pins={"Word": ["port"]})
    assert inside.empty
