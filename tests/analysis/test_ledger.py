"""Each customer's ledger and whether it all adds up: one trap a test."""

from __future__ import annotations

import importlib
from datetime import datetime

import pandas as pd
import pytest

from cs_metrics.analysis import break_words, ledger, movements, reconcile, snowball, stretches
from cs_metrics.analysis.revenue import flows
from cs_metrics.analysis.revenue.flows import AMOUNTS, MOVES
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.settings import resolve
from tests.analysis.test_movements import ROWS, sub
from tests.support import make_version

END = "2025-04-01"
CHANGED = [
    {"customer_id": "b", "attribute": "region", "value": "EU", "valid_from": datetime(2025, 1, 1)},
    {"customer_id": "b", "attribute": "region", "value": "US", "valid_from": datetime(2025, 2, 20)},
]
PEOPLE = [{"customer_id": c, "region": r} for c, r in zip("abcdef", ("EU", "US", "US", "US", None, None), strict=True)]


@pytest.fixture(scope="module")
def con():
    return make_version({"subscriptions": ROWS, "customers": PEOPLE, "customer_attributes": CHANGED}, as_of=END)


@pytest.fixture
def broken(con):
    """The same, to be broken: what a test does to it is undone."""
    con.execute("BEGIN")
    yield con
    con.execute("ROLLBACK")


def plain(frame, *columns):
    return frame[list(columns)].values.tolist()


def test_a_ledger_names_the_customer_the_amounts_and_all_rows_that_hold_in_the_period(con):
    # February: a (100) leaves, b goes from 50 to 70 by its second row, c stays at 30; d, e, f pay nothing at either end
    frame = ledger(con, resolve(), END, period="2025-02-01")
    assert plain(frame, "customer_id", "start", "expansion", "churn", "end", "_rows") == [
        ["a", 100, 0, 100, 0, "subscriptions.csv: 2"],
        ["b", 50, 20, 0, 70, "subscriptions.csv: 4, 5"],
        ["c", 30, 0, 0, 30, "subscriptions.csv: 6"],
    ]
    assert frame["_source"].unique() == ["subscriptions.csv"]


def test_only_those_with_a_movement_and_only_one_segment(con):
    frame = ledger(con, resolve(), END, by="region", move="new", segment={"region": None})
    assert plain(frame, "customer_id", "new") == [["e", 5], ["f", 1]]


@pytest.mark.parametrize(
    ("by", "where"),
    [
        (None, None), ("region", None), ("region", {"region": ["EU"]}),
        (["region", "subscriptions.amount"], {"subscriptions.amount": {">=": 20}}),
    ],
)  # fmt: skip
def test_ledgers_sum_to_the_movements_in_every_period_and_segment(con, by, where):
    whole = movements(con, resolve(), END, by=by, where=where)
    keys = ["period", *([by] if isinstance(by, str) else by or [])]
    summed = ledger(con, resolve(), END, by=by, where=where).groupby(keys, dropna=False)[list(AMOUNTS)].sum()
    expected = whole.groupby(keys, dropna=False)[list(AMOUNTS)].sum()
    expected = expected[expected.to_numpy().any(axis=1)]
    pd.testing.assert_frame_equal(summed.sort_index(), expected.sort_index(), check_index_type=False)


def test_who_changes_segment_is_moved_out_of_one_and_into_the_other(con):
    # b is in EU until 20 February: its 70 at the end of February open March in the US
    frame = movements(con, resolve(), END, by="region").set_index(["period", "region"])
    february, march = pd.Timestamp("2025-02-01"), pd.Timestamp("2025-03-01")
    amounts = ["start", "end", "moved_in", "moved_out"]
    assert frame.loc[(february, "EU"), amounts].tolist() == [150, 70, 0, 70]
    assert frame.loc[(february, "US"), amounts].tolist() == [30, 30, 70, 0]
    assert frame.loc[(march, "EU"), "start"] == 0
    assert frame.loc[(march, "US"), "start"] == 100
    # under a filter too: b leaves it, and is no churn
    kept = movements(con, resolve(), END, where={"region": ["EU"]})
    assert plain(kept, "end", "churn", "moved_out")[1] == [70, 100, 70]
    assert kept["start"].tolist() == [0, 150, 0]


def test_differences_of_under_half_a_cent_are_kept_apart_and_it_still_adds_up():
    rows = [sub(f"c{n}", "2025-01-01", "2025-02-10", 10) for n in range(3)]
    rows += [sub(f"c{n}", "2025-02-10", None, 10.004) for n in range(3)]
    with make_version({"subscriptions": rows}, as_of="2025-03-01") as con:
        frame = movements(con, resolve(), "2025-03-01")
        assert reconcile(con, resolve(), "2025-03-01").empty
    assert frame.loc[1, list(MOVES)].tolist() == [0] * 5
    assert frame.loc[1, "rounding"] == pytest.approx(0.012)
    assert frame.loc[1, "end"] == pytest.approx(30.012)


@pytest.mark.parametrize(
    ("by", "where", "grain"),
    [
        (None, None, None), ("region", None, "week"), ("region", {"region": ["EU"]}, "month"),
        ("subscriptions.amount", None, "month"), ("customer_id", {"region": ["EU"]}, "month"),
    ],
)  # fmt: skip
def test_all_of_it_reconciles(con, by, where, grain):
    assert reconcile(con, resolve(), END, by=by, where=where, grain=grain).empty


def test_a_row_that_was_changed_behind_the_history_is_named_with_its_customer(broken):
    broken.execute("UPDATE fact_active SET mrr = mrr + 7 WHERE customer_id = 'c' AND ends = DATE '2025-03-05'")
    breaks = reconcile(broken, resolve(), END, by="region")
    # row 6 holds at the end of January and at both ends of February; 37 where its history says 30
    assert set(breaks["check"]) == {"history"}
    assert set(breaks["customer_id"]) == {"c"}
    assert plain(breaks.sort_values(["period", "amount"]), "amount", "expected", "found") == [
        ["end", 30, 37], ["end", 30, 37], ["start", 30, 37], ["start", 30, 37]]  # fmt: skip
    assert all("6" in rows for rows in breaks["_rows"])
    assert break_words(breaks) == [
        "The history of its MRR says another amount than the movements do: 1 customer, by 7.00 at most."
    ]


def test_a_customer_that_is_missing_altogether_is_named_with_its_rows(broken):
    broken.execute("DELETE FROM fact_active WHERE customer_id = 'b'")
    breaks = reconcile(broken, resolve(), END)
    assert set(breaks["customer_id"]) == {"b"}
    assert set(breaks["_rows"]) == {"subscriptions.csv: 4, 5"}
    assert breaks["difference"].min() == -70


def test_a_kpi_that_says_another_amount_is_a_break(con, monkeypatch):
    # the package has a function of the module's name
    module = importlib.import_module("cs_metrics.analysis.revenue.reconcile")
    as_it_is = module.compute

    def off(*args, **words):
        frame = as_it_is(*args, **words)
        return frame.assign(value=frame["value"] + 1)

    monkeypatch.setattr(module, "compute", off)
    breaks = reconcile(con, resolve(), END)
    assert set(breaks["check"]) == {"kpi"}
    assert set(breaks["difference"].abs()) == {1}


def test_a_movement_that_is_not_counted_is_named_with_who_made_it(con, monkeypatch):
    monkeypatch.setitem(flows._SQL, "churn", "0")
    breaks = reconcile(con, resolve(), END)
    assert plain(breaks, "check", "period", "customer_id", "difference", "_rows") == [
        ["balance", pd.Timestamp("2025-02-01"), "a", -100, "subscriptions.csv: 2"]
    ]


def test_a_transfer_that_is_not_counted_is_named_with_who_made_it(con, monkeypatch):
    monkeypatch.setattr(flows, "changing", lambda asked: False)
    breaks = reconcile(con, resolve(), END, by="region")
    carried = breaks[breaks["check"] == "carry"]
    assert plain(carried.sort_values("region"), "period", "region", "customer_id", "expected", "found") == [
        [pd.Timestamp("2025-02-01"), "EU", "b", 0, 70], [pd.Timestamp("2025-02-01"), "US", "b", 70, 0]]  # fmt: skip


def test_a_row_that_ends_before_its_start_is_in_no_history():
    # notice given before the start: under this setting the row ends before it begins, and never holds
    rows = [sub("a", "2025-01-10", None, 50), sub("b", "2025-02-10", None, 20, cancelled_on="2025-01-05")]
    settings = resolve({"churn_dated": "scheduled"})
    with make_version({"subscriptions": rows}, settings=settings, as_of="2025-04-01") as con:
        assert reconcile(con, settings, "2025-04-01").empty
        assert con.execute("SELECT DISTINCT customer_id FROM fact_mrr_step").fetchall() == [("a",)]


def test_the_rows_of_a_customer_are_its_stretches(con):
    rows = stretches(con, resolve(), END, where={"customer_id": ["a"]})
    assert plain(rows, "begins", "mrr", "_row") == [
        [pd.Timestamp("2025-01-01"), 100, 2], [pd.Timestamp("2025-03-10"), 80, 3]]  # fmt: skip
    assert rows["ends"].isna().tolist() == [False, True]


def test_arr_is_twelve_times_what_moved(con):
    ball = snowball(movements(con, resolve(), END))
    # March: 100 + 6 new + 80 won back - 10 = 176
    march = ball.iloc[2]
    assert march[["opening", "new", "reactivation", "contraction", "closing", "net"]].tolist() == [
        1200, 72, 960, 120, 2112, 912]  # fmt: skip
    assert march["growth"] == pytest.approx(0.76)
    assert march["quick_ratio"] == pytest.approx(86 / 10)
    assert pd.isna(ball.loc[0, "growth"])
    assert pd.isna(ball.loc[0, "quick_ratio"])


def test_what_cannot_be_asked_is_refused(con):
    with pytest.raises(QueryError, match="'churn'"):
        ledger(con, resolve(), END, move="chrun")
    with pytest.raises(QueryError, match="'region'"):
        ledger(con, resolve(), END, segment={"region": "EU"})
    orders = {"orders": [{"customer_id": "a", "ordered_at": pd.Timestamp("2025-01-01"), "amount": 1}]}
    with make_version(orders) as other:
        for question in (ledger, reconcile, stretches):
            with pytest.raises(NotComputableError, match=r"subscriptions\.amount"):
                question(other, resolve(), "2025-02-01")
