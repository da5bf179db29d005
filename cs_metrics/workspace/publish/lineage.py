"""Which files are of one source: 'accounts_2025-05.csv' and 'Accounts June.xlsx' are two months of the same."""

from __future__ import annotations

import calendar
import re

# what tells one month's file from the next: numbers, months, and words for a state of the same file
_MONTHS = [name.lower() for i in range(1, 13) for name in (calendar.month_name[i], calendar.month_abbr[i])]
_VARIES = frozenset((*_MONTHS, "copy", "final", "new", "latest", "export", "of"))
_ENDINGS = re.compile(r"(\.[a-z0-9]{1,7}){1,2}$")


def stem(file: str, sheet: str | None = None) -> str:
    """Return what the names of a source's files have in common: no ending, numbers, months or case; with the sheet."""
    found = []
    for name in (_ENDINGS.sub("", file.casefold()), (sheet or "").casefold()):
        words = [word for word in re.split(r"[\W\d_]+", name) if word]
        telling = [word for word in words if word not in _VARIES]
        found.append(" ".join(telling or words) or name)
    return " / ".join(part for part in found if part)
