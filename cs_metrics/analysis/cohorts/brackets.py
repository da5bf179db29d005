"""Brackets of periods as a person types them: '1-3, 4-7, 8-30'."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cs_metrics.errors import QueryError

_PART = re.compile(r"(\d{1,6})(?:\s*(?:-|–|to)\s*(\d{1,6}))?", re.ASCII)


def read(text: str) -> list[list[int]]:
    """Return [[1, 3], [4, 7], [8, 30]] of '1-3, 4-7, 8-30'; '5' alone is [5, 5]. Raises QueryError for anything else;
    whether they go up is for `retention` to say."""
    found = []
    for part in re.split(r"[,;]", text):
        if not part.strip():
            continue
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise QueryError(f"'{part.strip():.40}' is no range of periods. Write them as 1-3, 4-7, 8-30.")
        found.append([int(match[1]), int(match[2] or match[1])])
    if not found:
        raise QueryError("No range of periods is given. Write them as 1-3, 4-7, 8-30.")
    return found


def labels(brackets: Sequence[Sequence[int]]) -> list[str]:
    """Return what stands above the columns: '1–3', '4–7', '5'."""
    return [str(low) if low == high else f"{low}–{high}" for low, high in brackets]
