"""Facts: local time, attributes as they were, lives without gaps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cs_metrics.facts import FACTS
from cs_metrics.kpis import Slice, compute, dimensions
from tests.support import make_version

LEFT = {"signed_up_on": "2026-01-01", "churned_on": "2026-02-01"}


def rows(con: Any, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in con.execute(query).fetchall()]


def test_every_fact_is_built_on_empty_tables_and_says_its_grain() -> None:
    with make_version({}) as con:
        for fact in FACTS:
            assert rows(con, f"SELECT count(*) FROM {fact.name}") == [(0,)]
            assert fact.grain


def test_an_instant_falls_on_the_day_of_the_workspaces_zone() -> None:
    tables = {"tickets": [{"ticket_id": "1", "created_at": "2026-02-28 23:30"}]}
    with make_version(tables, settings={"timezone": "Europe/Berlin"}) as con:
        assert rows(con, "SELECT created_at FROM fact_ticket") == [(datetime(2026, 3, 1, 0, 30),)]


def test_a_life_runs_on_over_rows_that_touch_and_breaks_at_a_gap() -> None:
    stretches = [("2026-01-01", "2026-02-01"), ("2026-02-01", "2026-03-01"), ("2026-03-02", None)]
    tables = {
        "subscriptions": [{"customer_id": "a", "start_date": s, "end_date": e, "amount": 10} for s, e in stretches]
    }
    with make_version(tables) as con:
        lives = rows(con, "SELECT begins, ends, next_begins FROM fact_life ORDER BY number")
        assert lives[0] == (datetime(2026, 1, 1), datetime(2026, 3, 1), datetime(2026, 3, 2))
        assert lives[1][1] == datetime(9999, 12, 31)
        # the step from January to March is one: its MRR does not change
        assert rows(con, "SELECT count(*) FROM fact_mrr_step") == [(2,)]


def test_of_two_plans_at_once_the_dearer_counts_then_the_later_then_the_name() -> None:
    row = {"customer_id": "a", "amount": 10}
    tables = {"subscriptions": [
        {**row, "start_date": "2026-01-01", "end_date": "2026-04-01", "plan": "Pro"},
        {**row, "start_date": "2026-02-01", "end_date": "2026-04-01", "plan": "Basic"},
        {**row, "start_date": "2026-03-01", "end_date": "2026-04-01", "plan": "Max", "amount": 99}]}  # fmt: skip
    with make_version(tables) as con:
        spans = rows(con, "SELECT value, valid_from, valid_to FROM dim_spans ORDER BY valid_from")
    assert [value for value, _, _ in spans] == ["Pro", "Basic", "Max"]
    # the first value holds before it is known, the last after the end
    assert spans[0][1] < datetime(2000, 1, 1)
    assert spans[1][1:] == (datetime(2026, 2, 1), datetime(2026, 3, 1))
    assert spans[2][2] == datetime(9999, 12, 31)


def test_a_breakdown_uses_the_value_of_then() -> None:
    tables = {
        "customers": [{"customer_id": "a", "region": "US"}, {"customer_id": "b", "region": "EU"}],
        "customer_attributes": [
            {"customer_id": "a", "attribute": "region", "value": "EU", "valid_from": "2025-01-01"},
            {"customer_id": "a", "attribute": "region", "value": "US", "valid_from": "2026-03-01"}],
        "survey_responses": [
            {"customer_id": c, "survey": "nps", "score": 10, "responded_at": day} for c, day in
            (("a", "2026-02-10"), ("a", "2026-03-10"), ("b", "2026-03-10"))],
    }  # fmt: skip
    with make_version(tables) as con:
        frame = compute(
            con, ["net_promoter_score"], Slice.of("month", by="region", since="2026-02-01", until="2026-04-01")
        )
        named = dimensions(con).set_index("name")
    counted = {(str(p)[:7], r): n for p, r, n in zip(frame["period"], frame["region"], frame["n"], strict=True)}
    assert counted == {("2026-02", "EU"): 1, ("2026-02", "US"): 0, ("2026-03", "EU"): 1, ("2026-03", "US"): 1}
    assert named.loc["region", "history"]
    assert named.loc["region", "values"] == ["EU", "US"]


def test_a_reason_is_that_of_the_nearest_recorded_leaving_in_the_same_life() -> None:
    tables = {
        "subscriptions": [{"customer_id": "a", "start_date": "2026-01-01", "end_date": "2026-03-10", "amount": 1},
                          {"customer_id": "a", "start_date": "2026-05-01", "end_date": "2026-06-10", "amount": 1,
                           "cancel_reason": "moved"}],
        "churn_events": [{"customer_id": "a", "churned_on": "2026-02-01", "reason": "early"},
                         {"customer_id": "a", "churned_on": "2026-03-12", "reason": "price"}],
    }  # fmt: skip
    with make_version(tables) as con:
        assert rows(con, "SELECT reason FROM fact_leaving ORDER BY left_at") == [("price",), ("moved",)]


def test_contracts_are_followed_or_roll_over() -> None:
    def held(customer: str, start: str, end: str, until: str | None) -> dict[str, Any]:
        return {"customer_id": customer, "start_date": start, "contract_start": start, "contract_end": end,
                "end_date": until, "amount": 1, "product": "p"}  # fmt: skip

    tables = {"subscriptions": [
        held("in time", "2025-01-01", "2026-01-01", "2026-01-01"), held("in time", "2026-01-31", "2027-01-01", None),
        held("late", "2025-01-01", "2026-01-01", "2026-01-01"), held("late", "2026-02-01", "2027-01-01", None),
        held("rolls", "2025-01-01", "2026-01-01", None)]}  # fmt: skip
    with make_version(tables) as con:
        found = dict(rows(con, "SELECT customer_id, followed_at FROM fact_contract WHERE due = '2026-01-01'"))
    # 30 days of grace are asked for by the KPI: 31 January is in time, 1 February is not
    assert found == {
        "in time": datetime(2026, 1, 31), "late": datetime(2026, 2, 1), "rolls": datetime(2026, 1, 1)}  # fmt: skip


def test_a_customers_later_row_says_whether_it_left() -> None:
    signed = {"customer_id": "a", "signed_up_on": "2026-01-01"}
    tables = {"customers": [{**signed, "churned_on": "2026-02-01"}, signed, {"customer_id": "b", **LEFT}]}
    with make_version(tables) as con:
        ends = dict(rows(con, "SELECT customer_id, ends FROM fact_active"))
    assert ends == {"a": datetime(9999, 12, 31), "b": datetime(2026, 2, 1)}


def test_an_act_in_a_days_last_second_does_not_reach_the_next_day() -> None:
    tables = {"events": [{"customer_id": "a", "occurred_at": "2026-01-31 23:59:59.5", "event": "x", "feature": "f"}]}
    with make_version(tables) as con:
        frame = compute(con, ["feature_adoption_rate"], Slice.of("month", since="2026-01-01"), as_of="2026-03-01")
        assert frame[frame["item"].isna()]["denominator"].tolist() == [1, 0]


def test_the_plan_is_that_which_brings_most_in_all_its_rows_and_no_trial_of_another() -> None:
    def held(customer: str, plan: str, amount: int, start: str, **more: Any) -> dict[str, Any]:
        return {"customer_id": customer, "plan": plan, "amount": amount, "start_date": start, **more}

    tables = {
        "subscriptions": [
            held("a", "Basic", 60, "2026-01-01"),
            held("a", "Basic", 50, "2026-01-01"),  # a second product on the same plan
            held("a", "Pro", 100, "2026-02-01"),
            held("b", "Free", 0, "2026-01-01"),
            held("b", "Pro", 0, "2026-02-01", is_trial=True),
        ]
    }
    with make_version(tables, as_of="2026-03-01") as con:
        frame = compute(con, ["mrr"], Slice.of(by="plan", where={"customer_id": ["a"]}))
        assert dict(zip(frame["plan"], frame["value"], strict=True)) == {"Basic": 210}
        assert rows(con, "SELECT plan FROM dim_customers WHERE customer_id = 'b'") == [("Free",)]
