"""MRR movements: one trap a test."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest

from cs_metrics.analysis import lost_at_once, movements, movements_sql
from cs_metrics.analysis.revenue.movements import MOVES
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.kpis import Slice, rows
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


def test_a_period_after_a_stale_table_ends_has_no_row_rather_than_a_fall_to_zero():
    tables = {
        "subscriptions": [sub("a", "2026-01-05", None, 100), sub("b", "2026-02-01", None, 100)],
        "tickets": [{"ticket_id": "t", "created_at": datetime(2026, 3, 20)}],
    }
    with make_version(tables) as con:
        frame = movements(con, resolve(), "2026-03-21", since="2026-01-01")
        assert frame["period"].dt.month.tolist() == [1, 2]
        assert frame["end"].tolist() == [100, 200]
        assert frame["complete"].tolist() == [True, False]
        assert movements(con, resolve(), "2026-03-21", since="2026-03-01").empty
        assert rows(con, "mrr", "2026-03-01", Slice.of("month")).empty
        assert len(rows(con, "mrr", "2026-02-01", Slice.of("month"))) == 2


def test_the_balance_holds_where_credits_outweigh_what_is_paid():
    def line(number, amount):
        month, after = date(2026, number, 1), date(2026, number + 1, 1)
        more = {"issued_on": month, "period_start": month, "period_end": after, "amount": amount}
        return {"invoice_id": str(number), "customer_id": "a", **more}

    tables = {"invoices": [line(1, 100), line(2, -30), line(3, -10), line(5, 40)]}
    with make_version(tables, as_of="2026-06-01") as con:
        frame = movements(con, resolve(), "2026-06-01", since="2026-01-01")
    assert frame["end"].tolist() == [100, -30, -10, 0, 40]
    up, down = (frame[list(kinds)].sum(axis=1) for kinds in (MOVES[:3], MOVES[3:]))
    assert (frame["start"] + up - down == frame["end"]).all()


def test_an_attribute_of_other_rows_cannot_split_movements():
    tables = {
        "subscriptions": [sub("a", "2026-01-05", None, 100)],
        "tickets": [{"ticket_id": "t", "created_at": datetime(2026, 1, 6), "product": "X"}],
    }
    with make_version(tables) as con, pytest.raises(QueryError, match=r"tickets\.product"):
        movements(con, resolve(), "2026-01-07", by="tickets.product")


def test_losses_that_all_fall_in_the_last_month_are_noticed():
    flat = pd.DataFrame({"start": [100.0] * 5, "churn": [0.0, 0.0, 0.0, 0.0, 10.0]})
    assert lost_at_once(flat)
    # a small loss, one that came earlier too, and months too few to tell
    assert not lost_at_once(flat.assign(churn=[0, 0, 0, 0, 9.0]))
    assert not lost_at_once(flat.assign(churn=[0, 1, 0, 0, 10.0]))
    assert not lost_at_once(flat.tail(3))
    assert not lost_at_once(flat.assign(start=0.0))
