"""Whom to believe about who has left: each choice on an example by hand, and what must hold whatever is believed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs_metrics import facts
from cs_metrics.settings import resolve
from tests.kpis.money import Tables, sub
from tests.support import make_version

AS_OF = "2026-07-01"


def stretches(tables: Tables, source: str) -> dict[str, list[tuple[str, str, int]]]:
    """Return by customer the stretches in which it pays: from, to ('' where it goes on), MRR."""
    con = make_version(tables, {"leaving_source": source}, AS_OF)
    rows = con.execute("SELECT customer_id, begins, ends, mrr FROM fact_mrr_step ORDER BY ALL").fetchall()
    found: dict[str, list[tuple[str, str, int]]] = {}
    for customer, begins, ends, mrr in rows:
        over = "" if ends.year == 9999 else f"{ends:%m-%d}"
        found.setdefault(customer, []).append((f"{begins:%m-%d}", over, int(mrr)))
    return found


TABLES: Tables = {
    "customers": [
        {"customer_id": "gone", "churned_on": "2026-03-01"},
        {"customer_id": "stays", "churned_on": None},
        {"customer_id": "back", "churned_on": None},
    ],
    "subscriptions": [
        sub("gone", "2026-01-01", None, 10),
        sub("gone", "2026-02-01", None, 5),
        sub("stays", "2026-01-01", "2026-02-01", 20),
        sub("stays", "2026-01-01", "2026-04-01", 30),
        sub("back", "2026-01-01", "2026-02-01", 40),
        sub("back", "2026-05-01", None, 50),
        sub("unknown", "2026-01-01", "2026-03-01", 60),
    ],
    "churn_events": [
        {"customer_id": "gone", "churned_on": "2026-02-15", "is_reactivation": False},
        {"customer_id": "gone", "churned_on": "2026-03-15", "is_reactivation": True},
        {"customer_id": "gone", "churned_on": "2026-04-15", "is_reactivation": True},
        {"customer_id": "back", "churned_on": "2026-03-10", "is_reactivation": False},
    ],
}


def test_the_subscriptions_are_believed_where_nothing_is_chosen():
    assert stretches(TABLES, "subscriptions") == {
        "gone": [("01-01", "02-01", 10), ("02-01", "", 15)],
        "stays": [("01-01", "02-01", 50), ("02-01", "04-01", 30)],
        "back": [("01-01", "02-01", 40), ("05-01", "", 50)],
        "unknown": [("01-01", "03-01", 60)],
    }


def test_the_accounts_end_what_goes_on_and_keep_what_they_do_not_call_churned():
    assert stretches(TABLES, "accounts") == {
        "gone": [("01-01", "02-01", 10), ("02-01", "03-01", 15)],
        "stays": [("01-01", "02-01", 50), ("02-01", "", 30)],
        "back": [("01-01", "05-01", 40), ("05-01", "", 50)],
        "unknown": [("01-01", "03-01", 60)],
    }


def test_recorded_leavings_and_returns_date_every_life():
    assert stretches(TABLES, "churn_events") == {
        "gone": [("01-01", "02-01", 10), ("02-01", "02-15", 15), ("03-15", "", 15)],
        "stays": [("01-01", "02-01", 50), ("02-01", "", 30)],
        "back": [("01-01", "03-10", 40), ("05-01", "", 50)],
        "unknown": [("01-01", "", 60)],
    }


def test_a_mark_without_a_date_counts_from_the_latest_end_else_from_the_last_day():
    flagged: Tables = {
        "customers": [{"customer_id": c, "churn_flag": c != "c"} for c in "abcd"],
        "subscriptions": [
            sub("a", "2026-01-01", None, 10),
            sub("b", "2026-01-01", "2026-03-01", 20),
            sub("b", "2026-02-01", None, 2),
            sub("c", "2026-01-01", "2026-02-01", 30),
            sub("d", "2026-01-01", None, 40),
        ],
        "churn_events": [{"customer_id": "a", "churned_on": "2026-05-05", "is_reactivation": False}],
    }
    assert stretches(flagged, "accounts") == {
        "a": [("01-01", "05-05", 10)],
        "b": [("01-01", "02-01", 20), ("02-01", "03-01", 22)],
        "c": [("01-01", "", 30)],
        "d": [("01-01", "06-30", 40)],
    }


@pytest.mark.parametrize("source", ["accounts", "churn_events"])
def test_a_source_that_says_nothing_changes_nothing(source: str):
    silent = {"subscriptions": TABLES["subscriptions"], "customers": [{"customer_id": "gone"}]}
    assert stretches(silent, source) == stretches(silent, "subscriptions")


def day(number: int) -> str:
    return str(date(2026, 1, 1) + timedelta(days=number))


SPANS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 60), st.integers(1, 40)), min_size=1, max_size=5)


@settings(max_examples=8, deadline=None)
@given(SPANS)
def test_recorded_leavings_that_agree_with_the_subscriptions_change_nothing(spans: list[tuple[str, int, int]]):
    rows = [sub(who, day(begin), day(begin + length), 10 + i) for i, (who, begin, length) in enumerate(spans)]
    plain = stretches({"subscriptions": rows}, "subscriptions")
    con = make_version({"subscriptions": rows}, {}, AS_OF)
    ends = con.execute("SELECT customer_id, CAST(ends AS DATE) FROM fact_life").fetchall()
    events = [{"customer_id": c, "churned_on": str(at), "is_reactivation": False} for c, at in ends]
    assert stretches({"subscriptions": rows, "churn_events": events}, "churn_events") == plain


def test_the_choice_is_kept_with_the_facts():
    con = make_version(TABLES, {"leaving_source": "accounts"}, AS_OF)
    told = "SELECT value FROM fact_info WHERE key = 'leaving_source'"
    assert con.execute(told).fetchall() == [("accounts",)]
    facts.build(con, resolve({"leaving_source": "churn_events"}), datetime(2026, 7, 1))
    assert con.execute(told).fetchall() == [("churn_events",)]
