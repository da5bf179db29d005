"""The period presets, as half-open ranges of civil days, told from the data's as-of and never from the clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from cs_metrics.errors import QueryError

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
Range = tuple[date, date]


def resolve(
    preset: str, as_of: datetime | date, fiscal_start: int = 1, since: str = "", until: str = ""
) -> Range | None:
    """Return (since, until) of a preset, `until` exclusive; None for all data.

    `as_of` is exclusive: with data up to and including 30 June it is 1 July, and June is then the last whole month.
    'This' periods reach to their own end, so that they show as incomplete where the data do not.
    """
    end = as_of.date() if isinstance(as_of, datetime) else as_of
    today = end - timedelta(days=1)
    month = today.replace(day=1)
    quarter = add_months(month, -((month.month - fiscal_start) % 3))
    year = add_months(month, -((month.month - fiscal_start) % 12))
    if preset == "custom":
        return _custom(since, until)
    if preset == "last_12_months":
        whole = month if add_months(month, 1) > end else add_months(month, 1)
        return add_months(whole, -12), whole
    ranges: dict[str, Range | None] = {
        "this_month": (month, add_months(month, 1)),
        "last_month": (add_months(month, -1), month),
        "this_quarter": (quarter, add_months(quarter, 3)),
        "last_quarter": (add_months(quarter, -3), quarter),
        "this_fiscal_year": (year, add_months(year, 12)),
        "last_fiscal_year": (add_months(year, -12), year),
        "all": None,
    }
    if preset not in ranges:
        raise QueryError(f"The address asks for the period '{preset}', which is unknown. Choose one from the list.")
    return ranges[preset]


def compared(span: Range | None, mode: str) -> Range | None:
    """Return the range to compare with: 'before' the one just before, 'year' the same a year earlier; else None.

    A range of whole months goes back by so many months, any other by so many days.
    """
    if span is None or mode not in ("before", "year"):
        return None
    since, until = span
    if mode == "year":
        return add_months(since, -12), add_months(until, -12)
    if since.day == until.day == 1:
        months = (until.year - since.year) * 12 + until.month - since.month
        return add_months(since, -months), since
    return since - (until - since), since


def add_months(day: date, months: int) -> date:
    """Return the same day so many months on, or the month's last where it has no such day."""
    total = day.year * 12 + day.month - 1 + months
    first = date(total // 12, total % 12 + 1, 1)
    length = (date((total + 1) // 12, (total + 1) % 12 + 1, 1) - first).days
    return first.replace(day=min(day.day, length))


def _custom(since: str, until: str) -> Range:
    try:
        first, end = date.fromisoformat(since), date.fromisoformat(until)
    except ValueError:
        raise QueryError("A custom period needs a first and a last day. Choose both in the filter bar.") from None
    if first >= end:
        raise QueryError(f"The period ends ({end}) before it begins ({first}). Choose a later end.")
    return first, end
