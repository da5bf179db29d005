"""Retention and revenue KPIs, each on an example small enough to check by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from cs_metrics.kpis import Slice, compute
from tests.kpis.literal import ask, sub
from tests.support import make_version

MARCH = {"since": "2026-03-01", "until": "2026-04-01", "definitions": {"fresh_days": 3650}}

FOUR = {
    "subscriptions": [
        sub("a", "2026-01-01"),
        sub("b", "2026-01-01", "2026-03-10"),
        sub("c", "2026-01-01", "2026-03-20"),
        sub("c", "2026-03-25"),
        sub("new", "2026-03-05"),
    ]
}


def test_retention_looks_at_the_same_customers_at_both_ends() -> None:
    # active on 1 March: a, b, c; still on 1 April: a, c (back after a gap); 'new' came later -> 2 / 3
    cell = ask(FOUR, "customer_retention_rate", "2026-03-01")
    assert (cell["numerator"], cell["denominator"], cell["n"]) == (2, 3, 3)
    assert cell["value"] == pytest.approx(2 / 3)
    assert cell["low"] == pytest.approx(0.2077, abs=1e-4)  # Wilson for 2 of 3
    assert ask(FOUR, "customer_churn_rate", "2026-03-01")["value"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("end", "month", "lost"),
    [
        ("2026-03-01", "2026-02-01", 0),
        ("2026-03-01", "2026-03-01", 1),
        ("2026-03-31", "2026-03-01", 1),
        ("2026-04-01", "2026-03-01", 0),
    ],
)
def test_an_end_at_a_boundary_belongs_to_the_period_that_begins_there(end: str, month: str, lost: int) -> None:
    tables = {"subscriptions": [sub("a", "2026-01-01", end), sub("b", "2026-01-01")]}
    assert ask(tables, "customer_churn_rate", month)["numerator"] == lost


def test_a_start_at_a_boundary_is_not_yet_active_there() -> None:
    cell = ask({"subscriptions": [sub("a", "2026-03-01")]}, "customer_churn_rate", "2026-03-01")
    assert cell["n"] == 0
    assert pd.isna(cell["value"])
    assert cell["note"] == "No customers active at the start."


def test_trials_and_one_offs_make_nobody_active_and_a_free_plan_does() -> None:
    tables = {"subscriptions": [
        sub("trial", "2026-01-01", is_trial=True), sub("fee", "2026-01-01", billing_period="one_off"),
        sub("free", "2026-01-01", "2026-03-10", amount=0), sub("paid", "2026-01-01")]}  # fmt: skip
    assert ask(tables, "customer_churn_rate", "2026-03-01")["denominator"] == 2
    # every money KPI's base is who pays
    assert ask(tables, "gross_revenue_retention", "2026-03-01")["n"] == 1


def test_everybody_left_is_a_rate_of_one_and_nobody_zero() -> None:
    gone = {"subscriptions": [sub("a", "2026-01-01", "2026-03-10"), sub("b", "2026-01-01", "2026-03-11")]}
    assert ask(gone, "customer_churn_rate", "2026-03-01")["value"] == 1
    assert ask(gone, "customer_retention_rate", "2026-02-01")["value"] == 1


def test_customer_with_two_plans_is_not_counted_twice() -> None:
    tables = {"subscriptions": [sub("a", "2026-01-01", plan="Basic"), sub("a", "2026-01-01", plan="Pro", amount=300)]}
    assert ask(tables, "customer_retention_rate", "2026-03-01")["denominator"] == 1
    cell = ask(tables, "mrr", "2026-03-01")
    assert (cell["value"], cell["n"]) == (400, 1)
    # as a customer's attribute the plan with the higher MRR counts, as a row's each row is in its own slice
    assert ask(tables, "mrr", "2026-03-01", where={"plan": "Pro"})["value"] == 400
    assert ask(tables, "mrr", "2026-03-01", where={"subscriptions.plan": "Pro"})["value"] == 300


def test_under_a_row_filter_a_move_to_another_plan_is_churn_from_the_old_one() -> None:
    tables = {"subscriptions": [sub("a", "2026-01-01", "2026-03-10", plan="Basic"),
                                sub("a", "2026-03-10", plan="Pro", amount=200)]}  # fmt: skip
    assert ask(tables, "customer_churn_rate", "2026-03-01")["value"] == 0
    assert ask(tables, "customer_churn_rate", "2026-03-01", where={"subscriptions.plan": "Basic"})["value"] == 1


def test_a_carry_kpi_takes_the_plan_at_the_start_and_a_snapshot_at_the_end() -> None:
    tables = {"subscriptions": [sub("a", "2026-01-01", "2026-03-10", plan="Basic"),
                                sub("a", "2026-03-10", plan="Pro", amount=200)]}  # fmt: skip
    assert ask(tables, "customer_retention_rate", "2026-03-01", where={"plan": "Basic"})["n"] == 1
    assert ask(tables, "mrr", "2026-03-01", where={"plan": "Pro"})["value"] == 200
    assert ask(tables, "mrr", "2026-03-01", where={"plan": "Basic"})["value"] == 0


MONEY = {
    "subscriptions": [
        sub("same", "2026-01-01", amount=100),
        sub("up", "2026-01-01", "2026-03-15", amount=100),
        sub("up", "2026-03-15", amount=160),
        sub("down", "2026-01-01", "2026-03-15", amount=100),
        sub("down", "2026-03-15", amount=70),
        sub("gone", "2026-01-01", "2026-03-15", amount=100),
        sub("back", "2025-01-01", "2025-06-01", amount=50),
        sub("back", "2026-03-15", amount=50),
        sub("new", "2026-03-15", amount=500),
    ]
}


def test_revenue_retention_gross_and_net() -> None:
    # at the start 4 x 100; kept up to the start 100 + 100 + 70 + 0; at the end 100 + 160 + 70 + 0
    gross = ask(MONEY, "gross_revenue_retention", "2026-03-01")
    assert (gross["numerator"], gross["denominator"], gross["n"]) == (270, 400, 4)
    net = ask(MONEY, "net_revenue_retention", "2026-03-01")
    assert (net["numerator"], net["value"]) == (330, 330 / 400)
    # leave one out: 230/300, 170/300, 260/300, 330/300 around their mean; s = sqrt(3/4 x sum of squares); t(3) = 3.182
    left = [230 / 300, 170 / 300, 260 / 300, 330 / 300]
    mean = sum(left) / 4
    half = 3.182446 * (3 / 4 * sum((v - mean) ** 2 for v in left)) ** 0.5
    assert net["high"] - net["value"] == pytest.approx(half)


def test_net_retention_with_reactivation_is_a_setting() -> None:
    with make_version(MONEY, as_of="2026-06-01") as con:
        asked = Slice.of("month", since="2026-03-01", until="2026-04-01", definitions={"nrr_with_reactivation": True})
        assert compute(con, ["net_revenue_retention"], asked)["numerator"].item() == 380


def test_expansion_is_what_paying_customers_added() -> None:
    cell = ask(MONEY, "expansion_revenue", "2026-03-01")
    assert (cell["value"], cell["n"]) == (60, 1)
    assert ask(MONEY, "expansion_revenue", "2026-02-01")["value"] == 0


def test_less_than_half_a_cent_is_no_movement() -> None:
    tables = {
        "subscriptions": [sub("a", "2026-01-01", "2026-03-15", amount=100), sub("a", "2026-03-15", amount=100.004)]
    }
    assert ask(tables, "expansion_revenue", "2026-03-01")["value"] == 0


@pytest.mark.parametrize(("period", "amount", "monthly"), [
    ("month", 100, 100), ("quarter", 300, 100), ("half_year", 600, 100), ("year", 1200, 100), ("week", 12, 52),
    ("day", 12, 365.25), (None, 100, 100)])  # fmt: skip
def test_amounts_are_brought_to_a_month(period: str | None, amount: float, monthly: float) -> None:
    tables = {"subscriptions": [sub("a", "2026-01-01", amount=amount, billing_period=period)]}
    assert ask(tables, "mrr", "2026-03-01")["value"] == pytest.approx(monthly)


def test_currencies_convert_by_the_rate_of_the_rows_month_and_never_without_one() -> None:
    tables = {
        "subscriptions": [sub("a", "2026-01-15", amount=100, currency="EUR"),
                          sub("b", "2026-01-15", amount=100, currency="CHF"), sub("c", "2026-01-15", amount=100)],
        "fx_rates": [{"month": "2026-01-01", "from_currency": "EUR", "to_currency": "USD", "rate": 1.2},
                     {"month": "2026-03-01", "from_currency": "EUR", "to_currency": "USD", "rate": 2}],
    }  # fmt: skip
    cell = ask(tables, "mrr", "2026-03-01")
    assert cell["value"] == pytest.approx(220)
    assert "1 row in a currency without a rate left out." in cell["note"]


def test_revenue_per_account_and_lifetime_value() -> None:
    # 1 April: same 100, up 160, down 70, back 50, new 500 -> 880 / 5
    arpa = ask(MONEY, "average_revenue_per_account", "2026-03-01")
    assert (arpa["value"], arpa["n"]) == (176, 5)
    # months from April 2025: back pays at the start of April and May, lost in May or June (ends 1 June: June);
    # the four from January pay at the start of February and March: base 3 + 4 + 4, lost 1 + 1
    clv = ask(MONEY, "customer_lifetime_value", "2026-03-01")
    assert clv["n"] == 3 + 4 + 4
    assert clv["value"] == pytest.approx(176 / (2 / 11))
    with make_version(MONEY, as_of="2026-06-01") as con:
        half = Slice.of("month", since="2026-03-01", until="2026-04-01", definitions={"gross_margin": 0.5})
        assert compute(con, ["customer_lifetime_value"], half)["value"].item() == pytest.approx(88 / (2 / 11))


def test_lifetime_value_without_a_loss_is_no_value() -> None:
    cell = ask({"subscriptions": [sub("a", "2026-01-01")]}, "customer_lifetime_value", "2026-03-01")
    assert pd.isna(cell["value"])
    assert "No paying customer was lost" in cell["note"]


def test_an_unfinished_month_ends_at_the_as_of_instant_and_says_so() -> None:
    cell = ask(FOUR, "customer_churn_rate", "2026-03-01", as_of="2026-03-15")
    # b has left by then, c not yet
    assert (cell["numerator"], cell["complete"]) == (1, False)


def test_snapshots_hold_for_their_month_and_zero_is_not_active() -> None:
    months = {"a": [100, 100, 0], "b": [50, None, 70]}
    tables = {"mrr_snapshots": [
        {"customer_id": c, "month": f"2026-0{m}-01", "mrr": v}
        for c, values in months.items() for m, v in enumerate(values, start=1) if v is not None]}  # fmt: skip
    as_of = "2026-04-01"
    assert ask(tables, "mrr", "2026-01-01", as_of)["value"] == 150
    assert ask(tables, "customer_churn_rate", "2026-02-01", as_of)["numerator"] == 1
    assert ask(tables, "mrr", "2026-03-01", as_of)["value"] == 70


def test_invoices_are_spread_over_their_period() -> None:
    tables = {"invoices": [
        {"invoice_id": "1", "customer_id": "a", "issued_on": "2026-01-01", "amount": 1200, "is_recurring": True,
         "period_start": "2026-01-01", "period_end": "2027-01-01"},
        {"invoice_id": "2", "customer_id": "a", "issued_on": "2026-01-01", "amount": 9,
         "is_recurring": False}]}  # fmt: skip
    assert ask(tables, "mrr", "2026-03-01")["value"] == pytest.approx(100)


def test_churned_on_dates_a_leaving_where_nothing_else_does() -> None:
    tables = {
        "customers": [{"customer_id": "a", "signed_up_on": "2025-01-01", "churned_on": "2026-03-10"},
                      {"customer_id": "b", "signed_up_on": "2025-01-01", "churned_on": "2026-03-10"},
                      {"customer_id": "c", "signed_up_on": "2025-01-01"}, {"customer_id": "no start"}],
        "churn_events": [{"customer_id": "b", "churned_on": "2026-04-10"}],
    }  # fmt: skip
    cell = ask(tables, "customer_churn_rate", "2026-03-01")
    # b's recorded leaving goes before its churned_on; who has no start is in nobody's base
    assert (cell["numerator"], cell["denominator"]) == (1, 3)


def test_without_a_life_an_order_keeps_a_customer_active_for_90_days() -> None:
    tables = {"orders": [{"customer_id": "a", "ordered_at": "2026-01-01 12:00", "amount": 5},
                         {"customer_id": "b", "ordered_at": "2026-02-20", "amount": 5}]}  # fmt: skip
    # a: 1 January noon + 90 days is 1 April noon: active just before 1 April, not on 1 May
    assert ask(tables, "customer_churn_rate", "2026-03-01")["numerator"] == 0
    assert ask(tables, "customer_churn_rate", "2026-04-01")["numerator"] == 1


ORDERS = {"orders": [
    {"order_id": "1", "customer_id": "a", "ordered_at": "2026-03-01", "amount": 10, "product": "p"},
    {"order_id": "1", "customer_id": "a", "ordered_at": "2026-03-01", "amount": 20, "product": "q"},
    {"order_id": "2", "customer_id": "a", "ordered_at": "2026-03-09", "amount": 30, "product": "p"},
    {"order_id": "3", "customer_id": "b", "ordered_at": "2026-03-09", "amount": 40, "product": "q"},
    {"order_id": "4", "customer_id": "b", "ordered_at": "2026-03-10", "amount": 15, "kind": "refund", "product": "q"},
    {"order_id": "5", "customer_id": None, "ordered_at": "2026-03-10", "amount": 99, "product": "p"},
]}  # fmt: skip


def test_lines_of_one_order_are_one_order_and_a_refund_is_none() -> None:
    rate = ask(ORDERS, "repeat_purchase_rate", "2026-03-01")
    assert (rate["numerator"], rate["denominator"]) == (1, 2)
    assert rate["note"] == "1 order without a customer left out (99.00)."
    assert ask(ORDERS, "average_purchase_frequency", "2026-03-01")["value"] == 3 / 2
    # net revenue 10 + 20 + 30 + 40 - 15 over two accounts
    assert ask(ORDERS, "average_revenue_per_account", "2026-03-01")["value"] == pytest.approx(42.5)
    assert ask(ORDERS, "average_purchase_frequency", "2026-03-01", where={"orders.product": "q"})["value"] == 1


def test_lifetime_value_of_orders_is_revenue_per_buyer_times_lifespan() -> None:
    days = (("a", "2025-01-01"), ("a", "2025-01-11"), ("b", "2025-01-06"), ("b", "2025-06-30"))
    tables = {"orders": [{"customer_id": c, "ordered_at": d, "amount": 20} for c, d in days]}
    # lives: a 1 January to 11 January + 90 days = 100 days, ended; b 176 days to 1 July, alive
    # curve: 1 for 100 days, 1/2 for 76 -> 138 days = 4.6 Junes; 20 per buyer
    assert ask(tables, "customer_lifetime_value", "2025-06-01", "2025-07-01")["value"] == pytest.approx(20 * 138 / 30)


def test_exit_reasons_are_shares_of_those_that_left() -> None:
    tables = {
        "subscriptions": [sub("a", "2026-01-01", "2026-03-10", cancel_reason="price"),
                          sub("b", "2026-01-01", "2026-03-11"),
                          sub("c", "2026-01-01", "2026-03-12", cancel_reason="price"), sub("stays", "2026-01-01"),
                          sub("brief", "2026-03-02", "2026-03-20", cancel_reason="price")],
        "churn_events": [{"customer_id": "a", "churned_on": "2026-03-08", "reason": "bugs"},
                         {"customer_id": "c", "churned_on": "2026-03-12", "reason": "joy", "is_reactivation": True}],
    }  # fmt: skip
    with make_version(tables, as_of="2026-06-01") as con:
        frame = compute(con, ["exit_reason_frequency"], Slice.of("month", **MARCH))
    shares = dict(zip(frame["item"], frame["value"], strict=True))
    assert shares == {None: 1.0, "price": 0.5, "bugs": 0.25, "unknown": 0.25}


def test_reason_is_that_of_the_row_that_ended_with_the_leaving() -> None:
    rows = [sub("b", "2024-01-01", "2024-04-20"), sub("b", "2024-01-01", "2024-02-20", cancel_reason="price")]
    con = make_version({"subscriptions": rows}, as_of="2024-06-01")
    frame = compute(con, ["exit_reason_frequency"], Slice.of("month", None, None, "2024-04-01", "2024-05-01"))
    assert frame["item"].dropna().tolist() == ["unknown"]


def test_lifetime_value_has_no_value_where_nobody_pays_at_the_end() -> None:
    con = make_version({"subscriptions": [sub(c, "2024-01-01", "2024-04-10", 10) for c in "ab"]}, as_of="2024-07-01")
    frame = compute(con, ["customer_lifetime_value"], Slice.of("month", None, None, "2024-04-01", "2024-05-01"))
    assert frame["value"].isna().all()
