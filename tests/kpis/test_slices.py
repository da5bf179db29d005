"""A question that is cut by filters and breakdowns: one trap a test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from cs_metrics.analysis import comments, movements
from cs_metrics.api import hiding
from cs_metrics.errors import NotComputableError
from cs_metrics.kpis import Slice, compute
from cs_metrics.kpis.where import kept
from cs_metrics.settings import resolve
from tests.support import make_version


def sub(customer: str, start: str, end: str | None = None, amount: float = 100, **more: Any) -> dict[str, Any]:
    starts, ends = date.fromisoformat(start), date.fromisoformat(end) if end else None
    return {"customer_id": customer, "start_date": starts, "end_date": ends, "amount": amount, **more}


@pytest.fixture(scope="module")
def three() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three customers at 100 each, one of them without a region."""
    tables = {
        "customers": [
            {"customer_id": "a", "region": "EMEA", "No. of seats": 5},
            {"customer_id": "b", "region": None, "No. of seats": 7},
            {"customer_id": "c", "region": "US", "No. of seats": None},
        ],
        "subscriptions": [sub(c, "2026-02-25") for c in "abc"],
        "tickets": [{"ticket_id": "t", "customer_id": "a", "created_at": datetime(2026, 2, 27), "product": "X"}],
        "survey_responses": [
            {"survey": "nps", "customer_id": c, "score": 9, "responded_at": datetime(2026, 2, 27), "comment": c}
            for c in "abc"
        ],
    }
    with make_version(tables, as_of="2026-03-01") as con:
        yield con


def mrr(con: duckdb.DuckDBPyConnection, where: dict[str, Any]) -> tuple[float, str]:
    frame = compute(con, ["mrr"], Slice.of(where=where))
    return frame["value"][0], frame["note"][0]


def test_a_segment_and_everyone_else_make_the_whole_though_part_of_the_filter_does_not_apply(three) -> None:
    segment = {"region": ["EMEA"], "tickets.product": ["X"]}
    assert mrr(three, segment) == (100, "The filter on tickets.product does not apply here.")
    assert mrr(three, {"not": segment}) == (200, "The filter on tickets.product does not apply here.")
    assert mrr(three, {"any": [segment, {"region": "US"}]})[0] == 200
    assert mrr(three, {"not": {"tickets.product": ["X"]}})[0] == 300


def test_a_locked_filter_is_not_lifted_by_one_that_does_not_apply(three) -> None:
    locked = {"region": ["EMEA"]}
    asked = hiding.both(locked, {"region": ["EMEA", "US"], "tickets.product": ["X"]})
    assert mrr(three, asked or {})[0] == 100
    said = comments(three, resolve(), "2026-03-01", where=asked)
    assert said["customer_id"].tolist() == ["a"]


def test_an_empty_group_in_a_filter_keeps_its_meaning() -> None:
    def knows(name: str) -> bool:
        return name == "known"

    assert kept({"any": []}, knows) == {"any": []}
    assert kept({"not": {}}, knows) == {"not": {}}
    assert kept({"any": [{"known": 1}, {"other": 1}], "not": {"other": 1}}, knows) == {"any": [{"known": 1}]}


def test_an_attribute_with_a_dot_in_its_name_is_the_customers(three) -> None:
    assert mrr(three, {"No. of seats": {">=": 7}}) == (100, "")
    frame = compute(three, ["mrr", "net_promoter_score"], Slice.of(by="No. of seats"))
    assert frame["No. of seats"].tolist() == [5, 7, None] * 2
    assert not frame["note"].str.contains("split").any()


def test_basic_to_pro_is_new_in_pro_and_churn_in_basic_but_a_return_to_pro_is_one() -> None:
    tables = {
        "subscriptions": [
            sub("a", "2026-01-05", "2026-02-10", 100, plan="Basic"),
            sub("a", "2026-02-10", None, 150, plan="Pro"),
            sub("b", "2026-01-05", "2026-01-20", 60, plan="Pro"),  # within one month: seen only in its past
            sub("b", "2026-02-15", None, 70, plan="Pro"),
        ]
    }
    with make_version(tables, as_of="2026-03-01") as con:
        ends = "2026-03-01"
        filtered = movements(con, resolve(), ends, where={"subscriptions.plan": ["Pro"]}, since="2026-02-01")
        assert filtered[["new", "reactivation", "churn", "end"]].values.tolist() == [[150, 70, 0, 220]]
        split = movements(con, resolve(), ends, by="subscriptions.plan", since="2026-02-01")
        assert split[["new", "reactivation", "churn", "end"]].values.tolist() == [[0, 0, 100, 0], [150, 70, 0, 220]]
        mixed = {"any": [{"customer_id": ["a"]}, {"subscriptions.plan": ["Pro"]}]}
        assert movements(con, resolve(), ends, where=mixed, since="2026-02-01")["start"].tolist() == [100]


def test_a_subscription_that_ends_on_the_day_it_starts_was_never_paid() -> None:
    tables = {"subscriptions": [sub("a", "2026-01-05", "2026-01-05"), sub("a", "2026-02-10")]}
    with make_version(tables, as_of="2026-03-01") as con:
        frame = movements(con, resolve(), "2026-03-01", since="2026-02-01")
        assert frame[["new", "reactivation"]].values.tolist() == [[100, 0]]


def test_use_by_users_of_no_account_says_nothing_about_customers() -> None:
    used = {"user_id": "u", "occurred_at": datetime(2026, 1, 2), "event": "x", "feature": "f"}
    with make_version({"events": [used]}) as con:
        for kpi in ("customer_retention_rate", "feature_adoption_rate"):
            with pytest.raises(NotComputableError, match="needs"):
                compute(con, [kpi])
        assert compute(con, ["monthly_active_users"])["value"].tolist() == [1]
    with make_version({"events": [used], "users": [{"user_id": "u", "customer_id": "a"}]}) as con:
        assert compute(con, ["feature_adoption_rate"])["value"][0] == 1


def order(customer: str | None, day: str, amount: float, number: str, **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount, "order_id": number, **more}


def test_guests_orders_are_counted_one_by_one_and_their_events_by_user() -> None:
    tables = {
        "customers": [{"customer_id": "a", "region": "EMEA"}],
        "orders": [order("a", "2026-01-02", 10, "1"), *(order(None, f"2026-01-0{d}", 5, f"g{d}") for d in range(3, 7))],
        "events": [{"user_id": u, "occurred_at": f"2026-01-0{d}", "event": "x"} for u, d in (("u", 4), ("u", 5))],
    }
    left = "4 orders without a customer left out (20.00)."
    with make_version(tables) as con:
        for where in ({}, {"region": "EMEA"}):
            for kpi in ("repeat_purchase_rate", "average_revenue_per_account"):
                assert compute(con, [kpi], Slice.of(where=where))["note"][0] == left
        users = compute(con, ["monthly_active_users"], Slice.of(where={"region": "EMEA"}))
        assert users["note"][0] == "1 user without a customer left out."


def test_a_refund_reduces_revenue_though_its_customer_orders_nothing_else_in_the_period() -> None:
    orders = [order("a", "2026-01-02", 100, "1"), order("b", "2026-02-02", 50, "2")]
    orders += [order("a", "2026-02-03", 30, "3", kind="refund")]
    with make_version({"orders": orders}, as_of="2026-03-01") as con:
        frame = compute(con, ["average_revenue_per_account"], Slice.of("month"))
    assert frame[["numerator", "denominator"]].values.tolist() == [[100, 1], [20, 1]]


def test_who_left_before_signing_up_is_left_out_and_counted_and_not_active_for_ever() -> None:
    def customer(name: str, signed: str | None, churned: str | None) -> dict[str, Any]:
        return {"customer_id": name, "signed_up_on": signed, "churned_on": churned}

    customers = [customer("a", "2026-01-01", "2026-02-10"), customer("b", "2026-01-01", None)]
    customers += [customer("c", "2026-01-20", "2026-01-10"), customer("d", None, "2026-02-10")]
    with make_version({"customers": customers}, as_of="2026-03-01") as con:
        frame = compute(con, ["customer_churn_rate"], Slice.of("month", since="2026-02-01"))
    assert frame[["numerator", "denominator"]].values.tolist() == [[1, 2]]
    assert frame["note"][0] == "2 customers without a start, or with an end before it, left out."
