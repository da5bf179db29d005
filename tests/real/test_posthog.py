"""Eight retention questions that a trusted product answers: its events, its parameters, its triangle."""

from __future__ import annotations

import json
from datetime import datetime

import pandas as pd
import pytest

from cs_metrics.analysis import members, retention
from cs_metrics.facts.clock import Clock
from cs_metrics.settings import resolve
from tests.support import make_version

CASES = (
    "day_interval",
    "first_time_day",
    "minimum_occurrences_2",
    "month_interval",
    "rolling_retention_cumulative",
    "start_and_return_events_differ",
    "timezone_utc",
    "week_interval_sunday_start",
)


def question(case):
    """Their parameters in our words. Their range ends with the interval that holds date_to, whole."""
    asked = case["params"]
    grain = asked["period"].lower()
    settings = resolve({"week_starts": asked.get("week_start", "Monday").lower()})
    clock = Clock(grain, settings)
    last = clock.number(datetime.fromisoformat(asked["date_to"]))

    def event(name):
        return {"event": [name]} if name else None

    return {
        "of": "events",
        "unit": "users",
        "grain": grain,
        "periods": asked["total_intervals"] - 1,
        "cohort": "first" if asked["retention_type"] == "first_time" else "every",
        "kind": "on_or_after" if asked.get("cumulative") else "on",
        "minimum": asked.get("minimum_occurrences", 1),
        "start": event(asked["target_event"]),
        "back": event(asked["returning_event"]),
        "week_starts": settings["week_starts"],
        "timezone": asked.get("timezone", "UTC"),
        "since": clock.start(last - asked["total_intervals"] + 1),
        "until": clock.start(last + 1),
    }, clock.start(last + 1)


@pytest.mark.parametrize("name", CASES)
def test_triangle_is_theirs(real_data, name):
    case = json.loads((real_data / "posthog_retention_cases" / f"{name}.json").read_text())
    rows = [
        {
            "user_id": case["aliases"].get(e["user"], e["user"]),
            "customer_id": "the account",
            "occurred_at": datetime.fromisoformat(e["timestamp"]),
            "event": e["event"],
        }
        for e in case["events"]
    ]
    asked, end = question(case)
    con = make_version({"events": rows}, as_of=end)
    frame = retention(con, resolve(), end, **asked)
    clock = Clock(asked["grain"], resolve({"week_starts": asked["week_starts"]}))
    cells = {
        (clock.number(c), k): int(r) for c, k, r in zip(frame["cohort"], frame["k"], frame["retained"], strict=True)
    }
    first = clock.number(asked["since"])
    theirs = case["expected_counts_triangular"]
    expected = {(first + i, k): count for i, row in enumerate(theirs) for k, count in enumerate(row)}
    # a cohort in which nobody started has no rows with us, and a row of zeros with them
    assert {cell: cells.get(cell, 0) for cell in expected} == expected
    assert all(cell in expected for cell in cells)
    for cohort, k, retained in frame[["cohort", "k", "retained"]].itertuples(index=False):
        found = members(
            con, resolve(), end, cohort=pd.Timestamp(cohort), k=k, cohorts=asked["cohort"], **without_cohort(asked)
        )
        assert len(found) == retained


def without_cohort(asked):
    return {name: value for name, value in asked.items() if name != "cohort"}
