"""MRR movements: one trap a test."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from cs_metrics.analysis import movements, movements_sql
from cs_metrics.analysis.movements import MOVES
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.settings import resolve
from tests.support import make_version


def sub(customer, start, end, amount, **more):
    starts, ends = date.fromisoformat(start), date.fromisoformat(end) if end else None
    return {"customer_id": customer, "start_date": starts, "end_date": ends, "amount": amount, **more}


ROWS = [
    sub("a", "2025-01-01", "2025-02-01", 100),  # begins the month: belongs to January
    sub("a", "2025-03-10", None, 80),  # comes back
    sub("b", "2025-01-15", "2025-02-15", 50),
    sub("b", "2025-02-15", None, 70),  # up
    sub("c", "2025-01-15", "2025-03-05", 30),
    sub("c", "2025-03-05", None, 20),  # down
    sub("d", "2025-01-20", "2025-01-25", 10),  # came and went within the month
    sub("e", "2025-02-20", "2025-03-20", 0),  # free
    sub("e", "2025-03-20", None, 5),  # free to paid is new
    sub("f", "2025-03-31", None, 1),
]


@pytest.fixture(scope="module")
def con():
    regions = [
        {"customer_id": c, "region": r} for c, r in zip("abcdef", ("EU", "EU", "US", "US", None, None), strict=True)
    ]
    return make_version({"subscriptions": ROWS, "customers": regions}, as_of="2025-04-01")


def amounts(frame):
    return frame[["start", *MOVES, "end"]].values.tolist()


def test_each_kind_of_movement(con):
    frame = movements(con, resolve(), "2025-04-01")
    assert amounts(frame) == [
        [0, 180, 0, 0, 0, 0, 180],
        [180, 0, 0, 20, 0, 100, 100],
        [100, 6, 80, 0, 10, 0, 176],
    ]
    assert frame["complete"].all()


def test_quarter_compares_its_own_two_ends_and_is_not_the_sum_of_its_months(con):
    frame = movements(con, resolve(), "2025-04-01", grain="quarter")
    assert amounts(frame) == [[0, 176, 0, 0, 0, 0, 176]]


def test_segments_add_up_and_the_missing_one_is_a_segment(con):
    frame = movements(con, resolve(), "2025-04-01", by="region")
    whole = movements(con, resolve(), "2025-04-01")
    assert list(dict.fromkeys(frame["region"])) == ["EU", "US", None]
    assert len(frame) == 9
    parts = frame.groupby("period")[["start", *MOVES, "end"]].sum().values.tolist()
    assert parts == amounts(whole)


def test_period_that_is_not_over_ends_at_the_as_of_instant(con):
    frame = movements(con, resolve(), "2025-03-15")
    assert amounts(frame)[-1] == [100, 0, 80, 0, 10, 0, 170]
    assert frame["complete"].tolist() == [True, True, False]


def test_filter_and_range(con):
    frame = movements(con, resolve(), "2025-04-01", where={"region": ["US"]}, since="2025-03-01", until="2025-04-01")
    assert amounts(frame) == [[30, 0, 0, 0, 10, 0, 20]]
    assert frame["period"].tolist() == [pd.Timestamp("2025-03-01")]


def test_no_grain_is_the_whole_range(con):
    frame = movements(con, resolve(), "2025-04-01", grain=None)
    assert frame["period"].isna().all()
    assert frame["end"].tolist() == [176]


def test_sql_runs_as_it_stands(con):
    again = con.execute(movements_sql(con, resolve(), "2025-04-01", where={"region": ["EU"]})).df()
    frame = movements(con, resolve(), "2025-04-01", where={"region": ["EU"]})
    assert again["end_mrr"].astype(float).tolist() == frame["end"].tolist()


def test_without_recurring_revenue_it_says_what_it_needs():
    con = make_version({"orders": [{"customer_id": "a", "ordered_at": pd.Timestamp("2025-01-01"), "amount": 1}]})
    with pytest.raises(NotComputableError, match=r"subscriptions\.amount"):
        movements(con, resolve(), "2025-02-01")


def test_unknown_attribute_is_refused(con):
    with pytest.raises(QueryError, match="'region'"):
        movements(con, resolve(), "2025-04-01", by="regoin")
