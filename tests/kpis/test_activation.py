"""Who gets going, and what is said then: KPIs of activation on examples small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cs_metrics.errors import NotComputableError
from cs_metrics.kpis import Slice, compute
from tests.kpis.journeys import Tables, answer, ask, items, on, step, use, user
from tests.support import kept_version

PEOPLE: Tables = {
    "users": [
        user("in time", "2026-03-01 09:00", "2026-03-31 09:00"),  # 30 x 24 hours to the minute: still counts
        user("too late", "2026-03-01 09:00", "2026-03-31 09:01"),
        user("never", "2026-03-05"),
        user("backwards", "2026-03-10", "2026-03-09"),
        user("in april", "2026-04-01", "2026-04-02", account="b"),
        user("by milestone", "2026-03-20", "2026-05-30", account="b"),
    ],
    # the milestone goes before the table's date
    "milestones": [step("b", "activated", "2026-03-21", "by milestone"), step("c", "activated", "2026-03-03")],
    "customers": [
        {"customer_id": "a", "signed_up_on": on("2026-03-01").date()},
        {"customer_id": "b", "signed_up_on": on("2026-03-15").date()},
        {"customer_id": "c", "signed_up_on": on("2026-03-01").date()},
        {"customer_id": "d", "signed_up_on": on("2026-03-02").date()},
    ],
}


def test_activation_counts_users_within_the_window_of_their_own_sign_up() -> None:
    # March: 'in time', 'too late', 'never', 'by milestone' (1 day) -> 2 / 4; 'backwards' is left out and counted
    cell = ask(PEOPLE, "activation_rate", "2026-03-01")
    assert (cell["numerator"], cell["denominator"], cell["n"]) == (2, 4, 4)
    assert cell["note"] == "1 user activated before it signed up left out."
    assert ask(PEOPLE, "activation_rate", "2026-03-01", activation_window_days=31)["numerator"] == 3


def test_activation_is_complete_when_the_last_user_has_had_its_window() -> None:
    # March ends on 1 April; 30 days later is 1 May
    assert ask(PEOPLE, "activation_rate", "2026-03-01", as_of="2026-05-01")["complete"]
    early = ask(PEOPLE, "activation_rate", "2026-03-01", as_of="2026-03-25")
    # as of 25 March 'in time' is not activated yet; the four are in the base all the same
    assert (early["numerator"], early["denominator"], early["complete"]) == (1, 4, False)


def test_an_account_is_activated_by_its_own_milestone_or_its_first_user() -> None:
    # a by its first user, who was activated on 9 March (8 days after 1 March); b on 21 March by its user; c by its own
    # milestone; d never -> 3 / 4
    cell = ask(PEOPLE, "activation_rate", "2026-03-01", activation_level="accounts")
    assert (cell["numerator"], cell["denominator"]) == (3, 4)


def test_the_sign_up_of_a_user_without_a_date_is_its_milestone_else_its_first_event() -> None:
    tables: Tables = {
        "users": [user("by step", None, "2026-03-08"), user("by event", None, "2026-03-08")],
        "milestones": [step("a", "signed_up", "2026-03-02", "by step")],
        "events": [use("by step", "2026-02-01"), use("by event", "2026-03-03"), use("only seen", "2026-03-04")],
    }
    # three sign up in March (one of them is in no table of users), two are activated
    cell = ask(tables, "activation_rate", "2026-03-01")
    assert (cell["numerator"], cell["denominator"]) == (2, 3)
    assert ask(tables, "activation_rate", "2026-02-01")["n"] == 0


def test_a_filter_on_customers_says_how_many_users_belong_to_none() -> None:
    tables: Tables = {
        "customers": [{"customer_id": "a", "region": "EU"}],
        "users": [user("u", "2026-03-01", "2026-03-02"), user("stray", "2026-03-01", account=None)],
    }
    asked = Slice.of("month", since="2026-03-01", until="2026-04-01", where={"region": ["EU"]})
    cell = compute(kept_version(tables), ["activation_rate"], asked, as_of="2026-06-01").iloc[0]
    assert (cell["numerator"], cell["denominator"]) == (1, 1)
    assert cell["note"] == "1 user without a customer left out."


JOURNEYS: Tables = {
    "customers": [{"customer_id": c, "signed_up_on": on("2026-03-01").date()} for c in "abcde"],
    "milestones": [
        step("a", "connected", "2026-02-20"),  # before the sign-up counts: the order is free
        step("a", "invited", "2026-03-31"),
        step("b", "connected", "2026-03-02"),  # one of two
        step("c", "connected", "2026-03-02"),
        step("c", "invited", "2026-04-02"),  # a day too late
        step("d", "connected", "2026-03-02", "someone"),  # reached by users of the account
        step("d", "invited", "2026-03-03", "someone else"),
    ],
}
TWO = {"key_milestones": ["connected", "invited"]}


def test_key_milestones_must_all_be_reached_in_time() -> None:
    # a and d have both within 30 days, b and c lack one, e has none -> 2 / 5
    cell = ask(JOURNEYS, "key_activation_milestones_share", "2026-03-01", **TWO)
    assert (cell["numerator"], cell["denominator"]) == (2, 5)
    assert items(JOURNEYS, "key_activation_milestones_share", "2026-03-01", **TWO) == {"partly": 2}


def test_a_key_milestone_that_is_named_twice_is_one() -> None:
    cell = ask(JOURNEYS, "key_activation_milestones_share", "2026-03-01", key_milestones=["connected", "connected"])
    assert cell["numerator"] == 4


def test_the_sign_up_itself_may_be_a_key_milestone() -> None:
    named = {"key_milestones": ["signed_up", "connected"]}
    assert ask(JOURNEYS, "key_activation_milestones_share", "2026-03-01", **named)["numerator"] == 4


def test_activation_may_be_a_key_milestone_that_only_the_users_table_tells() -> None:
    tables = {**JOURNEYS, "users": [user("u", "2026-03-01", "2026-03-02", account="e")]}
    cell = ask(tables, "key_activation_milestones_share", "2026-03-01", key_milestones=["activated"])
    assert (cell["numerator"], cell["denominator"]) == (1, 5)


@pytest.mark.parametrize(
    ("kpi", "setting"),
    [("key_activation_milestones_share", "key_milestones"), ("time_to_first_habitual_action", "key_event")],
)
def test_a_kpi_that_needs_a_choice_says_so_when_none_is_made(kpi: str, setting: str) -> None:
    tables = {**JOURNEYS, "events": [use("u", "2026-03-03", "save")]}
    with pytest.raises(NotComputableError, match=f"settings.{setting}.*Choose {setting}"):
        ask(tables, kpi, "2026-03-01")


TEAMS: Tables = {
    "subscriptions": [
        {"customer_id": c, "start_date": on("2026-01-01").date(), "amount": 10.0, "end_date": e and on(e).date()}
        for c, e in (("a", None), ("b", None), ("c", None), ("left", "2026-03-15"))
    ],
    "users": [
        *(user(f"a{n}", "2026-01-01", f"2026-03-0{n}") for n in (1, 2, 3)),
        *(user(f"b{n}", "2026-01-01", "2026-03-01", account="b") for n in (1, 2)),
        user("b3", "2026-01-01", "2026-04-01", account="b"),  # activated exactly at the end: of April
        *(user(f"l{n}", "2026-01-01", "2026-01-02", account="left") for n in (1, 2, 3)),
    ],
}


def test_three_activated_users_by_the_end_in_accounts_that_are_still_there() -> None:
    # active at the end of March: a (3), b (2), c (0) -> 1 / 3; a month later b has its third
    cell = ask(TEAMS, "three_activated_users_share", "2026-03-01")
    assert (cell["numerator"], cell["denominator"]) == (1, 3)
    assert items(TEAMS, "three_activated_users_share", "2026-03-01") == {"none": 1}
    assert ask(TEAMS, "three_activated_users_share", "2026-04-01")["numerator"] == 2


def test_onboarding_satisfaction_is_brought_to_100_on_each_answers_own_scale() -> None:
    tables: Tables = {
        "survey_responses": [
            answer("onboarding", 5, "2026-03-02"),  # 1 to 5 by default: 100
            answer("onboarding", 2, "2026-03-03", customer_id="b"),  # (2 - 1) / 4 = 25
            answer("onboarding", 7, "2026-03-04", customer_id="c", scale_min=0, scale_max=10),  # 70
            answer("onboarding", 9, "2026-03-04", customer_id="d"),  # outside its scale: no answer
            answer("onboarding", 5, "2026-03-04", customer_id="e", respondent_type="employee"),
            answer("csat", 1, "2026-03-04"),
            answer("onboarding", 1, "2026-04-01"),
        ]
    }
    cell = ask(tables, "onboarding_satisfaction_score", "2026-03-01")
    assert (cell["value"], cell["numerator"], cell["denominator"]) == (pytest.approx(65), 195, 3)
    assert items(tables, "onboarding_satisfaction_score", "2026-03-01") == {"unhappy": pytest.approx(1 / 3)}


SAID: Tables = {
    "users": [user("u", "2026-01-01", "2026-03-05"), user("new", "2026-01-01"), user("x", "2026-01-01", "2026-01-02")],
    "survey_responses": [
        answer("nps", 10, "2026-03-04 23:59", user_id="u"),  # before its activation
        answer("nps", 8, "2026-03-05", user_id="u"),  # 80
        answer("csat", 5, "2026-03-06", user_id="new"),  # not activated, though its account is
        answer("ces", 1, "2026-03-07"),  # the account's: activated on 2 January by its first user; 1 of 1 to 7: 0
        answer("post_activation", 3, "2026-03-08", user_id="x"),  # 50
        answer("onboarding", 1, "2026-03-08", user_id="x"),  # another survey
    ],
}


def test_feedback_counts_once_the_respondent_is_activated() -> None:
    cell = ask(SAID, "customer_feedback_score_post_activation", "2026-03-01")
    assert (cell["numerator"], cell["denominator"]) == (130, 3)  # 80 + 0 + 50
    parts = items(SAID, "customer_feedback_score_post_activation", "2026-03-01")
    assert (parts["nps"], parts["ces"], parts["post_activation"]) == (80, 0, 50)
    assert np.isnan(parts["csat"])


def test_effort_is_turned_where_low_is_easy() -> None:
    cell = ask(SAID, "customer_feedback_score_post_activation", "2026-03-01", ces_easy_end="low")
    assert cell["numerator"] == 230  # 80 + 100 + 50
