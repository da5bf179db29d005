"""Retention against a second counting in plain Python, and the traps one by one."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from cs_metrics.analysis import members, pooled, retention, sentence
from cs_metrics.analysis.cohorts import mapped
from cs_metrics.analysis.cohorts.retention import DEFAULTS, asked_of
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.kpis import intervals
from cs_metrics.settings import resolve
from tests.support import make_version

AS_OF = datetime(2025, 3, 6)
SETTINGS = resolve()


def order(customer, day, amount=10.0, **more):
    return {"customer_id": customer, "ordered_at": datetime.fromisoformat(day), "amount": amount, **more}


@pytest.fixture(scope="module")
def con():
    """A version for questions whose numbers do not matter."""
    return make_version(
        {
            "orders": [order("c1", "2025-01-05", product="x"), order("c1", "2025-03-05", product="y")],
            "events": [{"user_id": "u", "customer_id": "c1", "occurred_at": datetime(2025, 3, 5), "event": "use"}],
            "customers": [{"customer_id": "c1", "region": "EU"}],
        },
        as_of=AS_OF,
    )


@pytest.mark.parametrize(
    "more",
    [
        {"start": {"customer_id": ["c1"]}},
        {"minimum": 2},
        {"value": "revenue"},
        {"calendar": False},
        {"cohort": "every"},
        {"timezone": "Asia/Tokyo"},
        {"grain": "day"},
        {"grain": "week", "week_starts": "sunday"},
        {"periods": 63},
        {"where": {"orders.product": ["x"]}},
    ],
)
def test_what_a_map_cannot_answer_is_counted_from_the_rows(con, more):
    known, asked = asked_of(con, SETTINGS, AS_OF, DEFAULTS | more)
    assert not mapped.answers(con, known, asked)
    assert len(retention(con, SETTINGS, AS_OF, **more))


def test_cells_that_have_not_begun_are_absent_and_those_not_over_are_marked():
    con = make_version({"orders": [order("a", "2025-01-05"), order("b", "2025-02-05")]})
    frame = retention(con, SETTINGS, "2025-02-06")
    assert frame[["k", "complete"]].values.tolist() == [[0, True], [1, False], [0, False]]
    # at the very end of February March has not begun
    frame = retention(con, SETTINGS, "2025-03-01")
    assert frame[["k", "complete"]].values.tolist() == [[0, True], [1, True], [0, True]]


def test_since_cuts_cohorts_and_never_first_ever():
    con = make_version({"orders": [order("a", "2024-12-05"), order("a", "2025-01-05"), order("b", "2025-01-09")]})
    frame = retention(con, SETTINGS, "2025-02-01", since="2025-01-01")
    assert frame["eligible"].tolist() == [1]


def test_until_is_exclusive():
    con = make_version({"orders": [order("a", "2025-01-05"), order("b", "2025-02-01")]})
    frame = retention(con, SETTINGS, "2025-03-01", until="2025-02-01")
    assert set(frame["cohort"]) == {pd.Timestamp("2025-01-01")}


def test_breakdown_takes_the_attribute_as_it_was_at_the_start():
    con = make_version(
        {
            "orders": [order("a", "2025-01-05"), order("a", "2025-02-05"), order("b", "2025-01-07")],
            "customers": [{"customer_id": "a", "region": "US"}, {"customer_id": "b", "region": "US"}],
            "customer_attributes": [
                {"customer_id": "a", "attribute": "region", "value": "EU", "valid_from": datetime(2025, 1, 1)},
                {"customer_id": "a", "attribute": "region", "value": "US", "valid_from": datetime(2025, 1, 20)},
            ],
        }
    )
    frame = retention(con, SETTINGS, "2025-03-01", by="region")
    assert frame[frame["k"] == 1][["region", "retained"]].values.tolist() == [["EU", 1], ["US", 0]]


def test_rows_without_a_customer_are_nobody():
    con = make_version({"orders": [order(None, "2025-01-05"), order("a", "2025-01-05")]})
    assert retention(con, SETTINGS, "2025-02-01")["eligible"].tolist() == [1]


def test_time_zone_moves_an_order_into_another_month():
    con = make_version({"orders": [order("a", "2025-01-31T20:00:00"), order("a", "2025-02-15T00:00:00")]})
    frame = retention(con, SETTINGS, "2025-03-01", timezone="Asia/Tokyo")
    assert frame["cohort"].iloc[0] == pd.Timestamp("2025-02-01")


def test_rolling_periods_count_from_each_ones_own_start_and_wait_for_its_window():
    # a: 31 January, window 1 is 28 February to 31 March; b: 20 January, back on 19 February is still its month 0
    con = make_version(
        {
            "orders": [
                order("a", "2025-01-31"),
                order("a", "2025-02-28"),
                order("b", "2025-01-20"),
                order("b", "2025-02-19"),
            ]
        }
    )
    frame = retention(con, SETTINGS, "2025-03-25", calendar=False)
    assert frame[["k", "eligible", "retained", "complete"]].values.tolist() == [[0, 2, 2, True], [1, 1, 0, False]]
    frame = retention(con, SETTINGS, "2025-03-31", calendar=False)
    assert frame[frame["k"] == 1][["eligible", "retained", "complete"]].values.tolist() == [[2, 1, True]]


def test_cohorts_of_an_attribute_count_only_windows_that_are_over():
    con = make_version(
        {
            "orders": [order("a", "2025-01-05"), order("a", "2025-02-05"), order("b", "2025-02-05")],
            "customers": [{"customer_id": "a", "region": "EU"}, {"customer_id": "b", "region": "EU"}],
        }
    )
    frame = retention(con, SETTINGS, "2025-03-15", cohort="region")
    assert frame[["cohort", "k", "eligible", "retained"]].values.tolist() == [["EU", 0, 2, 2], ["EU", 1, 1, 1]]


def test_start_and_back_are_columns_of_the_rows():
    con = make_version(
        {
            "events": [
                {"customer_id": "a", "occurred_at": datetime(2025, 1, 2), "event": "signed_up"},
                {"customer_id": "a", "occurred_at": datetime(2025, 2, 2), "event": "view"},
                {"customer_id": "b", "occurred_at": datetime(2024, 12, 2), "event": "view"},
                {"customer_id": "b", "occurred_at": datetime(2025, 1, 9), "event": "signed_up"},
                {"customer_id": "b", "occurred_at": datetime(2025, 2, 9), "event": "signed_up"},
            ]
        }
    )
    frame = retention(con, SETTINGS, "2025-03-01", of="events", start={"event": "signed_up"}, back={"event": ["view"]})
    assert frame[["eligible", "retained"]].values.tolist() == [[2, 2], [2, 1]]


def test_row_filter_leaves_out_rows_and_speaks_only_of_its_own_table():
    con = make_version(
        {
            "orders": [order("a", "2025-01-05", product="x"), order("a", "2025-02-05", product="y")],
            "tickets": [{"ticket_id": "t", "customer_id": "a", "created_at": datetime(2025, 1, 5), "product": "z"}],
        }
    )
    with_row = retention(con, SETTINGS, "2025-03-01", where={"orders.product": ["x"]})
    assert with_row["retained"].tolist() == [1, 0]
    of_others = retention(con, SETTINGS, "2025-03-01", where={"tickets.product": ["nothing"]})
    assert of_others["retained"].tolist() == [1, 1]


def test_breakdown_by_a_row_attribute_takes_the_row_that_starts():
    con = make_version({"orders": [order("a", "2025-01-05", product="x"), order("a", "2025-02-05", product="y")]})
    frame = retention(con, SETTINGS, "2025-03-01", by="orders.product")
    assert frame[["orders.product", "k", "retained"]].values.tolist() == [["x", 0, 1], ["x", 1, 1]]


def subscription(customer, start, end=None, amount=100.0, **more):
    return {
        "customer_id": customer,
        "start_date": datetime.fromisoformat(start).date(),
        "end_date": datetime.fromisoformat(end).date() if end else None,
        "amount": amount,
        **more,
    }


def test_subscriptions_are_active_at_the_periods_end_and_whole_at_the_start():
    con = make_version(
        {
            "subscriptions": [
                subscription("a", "2025-01-10", "2025-03-01"),  # still active at the end of February, not of March
                subscription("b", "2025-01-10", "2025-01-20"),  # gone within its own first month
                subscription("c", "2025-01-02"),
                subscription("d", "2024-12-01", "2025-01-01", is_trial=True),
                subscription("d", "2025-01-15", amount=0),
                subscription("e", "2025-01-05", "2025-01-05"),  # without length: never a customer
                subscription("f", "2025-03-09"),  # keeps the table fresh
            ]
        }
    )
    frame = retention(con, SETTINGS, "2025-03-10", of="subscriptions", until="2025-02-01")
    assert frame[["k", "eligible", "retained", "complete"]].values.tolist() == [
        [0, 4, 4, True],
        [1, 4, 3, True],
        [2, 4, 2, False],
    ]


def test_revenue_is_divided_by_the_first_months_and_has_its_members_beside_it():
    con = make_version(
        {"subscriptions": [subscription("a", "2025-01-10"), subscription("b", "2025-01-10", "2025-02-15", amount=50)]}
    )
    frame = retention(con, SETTINGS, "2025-03-01", of="subscriptions", value="revenue")
    last = frame[frame["k"] == 1].iloc[0]
    assert (last["value"], last["amount"], last["base"]) == (100 / 150, 100, 150)
    assert (last["eligible"], last["retained"]) == (2, 1)
    theta = np.array([0 / 50, 100 / 100]) - 100 / 150
    low, high = intervals.jackknife(100 / 150, 2, theta.sum(), (theta**2).sum())
    assert (last["low"], last["high"]) == pytest.approx((float(low), float(high)))


def test_refund_reduces_revenue():
    con = make_version({"orders": [order("a", "2025-01-05", 100), order("a", "2025-01-09", 40, kind="refund")]})
    assert retention(con, SETTINGS, "2025-02-01", value="revenue")["base"].tolist() == [60]


def test_mrr_snapshots_hold_for_their_month():
    rows = [{"customer_id": "a", "month": datetime(2025, m, 1).date(), "mrr": v} for m, v in ((1, 10), (2, 0), (3, 5))]
    con = make_version({"mrr_snapshots": rows})
    frame = retention(con, SETTINGS, "2025-04-01", of="mrr_snapshots")
    assert frame["retained"].tolist() == [1, 0, 1]


def test_customers_alone_give_cohorts_by_sign_up_and_leaving():
    people = [
        {"customer_id": "a", "signed_up_on": datetime(2025, 1, 3).date(), "churned_on": datetime(2025, 2, 10).date()},
        {"customer_id": "b", "signed_up_on": datetime(2025, 1, 3).date(), "churned_on": None},
    ]
    con = make_version({"customers": people}, as_of="2025-03-01")
    assert retention(con, SETTINGS, "2025-03-01", of="customers")["retained"].tolist() == [2, 1]


def test_stale_table_is_read_to_its_own_end():
    con = make_version(
        {
            "orders": [order("a", "2025-01-05"), order("a", "2025-02-05")],
            "tickets": [{"ticket_id": "t", "created_at": datetime(2025, 6, 30)}],
        }
    )
    assert retention(con, SETTINGS, "2025-07-01")["k"].max() == 1


def test_pooled_row_is_all_retained_over_all_eligible_of_complete_cells():
    cells = pd.DataFrame(
        {
            "cohort": [1, 1, 2, 2],
            "k": [0, 1, 0, 1],
            "eligible": [100, 100, 10, 10],
            "retained": [100, 50, 10, 0],
            "complete": [True, True, True, False],
        }
    )
    row = pooled(cells).set_index("k").loc[1]
    assert (row["value"], row["eligible"], row["cohorts"]) == (0.5, 100, 1)
    assert row["low"] == pytest.approx(float(intervals.wilson(50, 100)[0]))


def test_members_name_the_row_that_returned():
    con = make_version({"orders": [order("a", "2025-01-05"), order("a", "2025-02-07"), order("a", "2025-02-03")]})
    found = members(con, SETTINGS, "2025-02-08", cohort="2025-01-01", k=1)
    assert found[["unit", "rows", "_row"]].values.tolist() == [["a", 2, 4]]
    assert found["returned"][0] == pd.Timestamp("2025-02-03")


def test_sentence_says_the_cell():
    con = make_version({"orders": [order("a", "2025-01-05"), order("b", "2025-01-05"), order("a", "2025-02-05")]})
    frame = retention(con, SETTINGS, "2025-02-20")
    said = [sentence(cell) for cell in frame.to_dict("records")]
    assert said[0] == "2 customers who first ordered in January 2025."
    assert said[1].startswith("Of the 2 customers who first ordered in January 2025, 1 ordered again in February 2025:")
    assert said[1].endswith("So far: complete once the data reach the end of 28 February 2025.")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"of": "ordres"}, "'orders'"),
        ({"kind": "onn"}, "'on'"),
        ({"grain": "moon"}, "'month'"),
        ({"periods": 0}, "from 1 to"),
        ({"periods": 2.5}, "whole number"),
        ({"unit": "users"}, "do not name users"),
        ({"by": "regio"}, "'region'"),
        ({"where": {"regio": "EU"}}, "'region'"),
        ({"kind": "brackets", "brackets": [[1, 3], [2, 4]]}, "do not overlap"),
        ({"of": "events", "value": "revenue"}, "no amount"),
        ({"kind": "streak", "value": "revenue"}, "streak"),
        ({"cohort": "firts"}, "no attribute 'firts'"),
        ({"timezone": "Mars"}, "timezone"),
        ({"since": "soon"}, "not a date"),
    ],
)
def test_what_cannot_be_asked_is_said_with_what_can(con, words, says):
    with pytest.raises(QueryError, match=says):
        retention(con, SETTINGS, AS_OF, **words)


def test_missing_table_says_what_it_needs():
    con = make_version({"orders": [order("a", "2025-01-05")]})
    with pytest.raises(NotComputableError) as error:
        retention(con, SETTINGS, "2025-02-01", of="tickets")
    assert error.value.needs == ("tickets.created_at", "tickets.customer_id")
