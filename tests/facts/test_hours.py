"""Hours between two instants, by the calendar and by the team's clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from cs_metrics.errors import QueryError
from cs_metrics.settings import WEEKDAYS, resolve
from tests.support import make_version

BUSINESS = {"response_hours": "business"}


def all_waited(spans: Sequence[tuple[str, str]], settings: dict[str, Any]) -> list[float]:
    tickets = [
        {"ticket_id": f"t{i:03}", "created_at": begins, "first_response_at": ends, "resolved_at": ends}
        for i, (begins, ends) in enumerate(spans)
    ]
    with make_version({"tickets": tickets}, settings=settings) as con:
        sql = "SELECT response_hours, resolution_hours FROM fact_ticket ORDER BY ticket_id"
        found = con.execute(sql).fetchall()
    assert all(response == resolution for response, resolution in found)
    return [float(response) for response, _ in found]


def waited(begins: str, ends: str, settings: dict[str, Any]) -> float:
    return all_waited([(begins, ends)], settings)[0]


# 2 March 2026 is a Monday
@pytest.mark.parametrize(("begins", "ends", "hours"), [
    ("2026-03-02 10:00", "2026-03-02 12:30", 2.5),
    ("2026-03-02 16:00", "2026-03-03 10:00", 1 + 1),  # over a night
    ("2026-03-06 16:00", "2026-03-09 10:00", 1 + 1),  # over a weekend
    ("2026-03-07 08:00", "2026-03-08 20:00", 0),  # on a weekend
    ("2026-03-02 06:00", "2026-03-02 20:00", 8),  # around a day
    ("2026-03-02 20:00", "2026-03-03 06:00", 0),
    ("2026-03-02 09:00", "2026-03-23 09:00", 3 * 5 * 8),
    ("2026-03-02 10:00", "2026-03-02 10:00", 0),
])  # fmt: skip
def test_business_hours_run_from_nine_to_five_on_weekdays(begins: str, ends: str, hours: float) -> None:
    assert waited(begins, ends, BUSINESS) == pytest.approx(hours)


def test_by_default_every_hour_counts() -> None:
    assert waited("2026-03-06 16:00", "2026-03-09 10:00", {}) == 66


def test_days_and_hours_are_the_workspaces_own() -> None:
    own = {**BUSINESS, "business_day_starts": 8, "business_day_ends": 20, "business_days": ["saturday", "sunday"]}
    # Friday counts nothing, Saturday 8 to 20, Sunday 8 to 9
    assert waited("2026-03-06 10:00", "2026-03-08 09:00", own) == 13


def test_the_clock_is_that_of_the_workspaces_zone() -> None:
    # 16:30 in New York is 21:30 UTC; half an hour until 17:00, and 9:00 to 9:15 the next morning
    assert waited("2026-03-02 21:30", "2026-03-03 14:15", {**BUSINESS, "timezone": "America/New_York"}) == 0.75


def test_an_answer_before_its_ticket_stays_negative_out_of_hours() -> None:
    assert waited("2026-03-08 12:00", "2026-03-08 10:00", BUSINESS) == -2


def test_the_formula_is_a_count_of_minutes() -> None:
    draw = Random(3)
    spans, counted = [], []
    for _ in range(50):
        begins = datetime(2026, 2, 20) + timedelta(minutes=draw.randrange(20_000))
        ends = begins + timedelta(minutes=draw.randrange(15_000))
        minutes = (begins + timedelta(minutes=m) for m in range(int((ends - begins).total_seconds()) // 60))
        counted.append(sum(1 for m in minutes if m.weekday() < 5 and 9 <= m.hour < 17) / 60)
        spans.append((str(begins), str(ends)))
    assert all_waited(spans, BUSINESS) == pytest.approx(counted)


def test_a_business_day_has_an_end_after_its_beginning_and_known_names() -> None:
    assert resolve({**BUSINESS, "business_days": list(WEEKDAYS)})["business_days"] == list(WEEKDAYS)
    with pytest.raises(QueryError, match="must end after it begins"):
        resolve({**BUSINESS, "business_day_starts": 17})
    with pytest.raises(QueryError, match="at least one day"):
        resolve({**BUSINESS, "business_days": []})
    with pytest.raises(QueryError, match="Did you mean 'monday'"):
        resolve({"business_days": ["mondays"]})
