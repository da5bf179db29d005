"""Expansion and its signals by hand: tables of a few rows, the arithmetic in a comment."""

from __future__ import annotations

import pandas as pd
import pytest

from . import Data
from .examples import FEB, JAN, ask, made, sub


def growing() -> Data:
    """February: a core 50 -> 80; b core 50 -> 40 and adds extra 30; c core 20 -> 20 and tries extra 5 for a week;
    d core moves to suite, 30 -> 45; e new with 15; f leaves 100. In January a 40 -> 50, f 60 -> 100, g 10 -> 20."""
    months = {
        "a": (
            ("core", "2024-12-01", "2025-01-10", 40),
            ("core", "2025-01-10", "2025-02-10", 50),
            ("core", "2025-02-10", None, 80),
        ),
        "b": (
            ("core", "2024-12-01", "2025-02-10", 50),
            ("core", "2025-02-10", None, 40),
            ("extra", "2025-02-01", None, 30),
        ),
        "c": (("core", "2024-12-01", None, 20), ("extra", "2025-02-03", "2025-02-10", 5)),
        "d": (("core", "2024-12-01", "2025-02-10", 30), ("suite", "2025-02-10", None, 45)),
        "e": (("core", "2025-02-10", None, 15),),
        "f": (("core", "2024-12-01", "2025-01-10", 60), ("core", "2025-01-10", "2025-02-10", 100)),
        "g": (("core", "2024-12-01", "2025-01-10", 10), ("core", "2025-01-10", None, 20)),
    }
    return made(
        customers=[{"customer_id": c, "region": "EU" if c in "ae" else "US"} for c in "abcdefg"],
        subscriptions=[
            sub(c, start, end, amount, product=product)
            for c, rows in months.items()
            for product, start, end, amount in rows
        ],
    )


def test_expansion_against_revenue() -> None:
    data = growing()
    # a 30, b 20, d 15; @end 80 + 70 + 20 + 45 + 15 + 20 = 250 of a b c d e g
    assert ask("expansion_revenue", data) == (65, 65, None, 3)
    assert ask("expansion_revenue_rate", data) == (65 / 250, 65, 250, 6)
    # in the EU: a 30 of a 80 and e 15
    assert ask("expansion_revenue_rate", data, keep=("region", "EU")) == pytest.approx((30 / 95, 30, 95, 2))
    # January: a 10, f 40, g 10
    assert ask("expansion_revenue_growth_rate", data) == pytest.approx((5 / 60, 5, 60, 3))
    assert ask("expansion_revenue_growth_rate", data, JAN, FEB) == (None, 60, 0, 0)
    # a 80, b 70, d 45
    assert ask("average_revenue_per_expansion_account", data) == (65, 195, 3, 3)


def test_more_of_the_same_and_something_new() -> None:
    data = growing()
    # active @1 February: a b c d f g; core is higher for a alone; b, c (for a week) and d took a product they had not
    assert ask("upsell_rate", data) == (1 / 6, 1, 6, 6)
    assert ask("cross_sell_conversion_rate", data) == (3 / 6, 3, 6, 6)
    assert ask("upsell_and_cross_sell_rate", data) == (4 / 6, 4, 6, 6)


def test_kinds_of_orders_where_there_are_no_subscriptions() -> None:
    orders = [
        {"order_id": f"{c}{day}", "customer_id": c, "ordered_at": day, "amount": 1, "kind": kind}
        for c, day, kind in (
            ("a", "2025-01-05", "new"),
            ("b", "2025-01-05", "new"),
            ("a", "2025-02-05", "upsell"),
            ("a", "2025-02-06", "cross_sell"),
            ("c", "2025-02-05", "cross_sell"),
            ("b", "2025-03-05", "upsell"),
        )
    ]
    data = made(orders=orders)
    # active @1 February: a and b; c came in February, b's was in March
    for kpi in ("upsell_rate", "cross_sell_conversion_rate", "upsell_and_cross_sell_rate"):
        assert ask(kpi, data) == (1 / 2, 1, 2, 2)


def event(customer: str | None, day: str, **more: object) -> dict:
    return {"customer_id": customer, "occurred_at": day, "event": "x", **more}


def test_features_that_come_before_an_expansion() -> None:
    data = made(
        settings={"expansion_features": ["auto", "forecast"]},
        subscriptions=[sub(c, "2025-01-01", None, 1) for c in "abc"] + [sub("d", "2025-02-02", None, 1)],
        milestones=[
            {"customer_id": "a", "milestone": "activated", "reached_at": "2025-02-03 12:00"},
            {"customer_id": "b", "user_id": "u", "milestone": "activated", "reached_at": "2025-01-20"},
            {"customer_id": "d", "milestone": "activated", "reached_at": "2025-02-28"},
        ],
        events=[
            event("a", "2025-02-01", feature="auto", quantity=3),
            event("a", "2025-02-10", feature="forecast"),
            event("a", "2025-02-11", feature="other", quantity=50),
            event("b", "2025-01-10", feature="auto"),
            event("b", "2025-02-10", feature="auto", quantity=2),
            event("d", "2025-02-20", feature="auto"),
            event("d", "2025-03-01", feature="auto"),
            event(None, "2025-02-10", feature="auto", quantity=9),
        ],
    )
    # active @start without a use: a and c (b used auto in January, d came later); a took one up
    assert ask("expansion_activation_rate", data) == (1 / 2, 1, 2, 2)
    # uses a 3 + 1, b 2, d 1, by three accounts
    assert ask("expansion_feature_usage_frequency", data) == pytest.approx((7 / 3, 7, 3, 3))
    # from activation to the first use after it: a 6.5 days, b 21 (its January use was before); d's is in March
    assert ask("time_to_value_expansion_features", data) == (13.75, 27.5, 2, 2)
    assert ask("expansion_activation_rate", made(subscriptions=[sub("a", "2025-01-01", None, 1)]))[0] is None


def test_signs_of_intent() -> None:
    def deal(customer: str, created: str, closed: str | None, status: str = "won", kind: str = "upsell") -> dict:
        base = {"opportunity_id": f"{customer}{created}", "customer_id": customer, "amount": 1}
        return {**base, "created_at": created, "closed_at": closed, "status": status, "kind": kind}

    data = made(
        settings={"intent_events": ["pricing"]},
        subscriptions=[sub(c, "2025-01-01", None, 1) for c in "abcdefg"] + [sub("h", "2025-01-01", "2025-02-01", 1)],
        events=[
            event("a", "2025-02-03", event="pricing"),
            event("a", "2025-01-02", event="view"),
            event("b", "2025-03-01", event="pricing"),
            event("h", "2025-02-03", event="pricing"),
            event("g", "2024-12-31", event="pricing"),
            event("g", "2025-02-11 12:00", event="pricing"),
        ],
        opportunities=[
            deal("c", "2025-01-05", "2025-02-02"),
            deal("d", "2025-01-05", "2025-02-01"),
            deal("e", "2025-02-10", None, "open", "cross_sell"),
            deal("f", "2025-02-10", None, "open", "renewal"),
            deal("b", "2025-02-10", None, "lost"),
        ],
    )
    # active in February: a to g; a and g asked the price, c's deal was open until the 2nd, e's still is; d's closed
    # before, f's is a renewal, b's has no end
    assert ask("expansion_intent_signal_rate", data) == pytest.approx((4 / 7, 4, 7, 7))
    # first signal in February: a 33 days after 1 January, e 40, g 41.5 (December's came too early), h 33
    assert ask("time_to_expansion_signal", data) == (36.5, 147.5, 4, 4)


def test_accounts_that_grow_after_activation() -> None:
    data = made(
        as_of=pd.Timestamp("2025-12-01"),
        subscriptions=[
            sub("a", "2025-01-01", "2025-05-12", 10),
            sub("a", "2025-05-12", None, 20),
            sub("b", "2025-01-01", "2025-05-13", 10),
            sub("b", "2025-05-13", None, 20),
            sub("c", "2025-02-20", "2025-03-01", 0),
            sub("c", "2025-03-01", None, 20),
            sub("d", "2025-01-01", "2025-02-01", 10),
            sub("d", "2025-02-01", None, 20),
        ],
        milestones=[
            {"customer_id": c, "milestone": "activated", "reached_at": "2025-02-11 10:00"} for c in ("a", "b", "c", "d")
        ],
    )
    # 90 days after are 12 May 10:00: a in time, b a day late; c began to pay, which is new; d grew before
    assert ask("activation_to_expansion_rate", data) == (1 / 4, 1, 4, 4)
