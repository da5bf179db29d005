"""What callers give where a text, a number or a day is wanted: checked, and what is none is refused in a sentence."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from cs_metrics.errors import QueryError, as_written
from cs_metrics.periods import instant

LONGEST_JSON = 1_000_000
"""Characters of what is kept as JSON: a filter, the parameters of a page."""
_DIGITS = 40


def text(value: Any, name: str) -> str:
    """Return a text as it is. Raises QueryError."""
    if not isinstance(value, str):
        raise QueryError(f"'{name}': {as_written(value)} is not a text. Write it in quotation marks.")
    return value


def line(value: Any, name: str, longest: int) -> str:
    """Return a text of so many characters at most, without the white space around it. Raises QueryError, also for one
    that no database keeps: with half a character in it, or a null."""
    found = text(value, name).strip()
    if len(found) > longest:
        raise QueryError(f"'{name}' has at most {longest:,} characters; this one has {len(found):,}.")
    if "\0" in found or found != found.encode("utf-8", "replace").decode():
        raise QueryError(f"'{name}': {as_written(found)} holds half a character, or none. Write it anew.")
    return found


def lines(value: Any, name: str, longest: int) -> list[str]:
    """Return a list of texts of so many characters at most each. Raises QueryError, also for a text by itself."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise QueryError(f"'{name}': {as_written(value)} is not a list of texts. Write it as ['one', 'another'].")
    return [line(one, name, longest) for one in value]


def flag(value: Any, name: str) -> bool:
    """Return true or false. Raises QueryError."""
    if not isinstance(value, bool):
        raise QueryError(f"'{name}': {as_written(value)} is neither true nor false.")
    return value


def whole(value: Any, name: str) -> int | None:
    """Return a whole number; None as None. Raises QueryError."""
    found = number(value, name)
    if found is None:
        return None
    if found != int(found):
        raise QueryError(f"'{name}': {as_written(value)} is not a whole number.")
    return int(found)


def plain(value: Any, name: str) -> dict[str, Any]:
    """Return an object as JSON keeps it (a day as its text); None as {}. Raises QueryError for what it cannot keep."""
    if not isinstance(value, Mapping | None):
        raise QueryError(f"'{name}': {as_written(value)} is not an object, such as {{'plan': ['Pro']}}.")
    try:
        said = json.dumps(dict(value or {}), allow_nan=False, ensure_ascii=False, default=_dated)
        said.encode()
        found = json.loads(said, parse_int=_count)
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise QueryError(
            f"'{name}': it can have texts, numbers, days, true, false and null, in lists and objects, and nothing else."
        ) from None
    if "\\u0000" in said or len(said) > LONGEST_JSON:
        raise QueryError(f"'{name}' is too long, or holds what no text has: it has {len(said):,} characters.")
    return dict(found)


def _dated(value: Any) -> str:
    if isinstance(value, date) and value == value:  # a missing one is not equal to itself
        return value.isoformat()
    raise TypeError


def _count(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError
    return int(digits)


def number(value: Any, name: str) -> float | None:
    """Return a finite number as float; None as None. Raises QueryError, also for a number written as text."""
    if value is None:
        return None
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, int | float | Decimal) and not isinstance(plain, bool):
        try:
            found = float(plain)
        except OverflowError:
            found = math.inf
        if math.isfinite(found):
            return found
    raise QueryError(f"'{name}': {as_written(value)} is not a number. Write it as 40 or 0.4, without a unit.")


def day(value: Any, name: str) -> date | None:
    """Return a date, datetime or ISO text as a day; None as None. Raises QueryError."""
    return None if value is None else instant(value, name).date()
