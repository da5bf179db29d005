"""Cohorts, lifespans, lost revenue and its causes, downgrades, the cost of churn: each on an example by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.kpis.literal import ask, items, sub

MARCH = "2026-03-01"


def test_a_cohort_is_looked_up_again_three_periods_later() -> None:
    tables = {"subscriptions": [
        sub("stays", "2026-01-05"), sub("leaves", "2026-01-05", "2026-04-10"),
        sub("returns", "2026-01-05", "2026-02-01"), sub("returns", "2026-04-20"),
        sub("old", "2025-01-01", "2025-02-01"), sub("old", "2026-01-05"), sub("later", "2026-02-01"),
        sub("trial", "2026-01-05", is_trial=True)]}  # fmt: skip
    # January: stays, leaves, returns ('old' was first active in 2025); just before 1 May: stays, returns -> 2 / 3
    cell = ask(tables, "customer_cohort_retention_rate", "2026-01-01")
    assert (cell["numerator"], cell["denominator"], cell["complete"]) == (2, 3, True)
    # at age two, just before 1 April: stays, leaves
    younger = ask(tables, "customer_cohort_retention_rate", "2026-01-01", definitions={"cohort_age": 2})
    assert younger["numerator"] == 2
    assert not ask(tables, "customer_cohort_retention_rate", MARCH)["complete"]
    assert pd.isna(ask(tables, "customer_cohort_retention_rate", "2025-12-01")["value"])


def test_in_a_slice_of_rows_a_cohort_is_that_of_the_slice() -> None:
    tables = {"subscriptions": [sub("a", "2025-06-01", "2026-01-10", plan="Basic"), sub("a", "2026-01-10", plan="Pro")]}
    asked = {"where": {"subscriptions.plan": "Pro"}}
    assert ask(tables, "customer_cohort_retention_rate", "2026-01-01")["n"] == 0
    assert ask(tables, "customer_cohort_retention_rate", "2026-01-01", **asked)["n"] == 1


LIVES = {
    "subscriptions": [
        sub("a", "2026-01-01", "2026-01-11"),  # gone after 10 days
        sub("b", "2026-03-12"),  # seen for 20 days on 1 April
        sub("c", "2026-01-01", "2026-01-05"),
        sub("c", "2026-01-20", "2026-01-31"),  # one life with its gap: gone after 30 days
        sub("d", "2026-02-20", "2026-05-01"),  # seen for 40 days, its end is not known yet
        sub("e", "2026-04-01"),  # not begun
    ]
}


def test_lifespan_is_the_area_under_the_survival_curve() -> None:
    # S is 1 for 10 days (4 at risk, 1 leaves), 3/4 up to day 30 (2 at risk, 1 leaves), 3/8 up to day 40
    cell = ask(LIVES, "average_customer_lifespan", MARCH)
    assert cell["value"] == pytest.approx(10 + 20 * 3 / 4 + 10 * 3 / 8)
    assert (cell["numerator"], cell["denominator"], cell["n"]) == (10 + 20 + 30 + 40, 4, 4)
    # Greenwood: after day 10 lie 18.75 days, after day 30 lie 3.75
    half = 1.959964 * (18.75**2 / (4 * 3) + 3.75**2 / (2 * 1)) ** 0.5
    assert cell["high"] - cell["value"] == pytest.approx(half, rel=1e-5)
    beside = items(LIVES, "average_customer_lifespan", MARCH, beside=True)
    assert beside["mean_of_the_gone"] == (10 + 30) / 2
    assert beside["left"] == 2
    # in March nobody of d (the only one active on 1 March) left; in January all began: no churn rate to divide by
    assert pd.isna(beside["one_over_churn"])


def test_one_over_churn_is_the_days_of_the_period_over_its_churn_rate() -> None:
    tables = {"subscriptions": [sub(c, "2026-01-01") for c in "abc"] + [sub("d", "2026-01-01", "2026-03-10")]}
    # 1 of 4 in the 31 days of March
    assert items(tables, "average_customer_lifespan", MARCH, beside=True)["one_over_churn"] == 31 * 4


def test_a_lifespan_that_nobody_has_completed_has_no_interval() -> None:
    cell = ask({"subscriptions": [sub("a", "2026-01-01"), sub("b", "2026-02-01")]}, "average_customer_lifespan", MARCH)
    assert cell["value"] == 90  # a: 31 + 28 + 31 days, and nobody has left
    assert pd.isna(cell["low"])


def test_everybody_gone_at_once_lived_exactly_so_long() -> None:
    tables = {"subscriptions": [sub(c, "2026-01-01", "2026-01-31") for c in "ab"]}
    cell = ask(tables, "average_customer_lifespan", MARCH)
    assert cell["value"] == pytest.approx(30)


MONEY = {
    "subscriptions": [
        sub("same", "2026-01-01"),
        sub("up", "2026-01-01", "2026-03-15"),
        sub("up", "2026-03-15", amount=160),
        sub("down", "2026-01-01", "2026-03-15"),
        sub("down", "2026-03-15", amount=70),
        sub("cancels", "2026-01-01", "2026-03-15", contract_end="2026-06-01", amount=40),
        sub("notice", "2026-01-01", "2026-03-15", contract_end="2026-03-15", cancelled_on="2026-02-01", amount=50),
        sub("lapses", "2026-01-01", "2026-03-15", contract_end="2026-03-15", amount=60),
        sub("free", "2026-01-01", "2026-03-15", amount=0),
        sub("tofree", "2026-01-01", "2026-03-20", amount=20),
        sub("tofree", "2026-03-20", amount=0),
        sub("new", "2026-03-15", amount=500),
    ]
}
# on 1 March: 100 + 100 + 100 + 40 + 50 + 60 + 20 = 470, of seven that pay
LOST = 30 + 40 + 50 + 60 + 20


def test_revenue_churn_gross_and_net() -> None:
    gross = ask(MONEY, "gross_revenue_churn_rate", MARCH)
    assert (gross["numerator"], gross["denominator"], gross["n"]) == (LOST, 470, 7)
    kept = ask(MONEY, "gross_revenue_retention", MARCH)
    assert kept["value"] + gross["value"] == pytest.approx(1)
    net = ask(MONEY, "net_revenue_churn_rate", MARCH)
    assert net["numerator"] == LOST - 60
    assert ask(MONEY, "net_revenue_retention", MARCH)["value"] + net["value"] == pytest.approx(1)


def test_net_churn_below_zero_is_growth() -> None:
    tables = {"subscriptions": [sub("a", "2026-01-01", "2026-03-10"), sub("a", "2026-03-10", amount=150),
                                sub("b", "2026-01-01")]}  # fmt: skip
    cell = ask(tables, "net_revenue_churn_rate", MARCH)
    assert cell["value"] == pytest.approx(-50 / 200)
    assert cell["low"] < cell["value"] < cell["high"]
    assert ask(tables, "gross_revenue_churn_rate", MARCH)["value"] == 0


def test_the_causes_of_lost_revenue_add_up() -> None:
    found = items(MONEY, "revenue_churn_rate", MARCH)
    assert found == {
        "cancelled": pytest.approx((40 + 50 + 20) / 470),
        "not_renewed": pytest.approx(60 / 470),
        "downgraded": pytest.approx(30 / 470),
    }
    assert sum(found.values()) == pytest.approx(ask(MONEY, "revenue_churn_rate", MARCH)["value"])
    # a cause without a loss stands at 0, and none where nobody paid
    assert items(MONEY, "revenue_churn_rate", "2026-02-01") == {"cancelled": 0, "downgraded": 0, "not_renewed": 0}
    assert items(MONEY, "revenue_churn_rate", "2025-12-01") == {}


def test_where_nothing_says_when_contracts_end_all_is_cancelled_and_said_to_be() -> None:
    months = [{"customer_id": "a", "month": f"2026-0{m}-01", "mrr": v} for m, v in ((1, 90), (2, 90))]
    months += [{"customer_id": "b", "month": f"2026-0{m}-01", "mrr": v} for m, v in ((1, 10), (2, 10), (3, 10))]
    cell = ask({"mrr_snapshots": months}, "revenue_churn_rate", MARCH, as_of="2026-04-01")
    assert cell["note"].startswith("Without subscriptions that say when a contract ends")
    assert items({"mrr_snapshots": months}, "revenue_churn_rate", MARCH, as_of="2026-04-01")["cancelled"] == 0.9


def test_a_downgrade_is_less_than_at_the_start_and_more_than_nothing() -> None:
    # down alone; the base is all active, the free one too: 8
    cell = ask(MONEY, "customer_downgrade_rate", MARCH)
    assert (cell["numerator"], cell["denominator"]) == (1, 8)


def falling(customer: str, *ends: str | None) -> list[dict[str, Any]]:
    """100 from January, 70 from 5 March, 40 from 20 March, until the end given."""
    return [sub(customer, "2026-01-01", "2026-03-05"), sub(customer, "2026-03-05", "2026-03-20", amount=70),
            sub(customer, "2026-03-20", *ends, amount=40)]  # fmt: skip


def test_leaving_counts_from_the_last_decrease_up_to_the_last_day_of_the_follow_up() -> None:
    # 20 March + 90 days is 18 June
    tables = {"subscriptions": [*falling("in time", "2026-06-18"), *falling("late", "2026-06-19"),
                                *falling("back", "2026-05-01"), sub("back", "2026-05-10"), *falling("stays", None),
                                sub("at once", "2026-01-01", "2026-03-10")]}  # fmt: skip
    cell = ask(tables, "downgrade_to_churn_conversion_rate", MARCH, as_of="2026-07-01")
    assert (cell["numerator"], cell["denominator"], cell["complete"]) == (2, 4, True)
    early = ask(tables, "downgrade_to_churn_conversion_rate", MARCH, as_of="2026-06-01")
    assert (early["numerator"], early["complete"]) == (1, False)
    short = ask(tables, "downgrade_to_churn_conversion_rate", MARCH, "2026-07-01", definitions={"follow_days": 30})
    assert short["numerator"] == 0


def test_a_decrease_that_is_made_up_for_within_the_period_is_none() -> None:
    tables = {"subscriptions": [sub("a", "2026-01-01", "2026-03-05"), sub("a", "2026-03-05", "2026-03-20", amount=70),
                                sub("a", "2026-03-20", "2026-04-20")]}  # fmt: skip
    cell = ask(tables, "downgrade_to_churn_conversion_rate", MARCH, as_of="2026-07-01")
    assert cell["denominator"] == 0
    assert cell["note"] == "No customers that downgraded."


SPENT = {
    "subscriptions": [sub("a", "2025-06-01", "2026-03-10", amount=200), sub("b", "2025-07-01"),
                      sub("free", "2025-07-01", "2026-03-12", amount=0), sub("ancient", "2020-01-01")],
    "costs": [{"incurred_on": "2025-06-30", "kind": "acquisition", "amount": 900},
              {"incurred_on": "2026-03-31", "kind": "acquisition", "amount": 300},
              {"incurred_on": "2026-03-31", "kind": "churn", "amount": 55},
              {"incurred_on": "2026-02-28", "kind": "churn", "amount": 1000}],
}  # fmt: skip


def test_churn_costs_a_year_of_revenue_what_was_spent_and_replacements() -> None:
    # 200 of MRR x 12; 55 spent in March; 1,200 of acquisition over 3 won in the 12 months, times 2 lost
    cell = ask(SPENT, "customer_churn_cost", MARCH)
    assert (cell["value"], cell["n"]) == (200 * 12 + 55 + 1200 / 3 * 2, 2)
    assert items(SPENT, "customer_churn_cost", MARCH, beside=True) == {"lost_mrr": 200, "spent": 55, "replacing": 800}
    without = {"churn_cost_with_cac": False, "churn_cost_factor": 6}
    assert ask(SPENT, "customer_churn_cost", MARCH, definitions=without)["value"] == 200 * 6 + 55
    assert ask(SPENT, "customer_churn_cost", "2026-04-01")["value"] == 0


def test_without_a_cost_of_acquisition_the_replacement_is_left_out_and_said() -> None:
    costs = [row for row in SPENT["costs"] if row["kind"] == "churn"]
    cell = ask({**SPENT, "costs": costs}, "customer_churn_cost", MARCH)
    assert cell["value"] == 200 * 12 + 55
    assert "no acquisition costs" in cell["note"]


def test_where_nobody_was_won_for_a_year_replacements_are_left_out_and_counted() -> None:
    old = [{**row, "start_date": "2020-01-01"} for row in SPENT["subscriptions"]]
    cell = ask({**SPENT, "subscriptions": old}, "customer_churn_cost", MARCH)
    assert cell["value"] == 200 * 12 + 55
    assert "2 lost customers' cost of replacement" in cell["note"]
