"""Whatever customers do, their ledgers add up: gaps, overlaps, same-day changes, products, zero amounts, credits."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cs_metrics.analysis import ledger, movements, reconcile
from cs_metrics.analysis.revenue.flows import AMOUNTS, MOVES
from cs_metrics.facts import activity
from cs_metrics.facts.model import context
from cs_metrics.settings import resolve
from tests.support import make_version

WHO = "abcdef"
FIRST = date(2025, 1, 1)
END = "2025-06-10"
AMOUNT = (0.0, 10.0, 10.004, 33.33, 120.0, -20.0, 999_999.99)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
HOLD = resolve({"fresh_days": 3650})

rows = st.lists(
    st.fixed_dictionaries({
        "customer_id": st.sampled_from(WHO),
        "start": st.integers(0, 150),
        # from one day to the next is where same-day changes, and rows of no length, come from
        "length": st.one_of(st.none(), st.sampled_from((0, 1, 31)), st.integers(0, 120)),
        "amount": st.sampled_from(AMOUNT),
        "billing_period": st.sampled_from(tuple(MONTHS)),
        "product": st.sampled_from(("core", "addon", None)),
    }),
    max_size=14,
)  # fmt: skip


@pytest.fixture(scope="module")
def con():
    people = [{"customer_id": c, "region": "EU" if c in "abc" else None} for c in WHO]
    moved = [
        {"customer_id": c, "attribute": "region", "value": value, "valid_from": when}
        for c, value, when in (
            ("a", "EU", datetime(2025, 1, 1)), ("a", "US", datetime(2025, 3, 1)), ("d", "US", datetime(2025, 2, 14)),
            ("d", "EU", datetime(2025, 4, 20)),
        )
    ]  # fmt: skip
    started = [{"customer_id": "a", "start_date": FIRST, "amount": 1, "billing_period": "month", "product": "core"}]
    return make_version({"customers": people, "customer_attributes": moved, "subscriptions": started}, as_of=END)


def load(con, found):
    """Put these rows in the place of all subscriptions, and build what follows from them."""
    con.execute("DELETE FROM subscriptions")
    for number, row in enumerate(found, start=2):
        starts = FIRST + timedelta(days=row["start"])
        ends = None if row["length"] is None else starts + timedelta(days=row["length"])
        con.execute(
            "INSERT INTO subscriptions (customer_id, start_date, end_date, amount, billing_period, product, _source, "
            "_row, _id) VALUES ($1, $2, $3, $4, $5, $6, 3, $7, $8)",
            [
                row["customer_id"],
                starts,
                ends,
                row["amount"],
                row["billing_period"],
                row["product"],
                number,
                str(number),
            ],
        )
    about = context(con, HOLD)
    for fact in (activity.ACTIVE, activity.STEPS):
        con.execute(f"CREATE OR REPLACE TABLE {fact.name} AS {fact.sql(about)}")


def paid(found, moment):
    held = defaultdict(float)
    for row in found:
        starts = FIRST + timedelta(days=row["start"])
        ends = None if row["length"] is None else starts + timedelta(days=row["length"])
        if starts < moment and (ends is None or ends >= moment) and ends != starts:
            held[row["customer_id"]] += round(row["amount"] / MONTHS[row["billing_period"]], 6)
    return held


def counted(found, opens, closes):
    """The movements once more, customer by customer, from the rows themselves."""
    before, after = paid(found, opens), paid(found, closes)
    earlier = {
        row["customer_id"] for row in found
        if row["amount"] > 0 and row["length"] != 0 and FIRST + timedelta(days=row["start"]) < opens
    }  # fmt: skip
    sums = dict.fromkeys(MOVES, 0.0)
    for customer in {*before, *after}:
        was, will = round(before[customer], 6), round(after[customer], 6)
        if was <= 0 < will:
            sums["reactivation" if customer in earlier else "new"] += will - was
        elif will <= 0 < was:
            sums["churn"] += was - will
        elif abs(will - was) >= 0.005:
            sums["expansion" if will > was else "contraction"] += abs(will - was)
    return sums, sum(before.values()), sum(after.values())


ASKED = (
    (None, None),
    ("region", None),
    ("subscriptions.product", None),
    (["region", "subscriptions.product"], None),
    ("region", {"region": ["EU"]}),
    (None, {"subscriptions.product": ["core"]}),
)
QUICK = settings(
    max_examples=12, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@QUICK
@given(rows, st.sampled_from(("month", "week", "quarter")), st.sampled_from(ASKED))
def test_random_histories_reconcile(con, found, grain, asked):
    load(con, found)
    by, where = asked
    breaks = reconcile(con, HOLD, END, grain=grain, by=by, where=where, since=FIRST)
    assert breaks.empty, breaks.to_dict("records")


@QUICK
@given(rows)
def test_random_histories_agree_with_a_second_count(con, found):
    load(con, found)
    frame = movements(con, HOLD, END, since=FIRST)
    ledgers = ledger(con, HOLD, END, since=FIRST).groupby("period")[list(AMOUNTS)].sum()
    for row in frame.itertuples():
        opens = row.period.date()
        closes = min(date(2025, opens.month + 1, 1), date.fromisoformat(END))
        sums, before, after = counted(found, opens, closes)
        assert {name: getattr(row, name) for name in MOVES} == pytest.approx(sums, abs=1e-4), opens
        assert (row.start, row.end) == pytest.approx((before, after), abs=1e-4), opens
        own = ledgers.loc[row.period] if row.period in ledgers.index else dict.fromkeys(AMOUNTS, 0.0)
        assert [own[name] for name in AMOUNTS] == pytest.approx([getattr(row, name) for name in AMOUNTS], abs=1e-6)
