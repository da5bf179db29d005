"""Periods: half-open stretches of local time, aligned to a grain, and how far the data reach into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cs_metrics.errors import QueryError, as_written, did_you_mean

GRAINS = ("day", "week", "month", "quarter", "year")
_WEEKDAY = {"monday": 0, "sunday": 6, "saturday": 5}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
LIMIT = 5_000


@dataclass(frozen=True, order=True)
class Period:
    """A half-open stretch [start, end) of local time."""

    start: datetime
    end: datetime

    def reach(self, as_of: datetime) -> datetime:
        """Return the end, or the as-of instant where the data stop before it."""
        return max(self.start, min(self.end, as_of))

    def complete(self, as_of: datetime, follow_days: int = 0) -> bool:
        """Return whether the period, and the follow-up of so many days after it, had ended by `as_of`."""
        return self.end + timedelta(days=follow_days) <= as_of

    def days_begun(self, as_of: datetime) -> int:
        """Return how many of its days have begun."""
        seconds = (self.reach(as_of) - self.start).total_seconds()
        return int(-(-seconds // 86_400))


def instant(value: Any, name: str = "date") -> datetime:
    """Return a date, datetime or ISO text as a naive local datetime, or raise QueryError."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise QueryError(f"'{name}': {as_written(value)} is not a date. Write it as 2026-03-01.") from None
    if isinstance(value, datetime) and value == value:  # pandas' missing one is not equal to itself
        return datetime(*value.timetuple()[:6], value.microsecond)
    if isinstance(value, date) and value == value:
        return datetime(value.year, value.month, value.day)
    raise QueryError(f"'{name}': {as_written(value)} is not a date. Write it as 2026-03-01.")


def check_grain(grain: str) -> str:
    if grain not in GRAINS:
        raise QueryError(f"There is no grain '{grain}'. {did_you_mean(grain, GRAINS)}")
    return grain


def add_months(moment: datetime, months: int) -> datetime:
    """Return the same day so many months later, clipped to the month's end."""
    years, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = (datetime(years + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return moment.replace(year=years, month=month + 1, day=min(moment.day, last))


def floor(moment: datetime, grain: str, settings: Mapping[str, Any]) -> datetime:
    """Return the start of the period of `grain` in which `moment` lies."""
    day = datetime(moment.year, moment.month, moment.day)
    if check_grain(grain) == "day":
        return day
    if grain == "week":
        return day - timedelta(days=(day.weekday() - _WEEKDAY[settings["week_starts"]]) % 7)
    back = (day.month - settings["fiscal_year_starts"]) % _MONTHS[grain]
    return add_months(day.replace(day=1), -back)


def step(start: datetime, grain: str, count: int = 1) -> datetime:
    """Return the start of the period `count` periods after the one that starts at `start`."""
    if check_grain(grain) in _MONTHS:
        return add_months(start, _MONTHS[grain] * count)
    return start + timedelta(days=(7 if grain == "week" else 1) * count)


def periods(grain: str, since: datetime, until: datetime, settings: Mapping[str, Any]) -> list[Period]:
    """Return the whole periods that overlap [since, until), in order. Raises QueryError above 5,000 of them."""
    found, start = [], floor(since, grain, settings)
    while start < until:
        end = step(start, grain)
        found.append(Period(start, end))
        if len(found) > LIMIT:
            raise QueryError(f"From {since:%Y-%m-%d} to {until:%Y-%m-%d} there are more than {LIMIT:,} {grain}s.")
        start = end
    return found


def at(start: Any, grain: str, settings: Mapping[str, Any]) -> Period:
    """Return the period of `grain` in which `start` lies."""
    begin = floor(instant(start, "period"), grain, settings)
    return Period(begin, step(begin, grain))


def before(period: Period, grain: str | None = None) -> Period:
    """Return the period before: of the same grain; for a free range as many whole months, else days."""
    if grain is not None:
        return Period(step(period.start, grain, -1), period.start)
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
    if months > 0 and add_months(period.start, months) == period.end:
        return Period(add_months(period.start, -months), period.start)
    return Period(period.start - (period.end - period.start), period.start)


def later(period: Period, grain: str | None, count: int) -> datetime:
    """Return the end of the period that is `count` periods after this one; of a free range, as `before` measures it."""
    for _ in range(count if grain is None else 0):
        months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
        whole = months > 0 and add_months(period.start, months) == period.end
        period = Period(
            period.end, add_months(period.end, months) if whole else period.end + (period.end - period.start)
        )
    return period.end if grain is None else step(period.start, grain, count + 1)


def year_before(period: Period) -> Period:
    """Return the same period one year earlier (29 February becomes 28)."""
    return Period(add_months(period.start, -12), add_months(period.end, -12))
