"""KPIs of what is signed, won and tried, each on an example to check by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.kpis.money import ask, beside, deal, lead, sub


def test_arr_is_twelve_months_of_those_who_pay_at_the_end() -> None:
    tables = {"subscriptions": [
        sub("a", "2026-01-01", amount=1200, billing_period="year"), sub("b", "2026-01-01", "2026-03-10"),
        sub("free", "2026-01-01", amount=0),
        sub("fee", "2026-03-01", amount=999, billing_period="one_off")]}  # fmt: skip
    # a: 1,200 a year = 100 a month; b has left -> 12 x 100
    cell = ask(tables, "arr", "2026-03-01")
    assert (cell["value"], cell["n"]) == (1200, 1)
    assert pd.isna(cell["denominator"])
    assert ask(tables, "arr", "2026-02-01")["value"] == 12 * 200
    assert ask(tables, "arr", "2025-12-01", as_of="2026-01-15")["value"] == 0


SIGNED = {"subscriptions": [
    # one contract of two rows: signed at 100 a month, raised later -> worth 1,200 a year
    sub("a", "2026-03-01", "2026-05-01", contract_start="2026-03-01", contract_end="2027-03-01"),
    sub("a", "2026-05-01", amount=300, contract_start="2026-03-01", contract_end="2027-03-01"),
    # two years at 2,400 a year: 200 a month -> 2,400
    sub("b", "2026-03-15", amount=2400, billing_period="year", contract_start="2026-03-15", contract_end="2028-03-15"),
    sub("b", "2026-03-15", amount=500, billing_period="one_off", contract_start="2026-03-15",
        contract_end="2028-03-15", product="set-up"),
    sub("free", "2026-03-01", amount=0, contract_start="2026-03-01", contract_end="2027-03-01"),
    sub("later", "2026-04-01", contract_start="2026-04-01", contract_end="2027-04-01"),
]}  # fmt: skip


def test_a_contract_is_worth_a_year_of_what_it_starts_with() -> None:
    # (12 x 100 + 12 x 200) / 2 contracts; the free one and April's are not in it
    cell = ask(SIGNED, "annual_contract_value", "2026-03-01")
    assert (cell["numerator"], cell["n"], cell["value"]) == (3600, 2, 1800)
    # Student t of 1,200 and 2,400: 1,800 -/+ 12.706 x 848.53 / sqrt(2)
    assert cell["low"] == pytest.approx(1800 - 12.706 * 600, rel=1e-3)
    assert pd.isna(ask(SIGNED, "annual_contract_value", "2026-02-01")["value"])


def test_fees_that_come_once_are_spread_over_the_contract_where_the_setting_says_so() -> None:
    # 500 over two years: (1,200 + 2,400 + 250) / 2
    cell = ask(SIGNED, "annual_contract_value", "2026-03-01", definitions={"one_off_in_acv": True})
    assert cell["value"] == pytest.approx(1925)


DEALS = {"opportunities": [
    deal(1, "won", 1000, "2026-03-01"), deal(2, "won", 3000, "2026-03-31 23:00:00"), deal(3, "lost", 500, "2026-03-05"),
    deal(4, "open", 9000, None), deal(5, "won", 7000, None), deal(6, "won", 100, "2026-04-01"),
    deal(7, "won", None, "2026-03-09")]}  # fmt: skip


def test_deal_size_is_of_those_won_in_the_period_with_an_amount() -> None:
    # 1,000 and 3,000; not the open one, the one without a date, April's, or the one without an amount
    cell = ask(DEALS, "average_deal_size", "2026-03-01")
    assert (cell["numerator"], cell["denominator"], cell["value"]) == (4000, 2, 2000)
    assert "1 deal won without an amount left out." in cell["note"]
    assert beside(DEALS, "average_deal_size", "2026-03-01")["largest"] == 3000
    assert ask(DEALS, "average_deal_size", "2026-02-01")["note"] == "No deals won."


def test_win_rate_is_won_of_closed() -> None:
    # closed in March with a date: d1, d2, d7 won, d3 lost
    cell = ask(DEALS, "win_rate", "2026-03-01")
    assert (cell["numerator"], cell["denominator"]) == (3, 4)
    assert cell["low"] == pytest.approx(0.3006, abs=1e-4)  # Wilson for 3 of 4
    assert beside(DEALS, "win_rate", "2026-03-01")["by amount"] == pytest.approx(4000 / 4500)
    alone = {"opportunities": [deal(1, "lost", 10, "2026-03-02")]}
    assert ask(alone, "win_rate", "2026-03-01")["value"] == 0


def test_deals_of_one_customer_do_not_narrow_the_interval() -> None:
    status = ["won", "won", "won", "lost", "lost", "lost"]
    apart = {"opportunities": [deal(i, s, 10, "2026-03-02", f"c{i}") for i, s in enumerate(status)]}
    shared = {"opportunities": [deal(i, s, 10, "2026-03-02", f"c{i // 3}") for i, s in enumerate(status)]}
    one, two = ask(apart, "win_rate", "2026-03-01"), ask(shared, "win_rate", "2026-03-01")
    assert one["value"] == two["value"] == 0.5
    assert two["high"] - two["low"] > one["high"] - one["low"]


TRIALS = {
    "leads": [
        lead(1, "2026-03-01", "2026-03-31"),  # 30 days to the hour: within
        lead(2, "2026-03-01", "2026-03-31 00:00:01"),  # a second late
        lead(3, "2026-03-10", None),
        lead(4, "2026-03-10", "2026-03-01"),  # paid before it tried: a problem row
        lead(5, None, "2026-03-20"),
    ],
    "subscriptions": [sub("x", "2026-03-01", "2026-03-15", is_trial=True), sub("x", "2026-03-15")],
}


def test_a_trial_counts_as_paid_up_to_and_with_its_last_day() -> None:
    cell = ask(TRIALS, "free_trial_conversion_rate", "2026-03-01")
    assert (cell["numerator"], cell["denominator"]) == (1, 3)
    assert cell["note"] == "1 lead converted before its trial left out."
    assert ask(TRIALS, "free_trial_conversion_rate", "2026-03-01", definitions={"trial_days": 31})["numerator"] == 2


def test_a_month_of_trials_is_complete_when_the_last_one_has_had_its_days() -> None:
    early = ask(TRIALS, "free_trial_conversion_rate", "2026-03-01", as_of="2026-04-30")
    late = ask(TRIALS, "free_trial_conversion_rate", "2026-03-01", as_of="2026-05-01")
    assert (early["complete"], late["complete"]) == (False, True)
    # what is paid after as-of is not known yet
    assert ask(TRIALS, "free_trial_conversion_rate", "2026-03-01", as_of="2026-03-20")["numerator"] == 0


def test_trials_among_subscriptions_speak_only_where_no_lead_has_one() -> None:
    tables = {"subscriptions": [
        sub("x", "2026-03-01", "2026-03-15", is_trial=True), sub("x", "2026-03-15"),
        sub("y", "2026-03-01", "2026-03-15", is_trial=True), sub("y", "2026-04-15"),
        sub("z", "2026-03-01", "2026-03-15", is_trial=True), sub("z", "2026-03-16", amount=0),
        sub("old", "2026-02-01"), sub("old", "2026-03-02", is_trial=True)]}  # fmt: skip
    # x paid on day 14; y too late; z pays nothing; old was paying before and began nothing new
    cell = ask(tables, "free_trial_conversion_rate", "2026-03-01")
    assert (cell["numerator"], cell["denominator"]) == (1, 4)


def test_without_contracts_a_deal_is_taken_for_a_year() -> None:
    cell = ask(DEALS, "annual_contract_value", "2026-03-01")
    assert cell["value"] == 2000
    assert "taken for one year" in cell["note"]
