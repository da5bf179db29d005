"""Activation and features by hand: a few rows, the arithmetic in a comment."""

from __future__ import annotations

import pytest

from .examples import ask, made, sub
from .test_oracles import answered


def step(customer: str, name: str, reached: str | None, **more: object) -> dict:
    return {"customer_id": customer, "milestone": name, "reached_at": reached, **more}


def person(user: str, created: str | None, activated: str | None = None, customer: str = "c") -> dict:
    return {"user_id": user, "customer_id": customer, "created_at": created, "activated_at": activated}


def event(user: str, moment: str, name: str = "x", **more: object) -> dict:
    return {"user_id": user, "occurred_at": moment, "event": name, **more}


def test_activation_of_users_and_accounts() -> None:
    tables = {
        "users": [
            person("a1", "2025-02-01 00:00", "2025-03-03 00:00", "a"),
            person("a2", "2025-02-01 00:00", "2025-03-03 00:01", "a"),
            person("b1", "2025-02-05 00:00", "2025-02-06 00:00", "b"),
            person("b2", "2025-02-05 00:00", "2025-02-04 00:00", "b"),
            person("c1", None, None, "c"),
            person("c2", None, None, "c"),
        ],
        "customers": [{"customer_id": c, "signed_up_on": "2025-02-01"} for c in "abc"],
        "milestones": [
            step("b", "activated", "2025-03-31 12:00", user_id="b1"),
            step("c", "activated", "2025-02-11"),
            step("c", "signed_up", "2025-02-20", user_id="c1"),
        ],
        "events": [event("c2", "2025-02-27"), event("c1", "2025-01-03")],
    }
    # signed up in February: a1 a2 b1, c1 (its milestone goes before its first event), c2 (its first event); b2 was
    # active before it signed up. a1 after 30 days; a2 a minute late; b1's milestone goes before the table: 54 days
    assert ask("activation_rate", made(**tables)) == (1 / 5, 1, 5, 5)
    # accounts: a by its first user 30 days after 1 February; b by its first user, b2, on 4 February; c by its own row
    assert ask("activation_rate", made(settings={"activation_level": "accounts"}, **tables)) == (1, 3, 3, 3)
    # a user that is active on 1 March has not got two others at its account by then: nobody has three
    active = [sub(c, "2025-01-01", None, 1) for c in "abc"]
    assert ask("three_activated_users_share", made(subscriptions=active, **tables)) == (0, 0, 3, 3)


def test_three_activated_users() -> None:
    data = made(
        subscriptions=[sub(c, "2025-01-01", None, 1) for c in "ab"] + [sub("c", "2025-01-01", "2025-02-20", 1)],
        users=[
            *(person(f"a{i}", "2025-01-01", "2025-02-28 23:59", "a") for i in range(3)),
            *(person(f"b{i}", "2025-01-01", f"2025-0{i}-01", "b") for i in (1, 2, 3)),
            *(person(f"c{i}", "2025-01-01", "2025-01-02", "c") for i in range(3)),
        ],
    )
    # active on 1 March: a with three, b with two (the third begins on 1 March)
    assert ask("three_activated_users_share", data) == (1 / 2, 1, 2, 2)


def test_key_actions() -> None:
    tables = {
        "users": [
            person("u", "2025-02-01 00:00", "2025-02-03"),
            person("v", "2025-02-10 12:00", "2025-02-10 18:00"),
            person("w", "2025-02-10 00:00", "2025-02-09"),
            person("x", "2025-01-10 00:00", "2025-01-11"),
        ],
        "events": [
            event("u", "2025-01-31 23:00", "report"),
            *(event("u", f"2025-02-{moment}", "report") for moment in ("01 12:00", "01 13:00", "04 00:00", "11 06:00")),
            event("v", "2025-02-11 12:00", "login"),
            *(event("v", f"2025-02-{moment}", "report") for moment in ("13 12:00", "14 12:00")),
            event("x", "2025-02-11", "report"),
        ],
    }
    chosen = made(settings={"key_event": "report"}, **tables)
    # u half a day (the event before its sign-up does not count), v 3 days, w not yet; x signed up in January
    assert ask("time_to_first_key_action", chosen) == (1.75, 3.5, 2, 2)
    # u's third day is the 11th at 6:00: 10.25 days; v has two days
    assert ask("time_to_first_habitual_action", chosen) == (10.25, 10.25, 1, 1)
    twice = made(settings={"key_event": "report", "habit_times": 2}, **tables)
    # u on the 4th: 3 days; v on the 14th: 4 days
    assert ask("time_to_first_habitual_action", twice) == (3.5, 7, 2, 2)
    # without a key event the activation is it: u 2 days, v 0.25; w's lies before its sign-up
    assert ask("time_to_first_key_action", made(**tables)) == (1.125, 2.25, 2, 2)
    assert ask("time_to_first_habitual_action", made(**tables))[3] == 0


def test_milestones_of_accounts() -> None:
    tables = {
        "customers": [{"customer_id": c, "signed_up_on": "2025-02-01"} for c in "abcd"],
        "milestones": [
            step("a", "exceeded_value", "2025-02-21 12:00"),
            step("b", "exceeded_value", "2025-03-03", user_id="u"),
            step("c", "exceeded_value", "2025-01-03"),
            step("a", "first_value", "2025-03-03 00:00"),
            step("a", "onboarding_completed", "2025-01-20"),
            step("b", "first_value", "2025-03-03 00:01"),
            step("b", "onboarding_completed", "2025-02-20"),
            step("c", "first_value", "2025-02-03", user_id="v"),
        ],
        "users": [person("v", None, "2025-02-02", "c")],
    }
    # a 20.5 days, b 30; c's lies before its sign-up, d has none
    assert ask("time_to_exceed_value", made(**tables)) == (25.25, 50.5, 2, 2)
    both = made(settings={"key_milestones": ["onboarding_completed", "first_value"]}, **tables)
    # a: the first before its sign-up (the order is free), the second after 30 days; b a minute late; c and d lack one
    assert ask("key_activation_milestones_share", both) == (1 / 4, 1, 4, 4)
    # with activation in the place of onboarding: c by its user
    other = made(settings={"key_milestones": ["activated", "first_value"]}, **tables)
    assert ask("key_activation_milestones_share", other) == (1 / 4, 1, 4, 4)
    assert ask("key_activation_milestones_share", made(**tables))[0] is None


def test_scores_out_of_a_hundred() -> None:
    data = made(
        survey_responses=[
            answered("onboarding", 5),
            answered("onboarding", 2),
            answered("onboarding", 3, scale_min=1, scale_max=3),
            answered("onboarding", 6),
        ]
    )
    # 100, (2 - 1) / 4 = 25, 100; 6 is outside 1-5
    assert ask("onboarding_satisfaction_score", data) == (75, 225, 3, 3)
    tables = {
        "users": [person("u", None, "2025-02-05"), person("v", None)],
        "survey_responses": [
            answered("nps", 9, "2025-02-05", user_id="u"),
            answered("nps", 1, "2025-02-04", user_id="u"),
            answered("csat", 2, "2025-02-20", user_id="v"),
            answered("csat", 4, "2025-02-20", customer_id="c"),
            answered("ces", 7, "2025-02-20", customer_id="c"),
            answered("onboarding", 1, "2025-02-20", customer_id="c"),
            answered("post_activation", 3, "2025-02-20"),
        ],
    }
    # u's 90 on the day of its activation, not the day before; v is not activated; the account is since u is: 75 and 100
    assert ask("customer_feedback_score_post_activation", made(**tables)) == pytest.approx((265 / 3, 265, 3, 3))
    turned = made(settings={"ces_easy_end": "low"}, **tables)
    # the effort of 7 is then the hardest: 90 + 75 + 0
    assert ask("customer_feedback_score_post_activation", turned) == (55, 165, 3, 3)


def test_early_use() -> None:
    tables = {
        "users": [person(u, "2025-02-01 00:00") for u in "uvwx"],
        "events": [
            event("u", "2025-02-08 00:00", feature="report"),
            event("v", "2025-02-08 00:01", feature="report"),
            event("v", "2025-02-03 00:00", feature="login"),
            event("w", "2025-01-31 12:00", feature="report"),
            event("w", "2025-02-02 12:00", feature="export"),
            event("y", "2025-02-20", feature="export"),
        ],
    }
    keys = ["report", "export"]
    # new: u v w x and y, by its first event. u to the minute, v a minute late, w's report came before it signed up
    expected = {"report": (1 / 5, 1, 5, 5), "export": (2 / 5, 2, 5, 5), None: (3 / 5, 3, 5, 5)}
    assert ask("feature_adoption_rate_early", made(settings={"key_features": keys}, **tables)) == expected
    # v's report came in its second session
    more = made(settings={"key_features": keys, "early_sessions": 2}, **tables)
    assert ask("feature_adoption_rate_early", more)["report"] == (2 / 5, 2, 5, 5)
    one = made(settings={"key_features": keys, "early_sessions": 1}, **tables)
    assert ask("feature_adoption_rate_early", one)["report"] == (1 / 5, 1, 5, 5)


def test_regular_use() -> None:
    days = {
        "u": ("2025-02-01 00:00", "2025-02-08 00:00", "2025-02-15 00:00"),
        "v": ("2025-02-01 00:00", "2025-02-07 23:59", "2025-02-15 00:00"),
        "w": ("2025-01-31 23:59", "2025-02-08 00:00", "2025-02-22 00:00"),
        "x": ("2025-01-10 00:00",),
    }
    data = made(
        settings={"key_features": ["report", "export"]},
        events=[event(u, day, feature="report") for u, own in days.items() for day in own]
        + [event("w", "2025-02-28 23:59", feature="login"), event("w", "2025-02-20", feature="export")],
    )
    # weeks back from 1 March begin on 22, 15, 8 and 1 February. u uses it in three; v twice in the first week: two;
    # w in two, with the export in a third: any of the features in three; x was last seen in January
    expected = {"report": (1 / 3, 1, 3, 3), "export": (0, 0, 3, 3), None: (2 / 3, 2, 3, 3)}
    assert ask("feature_adoption_rate_ongoing", data) == expected


def test_use_in_the_period_and_again() -> None:
    data = made(
        settings={"key_features": ["report", "export"]},
        subscriptions=[sub(c, "2025-01-01", None, 1) for c in "cde"],
        customers=[{"customer_id": "c", "region": "EU"}],
        users=[person("u", None), person("v", None, customer="d")],
        events=[
            event("u", "2025-01-01", feature="report"),
            event("u", "2025-02-10", feature="export"),
            event("u", "2025-02-11", feature="export"),
            event("u", "2025-02-12"),
            event("v", "2025-01-31 23:59", feature="report"),
            event("v", "2025-02-28", feature="report"),
            event("v", "2025-02-28", feature="login"),
            event("w", "2025-01-05", feature="export"),
            event("x", "2024-12-31", feature="export"),
            event("x", "2025-02-05", feature="login"),
        ],
    )
    # seen in February: u v x
    expected = {"report": (1 / 3, 1, 3, 3), "export": (1 / 3, 1, 3, 3), None: (2 / 3, 2, 3, 3)}
    assert ask("active_feature_usage_rate", data) == expected
    # in January report u v, export w; in February v the report again, u another of the two
    again = {"report": (1 / 2, 1, 2, 2), "export": (0, 0, 1, 1), None: (2 / 3, 2, 3, 3)}
    assert ask("retained_feature_users_share", data) == again
    assert ask("retained_feature_users_share", data, keep=("region", "EU"))["report"] == (0, 0, 1, 1)
    # features in February: c export; d report and login; e none
    assert ask("breadth_of_use", data) == (1, 3, 3, 3)
