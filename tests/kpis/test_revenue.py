"""KPIs of revenue per head and of growth, each on an example to check by hand."""

from __future__ import annotations

from typing import Any

import pytest

from cs_metrics.kpis import Slice, compute, rows
from tests.kpis.money import Tables, ask, beside, event, frame, sub
from tests.support import kept_version

USED: Tables = {
    "subscriptions": [
        sub("a", "2026-01-01", amount=310),
        sub("b", "2026-03-16", amount=62),
        sub("b", "2026-03-10", amount=500, billing_period="one_off"),
        sub("gone", "2025-01-01", "2026-03-01"),
    ],
    "events": [event("u1", "2026-03-02", "a"), event("u1", "2026-03-30", "a"), event("u2", "2026-03-31", "b"),
               event("u3", "2026-04-01", "a")],
}  # fmt: skip


def test_revenue_accrues_by_the_day_and_users_count_once() -> None:
    # a: 310 for March; b: 62 x 16 of 31 days = 32; two users in March
    cell = ask(USED, "average_revenue_per_user", "2026-03-01")
    assert cell["numerator"] == pytest.approx(342)
    assert (cell["n"], cell["value"]) == (2, pytest.approx(171))
    assert beside(USED, "average_revenue_per_user", "2026-03-01")["accounts"] == 2
    with_fee = ask(USED, "average_revenue_per_user", "2026-03-01", definitions={"one_off_in_revenue": True})
    assert with_fee["numerator"] == pytest.approx(842)


def test_revenue_stops_at_the_as_of_instant() -> None:
    # 10 of 31 days of 310; the period is not over
    cell = ask(USED, "average_revenue_per_user", "2026-03-01", as_of="2026-03-11")
    assert (cell["numerator"], cell["n"], cell["complete"]) == (pytest.approx(100), 1, False)


def test_a_quarter_accrues_what_its_months_do() -> None:
    con = kept_version(USED)
    span = {"since": "2026-01-01", "until": "2026-04-01", "definitions": {"fresh_days": 3650}}
    months = compute(con, ["average_revenue_per_user"], Slice.of("month", **span), as_of="2026-06-01")
    quarter = compute(con, ["average_revenue_per_user"], Slice.of("quarter", **span), as_of="2026-06-01")
    assert months["numerator"].tolist() == pytest.approx([410, 410, 342])
    assert quarter["numerator"].sum() == pytest.approx(1162)


def test_a_user_of_two_accounts_is_one_user() -> None:
    tables = {"subscriptions": [sub("a", "2026-01-01"), sub("b", "2026-01-01")],
              "events": [event("u", "2026-03-02", "a"), event("u", "2026-03-03", "b")]}  # fmt: skip
    assert ask(tables, "average_revenue_per_user", "2026-03-01")["n"] == 1


def test_without_events_users_created_by_the_end_count() -> None:
    tables = {"subscriptions": [sub("a", "2026-01-01")],
              "users": [{"user_id": "u1", "customer_id": "a", "created_at": "2025-01-01"},
                        {"user_id": "u2", "customer_id": "a", "created_at": "2026-03-31"},
                        {"user_id": "u3", "customer_id": "a", "created_at": "2026-04-01"}]}  # fmt: skip
    cell = ask(tables, "average_revenue_per_user", "2026-03-01")
    assert (cell["n"], cell["value"]) == (2, 50)
    assert "every user created by then counts" in cell["note"]


def test_net_orders_are_the_revenue_of_a_shop_and_guests_are_said() -> None:
    tables = {"orders": [{"customer_id": "a", "ordered_at": "2026-03-02", "amount": 100},
                         {"customer_id": "a", "ordered_at": "2026-03-05", "amount": 30, "kind": "refund"},
                         {"customer_id": None, "ordered_at": "2026-03-06", "amount": 55}],
              "events": [event("u1", "2026-03-02", "a")]}  # fmt: skip
    cell = ask(tables, "average_revenue_per_user", "2026-03-01")
    assert cell["value"] == 70
    assert "1 order without a customer left out (55.00)." in cell["note"]


def test_a_change_of_plan_splits_the_revenue_on_its_day() -> None:
    tables = {"subscriptions": [sub("a", "2026-01-01", "2026-03-16", 310, plan="Basic"),
                                sub("a", "2026-03-16", None, 620, plan="Pro")],
              "events": [event("u", "2026-03-02", "a"), event("u", "2026-03-30", "a")]}  # fmt: skip
    found = frame(tables, "average_revenue_per_user", "2026-03-01", by="plan")
    found = found[found["item"].isna()].set_index("plan")
    # 15 of 31 days at 310, 16 of 31 at 620; the user was there in both
    assert found["numerator"].to_dict() == pytest.approx({"Basic": 150, "Pro": 320})
    assert found["n"].to_dict() == {"Basic": 1, "Pro": 1}


def test_accounts_grow_by_what_they_pay_more_less_what_was_lost() -> None:
    tables = {"subscriptions": [
        sub("up", "2026-01-01", "2026-03-10", 100), sub("up", "2026-03-10", None, 150),
        sub("gone", "2026-01-01", "2026-03-10", 100), sub("new", "2026-03-05", None, 900),
        sub("back", "2025-01-01", "2026-02-01", 40), sub("back", "2026-03-05", None, 40)]}  # fmt: skip
    # (150 + 0 - 200) / 200; the new one is left out, the returning one too unless the setting says otherwise
    cell = ask(tables, "customer_account_growth_rate", "2026-03-01")
    assert (cell["numerator"], cell["denominator"], cell["n"], cell["value"]) == (-50, 200, 2, -0.25)
    assert beside(tables, "customer_account_growth_rate", "2026-03-01")["growing"] == 1
    also = ask(tables, "customer_account_growth_rate", "2026-03-01", definitions={"nrr_with_reactivation": True})
    assert also["numerator"] == -10
    nrr = ask(tables, "net_revenue_retention", "2026-03-01")
    assert cell["value"] == pytest.approx(nrr["value"] - 1)


def test_a_shop_grows_against_the_period_before_over_those_who_bought_then() -> None:
    def order(customer: str | None, day: str, amount: float, kind: str = "repeat") -> dict[str, Any]:
        return {"customer_id": customer, "ordered_at": day, "amount": amount, "kind": kind}

    tables = {"orders": [
        order("a", "2026-02-10", 100), order("a", "2026-03-10", 180), order("a", "2026-03-11", 30, "refund"),
        order("b", "2026-02-28", 50), order("new", "2026-03-01", 500), order(None, "2026-02-03", 9),
        order("old", "2026-01-31", 70)]}  # fmt: skip
    # a: 150 after 100, b: 0 after 50 -> (150 - 150) / 150; February is 28 days long and still the period before
    cell = ask(tables, "customer_account_growth_rate", "2026-03-01")
    assert (cell["numerator"], cell["denominator"], cell["n"], cell["value"]) == (0, 150, 2, 0)


def test_the_rows_behind_revenue_name_their_files() -> None:
    asked = Slice.of("month", definitions={"fresh_days": 3650})
    behind = rows(kept_version(USED), "average_revenue_per_user", "2026-03-01", asked, as_of="2026-06-01")
    assert behind["_value"].astype(float).sum() == pytest.approx(342)
    assert set(behind["_source"]) <= {"subscriptions.csv", "events.csv"}
    used = rows(kept_version(USED), "average_revenue_per_user", "2026-03-01", asked, as_of="2026-06-01",
                part="denominator")  # fmt: skip
    assert used["_value"].sum() == 2
    assert used["_rows"].str.contains("events.csv").all()
