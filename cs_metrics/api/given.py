"""What callers give where a text, a number or a day is wanted: checked, and what is none is refused in a sentence."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from typing import Any

from cs_metrics.errors import QueryError
from cs_metrics.periods import instant


def text(value: Any, name: str) -> str:
    """Return a text as it is. Raises QueryError."""
    if not isinstance(value, str):
        raise QueryError(f"'{name}': {value!r:.60} is not a text. Write it in quotation marks.")
    return value


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
    raise QueryError(f"'{name}': {value!r:.60} is not a number. Write it as 40 or 0.4, without a unit.")


def day(value: Any, name: str) -> date | None:
    """Return a date, datetime or ISO text as a day; None as None. Raises QueryError."""
    return None if value is None else instant(value, name).date()
