"""Language and tone of texts, offline; where each text stands in the facts."""

from __future__ import annotations

from typing import Any

import pytest

from cs_metrics.facts.words import judge
from cs_metrics.kpis.run import compute
from cs_metrics.kpis.slice import Slice
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


def test_tickets_and_words_on_leaving_are_texts_too_and_no_kpi_counts_them() -> None:
    tables = {
        "survey_responses": [{"customer_id": "a", "survey": "nps", "responded_at": DAY, "comment": "Fine for us."}],
        "tickets": [
            {"ticket_id": "1", "customer_id": "a", "created_at": DAY, "subject": "Login", "description": "It fails."},
            {"ticket_id": "2", "customer_id": "a", "created_at": DAY, "subject": "Only a headline"},
            {"ticket_id": "3", "customer_id": "a", "created_at": DAY},
        ],
        "churn_events": [
            {"customer_id": "b", "churned_on": DAY, "reason": "pricing", "feedback": "Switched to a competitor."},
            {"customer_id": "c", "churned_on": DAY, "reason": "too expensive for us"},
            {"customer_id": "d", "churned_on": DAY, "reason": "pricing"},
        ],
        "subscriptions": [
            {"customer_id": "b", "start_date": "2026-01-01", "cancelled_on": DAY, "cancel_reason": "said once already"}
        ],
        "touchpoints": [{"customer_id": "b", "occurred_at": DAY, "kind": "Interview", "notes": "They export by hand."}],
    }
    asked = (
        "SELECT origin, kind, field, d.text FROM fact_text AS t JOIN dim_text AS d ON d.text_no = t.text_no "
        "ORDER BY origin, t._source, t._row"
    )
    assert rows(tables, asked) == [
        ("churn", "churn", "churn_events.feedback", "Switched to a competitor."),
        ("churn", "churn", "churn_events.reason", "too expensive for us"),
        ("contact", "interview", "touchpoints.notes", "They export by hand."),
        ("survey", "nps", "survey_responses.comment", "Fine for us."),
        ("ticket", "ticket", "tickets.description", "Login\nIt fails."),
        ("ticket", "ticket", "tickets.description", "Only a headline"),
    ]
    with make_version(tables) as con:
        feedback = compute(con, ["qualitative_customer_feedback"], Slice())
    assert feedback.loc[feedback["item"].isna(), "value"].tolist() == [2]


def test_a_cancel_reason_in_words_tells_why_somebody_left_where_nothing_else_does() -> None:
    ended = {"customer_id": "a", "start_date": "2026-01-01", "end_date": DAY}
    tables = {"subscriptions": [{**ended, "cancel_reason": "too hard to set up"}, {**ended, "cancel_reason": "price"}]}
    assert rows(tables, "SELECT origin, field FROM fact_text") == [("churn", "subscriptions.cancel_reason")]
    left = {"customer_id": "a", "churned_on": DAY, "churn_reason": "moved to another tool"}
    assert rows({"customers": [left]}, "SELECT origin, field FROM fact_text") == [("churn", "customers.churn_reason")]
