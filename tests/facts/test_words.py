"""Language, tone and themes of texts, offline and the same each time."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from cs_metrics.facts.words import FEWEST_TEXTS, MOST_THEMES, judge, themes
from tests.support import make_version

GERMAN = "Der Support ist schnell und freundlich, wir sind sehr zufrieden."
DAY = "2026-03-02"


def test_praise_is_positive_blame_negative_and_another_language_has_no_tone() -> None:
    texts = [
        "We love the new reports, they are great!",
        "The export is terrible and fails every day.",
        "We have seats for twelve people in two offices.",
        GERMAN,
        "Le support est très lent et nous attendons encore.",
    ]
    good, bad, plain, german, french = judge(texts)
    assert good is not None
    assert bad is not None
    assert good > 0.05
    assert bad < -0.05
    assert plain == 0
    assert german is None
    assert french is None


@pytest.mark.parametrize("text", ["Great!", "Not happy", "Terrible experience", "Excellent."])
def test_a_word_or_two_are_enough_where_they_are_known(text: str) -> None:
    assert judge([text])[0] not in (None, 0)


def test_nothing_is_judged_where_nothing_was_said() -> None:
    assert judge([]) == []
    assert themes([], []) == {}


TALK = [f"The {what} {how}." for what in ("export", "invoice", "login page") for how in ("broke", "improved", "waits")]


def test_themes_are_what_texts_share() -> None:
    found = themes(TALK, [4] * len(TALK))
    assert {"export", "invoice", "login page"} <= set(found)
    assert found["export"] == TALK[:3]
    # 'login' and 'page' say no more than the pair does
    assert not {"login", "page"} & set(found)


def test_a_handful_of_texts_has_no_themes() -> None:
    assert themes(TALK[:3], [1, 1, FEWEST_TEXTS - 3]) == {}
    assert themes(TALK[:3], [1, 1, FEWEST_TEXTS - 2]) != {}


def test_words_that_mean_nothing_alone_are_no_theme() -> None:
    assert themes(["great", "it was good", "please and thank you"], [9, 9, 9]) == {}


def test_order_does_not_matter_and_themes_are_few() -> None:
    words = [f"{chr(97 + i)}{chr(97 + j)}topic" for i in range(5) for j in range(6)]
    texts = [f"{word} again" for word in words]
    found = themes(texts, [5] * len(texts))
    assert len(found) == MOST_THEMES
    mixed = list(texts)
    Random(1).shuffle(mixed)
    assert {name: sorted(rows) for name, rows in themes(mixed, [5] * len(mixed)).items()} == found


def rows(tables: dict[str, Any], query: str) -> list[tuple[Any, ...]]:
    with make_version(tables) as con:
        return [tuple(row) for row in con.execute(query).fetchall()]


def test_a_rows_own_sentiment_goes_before_the_texts_tone() -> None:
    mention = {"occurred_at": DAY, "source": "social", "text": "A terrible, awful mess."}
    tables = {"mentions": [{**mention, "sentiment": tone} for tone in (0.8, 0.05, -0.06, None, 1.5)]}
    told = rows(tables, "SELECT label, outside FROM fact_text ORDER BY _row")
    assert told == [("positive", False), ("neutral", False), ("negative", False), ("negative", False), (None, True)]


def test_texts_stand_under_the_column_from_which_they_came() -> None:
    tables = {
        "survey_responses": [
            {"customer_id": "a", "survey": "nps", "responded_at": DAY, "comment": "Fine for us."},
            {"customer_id": "a", "survey": "nps", "responded_at": DAY, "comment": " \n"},
            {"customer_id": "a", "survey": "nps", "comment": "When?"},
            {"survey": "nps", "responded_at": DAY, "comment": "I work here.", "respondent_type": "employee"},
        ],
        "touchpoints": [
            {"customer_id": "b", "occurred_at": DAY, "kind": "call", "notes": GERMAN},
            {"customer_id": "b", "occurred_at": DAY, "kind": "call", "sentiment": 0.4},
            {"customer_id": "b", "occurred_at": DAY, "kind": "call"},
        ],
    }
    told = rows(tables, "SELECT source, comment, notes, text, written, label FROM fact_text ORDER BY source, _row")
    assert told == [
        ("survey", "Fine for us.", None, None, True, "positive"),
        ("touchpoint", None, GERMAN, None, True, None),
        ("touchpoint", None, None, None, False, "positive"),
    ]
