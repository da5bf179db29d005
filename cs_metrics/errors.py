"""Every error the library raises on purpose, and the one 'did you mean'.

A message says where, what is wrong, and what to do. The app shows that sentence; the log has the traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class CSMetricsError(Exception):
    """The root of the tree: catch this to catch everything that cs_metrics raises on purpose."""


class FileError(CSMetricsError):
    """A file cannot be read: damaged, empty, protected, too large, or not a spreadsheet."""


class MappingError(CSMetricsError):
    """A mapping does not fit its sheet: an unknown column, table or rule, or a required column left out."""


class PublishError(CSMetricsError):
    """A plan cannot become a version. Nothing was stored."""


class WorkspaceError(CSMetricsError):
    """A workspace, version, saved segment or setting does not exist or cannot be changed so."""


class ConflictError(WorkspaceError):
    """Somebody else changed the same thing since it was looked at. Nothing was replaced."""


class NotAllowedError(CSMetricsError):
    """A person's role in the workspace, or a link, does not allow it. Nothing was changed."""


class PasswordNeededError(NotAllowedError):
    """A link has a password, which was not given, or another one was."""


class QueryError(CSMetricsError):
    """A question that cannot be asked: an unknown KPI, attribute, grain, operator or setting."""


class NotComputableError(QueryError):
    """The data lack a table or column that the KPI needs. `needs` lists them as 'table.column'."""

    def __init__(self, message: str, needs: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.needs = tuple(needs)


class LimitError(CSMetricsError):
    """A limit on time, memory or size was reached; the message names the setting that lifts it."""


class CancelledError(CSMetricsError):
    """Long work was cancelled by the person who began it. Nothing was stored."""


def as_written(value: object, longest: int = 60) -> str:
    """Return the beginning of what somebody gave, as Python writes it."""
    try:
        return repr(value)[:longest]
    except (ValueError, RecursionError):  # an integer of thousands of digits, a list deep in lists
        return f"this {type(value).__name__}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a sentence for the end of an error message: the nearest known names, or all of them when few."""
    names = sorted({str(k) for k in known})
    by_fold = {n.casefold(): n for n in names}
    near = [by_fold[m] for m in get_close_matches(str(name).casefold(), list(by_fold), n=3, cutoff=0.6)]
    if near:
        return f"Did you mean {' or '.join(repr(n) for n in near)}?"
    if names and len(names) <= 12:
        return f"Known: {', '.join(names)}."
    return ""
