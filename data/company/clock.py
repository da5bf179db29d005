"""Time in the sample company: days and minutes are whole numbers since START, so that no machine rounds differently."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

START = date(2024, 1, 1)
DAYS = 912  # to 2026-06-30 inclusive: 30 months
MONTHS = 30
DAY = 1440


def day(year: int, month: int, of_month: int = 1) -> int:
    """Return the number of a civil date."""
    return (date(year, month, of_month) - START).days


def as_date(number: int) -> date:
    """Return the civil date of a day number (which may lie before START or after the end)."""
    return START + timedelta(days=number)


def as_instant(minute: int) -> datetime:
    """Return the instant (UTC, naive) of a minute number."""
    return datetime(START.year, START.month, START.day) + timedelta(minutes=minute)


def add_months(number: int, months: int) -> int:
    """Return the day so many months later, clipped to the end of a shorter month."""
    at = as_date(number)
    index = at.year * 12 + at.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return day(year, month, min(at.day, monthrange(year, month)[1]))


def month_start(index: int) -> int:
    """Return the first day of the month with this index (0 is START's)."""
    return day(START.year + index // 12, index % 12 + 1)


def month_of(number: int) -> int:
    """Return the index of the month in which a day lies."""
    at = as_date(number)
    return (at.year - START.year) * 12 + at.month - 1
