"""How long customers stay by hand: cohorts, lifespans, those who answered, steps lost; the arithmetic in a comment."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from . import ORACLES
from .examples import APR, FEB, JAN, MAR, ask, made, sub
from .staying import later


def test_a_cohort_some_months_later() -> None:
    rows = [
        sub("a", "2025-01-05", None, 1),
        sub("b", "2025-01-31", "2025-04-30", 1),
        sub("c", "2025-01-09", "2025-02-01", 1),
        sub("c", "2025-04-30", None, 1),
        sub("d", "2025-02-01", None, 1),
        sub("f", "2025-01-31", "2025-03-10", 1),
        sub("e", "2024-06-01", "2024-07-01", 1),
        sub("e", "2025-01-09", None, 1),
    ]
    data = made(as_of=pd.Timestamp("2025-06-01"), subscriptions=rows)
    # first active in January: a b c f (e came in June); three months later is April: @1 May a and c, who came back
    assert ask("customer_cohort_retention_rate", data, JAN, FEB) == (2 / 4, 2, 4, 4)
    # one month later, @1 March: a b f
    data.settings["cohort_age"] = 1
    assert ask("customer_cohort_retention_rate", data, JAN, FEB) == (3 / 4, 3, 4, 4)
    # three months are not over yet: as it stands on 5 March, a b f
    data = made(as_of=pd.Timestamp("2025-03-05"), subscriptions=rows)
    assert ask("customer_cohort_retention_rate", data, JAN, FEB) == (3 / 4, 3, 4, 4)


def test_periods_later() -> None:
    assert later(JAN, FEB, 3) == (APR, pd.Timestamp("2025-05-01"))
    assert later(JAN, APR, 1) == (APR, pd.Timestamp("2025-07-01"))
    week = pd.Timestamp("2025-01-06"), pd.Timestamp("2025-01-13")
    assert later(*week, 3) == (pd.Timestamp("2025-01-27"), pd.Timestamp("2025-02-03"))


def test_mean_life_below_the_curve() -> None:
    data = made(
        subscriptions=[
            sub("a", "2025-01-01", "2025-01-11", 1),
            sub("b", "2025-02-09", None, 1),
            sub("c", "2025-01-10", "2025-01-15", 1),
            sub("c", "2025-01-20", "2025-02-09", 1),
            sub("d", "2025-01-20", "2025-06-01", 1),
            sub("e", "2025-03-01", None, 1),
        ]
    )
    # @1 March: a left after 10 days, b is seen for 20, c left after 30 (its gap is in), d is seen for 40
    # S = 1 until 10, 3/4 until 30, then 3/4 x 1/2 = 3/8 until 40: 10 + 15 + 3.75
    assert ask("average_customer_lifespan", data) == (28.75, 10 + 20 + 30 + 40, 4, 4)
    # Greenwood: after day 10 lie 18.75 days, after day 30 lie 3.75: 18.75^2 / (4 x 3) + 3.75^2 / (2 x 1)
    half = 1.959964 * math.sqrt(18.75**2 / 12 + 3.75**2 / 2)
    interval = ORACLES["average_customer_lifespan"](data, FEB, MAR).interval
    assert interval == pytest.approx((28.75 - half, 28.75 + half), abs=1e-4)


def test_those_who_answered() -> None:
    def answer(customer: str, day: str, **more: object) -> dict:
        return {"customer_id": customer, "survey": "nps", "score": 5, "responded_at": day, **more}

    data = made(
        subscriptions=[*(sub(c, "2024-01-01", None, 1) for c in "acdef"), sub("b", "2024-01-01", "2025-02-10", 1)],
        survey_responses=[
            answer("a", "2024-11-03"),
            answer("b", "2025-01-31"),
            answer("c", "2024-11-02 23:59"),
            answer("d", "2025-02-01"),
            answer("e", "2025-01-05", score=11),
            answer("f", "2025-01-05", respondent_type="employee"),
            answer("x", "2025-01-05"),
        ],
    )
    # 90 days before 1 February is 3 November: a and b answered (e out of scale, f no customer); b left
    assert ask("customer_feedback_retention_score", data) == (1 / 2, 1, 2, 2)


def step(customer: str, name: str, day: str, **more: object) -> dict:
    return {"customer_id": customer, "milestone": name, "reached_at": day, **more}


def test_steps_lost_by_account() -> None:
    data = made(
        settings={"drop_off_steps": ["start", "never", "paired", "used"]},
        milestones=[
            *(step(c, "start", "2025-02-01") for c in "abc"),
            step("d", "start", "2025-01-31"),
            step("a", "paired", "2025-03-03", user_id="u"),
            step("b", "paired", "2025-01-31"),
            step("b", "paired", "2025-02-20", user_id="v"),
            step("c", "paired", "2025-03-04"),
            step("d", "paired", "2025-02-02"),
        ],
        events=[
            {"customer_id": "a", "user_id": "u", "occurred_at": "2025-01-01", "event": "used"},
            {"customer_id": "c", "user_id": "w", "occurred_at": "2025-03-02", "event": "used"},
            {"customer_id": "d", "user_id": "x", "occurred_at": "2025-02-02", "event": "used"},
        ],
    )
    found = ask("drop_off_rate", data)
    # start has no users, so accounts count; of a b c: a 30 days later is in time, c a day late, b's own row lies before
    assert found["start -> paired"] == (2 / 3, 2, 3, 3)
    # reached in February: d alone, who used it at once (an event at the same instant is not before)
    assert found["paired -> used"] == (0, 0, 1, 1)
    # first to last: c used it 29 days after it began; a only before, b never
    assert found[None] == (2 / 3, 2, 3, 3)
    assert set(found) == {"start -> paired", "paired -> used", None}


def test_steps_lost_by_user() -> None:
    data = made(
        settings={"drop_off_steps": ["view", "click"]},
        events=[
            {"customer_id": "a", "user_id": u, "occurred_at": day, "event": e}
            for u, day, e in (
                ("u", "2025-02-01", "view"),
                ("u", "2025-02-09", "click"),
                ("v", "2025-02-01", "view"),
                ("w", "2025-01-31", "view"),
                ("w", "2025-02-01", "view"),
                (None, "2025-02-02", "view"),
            )
        ],
    )
    # u clicked, v did not; w first viewed in January; who has no name is nobody
    assert ask("drop_off_rate", data) == {"view -> click": (1 / 2, 1, 2, 2), None: (1 / 2, 1, 2, 2)}
    assert ask("drop_off_rate", made(settings={"drop_off_steps": ["view"]})) == {None: (None, 0, 0, 0)}
