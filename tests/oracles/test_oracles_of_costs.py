"""Costs, deals, trials and revenue of users by hand: tables of a few rows, the arithmetic in a comment."""

from __future__ import annotations

import pandas as pd
import pytest

from . import Data
from .examples import FEB, JAN, MAR, ask, made, sub


def spending(**more: list[dict]) -> Data:
    """Active in February: a and b from before, c and d new in it, e gone on the 1st; t is a trial."""
    return made(
        customers=[{"customer_id": c, "region": "EU" if c in "ac" else None} for c in "abcde"],
        subscriptions=[
            sub("a", "2024-12-05", None, 50),
            sub("b", "2024-12-05", "2025-02-10", 10),
            sub("c", "2025-02-01", None, 20),
            sub("d", "2025-02-28", None, 0),
            sub("e", "2024-12-05", "2025-02-01", 10),
            sub("t", "2025-02-05", None, 0, is_trial=True),
        ],
        costs=[
            {"incurred_on": day, "kind": kind, "amount": amount, "customer_id": c}
            for day, kind, amount, c in (
                ("2025-02-28", "acquisition", 90, None),
                ("2025-02-01", "acquisition", 10, "c"),
                ("2025-03-31", "acquisition", 1000, None),
                ("2025-02-10", "retention", 30, None),
                ("2025-02-10", "retention", 6, "a"),
                ("2025-01-31", "retention", 70, "a"),
            )
        ],
        **more,
    )


def test_cost_of_winning_a_customer() -> None:
    # (90 + 10) / (c and d); nobody was new in January; no cost in December is 0
    assert ask("customer_acquisition_cost", spending()) == (50, 100, 2, 2)
    assert ask("customer_acquisition_cost", spending(), JAN, FEB) == (None, 0, 0, 0)
    assert ask("customer_acquisition_cost", spending(), pd.Timestamp("2024-12-01"), JAN) == (0, 0, 3, 3)
    # in the EU: the cost that names c, and c; the others name nobody
    assert ask("customer_acquisition_cost", spending(), keep=("region", "EU")) == (10, 10, 1, 1)
    assert ask("customer_acquisition_cost", spending(), keep=("region", None)) == (90, 90, 1, 1)
    data = made(subscriptions=[sub("a", "2025-02-05", None, 1)])
    assert ask("customer_acquisition_cost", data)[0] is None


def test_worth_against_cost() -> None:
    # paying @end: a 50, c 20: ARPA 35; churn of January 0 of a b e, of February b and e of a b e: 2 / 6; CLV 105
    assert ask("customer_lifetime_value", spending()) == pytest.approx((105, 35, 1 / 3, 6))
    assert ask("clv_to_cac_ratio", spending()) == pytest.approx((105 / 50, 105, 50, 2))


def test_cost_of_keeping_and_serving() -> None:
    # 36 / (a b c d): e's end on the 1st is not active in February; t is a trial
    assert ask("customer_retention_cost", spending()) == (9, 36, 4, 4)
    tickets = [
        {"ticket_id": str(i), "customer_id": "a", "created_at": day, "cost": cost}
        for i, (day, cost) in enumerate((("2025-02-01", 4), ("2025-02-28 23:00", 8), ("2025-03-01", 99)))
    ]
    # no costs of kind support: the tickets' 12 + 36
    assert ask("cost_to_serve", spending(tickets=tickets)) == (12, 48, 4, 4)
    assert ask("cost_to_serve", spending(), keep=("region", "EU")) == (3, 6, 2, 2)
    support = made(
        subscriptions=[sub("a", "2025-01-01", None, 1)],
        costs=[{"incurred_on": day, "kind": "support", "amount": 5} for day in ("2025-02-01", "2025-02-28")],
        tickets=tickets,
    )
    assert ask("cost_to_serve", support) == (10, 10, 1, 1)


def deal(customer: str | None, status: str, closed: str | None, amount: float) -> dict:
    base = {"created_at": "2025-01-01", "opportunity_id": f"{customer}{status}{closed}{amount}"}
    return {**base, "customer_id": customer, "status": status, "closed_at": closed, "amount": amount}


def test_deals() -> None:
    data = made(
        customers=[{"customer_id": "a", "region": "EU"}],
        opportunities=[
            deal("a", "won", "2025-02-01", 100),
            deal("a", "won", "2025-02-28", 20),
            deal(None, "lost", "2025-02-10", 70),
            deal("a", "won", "2025-03-01", 500),
            deal("a", "lost", None, 9),
            deal("a", "open", "2025-02-10", 9),
        ],
    )
    # won in February: 100 and 20; closed: these and the lost one
    assert ask("average_deal_size", data) == (60, 120, 2, 2)
    assert ask("win_rate", data) == (2 / 3, 2, 3, 3)
    assert ask("win_rate", data, keep=("region", "EU")) == (1, 2, 2, 2)
    assert ask("win_rate", data, keep=("region", None)) == (0, 0, 1, 1)


def test_trials_of_leads() -> None:
    started = (
        ("2025-02-01", "2025-03-03"),
        ("2025-02-01", "2025-03-03 00:01"),
        ("2025-02-10", None),
        ("2025-02-10", "2025-02-09"),
        ("2025-03-01", "2025-03-02"),
    )
    leads = [
        {"lead_id": str(i), "created_at": "2025-01-01", "trial_started_at": a, "converted_at": b}
        for i, (a, b) in enumerate(started)
    ]
    rows = [sub("x", "2025-02-02", None, 0, is_trial=True)]
    # the 30th day is in, a minute later is not, one goes on, one was paid before (left out); the row is not mixed in
    assert ask("free_trial_conversion_rate", made(leads=leads, subscriptions=rows)) == (1 / 3, 1, 3, 3)


def test_trials_of_subscriptions() -> None:
    data = made(
        customers=[{"customer_id": c, "region": "EU" if c in "ab" else "US"} for c in "abcd"],
        subscriptions=[
            *(sub(c, "2025-02-02", "2025-02-16", 0, is_trial=True) for c in "abcd"),
            sub("a", "2025-02-16", None, 5),
            sub("b", "2025-02-16", None, 0),
            sub("c", "2025-03-05", None, 5),
            sub("d", "2025-02-01", None, 5),
        ],
    )
    # a paid on the 14th day; b goes on free; c on the 31st day; d paid before: nothing new
    assert ask("free_trial_conversion_rate", data) == (1 / 4, 1, 4, 4)
    assert ask("free_trial_conversion_rate", data, keep=("region", "EU")) == (1 / 2, 1, 2, 2)


def users(**settings: object) -> Data:
    """a pays 28 a month until 15 February, then 56 on Pro; b 10 from 1 January on; o paid 100 once."""
    return made(
        settings=settings,
        customers=[{"customer_id": c, "region": "EU" if c == "a" else "US"} for c in "abo"],
        users=[{"user_id": "w", "customer_id": "b"}],
        subscriptions=[
            sub("a", "2025-01-16", "2025-02-15", 28, plan="Basic"),
            sub("a", "2025-02-15", None, 56, plan="Pro"),
            sub("b", "2025-01-01", None, 10, plan="Basic"),
            sub("o", "2025-02-05", None, 100, billing_period="one_off"),
        ],
        events=[
            {"user_id": u, "customer_id": c, "occurred_at": day, "event": "x"}
            for u, c, day in (
                ("u", "a", "2025-02-01"),
                ("u", "a", "2025-02-20"),
                ("v", "a", "2025-02-16"),
                ("w", None, "2025-02-02"),
                (None, "b", "2025-02-02"),
                ("z", "b", "2025-03-01"),
            )
        ],
        leads=[
            {"lead_id": str(i), "created_at": "2025-01-01", "customer_id": c, "is_pql": q}
            for i, (c, q) in enumerate((("a", True), ("a", True), ("b", False), ("o", True), (None, True)))
        ],
    )


def test_revenue_of_a_user() -> None:
    # February: a 28 x 14/28 + 56 x 14/28 = 42, b 10; users u v w
    assert ask("average_revenue_per_user", users()) == pytest.approx((52 / 3, 52, 3, 3))
    assert ask("average_revenue_per_user", users(one_off_in_revenue=True)) == pytest.approx((152 / 3, 152, 3, 3))
    assert ask("average_revenue_per_user", users(), keep=("region", "US")) == pytest.approx((10, 10, 1, 1))
    with_fees = users(one_off_in_revenue=True)
    assert ask("average_revenue_per_user", with_fees, keep=("region", "US")) == pytest.approx((110, 110, 1, 1))
    # on Pro: 28 of a's second half; u and v on the 20th and 16th
    assert ask("average_revenue_per_user", users(), keep=("plan", "Pro")) == pytest.approx((14, 28, 2, 2))
    # on Basic: 14 of a, 10 of b; u on the 1st, and w
    assert ask("average_revenue_per_user", users(), keep=("plan", "Basic")) == pytest.approx((12, 24, 2, 2))


def test_revenue_of_a_user_without_events() -> None:
    people = [
        {"user_id": u, "customer_id": "a", "created_at": day} for u, day in (("u", "2025-02-28"), ("v", "2025-03-01"))
    ]
    orders = [
        {"order_id": "1", "customer_id": "a", "ordered_at": "2025-02-03", "amount": 30},
        {"order_id": "2", "customer_id": "a", "ordered_at": "2025-02-04", "amount": 5, "kind": "refund"},
        {"order_id": "3", "customer_id": None, "ordered_at": "2025-02-04", "amount": 99},
    ]
    # 30 - 5, by u
    assert ask("average_revenue_per_user", made(users=people, orders=orders)) == (25, 25, 1, 1)


def test_worth_of_qualified_leads() -> None:
    # a alone (o never paid a recurring price): January 28 x 16/31, February 42
    total = 28 * 16 / 31 + 42
    assert ask("converted_pql_lifetime_value", users()) == pytest.approx((total, total, 1, 1))
    assert ask("converted_pql_lifetime_value", users(), keep=("region", "US")) == (None, 0, 0, 0)


def test_worth_of_referred_customers() -> None:
    data = made(
        customers=[{"customer_id": c, "referred_by": by} for c, by in (("a", "x"), ("b", None), ("c", None))],
        subscriptions=[
            sub("a", "2024-12-05", None, 60),
            sub("b", "2024-12-05", "2025-02-10", 10),
            sub("c", "2025-01-01", None, 99),
        ],
        referrals=[{"referrer_customer_id": "a", "referred_customer_id": "b", "prompted_at": "2025-01-01"}],
    )
    # a and b: ARPA @end 60; months January a b, February a b and b lost: 1 / 4
    assert ask("cltv_for_referred_users", data) == (240, 60, 1 / 4, 4)


def test_recurring_revenue_of_a_year() -> None:
    # 12 x (56 + 10); a one-off is none
    assert ask("arr", users()) == (792, 792, None, 2)


def test_growth_of_accounts() -> None:
    # @1 February a 28, b 10; @1 March a 56, b 10
    assert ask("customer_account_growth_rate", users()) == pytest.approx((28 / 38, 28, 38, 2))
    orders = [
        {"order_id": f"{c}{day}", "customer_id": c, "ordered_at": day, "amount": amount, "kind": kind}
        for c, day, amount, kind in (
            ("a", "2025-01-05", 40, None),
            ("a", "2025-02-05", 70, None),
            ("a", "2025-02-06", 10, "refund"),
            ("b", "2025-01-31", 60, None),
            ("c", "2025-02-05", 500, None),
        )
    ]
    # the buyers of January spent 100; in February 60: c is new
    assert ask("customer_account_growth_rate", made(orders=orders), FEB, MAR) == pytest.approx((-0.4, -40, 100, 2))
