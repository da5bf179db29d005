"""Leaving out what a reader may not see: columns that do not exist for it, and a filter that it cannot lift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from cs_metrics.api.links import masking
from cs_metrics.errors import QueryError
from cs_metrics.kpis.where import names
from cs_metrics.schema import TABLES


def is_hidden(name: str, hidden: frozenset[str]) -> bool:
    """Return whether a column ('email', 'users.email') is hidden: by its full name, or by its bare one in any table."""
    table, _, column = name.partition(".")
    if table in TABLES:
        return not hidden.isdisjoint({name, column})
    return not hidden.isdisjoint({name, f"customers.{name}"})


def check(asked: Iterable[str], hidden: frozenset[str]) -> None:
    """Raise QueryError for a name that is hidden, in the words used for one that does not exist."""
    for name in asked:
        if is_hidden(name, hidden):
            raise QueryError(f"There is no attribute '{name}'.")


def both(locked: Mapping[str, Any], asked: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the filter that holds where both do. The one asked cannot replace an entry of the locked one."""
    if not asked:
        return dict(locked) or None
    if not set(locked) & set(asked):
        return {**locked, **asked}
    # A filter has an entry a name; two for one name are joined as 'neither fails'.
    return {"not": {"any": [{"not": dict(locked)}, {"not": dict(asked)}]}}


def check_where(asked: Mapping[str, Any] | None, hidden: frozenset[str]) -> None:
    """Raise QueryError where a filter names a hidden column."""
    if hidden:
        check(names(asked), hidden)


def drop(frame: pd.DataFrame, hidden: frozenset[str]) -> pd.DataFrame:
    """Return a frame of rows as a reader may see it: see `masking.veil`."""
    return masking.veil(frame, hidden)
