"""Whether customers who answer stay, and where users drop off: each on an example by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cs_metrics.kpis import Slice, compute
from tests.kpis.literal import ask, items, sub
from tests.support import make_version

MARCH = "2026-03-01"
SCORE, DROP = "customer_feedback_retention_score", "drop_off_rate"


def answer(customer: str | None, day: str | None, **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "survey": "nps", "score": 3, "responded_at": day, **more}


SPOKEN = {
    "subscriptions": [sub(c, "2025-01-01") for c in ("kept", "through", "mute")]
    + [sub(c, "2025-01-01", "2026-03-10") for c in ("left", "early", "late", "comment", "employee")]
    + [sub("new", "2026-03-05")],
    "users": [{"user_id": "u1", "customer_id": "through"}],
    "survey_responses": [
        answer("kept", "2026-02-01"),
        answer("kept", "2026-02-10"),  # a customer counts once
        answer(None, "2025-12-01", user_id="u1"),  # exactly 90 days before
        answer("left", "2026-02-28"),
        answer("early", "2025-11-30 23:00"),
        answer("late", "2026-03-01"),
        answer("comment", "2026-02-01", score=None, comment="hm"),
        answer("employee", "2026-02-01", respondent_type="employee"),
        answer("new", "2026-02-20"),
    ],
}


def test_those_who_answered_in_the_90_days_before_and_those_who_did_not() -> None:
    # answered: kept, through, left -> 2 of 3 stayed; silent: mute, early, late, comment, employee -> 1 of 5
    cell = ask(SPOKEN, SCORE, MARCH)
    assert (cell["numerator"], cell["denominator"], cell["n"]) == (2, 3, 3)
    beside = items(SPOKEN, SCORE, MARCH, beside=True)
    assert beside == {"silent": pytest.approx(1 / 5), "difference": pytest.approx(2 / 3 - 1 / 5)}
    assert ask(SPOKEN, SCORE, MARCH, definitions={"lookback_days": 10})["denominator"] == 1  # left


def test_without_a_silent_customer_there_is_no_difference() -> None:
    tables = {"subscriptions": [sub("a", "2025-01-01")], "survey_responses": [answer("a", "2026-02-01")]}
    assert ask(tables, SCORE, MARCH)["value"] == 1
    assert all(pd.isna(v) for v in items(tables, SCORE, MARCH, beside=True).values())
    assert ask(tables, SCORE, "2026-02-01")["note"] == "No customers active at the start that had answered a survey."


def step(customer: str, milestone: str, day: str, **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "milestone": milestone, "reached_at": day, **more}


STEPS = {
    "milestones": [
        *[step(c, "signed_up", "2026-03-01") for c in "abcd"],
        step("early", "signed_up", "2026-02-28"),
        step("a", "onboarding_started", "2026-03-05"),
        step("b", "onboarding_started", "2026-03-31"),  # on the 30th day
        step("c", "onboarding_started", "2026-04-01"),  # on the 31st
        step("early", "onboarding_started", "2026-03-02"),
        step("a", "activated", "2026-03-31"),
        step("b", "activated", "2026-04-20"),
        step("early", "activated", "2026-03-01"),  # before the step before it
    ]
}


def test_each_step_has_its_own_base_and_the_whole_goes_from_first_to_last() -> None:
    # signed up in March: a, b, c, d; started within 30 days: a, b; activated within 30 days of sign-up: a
    cell = ask(STEPS, DROP, MARCH)
    assert (cell["numerator"], cell["denominator"], cell["value"]) == (3, 4, 3 / 4)
    # started in March: a, b, early; activated at or after that, within 30 days: a, b
    assert items(STEPS, DROP, MARCH) == {
        "signed_up -> onboarding_started": 2 / 4,
        "onboarding_started -> activated": pytest.approx(1 / 3),
    }
    assert ask(STEPS, DROP, MARCH, definitions={"drop_off_window_days": 60})["numerator"] == 2


def test_a_window_that_is_not_over_is_incomplete() -> None:
    cell = ask(STEPS, DROP, MARCH, as_of="2026-04-15")
    assert (cell["numerator"], cell["complete"]) == (3, False)
    # what came after the as-of instant is not known: on 20 March a had not been activated
    assert ask(STEPS, DROP, MARCH, as_of="2026-03-20")["numerator"] == 4


def test_the_unit_is_the_user_where_every_step_names_its_user() -> None:
    def of(user: str, milestone: str, day: str) -> dict[str, Any]:
        return step("a", milestone, day, user_id=user)

    tables = {"milestones": [of("u1", "signed_up", "2026-03-01"), of("u2", "signed_up", "2026-03-01"),
                             of("u1", "activated", "2026-03-02")]}  # fmt: skip
    cell = ask(tables, DROP, MARCH)
    assert (cell["numerator"], cell["denominator"]) == (1, 2)
    # as soon as one step knows accounts alone, accounts are followed: a was activated by its user u1
    tables["milestones"] = [{**row, "user_id": None} if row["milestone"] == "signed_up" else row
                            for row in tables["milestones"]]  # fmt: skip
    cell = ask(tables, DROP, MARCH)
    assert (cell["numerator"], cell["denominator"]) == (0, 1)


def test_steps_may_be_events_and_a_later_time_of_one_counts() -> None:
    def event(user: str, name: str, day: str) -> dict[str, Any]:
        return {"user_id": user, "customer_id": "a", "event": name, "occurred_at": day}

    tables = {"events": [
        event("u1", "export", "2026-03-01"), event("u1", "search", "2026-03-02"), event("u1", "export", "2026-03-03"),
        event("u2", "search", "2026-03-02"), event("u2", "search", "2026-03-04"),
        event("u3", "export", "2026-03-05")]}  # fmt: skip
    definitions = {"drop_off_steps": ["search", "nowhere", "export"], "fresh_days": 3650}
    with make_version(tables, definitions, as_of="2026-06-01") as con:
        frame = compute(con, [DROP], Slice.of("month", since=MARCH, until="2026-04-01"))
    # 'nowhere' has no row; search by u1 and u2, export after it by u1 alone
    assert frame["item"].tolist() == [None, "search -> export"]
    assert frame["value"].tolist() == [1 / 2, 1 / 2]


def test_one_step_alone_leads_nowhere() -> None:
    cell = ask({"milestones": [step("a", "signed_up", "2026-03-01")]}, DROP, MARCH)
    assert (cell["n"], cell["note"]) == (0, "No users that reached the first step.")
