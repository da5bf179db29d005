"""Engagement by hand: a few rows, the arithmetic in a comment."""

from __future__ import annotations

import pytest

from .examples import FEB, JAN, ask, made, sub


def event(user: str | None, moment: str, **more: object) -> dict:
    return {"user_id": user, "occurred_at": moment, "event": "x", **more}


def test_users_of_a_day_and_of_a_week() -> None:
    data = made(
        events=[
            event("u", "2025-02-01 10:00"),
            event("u", "2025-02-01 23:00"),
            event("u", "2025-02-22 00:00"),
            event("v", "2025-02-01 10:00"),
            event("w", "2025-02-21 23:59"),
            event(None, "2025-02-25", customer_id="c"),
            event("z", "2025-03-01"),
        ],
        customers=[{"customer_id": "c", "region": "EU"}],
        users=[{"user_id": "v", "customer_id": "c"}],
    )
    # user days: u 2, v 1, w 1; February has 28 days; three users
    assert ask("daily_active_users", data) == pytest.approx((4 / 28, 4 / 28, None, 3))
    assert ask("daily_active_users", data, keep=("region", "EU")) == pytest.approx((1 / 28, 1 / 28, None, 1))
    # the 7 days to 1 March begin on 22 February: u only
    assert ask("weekly_active_users", data) == (1, 1, None, 1)


def test_days_that_have_not_begun_do_not_count() -> None:
    data = made(as_of=FEB + (FEB - JAN) / 31 * 4, events=[event("u", "2025-02-01"), event("u", "2025-02-20")])
    # data to 5 February: 1 user day of 4 days
    assert ask("daily_active_users", data) == (1 / 4, 1 / 4, None, 1)


def test_sessions() -> None:
    data = made(
        events=[
            # a session_id: 10:00 to 11:30 + 30 minutes = 2 hours; silence from noon to 13:00 three days later splits it
            event("u", "2025-02-03 10:00", session_id="s", customer_id="c"),
            event("u", "2025-02-03 11:30", session_id="s", duration_seconds=1800),
            event("u", "2025-02-06 13:00", session_id="s", duration_seconds=3600),
            # another user's of the same name: no time at all
            event("v", "2025-02-03 10:00", session_id="s"),
            # gaps: 20:00 + 1 hour, then 21:30 (30 minutes on, the same session), then 22:01 (31 on, another one)
            event("v", "2025-02-04 20:00", duration_seconds=3600),
            event("v", "2025-02-04 21:30"),
            event("v", "2025-02-04 22:01"),
            # nobody's: it starts on the last of February and counts there, whole
            event(None, "2025-02-28 23:00", customer_id="c", session_id="t"),
            event(None, "2025-03-01 00:30", customer_id="c", session_id="t"),
        ]
    )
    # 2 + 1 + 0 + 1.5 + 0 + 1.5 hours in 6 sessions
    assert ask("average_session_duration", data) == (1, 6, 6, 6)
    # without the session of nobody: 4.5 hours of u and v
    assert ask("average_time_on_platform", data) == (2.25, 4.5, 2, 2)
    # March has the rest of a session that started before it
    assert ask("average_session_duration", data, start=FEB.replace(month=3), end=FEB.replace(month=4))[0] is None


def test_uses_of_features() -> None:
    data = made(
        events=[
            event("u", "2025-02-03", feature="report", quantity=3),
            event("u", "2025-02-04", feature="report"),
            event(None, "2025-02-05", feature="export", customer_id="c", quantity=0),
            event("u", "2025-02-05", quantity=9),
            event("u", "2025-03-05", feature="report"),
        ]
    )
    # report 3 + 1 (no quantity is one), export 0; the row without a feature is no use of one
    expected = {"report": (4, 4, None, 4), "export": (0, 0, None, 0), None: (4, 4, None, 4)}
    assert ask("product_usage", data) == expected


def test_accounts_with_two_roles() -> None:
    data = made(
        subscriptions=[sub(c, "2025-01-01", None, 1) for c in "abc"],
        users=[
            {"user_id": "a1", "customer_id": "a", "role": "Admin"},
            {"user_id": "a2", "customer_id": "a", "role": "Analyst"},
            {"user_id": "b1", "customer_id": "b", "role": "Admin"},
            {"user_id": "b2", "customer_id": "b", "role": "admin "},
            {"user_id": "b3", "customer_id": "b", "role": None},
            {"user_id": "c1", "customer_id": "c", "role": "Admin"},
            {"user_id": "c2", "customer_id": "c", "role": "Analyst"},
        ],
        events=[event(u, "2025-02-10") for u in ("a1", "a2", "b1", "b2", "b3", "c1")] + [event("c2", "2025-03-10")],
    )
    # a has two roles; b's are one and the same; c's analyst came in March
    assert ask("multi_role_engagement_share", data) == (1 / 3, 1, 3, 3)


def meeting(customer: str, day: str, kind: str = "qbr", attended: bool | None = None, **more: object) -> dict:
    return {"customer_id": customer, "occurred_at": day, "kind": kind, "attended": attended, **more}


def test_business_reviews() -> None:
    data = made(
        touchpoints=[
            meeting("a", "2025-02-03", attended=True, touchpoint_id="1"),
            meeting("b", "2025-02-03", attended=False, touchpoint_id="2"),
            meeting("b", "2025-02-20", attended=False, touchpoint_id="3"),
            meeting("c", "2025-02-20", touchpoint_id="4"),
            meeting("d", "2025-02-20", kind="review", attended=True, touchpoint_id="5"),
            meeting("e", "2025-03-01", attended=True, touchpoint_id="6"),
        ]
    )
    # due in February: a b c; b stayed away twice, of c nobody says so; a public review is no business review
    assert ask("qbr_engagement_rate", data) == (2 / 3, 2, 3, 3)


def test_what_check_ins_go_with() -> None:
    tables = {
        "subscriptions": [
            sub("a", "2024-06-01", None, 10),
            sub("b", "2024-06-01", "2025-02-10", 10),
            sub("c", "2024-06-01", "2025-02-10", 10),
            sub("d", "2024-06-01", "2025-02-10", 10),
            sub("e", "2024-06-01", "2025-02-10", 10),
            sub("e", "2025-02-10", None, 15),
            sub("f", "2025-02-05", None, 10),
        ],
        "touchpoints": [
            meeting("a", "2024-11-03", kind="check_in"),
            meeting("b", "2025-01-31", kind="check_in", attended=True),
            meeting("c", "2024-11-02", kind="check_in"),
            meeting("d", "2025-01-15", kind="check_in", attended=False),
            meeting("e", "2025-02-01", kind="check_in"),
            meeting("f", "2025-01-15", kind="check_in"),
        ],
        "events": [{"customer_id": c, "occurred_at": "2025-02-03", "event": "x"} for c in "abe"],
    }
    # active @1 February: a b c d e. 90 days before it is 3 November: a and b had a check-in (d did not come).
    # stayed: a of a b (1/2), e of c d e (1/3): 100 x 1/6 points
    value, numerator, denominator, n = ask("check_in_impact_score", made(**tables))
    assert (value, numerator, denominator, n) == (pytest.approx(100 / 6), value, None, 5)
    grown = made(settings={"check_in_outcome": "expansion"}, **tables)
    # 0 of 2 grew, e of 3
    assert ask("check_in_impact_score", grown)[0] == pytest.approx(-100 / 3)
    used = made(settings={"check_in_outcome": "usage"}, **tables)
    # 2 of 2 used it, 1 of 3
    assert ask("check_in_impact_score", used)[0] == pytest.approx(200 / 3)


def test_days_between_logins() -> None:
    data = made(
        users=[
            {"user_id": "u", "customer_id": "c", "activated_at": "2025-01-20 12:00"},
            {"user_id": "v", "customer_id": "c", "activated_at": "2025-02-10 12:00"},
            {"user_id": "w", "customer_id": "c"},
        ],
        events=[
            *(event("u", day) for day in ("2025-01-10", "2025-01-30", "2025-02-01 09:00", "2025-02-01 17:00")),
            event("u", "2025-02-08 08:00"),
            *(event("v", day) for day in ("2025-02-10 11:00", "2025-02-10 13:00", "2025-02-14", "2025-03-04")),
            *(event("w", day) for day in ("2025-02-03", "2025-02-04")),
        ],
    )
    # u: 30 January to 1 February 2 days, to the 8th 7; v: the 10th to the 14th 4, the next gap ends in March; w is not
    # activated: median of 2, 4, 7
    assert ask("time_between_logins", data) == (4, 13, 3, 3)
    logins = made(
        settings={"login_events": ["login"]},
        users=[{"user_id": "u", "customer_id": "c", "activated_at": "2025-02-01"}],
        events=[event("u", "2025-02-03"), *({**event("u", f"2025-02-{d}"), "event": "login"} for d in ("04", "09"))],
    )
    # only logins count: the 4th to the 9th
    assert ask("time_between_logins", logins) == (5, 5, 1, 1)


def test_who_comes_back_after_activation() -> None:
    data = made(
        milestones=[
            {"customer_id": "c", "user_id": u, "milestone": "activated", "reached_at": "2025-02-03 12:00"}
            for u in ("u", "v", "w", "x")
        ],
        users=[{"user_id": "x", "customer_id": "c", "activated_at": "2025-01-03"}],
        events=[
            event("u", "2025-02-10 12:00"),
            event("v", "2025-02-10 12:01"),
            event("w", "2025-02-03 23:00"),
        ],
    )
    # u 7 days to the minute; v a minute late; w on the same day; x's milestone goes before the table: it never came
    assert ask("activated_to_follow_up_engagement_rate", data) == (1 / 4, 1, 4, 4)


def test_growth_of_a_community() -> None:
    def member(number: int, joined: str, left: str | None = None) -> dict:
        return {"member_id": str(number), "joined_at": joined, "left_at": left, "customer_id": "c"}

    data = made(
        community_members=[
            member(1, "2025-01-01"),
            member(2, "2025-01-01", "2025-02-01"),
            member(3, "2025-01-01", "2025-02-28"),
            member(4, "2025-01-31"),
            member(5, "2025-02-01"),
            member(6, "2025-02-10"),
            member(7, "2025-02-10"),
            member(8, "2025-03-01"),
        ]
    )
    # just before 1 February: 1 2 3 4; just before 1 March: 1 4 5 6 7
    assert ask("community_growth_rate", data) == (1 / 4, 1, 4, 4)
