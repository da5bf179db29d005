"""Every combination of a retention question's words: a frame, or a refusal in a sentence; the table says which."""

from __future__ import annotations

import os
from datetime import date, datetime
from itertools import product

import pytest

from cs_metrics.analysis import retention
from cs_metrics.analysis.cohorts.legal import ACCOUNTS, AMOUNTS, KINDS, RULES, VALUES, Words, refusal, refused
from cs_metrics.analysis.cohorts.sources import ACTIVITIES, SPANS, STARTING, UNITS
from cs_metrics.errors import QueryError
from cs_metrics.facts.clock import GRAINS
from cs_metrics.settings import resolve
from tests.support import make_version

AS_OF = datetime(2025, 4, 1)
SETTINGS = resolve({"fresh_days": 3650})


@pytest.fixture(scope="module")
def con():
    """One row of everything, so that no question fails for want of data."""
    when, day = datetime(2025, 1, 7, 9), date(2025, 1, 7)
    who = {"customer_id": "a", "user_id": "u"}
    return make_version(
        {
            "customers": [
                {"customer_id": "a", "signed_up_on": day, "churned_on": date(2025, 3, 9), "parent_customer_id": "b"}
            ],
            "users": [{**who, "created_at": when}],
            "orders": [{"customer_id": "a", "ordered_at": when, "amount": 5.0, "quantity": 2}],
            "events": [{**who, "occurred_at": when, "event": "use"}],
            "survey_responses": [{**who, "responded_at": when, "survey": "nps", "score": 9}],
            "tickets": [{"ticket_id": "t", "customer_id": "a", "created_at": when}],
            "milestones": [{**who, "milestone": "activated", "reached_at": when}],
            "touchpoints": [{"customer_id": "a", "occurred_at": when, "kind": "qbr"}],
            "opportunities": [{"opportunity_id": "o", "customer_id": "a", "created_at": when, "amount": 7.0}],
            "community_members": [{"member_id": "m", "customer_id": "a", "joined_at": when}],
            "mentions": [{"customer_id": "a", "occurred_at": when, "text": "good", "source": "review"}],
            "leads": [{"lead_id": "l", "customer_id": "a", "created_at": when}],
            "churn_events": [{"customer_id": "a", "churned_on": date(2025, 3, 9)}],
            "subscriptions": [{"customer_id": "a", "start_date": day, "end_date": date(2025, 3, 9), "amount": 10.0}],
            "mrr_snapshots": [{"customer_id": "a", "month": date(2025, 1, 1), "mrr": 10.0}],
            "invoices": [{"customer_id": "a", "issued_on": day, "amount": 9.0, "is_recurring": True}],
        },
        as_of=AS_OF,
    )


def words():
    """Every combination of the words that rules look at: first what is asked of which table, then how it is counted,
    with one table of each sort."""
    for of, start_of, unit, value in product(ACTIVITIES, (None, *STARTING), UNITS, VALUES):
        yield {"of": of, "start_of": start_of, "unit": unit, "value": value}
    sorts = ("orders", "events", "subscriptions")
    for of, grain, kind, calendar, value, amounts, reactivation in product(
        sorts, GRAINS, KINDS, (True, False), VALUES, AMOUNTS, (True, False)
    ):
        yield {
            "of": of, "grain": grain, "kind": kind, "calendar": calendar, "value": value, "amounts": amounts,
            "reactivation": reactivation,
        }  # fmt: skip
    starts = (None, "customers", "first_paid", "users", "events", "subscriptions")
    for of, start_of, unit, accounts, minimum, cohort, grain, zone in product(
        sorts, starts, UNITS, ACCOUNTS, (1, 2), ("first", "every", "region"), ("hour", "week"), ("UTC", "Asia/Tokyo")
    ):
        yield {
            "of": of, "start_of": start_of, "unit": unit, "accounts": accounts, "start_minimum": minimum,
            "cohort": cohort, "grain": grain, "timezone": zone,
        }  # fmt: skip


ALL = list(words())


def reason(asked):
    """What the table says before anything is asked."""
    known = {n: v for n, v in asked.items() if n != "timezone"}
    return refusal(**known, other_zone=asked.get("timezone", "UTC") != "UTC")


def test_every_combination_is_looked_at_and_each_refusal_is_one_sentence():
    said = [reason(asked) for asked in ALL]
    for sentence in filter(None, said):
        assert sentence.startswith("Retention: ")
        assert sentence.endswith(".")
        assert sentence.count(". ") == 0
    assert len(ALL) > 3_000
    assert 0.2 < sum(s is None for s in said) / len(said) < 0.8


def test_each_rule_refuses_something_that_no_other_does():
    # a rule that never has the last word is no rule
    seen = set()
    extra = [{"start_of": "first_paid", "filtered": True}, {"bracketed": True}]
    for asked in [*ALL, *extra]:
        told = {n: v for n, v in asked.items() if n != "timezone"}
        found = Words(**told, other_zone=asked.get("timezone", "UTC") != "UTC")
        holding = [place for place, (holds, _) in enumerate(RULES) if holds(found)]
        seen.update(holding if len(holding) == 1 else ())
    assert seen == set(range(len(RULES)))


def test_what_the_table_allows_is_answered_and_what_it_refuses_is_refused_with_its_reason(con):
    # one in 61 is put to the engine, or with CS_METRICS_EVERY_COMBINATION in the environment each
    for asked in ALL[:: 1 if "CS_METRICS_EVERY_COMBINATION" in os.environ else 61]:
        told = {**asked, "periods": 2}
        if asked.get("cohort") == "region":
            told["cohort"] = "parent_customer_id"
        if asked.get("kind") == "brackets":
            told["brackets"] = [[1, 2]]
        expected = reason(asked)
        if expected is None:
            assert len(retention(con, SETTINGS, AS_OF, **told)) > 0 or asked.get("start_minimum", 1) > 1, told
            continue
        with pytest.raises(QueryError) as error:
            retention(con, SETTINGS, AS_OF, **told)
        assert str(error.value) == expected


@pytest.mark.parametrize("of", ACTIVITIES)
def test_every_table_of_activity_is_counted_in_rolling_periods_too(con, of):
    frame = retention(con, SETTINGS, AS_OF, of=of, calendar=False, periods=1)
    assert frame.loc[0, ["eligible", "retained"]].tolist() == [1, 1]
    # a stretch to 9 March is active at the end of the window from 7 February to 7 March, one of January is not
    expected = 1 if of in ("subscriptions", "customers") else 0
    assert frame.loc[1, "retained"] == expected


@pytest.mark.parametrize("start_of", [s for s in STARTING if s not in SPANS])
def test_everything_that_starts_does(con, start_of):
    frame = retention(con, SETTINGS, AS_OF, of="orders", start_of=start_of, periods=1)
    assert frame.loc[0, "eligible"] == 1


def test_a_word_that_does_not_exist_is_no_refusal():
    with pytest.raises(QueryError, match="'orders'"):
        refusal(of="ordres")
    assert refused(Words()) is None
