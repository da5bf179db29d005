"""Contracts and customers that are renewed, each on an example small enough to check by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cs_metrics.kpis import Slice, rows
from tests.kpis.literal import ask, items, sub
from tests.support import kept_version

OWN, CUSTOMER = "contract_renewal_rate", "renewal_rate"


def contract(customer: str, start: str, due: str, end: str | None = None, **more: Any) -> dict[str, Any]:
    """A subscription under a contract; it ends when the contract does, unless `end` says otherwise ('on': never)."""
    until = None if end == "on" else end or due
    return sub(customer, start, until, contract_start=start, contract_end=due, **{"product": "core", **more})


MARCH = {
    "subscriptions": [
        contract("same", "2025-03-10", "2026-03-10"),
        contract("same", "2026-03-10", "2027-03-10"),
        contract("other", "2025-03-10", "2026-03-10"),
        contract("other", "2026-03-20", "2027-03-10", product="addon"),
        contract("rolls", "2025-03-10", "2026-03-10", "on"),
        contract("gone", "2025-03-10", "2026-03-10", amount=700),
        contract("april", "2025-04-10", "2026-04-10"),
    ]
}


def test_a_move_to_another_product_renews_the_customer_but_does_not_follow_the_contract() -> None:
    # ending in March: same, other, rolls, gone; customers with a later contract: same, other, rolls -> 3 / 4
    cell = ask(MARCH, CUSTOMER, "2026-03-01")
    assert (cell["numerator"], cell["denominator"], cell["n"]) == (3, 4, 4)
    # contracts followed: same, rolls -> 2 / 4; by value 100 + 100 of 100 + 100 + 100 + 700
    cell = ask(MARCH, OWN, "2026-03-01")
    assert (cell["numerator"], cell["denominator"]) == (2, 4)
    assert items(MARCH, OWN, "2026-03-01", beside=True) == {"by_value": pytest.approx(200 / 1000)}


def test_a_contract_that_names_the_one_before_follows_it_across_products() -> None:
    tables = {"subscriptions": [
        contract("a", "2025-03-10", "2026-03-10", subscription_id="s1"),
        contract("a", "2026-03-10", "2027-03-10", product="suite", renewed_from="s1")]}  # fmt: skip
    assert ask(tables, OWN, "2026-03-01")["value"] == 1


@pytest.mark.parametrize(("start", "followed"), [("2026-04-09", 1), ("2026-04-10", 0), ("2025-12-01", 1)])
def test_the_grace_is_30_days_and_early_is_in_time(start: str, followed: int) -> None:
    # 10 March + 30 days is 9 April
    tables = {"subscriptions": [contract("a", "2025-03-10", "2026-03-10"), contract("a", start, "2027-03-10")]}
    assert ask(tables, OWN, "2026-03-01")["numerator"] == followed
    assert ask(tables, CUSTOMER, "2026-03-01")["numerator"] == followed
    assert ask(tables, OWN, "2026-03-01", definitions={"renewal_grace_days": 60})["numerator"] == 1


def test_what_is_signed_after_the_as_of_instant_is_not_known_yet() -> None:
    tables = {"subscriptions": [contract("a", "2025-03-10", "2026-03-10"), contract("a", "2026-04-01", "2027-03-10")]}
    early = ask(tables, CUSTOMER, "2026-03-01", as_of="2026-03-31")
    assert (early["numerator"], early["complete"]) == (0, False)
    late = ask(tables, CUSTOMER, "2026-03-01", as_of="2026-05-01")
    assert (late["numerator"], late["complete"]) == (1, True)


def test_a_customer_counts_once_by_its_last_contract_of_the_period() -> None:
    # one contract of a ends on the 5th and is followed, the last ends on the 20th and is not: not renewed
    tables = {"subscriptions": [
        contract("a", "2025-03-05", "2026-03-05"), contract("a", "2026-03-05", "2026-03-20")]}  # fmt: skip
    cell = ask(tables, CUSTOMER, "2026-03-01")
    assert (cell["numerator"], cell["denominator"]) == (0, 1)
    cell = ask(tables, OWN, "2026-03-01")
    assert (cell["numerator"], cell["denominator"]) == (1, 2)


def test_a_contract_cut_short_ends_with_its_last_row() -> None:
    # a price change splits the contract into two rows; the second ends in January, before March is due
    first = contract("a", "2025-03-10", "2026-03-10", "2025-09-01")
    second = {**contract("a", "2025-03-10", "2026-03-10", "2026-01-15"), "start_date": "2025-09-01", "amount": 60}
    tables = {"subscriptions": [first, second]}
    assert ask(tables, OWN, "2026-01-01")["denominator"] == 1
    assert ask(tables, OWN, "2026-03-01")["denominator"] == 0
    assert pd.isna(ask(tables, OWN, "2026-03-01")["value"])


def test_month_to_month_customers_have_no_contract_to_renew() -> None:
    tables = {"subscriptions": [sub("a", "2025-01-01", "2026-03-10"), contract("b", "2025-03-01", "2026-03-01")]}
    assert ask(tables, CUSTOMER, "2026-03-01")["denominator"] == 1
    assert ask(tables, CUSTOMER, "2026-02-01")["note"] == "No customers with a contract ending."


def test_contracts_of_one_customer_widen_the_interval() -> None:
    held = [f"c{n:02}" for n in range(12)]
    ends = [contract(c, "2025-03-10", "2026-03-10", product=p) for c in held for p in ("x", "y")]
    kept = [contract(c, "2026-03-10", "2027-03-10", product=p) for c in held[1:] for p in ("x", "y")]
    cell = ask({"subscriptions": ends + kept}, OWN, "2026-03-01")
    assert (cell["numerator"], cell["denominator"]) == (22, 24)
    # 12 clusters of 2: residuals 11 times 2/12, once -22/12; V = 12/11 x (11 x 4 + 484) / 144 / 24^2 = 1/144
    assert cell["low"] == pytest.approx(22 / 24 - 2.200985 / 12)
    assert cell["high"] == 1


def test_rows_name_the_contracts() -> None:
    asked = Slice.of("month", since="2026-03-01", until="2026-04-01")
    found = rows(kept_version(MARCH), OWN, "2026-03-01", asked, as_of="2026-06-01", part="denominator")
    assert sorted(found["customer_id"]) == ["gone", "other", "rolls", "same"]
    assert set(found["_source"]) == {"subscriptions.csv"}
