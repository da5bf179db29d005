"""Periods: half-open, aligned, and never further than the data reach."""

from __future__ import annotations

from datetime import datetime

import pytest

from cs_metrics.errors import QueryError
from cs_metrics.periods import Period, add_months, at, before, floor, instant, periods, year_before
from cs_metrics.settings import resolve

PLAIN = resolve()


def day(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(("grain", "moment", "start", "settings"), [
    ("week", "2026-03-01", "2026-02-23", {}), ("week", "2026-03-01", "2026-03-01", {"week_starts": "sunday"}),
    ("week", "2026-03-01", "2026-02-28", {"week_starts": "saturday"}), ("month", "2026-03-31", "2026-03-01", {}),
    ("quarter", "2026-03-31", "2026-01-01", {}), ("quarter", "2026-03-31", "2026-02-01", {"fiscal_year_starts": 2}),
    ("year", "2026-03-31", "2026-01-01", {}), ("year", "2026-03-31", "2025-04-01", {"fiscal_year_starts": 4}),
    ("day", "2026-03-31T12:00", "2026-03-31", {}),
])  # fmt: skip
def test_a_period_begins_where_the_settings_say(grain: str, moment: str, start: str, settings: dict[str, str]) -> None:
    assert floor(day(moment), grain, resolve(settings)) == day(start)


def test_periods_are_whole_and_overlap_the_range() -> None:
    found = periods("month", day("2026-01-15"), day("2026-03-01"), PLAIN)
    assert found == [Period(day("2026-01-01"), day("2026-02-01")), Period(day("2026-02-01"), day("2026-03-01"))]


def test_the_period_before_has_the_same_grain_not_the_same_days() -> None:
    march = at("2026-03-20", "month", PLAIN)
    assert before(march, "month") == Period(day("2026-02-01"), day("2026-03-01"))
    # a free range: whole months, else days
    assert before(Period(day("2026-03-01"), day("2026-05-01"))) == Period(day("2026-01-01"), day("2026-03-01"))
    assert before(Period(day("2026-03-01"), day("2026-03-11"))) == Period(day("2026-02-19"), day("2026-03-01"))
    assert year_before(march) == Period(day("2025-03-01"), day("2025-04-01"))


def test_months_clip_to_their_end() -> None:
    assert add_months(day("2026-01-31"), 1) == day("2026-02-28")
    assert add_months(day("2024-12-31"), 2) == day("2025-02-28")
    assert add_months(day("2026-03-31"), -1) == day("2026-02-28")


def test_a_period_is_complete_once_its_follow_up_is_over() -> None:
    march = at("2026-03-01", "month", PLAIN)
    assert march.complete(day("2026-04-01"))
    assert not march.complete(day("2026-04-14"), follow_days=14)
    assert march.complete(day("2026-04-15"), follow_days=14)
    assert march.reach(day("2026-03-15")) == day("2026-03-15")
    assert march.days_begun(day("2026-03-15")) == 14


def test_a_date_that_is_none_is_an_error_and_so_are_too_many_periods() -> None:
    with pytest.raises(QueryError, match="is not a date"):
        instant("31/02/2026")
    with pytest.raises(QueryError, match="more than"):
        periods("day", day("1900-01-01"), day("2026-01-01"), PLAIN)
