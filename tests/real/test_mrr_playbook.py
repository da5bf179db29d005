"""121 subscription periods with gaps: the movements reconcile in every month, and agree with a second count."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date

import pytest

from cs_metrics.analysis import movements
from cs_metrics.settings import resolve
from tests.support import make_version


@pytest.fixture(scope="module")
def periods(real_data):
    with (real_data / "mrr_playbook" / "subscription_periods.csv").open() as file:
        return [
            {
                "subscription_id": row["subscription_id"],
                "customer_id": row["customer_id"],
                "start_date": date.fromisoformat(row["start_date"]),
                "end_date": date.fromisoformat(row["end_date"]) if row["end_date"] else None,
                "amount": float(row["monthly_amount"]),
                "parity": "odd" if int(row["customer_id"]) % 2 else "even",
            }
            for row in csv.DictReader(file)
        ]


@pytest.fixture(scope="module")
def con(periods):
    people = {p["customer_id"]: {"customer_id": p["customer_id"], "parity": p["parity"]} for p in periods}
    rows = [{k: v for k, v in p.items() if k != "parity"} for p in periods]
    return make_version({"subscriptions": rows, "customers": list(people.values())}, as_of="2019-12-01")


def mrr(periods, moment):
    found = defaultdict(float)
    for p in periods:
        if p["start_date"] < moment and (p["end_date"] is None or p["end_date"] >= moment):
            found[p["customer_id"]] += p["amount"]
    return found


@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
@pytest.mark.parametrize("by", [None, "parity"])
def test_movements_reconcile_to_the_cent_in_every_period_and_segment(con, grain, by):
    frame = movements(con, resolve({"fresh_days": 3650}), "2019-12-01", grain=grain, by=by)
    assert len(frame) >= 3
    left = frame["start"] + frame["new"] + frame["reactivation"] + frame["expansion"]
    assert (left - frame["contraction"] - frame["churn"] - frame["end"]).abs().max() < 0.005
    ends = frame.groupby("period")["end"].sum().tolist()
    starts = frame.groupby("period")["start"].sum().tolist()
    assert starts[1:] == ends[:-1]


def test_every_month_agrees_with_a_second_count(con, periods):
    frame = movements(con, resolve({"fresh_days": 3650}), "2019-12-01")
    for row in frame.itertuples():
        opens = row.period.date()
        closes = date(opens.year + opens.month // 12, opens.month % 12 + 1, 1)
        before, after = mrr(periods, opens), mrr(periods, closes)
        paid = {p["customer_id"] for p in periods if p["start_date"] < opens}
        counted = defaultdict(float)
        for customer in before.keys() | after.keys():
            was, will = before[customer], after[customer]
            if was == 0 < will:
                counted["reactivation" if customer in paid else "new"] += will
            elif will == 0:
                counted["churn"] += was
            else:
                counted["expansion" if will > was else "contraction"] += abs(will - was)
        got = {name: getattr(row, name) for name in ("new", "reactivation", "expansion", "contraction", "churn")}
        assert got == {name: counted[name] for name in got}, opens
        assert (row.start, row.end) == (sum(before.values()), sum(after.values()))
