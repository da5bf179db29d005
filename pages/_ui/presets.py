"""The period presets, as half-open ranges of civil days, told from the data's as-of and never from the clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from cs_metrics import periods
from cs_metrics.errors import QueryError
from cs_metrics.periods import Period

PRESETS = {
    "this_month": "This month",
    "last_month": "Last month",
    "this_quarter": "This quarter",
    "last_quarter": "Last quarter",
    "this_fiscal_year": "This fiscal year",
    "last_fiscal_year": "Last fiscal year",
    "last_12_months": "Last 12 months",
    "all": "All data",
    "custom": "Custom",
}
_GRAINS = {"month": "month", "quarter": "quarter", "fiscal_year": "year"}
Range = tuple[date, date]
FIRST, LAST = date(1900, 1, 1), date(2200, 1, 1)


def resolve(
    preset: str, as_of: datetime, settings: Mapping[str, Any], since: str = "", until: str = ""
) -> Range | None:
    """Return (since, until) of a preset, `until` exclusive; None for all data.

    `as_of` is exclusive: with data up to and including 30 June it is 1 July, and June is then the last whole month.
    'This' periods reach to their own end, so that they show as incomplete where the data do not.
    """
    if preset == "all":
        return None
    if preset == "custom":
        return _custom(since, until)
    if preset not in PRESETS:
        raise QueryError(f"The address asks for the period '{preset}', which is unknown. Choose one from the list.")
    if preset == "last_12_months":
        end = periods.floor(as_of, "month", settings)
        return periods.add_months(end, -12).date(), end.date()
    which, _, name = preset.partition("_")
    this = periods.at(as_of - timedelta(microseconds=1), _GRAINS[name], settings)
    return _days(this if which == "this" else periods.before(this, _GRAINS[name]))


def compared(span: Range | None, mode: str) -> Range | None:
    """Return the range to compare with: 'before' the one just before, 'year' the same a year earlier; else None.

    A range of whole months goes back by so many months, any other by so many days.
    """
    if span is None or mode not in ("before", "year"):
        return None
    period = Period(*(periods.instant(day) for day in span))
    return _days(periods.before(period) if mode == "before" else periods.year_before(period))


def _days(period: Period) -> Range:
    return period.start.date(), period.end.date()


def _custom(since: str, until: str) -> Range:
    try:
        first, end = date.fromisoformat(since), date.fromisoformat(until)
    except ValueError:
        raise QueryError("A custom period needs a first and a last day. Choose both in the filter bar.") from None
    if first < FIRST or end > LAST:
        raise QueryError(f"A custom period lies between {FIRST.year} and {LAST.year}. Choose other days.")
    if first >= end:
        raise QueryError(f"The period ends ({end}) before it begins ({first}). Choose a later end.")
    return first, end
