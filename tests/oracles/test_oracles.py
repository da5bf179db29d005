"""Use, support, adoption, advocacy, triangles and intervals by hand: a few rows, the arithmetic in a comment."""

from __future__ import annotations

import pandas as pd
import pytest

from . import answer
from .examples import FEB, JAN, ask, made, sub
from .triangle import triangle


def test_users_of_a_month() -> None:
    events = [
        {"user_id": "u", "occurred_at": "2025-02-01 10:00", "event": "x"},
        {"user_id": "u", "occurred_at": "2025-02-01 12:00", "event": "x"},
        {"user_id": "u", "occurred_at": "2025-02-02 10:00", "event": "x"},
        {"user_id": "v", "occurred_at": "2025-01-30 00:00", "event": "x"},
        {"user_id": "w", "occurred_at": "2025-01-29 23:00", "event": "x"},
        {"user_id": "z", "occurred_at": "2025-02-28 10:00", "event": "x"},
        {"user_id": None, "customer_id": "c", "occurred_at": "2025-02-28 10:00", "event": "x"},
    ]
    data = made(
        events=events, users=[{"user_id": "z", "customer_id": "c"}], customers=[{"customer_id": "c", "region": "EU"}]
    )
    # the 30 days to 1 March begin on 30 January: u v z
    assert ask("monthly_active_users", data) == (3, 3, None, 3)
    assert ask("monthly_active_users", data, keep=("region", "EU")) == (1, 1, None, 1)
    # user days: u 2, z 1, over 28 days; two users
    assert ask("stickiness", data) == pytest.approx((3 / 28 / 2, 3 / 28, 2, 2))


def answered(survey: str, score: float | None, day: str = "2025-02-10", **more: object) -> dict:
    return {"survey": survey, "score": score, "responded_at": None if score is None else day, **more}


def test_satisfaction_and_effort() -> None:
    rows = [answered("csat", s) for s in (5, 4, 3, 9)] + [answered("csat", 5, respondent_type="employee")]
    # 9 is outside 1-5, an employee is no customer: 5 and 4 of 3
    assert ask("customer_satisfaction_score", made(survey_responses=rows)) == (2 / 3, 2, 3, 3)
    rows = [answered("ces", 7), answered("ces", 3, scale_min=1, scale_max=5)]
    # 3 of 1-5 is 1 + 6 x 2/4 = 4; (7 + 4) / 2; turned: (1 + 4) / 2
    assert ask("customer_effort_score", made(survey_responses=rows)) == (5.5, 11, 2, 2)
    turned = made(survey_responses=rows, settings={"ces_easy_end": "low"})
    assert ask("customer_effort_score", turned) == (2.5, 5, 2, 2)


def test_nps_takes_each_persons_last_answer() -> None:
    rows = [
        answered("nps", 2, "2025-02-01", user_id="u"),
        answered("nps", 10, "2025-02-20", user_id="u"),
        answered("nps", 9),
        answered("nps", 3, scale_min=1),
        answered("nps", 5, scale_max=5),
    ]
    # 10, 9, 3 (a 1-5 scale is no NPS): 100 x (2 - 1) / 3
    assert ask("net_promoter_score", made(survey_responses=rows)) == pytest.approx((100 / 3, 100, 3, 3))
    # all answers: 2 10 9 3
    assert ask("net_promoter_score", made(survey_responses=rows, settings={"survey_rule": "all"})) == (0, 0, 4, 4)


def test_months_begin_in_the_workspaces_zone() -> None:
    rows = [answered("nps", 10, "2025-01-31 23:30")]
    # 23:30 in London is half past midnight of 1 February in Berlin
    assert ask("net_promoter_score", made(survey_responses=rows))[3] == 0
    assert ask("net_promoter_score", made(survey_responses=rows, settings={"timezone": "Europe/Berlin"}))[3] == 1


def test_response_rate() -> None:
    sent = {"sent_at": "2025-02-08"}
    rows = [answered("nps", 9, **sent), answered("csat", None, **sent), answered("nps", 9, "2025-02-01", **sent)]
    # the third answered before it was sent: left out
    assert ask("survey_response_rate", made(survey_responses=rows)) == (1 / 2, 1, 2, 2)


def ticket(created: str, first: str | None, resolved: str | None, **more: object) -> dict:
    base = {"created_at": created, "first_response_at": first, "resolved_at": resolved}
    return {"ticket_id": created, **base, **more}


def test_tickets() -> None:
    data = made(
        tickets=[
            ticket("2025-02-01 00:00", "2025-02-01 01:00", "2025-02-01 10:00", replies=1, reopened=0, cost=5),
            ticket("2025-02-02 00:00", "2025-02-02 03:00", "2025-02-02 20:00", replies=2, cost=7),
            ticket("2025-02-03 00:00", "2025-02-03 08:00", "2025-03-03 00:00", replies=1, reopened=1, cost=9),
            ticket("2025-02-04 00:00", None, None),
            ticket("2025-02-05 00:00", "2025-02-04 00:00", "2025-02-04 00:00", replies=1),
            ticket("2025-02-06 00:00", None, "2025-02-06 06:00", cost=3),
        ]
    )
    # 1, 3, 8 hours: median 3, mean 12/3 (none, and one before its ticket, are left out)
    assert ask("first_response_time", data) == (3, 12, 3, 3)
    # resolved in February: 10, 20, 6 hours
    assert ask("average_resolution_time", data) == (10, 36, 3, 3)
    # created in February, resolved, replies known: the first yes, the second two replies, the third reopened
    assert ask("first_contact_resolution_rate", data) == (1 / 3, 1, 3, 3)
    # (5 + 7 + 3) / 3
    assert ask("cost_per_ticket", data) == (5, 15, 3, 3)


def test_support_costs_go_before_the_tickets_own() -> None:
    tickets = [ticket("2025-02-01", None, "2025-02-02", cost=5), ticket("2025-02-02", None, "2025-02-03", cost=5)]
    costs = [{"incurred_on": "2025-02-01", "kind": k, "amount": a} for k, a in (("support", 40), ("churn", 99))]
    assert ask("cost_per_ticket", made(tickets=tickets, costs=costs)) == (20, 40, 2, 2)


def test_features_of_active_accounts() -> None:
    data = made(
        settings={"key_features": ["report", "export"]},
        subscriptions=[sub(c, "2025-01-01", None, 1) for c in "abc"] + [sub("d", "2025-03-01", None, 1)],
        events=[
            {"customer_id": c, "occurred_at": "2025-02-03", "event": "x", "feature": f}
            for c, f in (("a", "report"), ("b", "export"), ("b", "report"), ("c", "login"), ("d", "report"))
        ],
    )
    # active in February: a b c; d used the report but is not active
    expected = {"report": (2 / 3, 2, 3, 3), "export": (1 / 3, 1, 3, 3), None: (2 / 3, 2, 3, 3)}
    assert ask("feature_adoption_rate", data) == expected


def test_first_value_and_onboarding() -> None:
    def step(customer: str, name: str, reached: str | None, **more: object) -> dict:
        return {"customer_id": customer, "milestone": name, "reached_at": reached, **more}

    data = made(
        customers=[{"customer_id": c, "signed_up_on": "2025-02-01"} for c in "abcd"],
        milestones=[
            step("a", "first_value", "2025-02-02 12:00"),
            step("b", "first_value", "2025-02-06", user_id="u"),
            step("b", "first_value", "2025-02-05", user_id="v"),
            step("c", "first_value", "2025-01-05"),
            step("a", "onboarding_completed", "2025-02-20", started_at="2025-02-03"),
            step("b", "onboarding_started", "2025-02-04"),
            step("c", "onboarding_started", "2025-02-04"),
            step("c", "onboarding_completed", "2025-02-01"),
        ],
    )
    # a 1.5 days, b 4 (its first user's); c before sign-up, d not yet: median 2.75
    assert ask("time_to_first_value", data) == (2.75, 5.5, 2, 2)
    # a completed, b not; c completed before it began: left out
    assert ask("onboarding_completion_rate", data) == (1 / 2, 1, 2, 2)


def test_referrals() -> None:
    data = made(
        as_of=pd.Timestamp("2025-12-01"),
        subscriptions=[sub(c, "2025-01-01", None, 1) for c in "abcd"],
        referrals=[
            {"referrer_customer_id": "a", "made_at": "2025-02-01", "converted_at": "2025-05-02"},
            {"referrer_customer_id": "a", "made_at": "2025-02-01", "converted_at": "2025-05-02 00:01"},
            {"referrer_customer_id": "b", "accepted_at": "2025-02-09"},
            {"referrer_customer_id": "x", "made_at": "2025-02-09", "converted_at": "2025-02-01"},
        ],
    )
    # 1 February + 90 days = 2 May, the minute after is too late; x's conversion lies before its making: left out
    assert ask("referral_conversion_rate", data) == (1 / 2, 1, 2, 2)
    # a made, b accepted, of a b c d; x is not active
    assert ask("referral_program_participation_rate", data) == (1 / 2, 2, 4, 4)


def test_triangle() -> None:
    orders = [
        {"order_id": str(i), "customer_id": c, "ordered_at": d, "amount": 1}
        for i, (c, d) in enumerate((("a", "2025-01-05"), ("b", "2025-01-09"), ("a", "2025-03-02"), ("c", "2025-02-02")))
    ]
    data = made(orders=orders)

    def cells(kind: str) -> list[tuple]:
        return list(triangle(data, "orders", kind)[["cohort", "k", "retained"]].itertuples(index=False, name=None))

    # January: a and b; nobody in February, a in March, so a came back "then or later" by February too
    assert cells("on") == [(JAN, 0, 2), (JAN, 1, 0), (JAN, 2, 1), (FEB, 0, 1), (FEB, 1, 0)]
    assert cells("on_or_after") == [(JAN, 0, 2), (JAN, 1, 1), (JAN, 2, 1), (FEB, 0, 1), (FEB, 1, 0)]
    data = made(subscriptions=[sub("a", "2025-01-05", "2025-02-10", 1), sub("b", "2025-01-31", "2025-03-01", 1)])
    # at the end of February a is gone; b ends on 1 March, so it is still there just before
    assert triangle(data, "subscriptions")["retained"].tolist() == [2, 1, 0]


def test_intervals_against_the_literature() -> None:
    # Newcombe 1998: 81 of 263, Wilson 0.2553 to 0.3662
    assert answer.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    # n = 10: j = 2 covers 97.9 %, j = 3 only 89.1 %
    assert answer.order_statistics(pd.Series(range(1, 11))) == (2, 9)
    assert answer.order_statistics(pd.Series(range(5))) is None
    # 1, 2, 3: 2 -+ 4.3027 x 1 / sqrt(3)
    assert answer.student(pd.Series([1.0, 2.0, 3.0])) == pytest.approx((-0.4841, 4.4841), abs=1e-4)
    # clusters of one each: CR1 is the t interval
    values = pd.Series([1.0, 2.0, 6.0])
    assert answer.cr1(values, pd.Series(["a", "b", None])) == pytest.approx(answer.student(values))
    # a mean by jackknife is the t interval as well
    assert answer.jackknife(values, pd.Series(1.0, index=values.index)) == pytest.approx(answer.student(values))
    # 2 promoters, 1 detractor of 3: (2.75 - 1.75) / 6 = 1/6; variance (4.5/6 - 1/36) / 6 = 0.120370
    low, high = answer.nps_interval(2, 1, 3) or (0, 0)
    assert (low, high) == pytest.approx((100 / 6 - 196 * 0.346945, 100 / 6 + 196 * 0.346945), abs=0.01)
