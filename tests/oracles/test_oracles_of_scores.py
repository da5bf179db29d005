"""The oracles of scores and models by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from .examples import FEB, JAN, MAR, ask, made, sub
from .models import chances, outcomes
from .scores import points
from .seen import seen, snapshots

BOTH = [sub("a", "2025-01-05", None, 10.0, product="p"), sub("b", "2025-01-05", None, 10.0, product="q")]
JUST = {"as_of": FEB}


def used(customer: str, day: int) -> dict:
    return {
        "customer_id": customer,
        "user_id": customer,
        "event": "use",
        "feature": "f",
        "occurred_at": f"2025-01-{day}",
    }


def test_points() -> None:
    values = pd.Series([None, -1.0, 0.0, 5.0, 10.0, 20.0])
    assert points(values, 10.0).tolist()[1:] == [0, 0, 50, 100, 100]
    assert points(values, [(0, 10), (5, 60), (20, 90)]).tolist()[1:] == [10, 10, 60, 60, 90]
    assert points(values, +1).tolist()[1:] == [0, 25, 50, 75, 100]
    assert points(values, -1).tolist()[1:] == [100, 75, 50, 25, 0]
    assert points(pd.Series([3.0, 3.0, 9.0]), +1).tolist() == [25, 25, 100]
    assert points(pd.Series([3.0]), +1).tolist() == [50]
    assert all(points(values, rule).isna().iloc[0] for rule in (10.0, [(0, 10)], +1))


def test_health() -> None:
    data = made(**JUST, subscriptions=BOTH, events=[used("a", day) for day in range(20, 25)],
                tickets=[{"ticket_id": 1, "customer_id": "b", "created_at": "2025-01-20"}])  # fmt: skip
    found = ask("customer_health_score", data, JAN, FEB)
    # a: 100 of 20, 50 of 20, no ticket 100 of 15; b: 0, 0, one ticket 80 of 15: each over 55
    a, b = (20 * 100 + 20 * 50 + 15 * 100) / 55, 15 * 80 / 55
    assert found[None] == pytest.approx(((a + b) / 2, a + b, 2, 2))
    assert found["support"] == pytest.approx((15 * 180 / 55 / 2, 15 * 180 / 55, 2, 2))
    assert set(found) == {None, "adoption", "engagement", "support"}


def test_an_account_is_seen_at_each_months_end_of_its_life() -> None:
    data = made(MAR + pd.Timedelta(days=9), subscriptions=[sub("a", "2025-01-05", "2025-02-20", 10.0), BOTH[1]])
    assert snapshots(data) == [FEB, MAR, MAR + pd.Timedelta(days=9)]
    there = seen(data).groupby("taken_at")["customer_id"].apply(list).tolist()
    assert there == [["a", "b"], ["b"], ["b"]]


def test_ready_from_the_threshold_on_and_the_unknown_in_the_base() -> None:
    answer = {"customer_id": "a", "survey": "nps", "score": 9, "responded_at": "2025-01-20"}
    data = made(**JUST, subscriptions=BOTH, survey_responses=[answer])
    # a: satisfaction 100, and health, which is its feedback alone, 100; b: nothing
    assert ask("referral_readiness_score", data, JAN, FEB)[None] == pytest.approx((100, 100, 1, 1))
    assert ask("referral_ready_account_rate", data, JAN, FEB) == (0.5, 1, 2, 2)


def test_teams() -> None:
    touch = {"customer_id": "a", "kind": "call", "occurred_at": "2025-01-10"}
    data = made(**JUST, subscriptions=BOTH, touchpoints=[
        {**touch, "direction": "theirs", "sentiment": 0.0, "attended": None, "response_hours": 4.0},
        {**touch, "direction": "ours", "sentiment": None, "attended": False, "response_hours": None}])  # fmt: skip
    often = min(1, 30 / 31 / 2)
    theirs = ask("customer_team_engagement", data, JAN, FEB)
    # they wrote once (tone 50) and missed a call (0): quality 25; nobody says how soon they answer
    assert theirs[None][1] == pytest.approx((40 * 100 * often + 35 * 25) / 75)
    ours = ask("our_team_engagement", data, JAN, FEB)
    # we called once (missed: 0) and answered after 4 hours (80)
    assert ours[None][1] == pytest.approx((40 * 100 * often + 35 * 0 + 25 * 80) / 100)
    assert (theirs[None][3], ours[None][3]) == (2, 2)


def test_outcomes() -> None:
    rows = [sub("gap", "2025-01-05", "2025-03-01", 10.0), sub("gap", "2025-03-02", None, 10.0),
            sub("less", "2025-01-05", "2025-03-01", 10.0), sub("less", "2025-03-01", None, 9.0),
            sub("stays", "2025-01-05", "2025-03-01", 10.0), sub("stays", "2025-03-01", None, 11.0)]  # fmt: skip
    found = outcomes(made(FEB + pd.Timedelta(days=90), subscriptions=rows))
    assert found["taken_at"].unique().tolist() == [FEB]
    assert dict(zip(found["customer_id"], found["happened"], strict=True)) == {
        "gap": True,
        "less": True,
        "stays": False,
    }


def test_a_model_learns_from_what_was_known_before_the_cut() -> None:
    days = pd.date_range("2025-01-01", periods=10)
    rows = pd.DataFrame({"taken_at": days.repeat(20), "unit": range(200), "x": [0.0, 1.0] * 100})
    rows["happened"] = (rows["x"] == 1) & (rows["unit"] % 10 != 1)
    rows["known_at"] = rows["taken_at"] + pd.Timedelta(days=2)
    told, judged = chances(rows, ["x"], "unit")
    # the 70 % row is of the 7th day; seen before it and known by then are days 1 to 5
    assert judged["cut_at"] == days[6]
    assert (judged["learned_rows"], judged["judged_rows"]) == (100, 80)
    assert told[rows["x"] == 1].iloc[0] == pytest.approx(0.8, abs=0.05)
    assert judged["brier"] < judged["base_brier"]
