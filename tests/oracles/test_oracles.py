"""Each oracle by hand: tables of a few rows, the arithmetic in a comment."""

from __future__ import annotations

import pandas as pd
import pytest

from cs_metrics.settings import resolve

from . import ORACLES, Data, answer
from .expansion import movements
from .triangle import triangle

JAN, FEB, MAR, APR = (pd.Timestamp(f"2025-0{m}-01") for m in (1, 2, 3, 4))


def made(as_of: pd.Timestamp = APR, settings: dict | None = None, **tables: list[dict]) -> Data:
    frames = {name: pd.DataFrame(rows) for name, rows in tables.items()}
    return Data(frames, as_of, resolve(settings, {"fresh_days": 3650}))


def ask(kpi: str, data: Data, start: pd.Timestamp = FEB, end: pd.Timestamp = MAR, keep=None):  # type: ignore[no-untyped-def]
    result = ORACLES[kpi](data, start, end, keep)
    return {k: a[:4] for k, a in result.items()} if isinstance(result, dict) else result[:4]


def sub(customer: str, start: str, end: str | None, amount: float, **more: object) -> dict:
    return {"customer_id": customer, "start_date": start, "end_date": end, "amount": amount, **more}


def subscribers(settings: dict | None = None) -> Data:
    """In February: a leaves on the 15th, b grows 50 -> 80, c shrinks 200 -> 150, d is new, e returns, f is a trial,
    g pays 120 a year in euros, worth 2 dollars each in January: 120 / 12 x 2 = 20 a month."""
    return made(
        settings=settings,
        customers=[{"customer_id": c, "region": "EU" if c in "abe" else None} for c in "abcdefg"],
        subscriptions=[
            sub("a", "2025-01-01", "2025-02-15", 100, plan="Pro", cancel_reason="price"),
            sub("b", "2025-01-01", "2025-02-01", 50, plan="Basic"),
            sub("b", "2025-02-01", None, 80, plan="Pro"),
            sub("c", "2025-01-01", "2025-02-10", 200, plan="Pro"),
            sub("c", "2025-02-10", None, 150, plan="Basic"),
            sub("d", "2025-02-05", None, 30, plan="Basic"),
            sub("e", "2024-06-01", "2024-09-01", 10, plan="Basic"),
            sub("e", "2025-02-20", None, 40, plan="Basic"),
            sub("f", "2025-01-01", None, 99, is_trial=True),
            sub("g", "2025-01-10", None, 120, billing_period="year", currency="EUR", plan="Basic"),
            sub("g", "2025-01-10", "2026-01-01", 500, billing_period="one_off"),
        ],
        fx_rates=[{"month": "2025-01-01", "from_currency": "EUR", "to_currency": "USD", "rate": 2.0}],
        churn_events=[{"customer_id": "a", "churned_on": "2025-02-14", "reason": "budget"}],
    )


def test_customers_that_stay_and_leave() -> None:
    data = subscribers()
    # active @1 Feb: a b c g; of these b c g @1 Mar
    assert ask("customer_retention_rate", data) == (3 / 4, 3, 4, 4)
    assert ask("customer_churn_rate", data) == (1 / 4, 1, 4, 4)
    # Pro @start: a and c (b's Pro begins on 1 February, so it opens February as Basic)
    assert ask("customer_churn_rate", data, keep=("plan", "Pro")) == (1 / 2, 1, 2, 2)
    assert ask("customer_churn_rate", data, keep=("region", None)) == (0, 0, 2, 2)
    # nobody was active before January but e, who left in September
    assert ask("customer_churn_rate", data, JAN, FEB)[0] is None


def test_an_end_on_the_first_belongs_to_the_month_that_begins_then() -> None:
    data = made(subscriptions=[sub("a", "2025-01-05", "2025-02-01", 10)])
    assert ask("customer_churn_rate", data, FEB, MAR) == (1, 1, 1, 1)
    assert ask("mrr", data, JAN, FEB) == (10, 10, None, 1)


def test_money_that_stays() -> None:
    data = subscribers()
    # @start 100 + 50 + 200 + 20 = 370; capped at the start: 0 + 50 + 150 + 20 = 220; at the end 0 + 80 + 150 + 20 = 250
    assert ask("gross_revenue_retention", data) == pytest.approx((220 / 370, 220, 370, 4))
    assert ask("net_revenue_retention", data) == pytest.approx((250 / 370, 250, 370, 4))
    # with reactivation: e's 40 more
    data = subscribers({"nrr_with_reactivation": True})
    assert ask("net_revenue_retention", data) == pytest.approx((290 / 370, 290, 370, 4))


def test_movements_add_up() -> None:
    data = subscribers()
    # 370 + d 30 + e 40 + b 30 - c 50 - a 100 = 320
    whole = {"start": 370, "new": 30, "reactivation": 40, "expansion": 30, "contraction": 50, "churn": 100, "end": 320}
    assert movements(data, FEB, MAR) == pytest.approx(whole)
    assert ask("expansion_revenue", data) == (30, 30, None, 1)
    # under a row filter Basic to Pro is new in Pro: b 0 -> 80, a 100 -> 0, c 200 -> 0
    pro = movements(data, FEB, MAR, ("subscriptions.plan", "Pro"))
    assert pro == {
        "start": 300,
        "new": 80,
        "reactivation": 0,
        "expansion": 0,
        "contraction": 0,
        "churn": 300,
        "end": 80,
    }


def test_mrr_and_what_an_account_pays() -> None:
    data = subscribers()
    # 80 + 150 + 30 + 40 + 20, by five; Pro @end: b alone
    assert ask("mrr", data) == pytest.approx((320, 320, None, 5), nan_ok=True)
    assert ask("average_revenue_per_account", data) == (64, 320, 5, 5)
    assert ask("mrr", data, keep=("plan", "Pro")) == (80, 80, None, 1)


def test_revenue_of_orders_per_buyer() -> None:
    orders = [
        {"order_id": "1", "customer_id": "a", "ordered_at": "2025-02-03", "amount": 30},
        {"order_id": "2", "customer_id": "b", "ordered_at": "2025-02-03", "amount": 50},
        {"order_id": "3", "customer_id": "b", "ordered_at": "2025-02-04", "amount": -20, "kind": "refund"},
    ]
    # (30 + 50 - 20) / 2
    assert ask("average_revenue_per_account", made(orders=orders)) == (30, 60, 2, 2)


def test_lifetime_value_pools_the_months() -> None:
    # paying @ 1 Jan: a b; @ 1 Feb: a b; February loses a: base 2 + 2 (Jan, Feb), lost 1: churn 1/4; ARPA 50
    data = made(subscriptions=[sub("a", "2024-12-05", "2025-02-10", 10), sub("b", "2024-12-05", None, 50)])
    assert ask("customer_lifetime_value", data) == (200, 50, 1 / 4, 4)
    assert ask("customer_lifetime_value", data, JAN, FEB)[0] is None  # nobody lost yet


def test_why_they_left() -> None:
    # of February only a left; the team's record (budget) goes before the row's reason (price)
    assert ask("exit_reason_frequency", subscribers()) == {"budget": (1, 1, 1, 1), None: (1, 1, 1, 1)}
    data = made(
        customers=[{"customer_id": "b", "churn_reason": "bug"}],
        subscriptions=[
            sub("a", "2025-01-01", "2025-02-09", 1, cancel_reason="price"),
            sub("b", "2025-02-02", "2025-02-20", 1),
            sub("c", "2025-01-01", "2025-02-20", 1),
        ],
    )
    third = (1 / 3, 1, 3, 3)
    assert ask("exit_reason_frequency", data) == {"price": third, "bug": third, "unknown": third, None: (1, 3, 3, 3)}


def test_buying_again() -> None:
    orders = [
        {"order_id": "1", "customer_id": "a", "ordered_at": "2025-02-03", "amount": 1},
        {"order_id": "1", "customer_id": "a", "ordered_at": "2025-02-03", "amount": 2},
        {"order_id": "2", "customer_id": "b", "ordered_at": "2025-02-03", "amount": 1},
        {"order_id": None, "customer_id": "b", "ordered_at": "2025-02-04", "amount": 1},
        {"order_id": None, "customer_id": "b", "ordered_at": "2025-02-04", "amount": 1},
        {"order_id": "3", "customer_id": "a", "ordered_at": "2025-02-04", "amount": 1, "kind": "refund"},
        {"order_id": "4", "customer_id": None, "ordered_at": "2025-02-04", "amount": 1},
    ]
    # a: order 1 (two lines); b: order 2 and two lines without a number = 3
    assert ask("repeat_purchase_rate", made(orders=orders)) == (1 / 2, 1, 2, 2)
    assert ask("average_purchase_frequency", made(orders=orders)) == (2, 4, 2, 2)


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
