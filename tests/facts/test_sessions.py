"""Sessions and returns: where one ends and the next begins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.support import make_version


def event(day_time: str, user: str | None = "u", **more: Any) -> dict[str, Any]:
    row = {"customer_id": "a", "user_id": user, "occurred_at": f"2026-03-{day_time}", "event": "use"}
    return {**row, **more}


def sessions(*events: dict[str, Any], **settings: Any) -> list[tuple[Any, ...]]:
    with make_version({"events": list(events)}, settings=settings) as con:
        return [
            tuple(row)
            for row in con.execute(
                "SELECT user_id, number, started_at, seconds, events FROM fact_session "
                "ORDER BY user_id NULLS LAST, started_at, seconds"
            ).fetchall()
        ]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute)


def test_a_silence_of_more_than_half_an_hour_ends_a_session() -> None:
    found = sessions(event("02 09:00"), event("02 09:30"), event("02 10:01"))
    assert found == [("u", 1, at(2, 9), 1800, 2), ("u", 2, at(2, 10, 1), 0, 1)]
    assert len(sessions(event("02 09:00"), event("02 09:30"), event("02 10:01"), session_gap_minutes=31)) == 1


def test_silence_counts_from_the_latest_end_so_far() -> None:
    # the first lasts to 10:00 although a shorter one began after it
    long = event("02 09:00", duration_seconds=3600)
    short = event("02 09:10", duration_seconds=60)
    assert sessions(long, short, event("02 10:30")) == [("u", 1, at(2, 9), 5400, 3)]
    assert [row[3] for row in sessions(long, short, event("02 10:31"))] == [3600, 0]


def test_a_session_id_holds_together_until_it_is_silent_for_a_day() -> None:
    found = sessions(*(event(t, session_id="s") for t in ("02 09:00", "03 09:00", "04 09:01")))
    assert [(row[2], row[4]) for row in found] == [(at(2, 9), 2), (at(4, 9, 1), 1)]


def test_a_session_id_is_one_users_and_events_without_one_are_apart() -> None:
    named = {"session_id": "s"}
    found = sessions(event("02 09:00", **named), event("02 09:05", "v", **named), event("02 09:06"))
    assert found == [("u", 1, at(2, 9), 0, 1), ("u", 2, at(2, 9, 6), 0, 1), ("v", 1, at(2, 9, 5), 0, 1)]


def test_events_without_a_user_are_their_accounts_and_carry_no_number() -> None:
    found = sessions(event("02 09:00", None), event("02 09:10", None), event("02 09:20", None, customer_id="b"))
    assert found == [(None, None, at(2, 9), 600, 2), (None, None, at(2, 9, 20), 0, 1)]


def test_the_night_on_which_clocks_change_makes_no_session_longer() -> None:
    # 29 March 2026, 01:00 UTC: in Berlin 01:59 is followed by 03:00
    found = sessions(event("29 00:50"), event("29 01:10"), timezone="Europe/Berlin")
    assert found == [("u", 1, at(29, 1, 50), 1200, 2)]


def test_a_backward_duration_adds_nothing() -> None:
    assert sessions(event("02 09:00", duration_seconds=-500)) == [("u", 1, at(2, 9), 0, 1)]


def test_gaps_are_between_login_days_after_activation() -> None:
    tables = {
        "users": [{"user_id": "u", "customer_id": "a", "activated_at": "2026-03-03 12:00"}, {"user_id": "v",
                   "customer_id": "a"}],
        "events": [event("01 09:00"), event("03 09:00"), event("03 13:00"), event("04 00:10"), event("04 23:50"),
                   event("09 08:00"), event("05 08:00", "v"), event("07 08:00", "v")],
    }  # fmt: skip
    with make_version(tables) as con:
        gaps = con.execute("SELECT user_id, returned_at, days FROM fact_login_gap ORDER BY returned_at").fetchall()
        back = con.execute("SELECT user_id, returned_at FROM fact_activated").fetchall()
    assert [tuple(g) for g in gaps] == [("u", at(4, 0, 10), 1), ("u", at(9, 8), 5)]
    assert [tuple(b) for b in back] == [("u", at(4, 0, 10))]


def test_only_the_chosen_events_are_logins() -> None:
    tables = {
        "users": [{"user_id": "u", "customer_id": "a", "activated_at": "2026-03-01"}],
        "events": [event("01 09:00", event="login"), event("02 09:00"), event("05 09:00", event="login")],
    }
    with make_version(tables, settings={"login_events": ["login"]}) as con:
        assert [tuple(r) for r in con.execute("SELECT days FROM fact_login_gap").fetchall()] == [(4,)]
