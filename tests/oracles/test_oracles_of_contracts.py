"""Contracts and lost revenue by hand: tables of a few rows, the arithmetic in a comment."""

from __future__ import annotations

import pandas as pd
import pytest

from . import Data
from .examples import FEB, MAR, ask, made, sub


def contract(customer: str, start: str, end: str, amount: float = 120, **more: object) -> dict:
    """A yearly price whose row lasts as long as its contract, unless its own dates say otherwise."""
    own = {"contract_start": start, "contract_end": end, "billing_period": "year", "product": "core", **more}
    return {**sub(customer, start, end, amount), **own}


def ended() -> list[dict]:
    """In February: a's is followed at once, b's after 30 days, c's after 31; d rolls over; e ends core, holds another
    product; f leaves in the middle of its year; g's ends in March; h's next names it."""
    return [
        contract("a", "2024-02-10", "2025-02-10", plan="Team"),
        contract("a", "2025-02-10", "2026-02-10", plan="Pro"),
        contract("b", "2024-02-10", "2025-02-10"),
        contract("b", "2025-03-12", "2026-03-12"),
        contract("c", "2024-02-11", "2025-02-11"),
        contract("c", "2025-03-14", "2026-03-14"),
        contract("d", "2024-02-20", "2025-02-20", end_date=None),
        contract("e", "2024-02-10", "2025-02-10"),
        contract("e", "2024-06-01", "2025-06-01", product="extra"),
        contract("f", "2024-09-01", "2025-09-01", end_date="2025-02-05"),
        contract("g", "2024-03-01", "2025-03-01"),
        contract("h", "2024-02-03", "2025-02-03", subscription_id="s1", product="old"),
        contract("h", "2025-02-03", "2026-02-03", renewed_from="s1", product="new"),
    ]


def test_renewals() -> None:
    data = made(subscriptions=ended())
    # customers with an end in February: a b c d e f h; c is 31 days late, f holds nothing
    assert ask("renewal_rate", data) == (5 / 7, 5, 7, 7)
    # contracts: a followed, b followed, c not, d rolled over, e's core not (extra began before it ended, and is another
    # product), f not, h named: 4 of 7
    assert ask("contract_renewal_rate", data) == (4 / 7, 4, 7, 7)
    # the contract that ends was on Team, whatever begins at its end
    assert ask("renewal_rate", data, keep=("plan", "Team")) == (1, 1, 1, 1)
    assert ask("renewal_rate", data, keep=("plan", "Pro"))[3] == 0


def test_a_renewal_that_may_still_come_is_none_yet() -> None:
    data = made(as_of=pd.Timestamp("2025-03-05"), subscriptions=ended())
    # by 5 March b has nothing: a d e h of a b c d e f h
    assert ask("renewal_rate", data) == (4 / 7, 4, 7, 7)
    assert ask("contract_renewal_rate", data) == (3 / 7, 3, 7, 7)


def test_the_last_contract_of_the_period_decides() -> None:
    short = contract("a", "2024-02-05", "2025-02-05", product="extra")
    data = made(subscriptions=[short, contract("a", "2024-02-20", "2025-02-20"), sub("a", "2025-02-20", None, 5)])
    # when extra ended core was still held; after core there is a price, and no contract
    assert ask("renewal_rate", data) == (0, 0, 1, 1)
    assert ask("contract_renewal_rate", data) == (0, 0, 2, 2)


def test_use_after_a_renewal() -> None:
    data = made(
        as_of=pd.Timestamp("2025-12-01"),
        subscriptions=ended(),
        events=[
            {"customer_id": "a", "occurred_at": "2025-02-09 23:59", "event": "x"},
            {"customer_id": "a", "occurred_at": "2025-05-11 00:00", "event": "x"},
            {"customer_id": "b", "occurred_at": "2025-03-11 10:00", "event": "x"},
            {"customer_id": "d", "occurred_at": "2025-05-21 00:01", "event": "x"},
            {"customer_id": "f", "occurred_at": "2025-02-06 10:00", "event": "x"},
        ],
        touchpoints=[{"customer_id": "e", "occurred_at": "2025-02-10", "kind": "email"}],
    )
    # renewed: a on 10 February (90 days later is 11 May, midnight: in), b on 12 March (the day before does not count),
    # d on 20 February (21 May 00:01 is a minute late), e on 10 February, h never seen: a and e of a b d e h
    assert ask("post_renewal_engagement_rate", data) == (2 / 5, 2, 5, 5)


def signed(settings: dict | None = None) -> Data:
    """a signs two products, 240 and 60 a year; b half a year at 10 a month that grows; c a free one; d two years."""
    return made(
        settings=settings,
        subscriptions=[
            contract("a", "2025-02-03", "2026-02-03", 240),
            contract("a", "2025-02-03", "2026-02-03", 60, product="extra"),
            contract("b", "2025-02-10", "2025-08-10", 10, billing_period="month", end_date="2025-02-20"),
            contract("b", "2025-02-10", "2025-08-10", 30, billing_period="month", start_date="2025-02-20"),
            contract("c", "2025-02-11", "2026-02-11", 0),
            contract("d", "2025-02-28", "2027-02-28", 300),
            contract("e", "2025-03-01", "2026-03-01", 999),
            sub("d", "2025-02-28", None, 80, billing_period="one_off"),
        ],
    )


def test_contract_value_of_a_year() -> None:
    # 240, 60, 12 x 10 (its first price), 300; c pays nothing, e signs in March
    assert ask("annual_contract_value", signed()) == (180, 720, 4, 4)
    # d's fee of 80, over its two years: 40 more
    assert ask("annual_contract_value", signed({"one_off_in_acv": True})) == (190, 760, 4, 4)


def test_contract_value_without_contracts_is_that_of_won_deals() -> None:
    deal = {"created_at": "2025-01-01", "closed_at": "2025-02-01", "status": "won"}
    data = made(opportunities=[{"opportunity_id": str(i), "amount": a, **deal} for i, a in enumerate((10, 30))])
    assert ask("annual_contract_value", data) == (20, 40, 2, 2)


def leaving() -> Data:
    """@1 February: a 100, b 60, c 40, d 200, e 50, f 0, g 10. In February a's contract ends, b's with notice, c ends in
    its year, d shrinks to 150, e grows to 70, f (free) leaves, g becomes free when its contract ends."""
    paid = {"billing_period": "month"}
    return made(
        customers=[{"customer_id": c, "region": "EU" if c in "ad" else "US"} for c in "abcdefg"],
        subscriptions=[
            contract("a", "2024-02-20", "2025-02-20", 100, **paid),
            contract("b", "2024-02-20", "2025-02-20", 60, cancelled_on="2025-01-02", **paid),
            contract("c", "2024-09-01", "2025-09-01", 40, end_date="2025-02-14", **paid),
            sub("d", "2025-01-01", "2025-02-10", 200),
            sub("d", "2025-02-10", None, 150),
            sub("e", "2025-01-01", "2025-02-10", 50),
            sub("e", "2025-02-10", None, 70),
            sub("f", "2025-01-01", "2025-02-10", 0),
            contract("g", "2024-02-20", "2025-02-20", 10, **paid),
            sub("g", "2025-02-20", None, 0),
        ],
        costs=[
            {"incurred_on": "2025-02-28", "kind": "churn", "amount": 7},
            {"incurred_on": "2024-05-31", "kind": "acquisition", "amount": 700},
            {"incurred_on": "2024-02-10", "kind": "acquisition", "amount": 9999},
        ],
    )


def test_lost_revenue_and_why() -> None:
    data = leaving()
    # @start 100 + 60 + 40 + 200 + 50 + 10 = 460 of six; lost 100 + 60 + 40 + 50 + 10 = 260; gained 20
    assert ask("gross_revenue_churn_rate", data) == pytest.approx((260 / 460, 260, 460, 6))
    assert ask("net_revenue_churn_rate", data) == pytest.approx((240 / 460, 240, 460, 6))
    found = ask("revenue_churn_rate", data)
    # not renewed a 100 and g 10; cancelled b 60 (notice) and c 40 (in its year); downgraded d 50
    assert found["not_renewed"] == pytest.approx((110 / 460, 110, 460, 6))
    assert found["cancelled"] == pytest.approx((100 / 460, 100, 460, 6))
    assert found["downgraded"] == pytest.approx((50 / 460, 50, 460, 6))
    assert found[None] == pytest.approx((260 / 460, 260, 460, 6))
    # in the EU: a and d
    assert ask("revenue_churn_rate", data, keep=("region", "EU"))[None] == pytest.approx((150 / 300, 150, 300, 2))


def test_downgrades_count_of_all_customers() -> None:
    # d of a b c d e f g: g pays nothing any more, which is no downgrade
    assert ask("customer_downgrade_rate", leaving()) == (1 / 7, 1, 7, 7)


def test_what_leaving_costs() -> None:
    # MRR lost to churn a b c g: 210 x 12 = 2520; costs 7; lost a b c f: 4 x the CAC of March 2024 to February 2025:
    # 700 / (c d e f) = 175: 700
    assert ask("customer_churn_cost", leaving()) == (3227, 3227, None, 4)
    data = leaving()
    data.settings.update(churn_cost_with_cac=False, churn_cost_factor=1)
    assert ask("customer_churn_cost", data) == (217, 217, None, 4)


def test_a_downgrade_that_ends_in_leaving() -> None:
    data = made(
        as_of=pd.Timestamp("2025-12-01"),
        subscriptions=[
            *(sub(c, "2025-01-01", "2025-02-10", 100) for c in "abcd"),
            sub("a", "2025-02-10", "2025-05-11", 50),
            sub("b", "2025-02-10", "2025-05-12", 50),
            sub("c", "2025-02-10", "2025-02-20", 80),
            sub("c", "2025-02-20", "2025-05-20", 70),
            sub("d", "2025-02-10", "2025-03-10", 50),
            sub("d", "2025-03-20", None, 50),
            sub("e", "2025-01-01", "2025-02-25", 9),
        ],
    )
    # shrank: a b c d. 90 days after 10 February is 11 May: a in time, b a day late; c counts from 20 February (21 May):
    # in time; d was away for ten days; e left without shrinking
    assert ask("downgrade_to_churn_conversion_rate", data) == (3 / 4, 3, 4, 4)
    early = made(as_of=pd.Timestamp("2025-05-01"), subscriptions=data["subscriptions"].to_dict("records"))
    # by 1 May only d has been away
    assert ask("downgrade_to_churn_conversion_rate", early, FEB, MAR) == (1 / 4, 1, 4, 4)
