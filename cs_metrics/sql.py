"""Small helpers for SQL text: quoting names, rendering literals, collecting bound values.

Text from a person reaches a statement in two ways only: as a value that `Params` binds, or as a name that was
checked against what exists and then passed through `quote`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

FOREVER = datetime(9999, 12, 31)
"""The end of what has no end. A real instant, so that comparisons need no null case."""

_PARTS = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')|\$(p\d+)\b|(?<![:\w]):([a-z_]+)\b""")


def quote(name: str) -> str:
    """Return `name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """Return `value` as a typed SQL literal: text, number, boolean, date, timestamp or null."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and not math.isfinite(value):
        return f"CAST('{value}' AS DOUBLE)"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    raise TypeError(f"no SQL literal for {type(value).__name__}")


class Params:
    """The values bound to one statement. `add` returns the placeholder that stands for a value in its text."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def add(self, value: Any) -> str:
        name = f"p{len(self.values) + 1}"
        self.values[name] = value
        return f"${name}"

    def used(self, text: str) -> dict[str, Any]:
        """Return the values whose placeholder stands in `text` (DuckDB refuses values that are not asked for)."""
        names = {m.group(2) for m in _PARTS.finditer(text) if m.group(2)}
        return {n: self.values[n] for n in self.values if n in names}


def inline(text: str, values: Mapping[str, Any]) -> str:
    """Return `text` with every placeholder replaced by its literal; quoted names and strings stay as they are."""

    def put(match: re.Match[str]) -> str:
        return literal(values[match.group(2)]) if match.group(2) else match.group(0)

    return _PARTS.sub(put, text)


def fill(text: str, settings: Mapping[str, Any], params: Params) -> str:
    """Return a template with `:name` replaced by the bound setting of that name.

    A list becomes a comma-separated list of placeholders (`IN (:key_features)`), or NULL when it is empty;
    `:has_name` is true where the setting `name` is not empty.
    """

    def put(match: re.Match[str]) -> str:
        name = match.group(3)
        if not name:
            return match.group(0)
        if name.startswith("has_"):
            return "TRUE" if settings[name[4:]] else "FALSE"
        value = settings[name]
        if isinstance(value, list | tuple):
            return ", ".join(params.add(v) for v in value) or "NULL"
        return params.add(value)

    return _PARTS.sub(put, text)


def tokens(text: str) -> set[str]:
    """Return the names of the settings that a template reads."""
    names = (m.group(3) for m in _PARTS.finditer(text) if m.group(3))
    return {n.removeprefix("has_") for n in names}
