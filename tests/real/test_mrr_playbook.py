"""121 subscription periods with gaps: the movements reconcile in every month, and agree with a second count."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date

import pytest

from cs_metrics.analysis import ledger, movements, reconcile
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


# What five customers did, worked out from the rows of the file by hand. Only three of the file's customers come back
# after a gap (1, 5 and 10); 2 comes and leaves for good, 6 goes up once and stays to the end. Ends are exclusive: what
# ends on 1 February is there until January is over, and gone at the end of February, so it is February's churn.
BY_HAND = {
    "1": [
        # 50 from November 2018 to 1 February 2019; nothing for two months; 50 from April, 75 from June to 1 August 2019
        ("2018-11", "new", 50),
        ("2019-02", "churn", 50),
        ("2019-04", "reactivation", 50),
        ("2019-06", "expansion", 25),
        ("2019-08", "churn", 75),
    ],
    "2": [
        # 25 from September to 1 November 2017
        ("2017-09", "new", 25),
        ("2017-11", "churn", 25),
    ],
    "5": [
        # 50 in November 2018, 25 from December to 1 March 2019; a gap of four months; then 50, 25, 50, 25 and 25, 40
        ("2018-11", "new", 50),
        ("2018-12", "contraction", 25),
        ("2019-03", "churn", 25),
        ("2019-07", "reactivation", 50),
        ("2019-08", "contraction", 25),
        ("2019-09", "expansion", 25),
        ("2019-10", "contraction", 25),
        ("2019-12", "expansion", 15),
        ("2020-01", "churn", 40),
    ],
    "6": [
        # 35 in May 2018, 65 from June to 1 January 2020
        ("2018-05", "new", 35),
        ("2018-06", "expansion", 30),
        ("2020-01", "churn", 65),
    ],
    "10": [
        # 80 in April 2018; a gap of four months; 50 in September, 25 from October, then 50, 25, 50, 25, 35
        ("2018-04", "new", 80),
        ("2018-05", "churn", 80),
        ("2018-09", "reactivation", 50),
        ("2018-10", "contraction", 25),
        ("2019-04", "expansion", 25),
        ("2019-05", "contraction", 25),
        ("2019-06", "expansion", 25),
        ("2019-11", "contraction", 25),
        ("2019-12", "expansion", 10),
        ("2020-01", "churn", 35),
    ],
}
MOVES = ("new", "reactivation", "expansion", "contraction", "churn")
HELD = resolve({"fresh_days": 3650})


def test_five_customers_are_explained_by_hand(con):
    frame = ledger(con, HELD, "2020-02-01", where={"customer_id": list(BY_HAND)})
    found = {who: [] for who in BY_HAND}
    for row in frame.to_dict("records"):
        moves = [(name, row[name]) for name in MOVES if row[name]]
        assert len(moves) <= 1  # nobody goes up and down in one month
        found[row["customer_id"]] += [(f"{row['period']:%Y-%m}", *move) for move in moves]
    assert found == BY_HAND
    # the first of customer 10 to come back is row 23 of the file, which stands in its line 24
    back = frame[(frame["customer_id"] == "10") & (frame["reactivation"] > 0)].iloc[0]
    assert back["_rows"] == "subscriptions.csv: 24"


def test_only_three_customers_of_the_file_come_back_after_a_gap(periods):
    ends, back = {}, set()
    for row in sorted(periods, key=lambda p: p["start_date"]):
        who = row["customer_id"]
        if who in ends and row["start_date"] > ends[who]:
            back.add(who)
        ends[who] = row["end_date"]
    assert back == {"1", "5", "10"}


@pytest.mark.parametrize("by", [None, "parity"])
def test_every_month_reconciles_down_to_the_customers(con, by):
    assert reconcile(con, HELD, "2020-02-01", by=by).empty
