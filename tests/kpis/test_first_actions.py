"""How long it takes: KPIs of time since the sign-up on examples small enough to check by hand."""

from __future__ import annotations

import pytest

from cs_metrics.kpis import Slice, compute, rows
from tests.kpis.journeys import Tables, ask, items, on, step, use, user
from tests.support import kept_version, make_version

ACTS: Tables = {
    "users": [
        user("quick", "2026-03-01 06:00", "2026-03-20 06:00"),
        user("slow", "2026-03-02", "2026-03-04"),
        user("idle", "2026-03-03"),
        user("early", "2026-03-04", "2026-03-01"),
    ],
    "events": [
        use("quick", "2026-03-01 05:00", "save"),  # before the sign-up, on the same day: does not count
        use("quick", "2026-03-01 18:00", "save"),  # 0.5 days
        use("quick", "2026-03-01 19:00", "save"),
        use("quick", "2026-03-03 06:00", "save"),
        use("quick", "2026-03-05 06:00", "save"),  # the third day: 4 days
        use("slow", "2026-03-12", "save"),  # 10 days
        use("slow", "2026-03-13", "save"),
        use("idle", "2026-03-04", "open"),
        use("early", "2026-03-03", "save"),
        use(None, "2026-03-04", "save"),
    ],
}
SAVE = {"key_event": "save"}


def test_the_first_key_action_comes_after_the_sign_up() -> None:
    # 0.5 and 10 days; 'idle' and 'early' have not done it since they signed up
    cell = ask(ACTS, "time_to_first_key_action", "2026-03-01", **SAVE)
    assert (cell["value"], cell["numerator"], cell["denominator"]) == (5.25, 10.5, 2)
    beside = items(ACTS, "time_to_first_key_action", "2026-03-01", **SAVE)
    assert beside == {"mean": 5.25, "p90": pytest.approx(0.5 + 0.9 * 9.5), "open": 2}


def test_no_time_at_all_is_a_time() -> None:
    # a user that no table knows signs up with its first event, which is the key action: 0 days
    tables: Tables = {"events": [use("u", "2026-03-02", "save")], "users": [user("v", "2026-03-01", "2026-03-09")]}
    cell = ask(tables, "time_to_first_key_action", "2026-03-01", **SAVE)
    assert (cell["value"], cell["denominator"]) == (0, 1)
    asked = Slice.of("month", definitions=SAVE)
    behind = rows(kept_version(tables), "time_to_first_key_action", "2026-03-01", asked, as_of="2026-06-01")
    assert behind["_value"].tolist() == [0]


def test_an_action_after_the_as_of_has_not_happened() -> None:
    cell = ask(ACTS, "time_to_first_key_action", "2026-03-01", as_of="2026-03-12", **SAVE)
    assert (cell["value"], cell["denominator"]) == (0.5, 1)
    assert items(ACTS, "time_to_first_key_action", "2026-03-01", as_of="2026-03-12", **SAVE)["open"] == 3


def test_without_a_key_event_the_activation_is_the_key_action() -> None:
    # 19 and 2 days; 'early' was activated before it signed up: open, like 'idle'
    cell = ask(ACTS, "time_to_first_key_action", "2026-03-01")
    assert (cell["value"], cell["denominator"]) == (10.5, 2)
    assert cell["note"] == "No key event can be told: the activation stands for it."
    assert items(ACTS, "time_to_first_key_action", "2026-03-01")["open"] == 2


def test_a_habit_is_the_key_action_on_a_third_day() -> None:
    # quick: 1, 3 and 5 March -> 4 days; slow has two days
    cell = ask(ACTS, "time_to_first_habitual_action", "2026-03-01", **SAVE)
    assert (cell["value"], cell["denominator"]) == (4, 1)
    assert items(ACTS, "time_to_first_habitual_action", "2026-03-01", **SAVE)["open"] == 3
    twice = ask(ACTS, "time_to_first_habitual_action", "2026-03-01", habit_times=2, **SAVE)
    assert (twice["value"], twice["denominator"]) == (pytest.approx((2 + 11) / 2), 2)  # quick 2, slow 11 days


def test_days_of_a_habit_are_those_of_the_workspaces_zone() -> None:
    night: Tables = {
        "users": [user("u", "2026-03-01")],
        # 23:30 and 00:30 in UTC are one day in New York
        "events": [use("u", "2026-03-02 23:30", "save"), use("u", "2026-03-03 00:30", "save")],
    }
    asked = Slice.of("month", since="2026-03-01", until="2026-04-01", definitions={**SAVE, "habit_times": 2})
    counts = []
    for zone in ("UTC", "America/New_York"):
        with make_version(night, {"timezone": zone}, as_of="2026-06-01") as con:
            counts.append(compute(con, ["time_to_first_habitual_action"], asked, {"fresh_days": 3650})["n"][0])
    assert counts == [1, 0]


def test_exceeded_value_is_dated_from_the_sign_up() -> None:
    tables: Tables = {
        "customers": [{"customer_id": c, "signed_up_on": on("2026-03-01").date()} for c in "abcd"],
        "milestones": [
            step("a", "exceeded_value", "2026-03-11"),
            step("b", "exceeded_value", "2026-03-31 12:00"),
            step("c", "first_value", "2026-03-02"),
            step("d", "exceeded_value", "2026-02-01"),
        ],
    }
    # 10 and 30.5 days; c is open; d exceeded it before it signed up
    cell = ask(tables, "time_to_exceed_value", "2026-03-01")
    assert (cell["value"], cell["numerator"], cell["denominator"]) == (20.25, 40.5, 2)
    assert items(tables, "time_to_exceed_value", "2026-03-01")["open"] == 1
    assert cell["note"] == "1 account with exceeded value before sign-up left out."
    behind = rows(kept_version(tables), "time_to_exceed_value", "2026-03-01", Slice.of("month"), as_of="2026-06-01")
    # the rows are those of the milestone that ends the time
    assert behind[["_source", "_row"]].values.tolist() == [["milestones.csv", 2], ["milestones.csv", 3]]
