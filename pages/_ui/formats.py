"""Numbers, dates and units the reader's way: their locale and zone, and the fewest digits that mean something."""

from __future__ import annotations

import copy
import math
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, get_month_names
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_decimal,
    format_percent,
)

NOTHING = "–"
UNITS = ("share", "score", "money", "count", "hours", "days", "ratio")
_SHORTCODE = re.compile(r":(?=(?:[\w+/-]*[A-Za-z+-][\w+/-]*|100|1234):)", re.ASCII)


def on_screen(words: str) -> str:
    """Return words of a caption that only a screen has a use for, such as 'Press a bar': printing leaves them out.

    A caption is small already, so that the sign for small words changes nothing else (see `printing.STYLE`).
    """
    return f":small[{words}]" if words else ""


def locale() -> Locale:
    """Return the reader's locale; English where the browser names none that is known."""
    try:
        return Locale.parse(st.context.locale or "en_US", sep="-" if "-" in (st.context.locale or "") else "_")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "US")


def is_missing(value: Any) -> bool:
    """Say whether there is no value: None, NaN or NaT."""
    return value is None or value != value


def number(value: Any, digits: int | None = None) -> str:
    """Return a plain number, grouped; without `digits`, three that count."""
    if is_missing(value):
        return NOTHING
    if digits is None:
        digits = _digits(float(value))
    return format_decimal(round(float(value), digits), format=_pattern(digits), locale=locale())


def count(value: Any) -> str:
    """Return a count: whole and grouped."""
    return NOTHING if is_missing(value) else format_decimal(round(float(value)), locale=locale())


def value(amount: Any, unit: str, currency: str = "USD", *, short: bool = False) -> str:
    """Return a KPI's value in its unit (share, score, money, count, hours, days, ratio); `short` for a tile."""
    if is_missing(amount):
        return NOTHING
    x = float(amount)
    if unit == "share":
        return format_percent(x, format=_pattern(0 if abs(x) >= 9.995 else 1, keep=False) + " %", locale=locale())
    if unit == "money":
        return _money(x, currency, short)
    if unit == "count":
        if short and abs(x) >= 1_000_000:
            return format_compact_decimal(x, fraction_digits=1, locale=locale())
        return number(x, 0 if float(x).is_integer() or abs(x) >= 100 else 1)
    if unit == "hours":
        return f"{number(x * 60, 0)} min" if abs(x) < 1 else f"{number(x, 1 if abs(x) < 100 else 0)} h"
    if unit == "days":
        return f"{number(x, 1 if abs(x) < 100 else 0)} days"
    if unit == "score":
        return number(x, 0 if abs(x) >= 10 else 1 if abs(x) >= 1 else 2 if x else 0)
    return number(x, 2 if abs(x) < 10 else 1 if abs(x) < 100 else 0)


def part(amount: Any, what: str, currency: str = "USD") -> str:
    """Return a number in a formula: in its unit, or as a count of a noun ('1 ticket'); a plain one where neither."""
    if what == "share" and not is_missing(amount):
        digits = 2 if abs(float(amount)) < 0.1 else 1
        return format_percent(float(amount), format=_pattern(digits, keep=False) + " %", locale=locale())
    if what in UNITS:
        return value(amount, what, currency)
    if not what or is_missing(amount):
        return number(amount)
    return plural(round(float(amount)), what)


def size(amount: int) -> str:
    """Return so many bytes as a person says it: '12 kB', '1.4 MB'."""
    kilo = amount / 1000
    return f"{number(kilo / 1000, 1)} MB" if kilo >= 1000 else f"{number(kilo, 0)} kB"


def interval(low: Any, high: Any, unit: str, currency: str = "USD") -> str:
    """Return an interval in words; empty where there is none."""
    if is_missing(low) or is_missing(high):
        return ""
    return f"{value(low, unit, currency)} to {value(high, unit, currency)}"


def change(now: Any, before: Any, unit: str, currency: str = "USD") -> tuple[float, str] | None:
    """Return (sign, text) of a change: points for shares and scores, else percent; None for nothing to say."""
    if is_missing(now) or is_missing(before):
        return None
    now, before = float(now), float(before)
    gap = now - before
    if unit == "share":
        text = f"{_signed(gap * 100, 1)} pts"
        return (0.0 if round(gap * 100, 1) == 0 else gap), text
    if unit == "score":
        digits = 2 if abs(now) < 1 else 1 if abs(now) < 10 else 0
        return (0.0 if round(gap, digits) == 0 else gap), f"{_signed(gap, digits)} pts"
    if before == 0 or before * now < 0:
        return gap, ("+" if gap > 0 else "") + value(gap, unit, currency, short=True)
    rate = gap / abs(before) * 100
    return (0.0 if round(rate, 1) == 0 else gap), f"{_signed(rate, 1 if abs(rate) < 100 else 0)} %"


def day(when: date | datetime | Any) -> str:
    """Return a civil date, the reader's way."""
    return NOTHING if is_missing(when) else format_date(_date(when), "medium", locale=locale())


def last_day(end: datetime | date | Any) -> str:
    """Return the last day before an exclusive end: data up to 2026-07-01T00:00 are 'to 30 June'."""
    return NOTHING if is_missing(end) else day(_date(end, last=True))


def span(since: Any, until: Any) -> str:
    """Return a half-open range of days as a person says it, its last day included; whole months as months."""
    if is_missing(since) or is_missing(until):
        return "all data"
    first, last = _date(since), _date(until, last=True)
    if first.day == 1 and (last + timedelta(days=1)).day == 1:
        start, end = (format_skeleton("yMMM", d, locale=locale()) for d in (first, last))
        return start if start == end else f"{start} – {end}"
    return day(first) if first == last else f"{day(first)} – {day(last)}"


def period(start: Any, grain: str) -> str:
    """Return the name of the period of that grain which begins at `start`."""
    if is_missing(start):
        return "whole range"
    first = _date(start)
    if grain == "month":
        return format_skeleton("yMMM", first, locale=locale())
    if grain == "quarter":
        return f"Q{(first.month - 1) // 3 + 1} {first.year}" if first.month % 3 == 1 else f"quarter from {day(first)}"
    if grain == "year":
        return str(first.year) if first.month == 1 else f"year from {day(first)}"
    return day(first) if grain == "day" else f"week of {day(first)}"


def instant(when: datetime | Any) -> str:
    """Return a stored instant (UTC) in the reader's zone, with date and time."""
    if is_missing(when):
        return NOTHING
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return format_datetime(aware, "medium", tzinfo=_zone(), locale=locale())


def today() -> str:
    """Return the reader's day."""
    return day(datetime.now(_zone()))


def pressed(milliseconds: float) -> date:
    """Return the day of a point pressed in a chart: the browser draws a civil day at its own zone's midnight."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(_zone()).date()


def months() -> dict[int, str]:
    """Return the months' names by number."""
    return dict(get_month_names("wide", "stand-alone", locale()))


def whole_days(frame: pd.DataFrame) -> list[str]:
    """Return the columns of instants that have no time of day: they are shown as dates."""
    instants = frame.select_dtypes("datetime")
    return [c for c in instants if (instants[c].dropna() == instants[c].dropna().dt.normalize()).all()]


def literal(text: Any) -> str:
    """Return a person's own words (a file's, a cell's, an address's) so that Markdown shows them as they are.

    Streamlit puts emoji and icons into text that is parsed already, where no backslash helps: an invisible word joiner
    breaks their names up.
    """
    words = re.sub(r"[\s\x00-\x1f\x7f]+", " ", str(text)).strip()
    words = _SHORTCODE.sub(":\u2060", words)
    words = re.sub(r"([\\`*\[\]<>$~|]|&(?=#?\w+;)|:(?=[A-Za-z:])|(?<!\w)_|_(?!\w))", r"\\\1", words)
    return re.sub(r"^(\d*)([-+=.)#])", r"\1\\\2", words)


def prose(text: str) -> str:
    """Return a KPI's own text for Markdown: names between backticks as code, all else as it is written."""
    return re.sub(r"\\`(.+?)\\`", lambda found: "`" + found[1].replace("\\", "") + "`", literal(text))


def item(kpi: Any, name: str) -> str:
    """Return the name of a KPI's item: the app's own ('not_renewed', a step of the onboarding) in words, a file's (a
    feature, a reason) as it stands."""
    form = next((form for form in kpi.forms if form.item), None)
    own = form is not None and (
        bool(form.known_items) or form.item in ("pair", "source") or bool(form.items and form.items.by_component)
    )
    if not own:
        return name
    words = name.replace("_", " ").replace(" -> ", " → ")
    return words[:1].upper() + words[1:]


def plural(n: int, one: str, many: str | None = None) -> str:
    """Return '1 row' or '12 rows'."""
    return f"{count(n)} {one if n == 1 else many or one + 's'}"


def _zone() -> ZoneInfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError):
        return ZoneInfo("UTC")


def _date(when: Any, last: bool = False) -> date:
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    if isinstance(when, datetime):
        return (when - timedelta(microseconds=1) if last else when).date()
    return when - timedelta(days=1) if last else when


def _digits(x: float) -> int:
    return 0 if x == 0 or float(x).is_integer() else max(0, min(4, 2 - math.floor(math.log10(abs(x)))))


def _pattern(digits: int, keep: bool = True) -> str:
    return "#,##0" + ("." + ("0" if keep else "#") * digits if digits else "")


def _signed(x: float, digits: int) -> str:
    x = round(x, digits) + 0.0
    return ("+" if x > 0 else "") + number(x, digits)


def _money(x: float, currency: str, short: bool) -> str:
    if short and abs(x) >= 100_000:
        return format_compact_currency(x, currency, fraction_digits=2 if abs(x) >= 1e6 else 0, locale=locale())
    digits = 2 if abs(x) < 100 and not x.is_integer() else 0
    pattern = copy.copy(locale().currency_formats["standard"])
    pattern.frac_prec = (digits, digits)
    return pattern.apply(round(x, digits), locale(), currency=currency, currency_digits=False)
