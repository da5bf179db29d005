"""How a report says numbers and periods, and how a sentence is put together so that it knows what it says."""

from __future__ import annotations

from datetime import datetime, timedelta

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from cs_metrics.reports.brief.model import Number, Sentence

NOTHING = "–"
LOCALE = "en_US"
_SMALL = ("no", "one", "two", "three", "four", "five")
_WHOLE_MONEY = 100


def value(amount: float | None, unit: str, currency: str) -> str:
    """Return a KPI's value in its unit (share, score, money, count, hours, days, ratio)."""
    if amount is None or amount != amount:
        return NOTHING
    x = float(amount)
    if unit == "share":
        return _minus(format_percent(round(x, 3) + 0.0, format="#,##0.0 %", locale=LOCALE))
    if unit == "score":
        return _plain(x, 1)
    if unit == "money":
        whole = "¤#,##0" if abs(x) >= _WHOLE_MONEY or not x else None
        return _minus(format_currency(x, currency, whole, LOCALE, currency_digits=not whole))
    if unit == "hours":
        return f"{_plain(x * 60, 0)} min" if abs(x) < 1 else f"{_plain(x, _fine(x))} h"
    if unit == "days":
        return f"{_plain(x, _fine(x))} days"
    if unit == "ratio":
        return _plain(x, 2)
    return _plain(x, 0 if x.is_integer() else 1)


def gap(now: float, before: float, unit: str, currency: str) -> str:
    """Return how far two values lie apart: points for shares and scores, else percent of the earlier one; '' where
    that rounds to nothing."""
    size = abs(now - before)
    if unit in ("share", "score"):
        said = _plain(size * (100 if unit == "share" else 1), 1)
        return "" if said == "0.0" else f"{said} {'point' if said == '1.0' else 'points'}"
    if before <= 0 or now < 0:
        return "" if not size else value(size, unit, currency)
    said = _plain(100 * size / before, 1)
    return "" if said == "0.0" else f"{said} %"


def count(number: float) -> str:
    """Return a whole number, grouped."""
    return _plain(float(number), 0)


def others(number: int) -> str:
    """Return 'one other', 'two others', '12 others'."""
    return f"{_SMALL[number] if number < len(_SMALL) else count(number)} {'other' if number == 1 else 'others'}"


def plural(number: float, one: str) -> str:
    """Return the noun alone, in the form that follows this number."""
    return one if number == 1 else f"{one}s"


def day(when: datetime) -> str:
    """Return a day: 'Jun 30, 2026'."""
    return format_date(when, "medium", locale=LOCALE)


def period(start: datetime, end: datetime, grain: str) -> str:
    """Return a period's name: 'June 2026', 'Q2 2026', 'the week of Jun 22, 2026'."""
    if grain == "month":
        return format_date(start, "MMMM yyyy", locale=LOCALE)
    if grain == "quarter" and start.month % 3 == 1:
        return f"Q{(start.month - 1) // 3 + 1} {start.year}"
    if grain == "week":
        return f"the week of {day(start)}"
    return f"{day(start)} to {day(end - timedelta(days=1))}"


def sentence(words: str, *parts: Number | Sentence | str) -> Sentence:
    """Return the words with the parts in place of their '{}': numbers, names (text), and what was said before."""
    said: list[str] = []
    numbers: list[Number] = []
    names: list[str] = []
    for part in parts:
        if isinstance(part, Number):
            said.append(part.said)
            numbers.append(part)
        elif isinstance(part, Sentence):
            said.append(part.text)
            numbers += part.numbers
            names += part.names
        else:
            said.append(part)
            names.append(part)
    return Sentence(words.format(*said), tuple(numbers), tuple(names))


def _plain(x: float, digits: int) -> str:
    form = "#,##0." + "0" * digits if digits else "#,##0"
    return _minus(format_decimal(round(x, digits) + 0.0, format=form, locale=LOCALE))


def _fine(x: float) -> int:
    """Return the digits of a time: of a hundred and more, a tenth means nothing."""
    return 1 if abs(x) < 100 else 0


def _minus(said: str) -> str:
    return said.replace("-", "−")
