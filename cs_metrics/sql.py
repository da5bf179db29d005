"""Small pieces of SQL text that every room needs."""

from __future__ import annotations


def quote(name: str) -> str:
    """Return `name` as a quoted SQL identifier: attribute columns carry whatever name their file gave them."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a string as a SQL literal. For names the app itself declared, never for what a person typed."""
    return "'" + text.replace("'", "''") + "'"
