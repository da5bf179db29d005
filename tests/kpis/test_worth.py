"""KPIs of what customers cost and are worth, each on an example to check by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cs_metrics.errors import NotComputableError
from tests.kpis.money import Tables, ask, beside, cost, frame, lead, sub

COSTS: Tables = {
    "subscriptions": [
        sub("a", "2026-01-10"), sub("b", "2026-03-01", "2026-03-20", is_trial=True), sub("b", "2026-03-20"),
        sub("c", "2026-03-02", amount=0), sub("d", "2025-01-01", "2026-02-01"), sub("d", "2026-03-05"),
    ],
    "costs": [cost("acquisition", "2026-03-31", 900), cost("acquisition", "2026-04-01", 50),
              cost("retention", "2026-03-15", 80), cost("support", "2026-03-15", 40), cost("churn", "2026-03-15", 7)],
    "tickets": [{"ticket_id": "t", "created_at": "2026-03-02", "cost": 1000}],
}  # fmt: skip


def test_a_customer_is_won_once_at_its_first_start_that_is_no_trial() -> None:
    # b on 20 March (not its trial) and c (free, but there); d returned
    cell = ask(COSTS, "customer_acquisition_cost", "2026-03-01")
    assert (cell["numerator"], cell["denominator"], cell["value"]) == (900, 2, 450)
    # nobody was won in February, and nothing spent in January: the one has no value, the other 0
    assert ask(COSTS, "customer_acquisition_cost", "2026-02-01")["note"] == "No customers first active in the period."
    assert ask(COSTS, "customer_acquisition_cost", "2026-01-01")["value"] == 0


def test_a_kind_of_cost_that_the_table_does_not_have_is_no_zero() -> None:
    tables = {**COSTS, "costs": [cost("support", "2026-03-15", 40)]}
    for kpi in ("customer_acquisition_cost", "customer_retention_cost", "clv_to_cac_ratio"):
        with pytest.raises(NotComputableError, match=r"it needs costs\.kind = (acquisition|retention)\."):
            ask(tables, kpi, "2026-03-01")


def test_keeping_and_serving_are_counted_per_customer_active_in_the_period() -> None:
    # active in March: a, b, c, d
    kept = ask(COSTS, "customer_retention_cost", "2026-03-01")
    assert (kept["value"], kept["n"]) == (20, 4)
    assert beside(COSTS, "customer_retention_cost", "2026-03-01")["total"] == 80
    served = ask(COSTS, "cost_to_serve", "2026-03-01")
    assert (served["numerator"], served["value"]) == (120, 30)
    # revenue of March: a 100, b 12 of 31 days, d 27 of 31 days
    share = beside(COSTS, "cost_to_serve", "2026-03-01")["share of revenue"]
    assert share == pytest.approx(120 / (100 + 100 * 12 / 31 + 100 * 27 / 31))


def test_tickets_stand_for_support_costs_where_there_are_none() -> None:
    tables = {**COSTS, "costs": [cost("retention", "2026-03-15", 80)]}
    assert ask(tables, "cost_to_serve", "2026-03-01")["numerator"] == 1080


def test_costs_of_nobody_belong_to_no_segment_and_it_is_said() -> None:
    tables = {**COSTS, "customers": [{"customer_id": c, "region": "EU"} for c in "abcd"]}
    found = frame(tables, "customer_acquisition_cost", "2026-03-01", by="region")
    assert found["note"].str.contains("Costs without a customer belong to no region.").all()
    alone = ask(tables, "customer_acquisition_cost", "2026-03-01", where={"region": ["EU"]})
    assert "1 cost without a customer left out (900.00)." in alone["note"]


def year(customer: str, end: str | None = None, amount: float = 100) -> dict[str, Any]:
    return sub(customer, "2025-02-15", end, amount)


WORTH: Tables = {
    # twelve complete months to the end of February 2026; all four pay at the first of each month until they leave
    "subscriptions": [year("a"), year("b", "2025-08-20"), year("r", amount=300), year("s", "2025-12-20", 300)],
    "customers": [{"customer_id": "a"}, {"customer_id": "b"}, {"customer_id": "r", "referred_by": "a"},
                  {"customer_id": "s"}],
    "referrals": [{"referrer_customer_id": "a", "referred_customer_id": "s", "made_at": "2025-01-02"}],
    "costs": [cost("acquisition", "2026-02-10", 700)],
    "leads": [
        lead(1, None, None, customer_id="a", is_pql=True), lead(2, None, None, customer_id="a", is_pql=True),
        lead(3, None, None, customer_id="b", is_pql=True), lead(4, None, None, customer_id="r", is_pql=False),
        lead(5, None, None, customer_id="never", is_pql=True), lead(6, None, None, is_pql=True),
    ],
}  # fmt: skip


def test_the_referred_are_measured_apart_and_the_others_beside_them() -> None:
    # referred: r (12 months) and s (lost in December: at the first of March to December, 10 months); 1 lost of 22
    cell = ask(WORTH, "cltv_for_referred_users", "2026-02-01")
    assert cell["n"] == 22
    assert cell["value"] == pytest.approx(300 / (1 / 22))
    # others: a (12) and b (March to August, 6): 1 lost of 18
    other = beside(WORTH, "cltv_for_referred_users", "2026-02-01")
    assert other["others"] == pytest.approx(100 / (1 / 18))
    assert other["ratio"] == pytest.approx(6600 / 1800)
    half = ask(WORTH, "cltv_for_referred_users", "2026-02-01", definitions={"gross_margin": 0.5})
    assert half["value"] == pytest.approx(3300)


def test_nobody_lost_has_no_lifetime_value_rather_than_an_endless_one() -> None:
    tables = {**WORTH, "subscriptions": [year("a"), year("r")]}
    cell = ask(tables, "cltv_for_referred_users", "2026-02-01")
    assert pd.isna(cell["value"])
    assert cell["note"].startswith("No referred customer was lost")


def test_worth_over_cost() -> None:
    # worth of all: (100 + 300) / 2 / (2 lost of 40) = 4,000; one customer won for 700
    tables = {**WORTH, "subscriptions": [*WORTH["subscriptions"], sub("won", "2026-02-10", "2026-02-11")]}
    cell = ask(tables, "clv_to_cac_ratio", "2026-02-01")
    assert (cell["numerator"], cell["denominator"], cell["n"]) == (pytest.approx(4000), 700, 1)
    assert cell["value"] == pytest.approx(4000 / 700)
    assert pd.isna(ask(WORTH, "clv_to_cac_ratio", "2026-02-01")["value"])


def test_qualified_leads_count_as_the_customers_they_became() -> None:
    # to the end of February: a 14 of 28 days + 12 months = 1,250; b to 20 August: half of February, 5 months, 19 of 31
    cell = ask(WORTH, "converted_pql_lifetime_value", "2026-02-01")
    assert cell["n"] == 2
    assert cell["numerator"] == pytest.approx(1250 + 50 + 500 + 100 * 19 / 31)
    # projected as for all customers: 100 a month, 1 lost of 18
    assert beside(WORTH, "converted_pql_lifetime_value", "2026-02-01")["projected"] == pytest.approx(1800)
    # in 2025 nobody had marked them yet
    assert ask(WORTH, "converted_pql_lifetime_value", "2025-02-01", as_of="2026-03-01")["n"] == 0
