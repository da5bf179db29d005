"""Numbers and periods as a person reads them, for labels and tooltips."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

GRAINS = ("hour", "day", "week", "month", "quarter", "year")


def number(value: Any, unit: str = "count", currency: str = "USD", locale: str = "en") -> str:
    """A value in its unit, with the fewest digits that mean something; an en dash where there is none."""
    if value is None or pd.isna(value):
        return "–"
    x = float(value)
    if unit == "share":
        return format_percent(x, format="#,##0.0 %" if abs(x) < 0.1 and x else "#,##0 %", locale=locale)
    if unit == "money":
        return format_currency(
            x, currency, format=None if abs(x) < 100 else "¤#,##0", currency_digits=False, locale=locale
        )
    if unit == "score":
        few = "#,##0.##" if abs(x) < 1 else "#,##0.#" if abs(x) < 10 else "#,##0"
        return format_decimal(x, format=few, locale=locale)
    if unit in ("hours", "days", "ratio"):
        return format_decimal(x, format="#,##0.##" if abs(x) < 10 else "#,##0.#", locale=locale)
    return format_decimal(x, format="#,##0" if x == math.floor(x) else "#,##0.#", locale=locale)


def signed(value: Any, digits: int = 1, locale: str = "en") -> str:
    """A change, always with its sign; none where it rounds to nothing."""
    x = round(float(value), digits) + 0.0
    sign = "+" if x > 0 else "−" if x < 0 else ""
    return sign + format_decimal(abs(x), format="#,##0." + "0" * digits, locale=locale)


def between(low: Any, high: Any, unit: str = "count", currency: str = "USD", locale: str = "en") -> str:
    """An interval in words, empty where there is none."""
    if low is None or high is None or pd.isna(low) or pd.isna(high):
        return ""
    return f"{number(low, unit, currency, locale)} to {number(high, unit, currency, locale)}"


def period(start: Any, grain: str, locale: str = "en") -> str:
    """A period by its start: 'Mar 2025', 'Q1 2025', 'Mar 3, 2025', '2025'."""
    if start is None or pd.isna(start):
        return "whole range"
    at = pd.Timestamp(start)
    if grain == "year":
        return format_date(at, "yyyy", locale=locale) if at.month == 1 else f"{at.year}/{(at.year + 1) % 100:02d}"
    if grain == "quarter" and at.month % 3 == 1:
        return format_date(at, "QQQ yyyy", locale=locale)
    if grain in ("month", "quarter"):
        return format_date(at, "MMM yyyy", locale=locale)
    day = format_date(at, "medium", locale=locale)
    return f"{day}, {at:%H}:00" if grain == "hour" else day


def tip(name: str) -> str:
    """A column's name as the title in a tooltip: there 'image' would fetch a picture from the address that is the
    value, 'title' become a heading, and a backslash break the expression that Vega makes of it."""
    shown = name.capitalize() if name in ("image", "title") else name
    return shown.replace("\\", "\\\\")


def label(value: Any) -> str:
    """A segment's name; the missing value has one too."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return "(none)"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)
