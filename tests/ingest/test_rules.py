"""Rules of a mapping: what each makes of the cells, and what a wrong one is told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from cs_metrics.errors import MappingError
from cs_metrics.ingest.apply import apply
from cs_metrics.ingest.mappings.mapping import TableMapping
from tests.ingest.sheets import sheet


def column(text: str, table: str, name: str, mapping: dict) -> list:
    raw = sheet(text)
    return apply(raw, TableMapping(table, mapping)).data.column(name).to_pylist()


CUSTOMERS = {"customer_id": "Id"}


def test_cents_are_divided_and_no_cent_is_lost():
    text = "Id,Since,Cents\nA,2025-01-01,4999\nB,2025-01-01,1"
    mapping = {"customer_id": "Id", "start_date": "Since", "amount": {"from": "Cents", "divide": 100}}
    assert column(text, "subscriptions", "amount", mapping) == [Decimal("49.990000"), Decimal("0.010000")]


def test_line_amount_is_price_times_quantity_and_negative_for_a_return():
    text = "When,Price,Qty\n2025-01-01,2.55,6\n2025-01-02,27.50,-1"
    mapping = {"ordered_at": "When", "amount": {"from": "Price", "times": "Qty"}}
    assert column(text, "orders", "amount", mapping) == [Decimal("15.300000"), Decimal("-27.500000")]


def test_duration_becomes_an_instant_after_and_before():
    text = "T,Opened,Closed,Mins\n1,2025-01-01 10:00,2025-01-02 10:00,90"
    base = {"ticket_id": "T", "created_at": "Opened", "resolved_at": "Closed"}
    after = {"from": "Mins", "unit": "minutes", "after": "created_at"}
    before = {"from": "Mins", "unit": "hours", "before": "resolved_at"}
    first = dt.datetime(2025, 1, 1, 11, 30)
    assert column(text, "tickets", "first_response_at", base | {"first_response_at": after}) == [first]
    hours = dt.datetime(2025, 1, 2, 10) - dt.timedelta(hours=90)
    assert column(text, "tickets", "first_response_at", base | {"first_response_at": before}) == [hours]


def test_duration_may_count_from_a_column_that_comes_later_in_the_model():
    text = "T,Closed,Hours\n1,2025-01-02 10:00,24"
    mapping = {"ticket_id": "T", "resolved_at": "Closed"}
    mapping["created_at"] = {"from": "Hours", "unit": "hours", "before": "resolved_at"}
    assert column(text, "tickets", "created_at", mapping) == [dt.datetime(2025, 1, 1, 10)]


def test_tenure_becomes_a_start_clipped_to_the_end_of_a_short_month():
    text = "Id,Tenure\nA,0\nB,1\nC,13"
    mapping = CUSTOMERS | {"signed_up_on": {"months_before": "Tenure", "anchor": "2025-03-31"}}
    got = column(text, "customers", "signed_up_on", mapping)
    assert got == [dt.date(2025, 3, 31), dt.date(2025, 2, 28), dt.date(2024, 2, 29)]


def test_flag_dates_those_who_left_and_no_one_else():
    text = "Id,Status\nA,Churned\nB,Stayed\nC,"
    rule = {"flag": "Status", "values": {"Churned": True, "Stayed": False}, "date": "2025-06-30"}
    assert column(text, "customers", "churned_on", CUSTOMERS | {"churned_on": rule}) == [
        dt.date(2025, 6, 30),
        None,
        None,
    ]


def test_churned_is_another_word_for_a_flag_with_a_date():
    rule = {"from": "Churn", "values": {"Yes": True}, "date": "2025-06-30"}
    got = column("Id,Churn\nA,Yes\nB,No", "customers", "churned_on", CUSTOMERS | {"churned": rule})
    assert got == [dt.date(2025, 6, 30), None]


def test_end_dates_that_still_count_move_a_day():
    text = "Id,From,To,Sum\nA,2025-01-01,2025-03-31,10"
    mapping = {"customer_id": "Id", "start_date": "From", "amount": "Sum", "end_date": {"from": "To", "shift_days": 1}}
    assert column(text, "subscriptions", "end_date", mapping) == [dt.date(2025, 4, 1)]


def test_texts_are_joined_without_gaps_for_blanks():
    mapping = CUSTOMERS | {"name": {"from": ["First", "Last"], "join": " "}}
    assert column("Id,First,Last\nA,Ada,Byron\nB,,Hopper\nC,,", "customers", "name", mapping) == [
        "Ada Byron",
        "Hopper",
        None,
    ]


def test_values_are_translated_whatever_their_case_and_the_others_stay():
    mapping = CUSTOMERS | {"plan": {"from": "P", "values": {"p1": "Pro"}}}
    assert column("Id,P\nA,P1\nB,Team\nC,", "customers", "plan", mapping) == ["Pro", "Team", None]


def test_epoch_seconds_and_milliseconds_are_instants():
    mapping = {"user_id": "U", "event": "E", "occurred_at": {"from": "At", "epoch": "seconds"}}
    assert column("U,E,At\nu,x,1700000000", "events", "occurred_at", mapping) == [dt.datetime(2023, 11, 14, 22, 13, 20)]


def test_minutes_become_the_seconds_that_the_model_holds():
    mapping = {"user_id": "U", "event": "E", "occurred_at": "At", "duration_seconds": {"from": "M", "unit": "minutes"}}
    assert column("U,E,At,M\nu,x,2025-01-01,1.5", "events", "duration_seconds", mapping) == [90.0]


def test_float_ids_lose_their_point_and_leading_zeros_stay():
    text = "When,Sum,Who\n2025-01-01,1,17850.0\n2025-01-02,1,13047.0"
    mapping = {"ordered_at": "When", "amount": "Sum", "customer_id": "Who"}
    assert column(text, "orders", "customer_id", mapping) == ["17850", "13047"]
    assert column("Id,N\n007,x\n0010,y", "customers", "customer_id", CUSTOMERS) == ["007", "0010"]


@pytest.mark.parametrize(
    ("table", "mapping", "said"),
    [
        ("customers", {"customer_id": "Idd"}, "no column 'Idd'. Did you mean 'Id'?"),
        ("customers", CUSTOMERS | {"nme": "Id"}, "no column 'nme'. Did you mean 'name'?"),
        ("customers", CUSTOMERS | {"name": {"form": "Id"}}, "says no source"),
        ("customers", CUSTOMERS | {"name": {"from": "Id", "dividee": 2}}, "Did you mean 'divide'?"),
        ("customers", CUSTOMERS | {"name": {"from": "Id", "divide": 2}}, "for a column of numbers"),
        (
            "customers",
            CUSTOMERS | {"signed_up_on": {"months_before": "N", "anchor": "June"}},
            "a date such as 2025-06-30",
        ),
        ("customers", CUSTOMERS | {"signed_up_on": {"from": "N", "unit": "moons"}}, "no unit of time"),
        ("customers", CUSTOMERS | {"signed_up_on": {"from": "N", "unit": "days"}}, "'after' or 'before'"),
        ("survey_responses", {"survey": {"constant": "npss"}}, "Did you mean 'nps'?"),
        ("customers", CUSTOMERS | {"name": {"through": "subscription.x"}}, "Did you mean 'subscriptions'?"),
        ("customers", {"name": "Id"}, "needs customer_id"),
        ("customers", CUSTOMERS | {"signed_up_on": {"months_before": "N"}}, "Answer the question 'anchor'"),
    ],
)
def test_a_wrong_mapping_says_where_what_and_what_to_do(table, mapping, said):
    with pytest.raises(MappingError, match=r"^file\.csv") as caught:
        apply(sheet("Id,N\nA,1"), TableMapping(table, mapping))
    assert said in str(caught.value)


def test_durations_that_count_from_one_another_are_an_error():
    mapping = {"ticket_id": "T", "created_at": {"from": "H", "unit": "hours", "before": "resolved_at"}}
    mapping["resolved_at"] = {"from": "H", "unit": "hours", "after": "created_at"}
    with pytest.raises(MappingError, match="count from one another"):
        apply(sheet("T,H\n1,2"), TableMapping("tickets", mapping))
