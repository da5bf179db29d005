"""Retention and money by hand: tables of a few rows, the arithmetic in a comment."""

from __future__ import annotations

import pandas as pd
import pytest

from . import Data
from .examples import FEB, JAN, MAR, ask, made, sub
from .expansion import movements


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


def test_of_two_plans_the_one_with_more_revenue() -> None:
    data = made(
        customers=[{"customer_id": "a", "plan": "Now"}, {"customer_id": "z", "plan": "Now"}],
        subscriptions=[
            sub("a", "2025-01-10", "2025-02-20", 80, plan="Pro"),
            sub("a", "2025-01-20", "2025-02-10", 50, plan="Team"),
            sub("a", "2025-01-20", "2025-02-10", 50, plan="Team"),
            sub("a", "2025-03-05", None, 10, plan="Basic"),
        ],
    )
    # Pro 80; from 20 January Team 50 + 50; from 10 February Pro; a gap; Basic. z never subscribed: its current plan
    days = ["2024-06-01", "2025-01-19", "2025-01-20", "2025-02-10", "2025-03-01", "2025-03-05"]
    moments = pd.to_datetime(pd.Series(days))
    found = data.value_at("plan", pd.Series(["a"] * len(days)), moments)
    assert found.tolist() == ["Pro", "Pro", "Team", "Pro", "Pro", "Basic"]
    assert data.value_before("plan", pd.Timestamp("2025-01-20")).to_dict() == {"a": "Pro", "z": "Now"}


def test_a_month_that_is_not_over_ends_at_as_of() -> None:
    data = made(
        as_of=pd.Timestamp("2025-02-15"),
        subscriptions=[sub("a", "2025-01-01", "2025-02-20", 1), sub("b", "2025-01-01", "2025-02-14", 1)],
    )
    # by 15 February only b has left
    assert ask("customer_churn_rate", data) == (1 / 2, 1, 2, 2)


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
