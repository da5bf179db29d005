"""The one door through which pages get data: a `View` of the version that the URL names, its answers cached.

Caches are keyed by workspace, version, settings and question. A published version never changes, so none goes stale.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

import cs_metrics as cs
from cs_metrics.errors import WorkspaceError
from pages._ui import state, workspaces

# Attributes with more values than this are searched for, not chosen from a list.
FEW = 60


@dataclass(frozen=True)
class Question:
    """What is asked, in the words of the public API. `where` is JSON text, so that a question can be a cache's key.

    `since` (inclusive) and `until` (exclusive) are None for all data; grain None asks for the range as a whole.
    """

    grain: str | None = None
    since: date | None = None
    until: date | None = None
    where: str = "{}"
    by: tuple[str, ...] = ()

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments of `View.compute` and its like."""
        return {
            "grain": self.grain,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "where": json.loads(self.where) or None,
            "by": list(self.by) or None,
        }


@dataclass(frozen=True)
class Attribute:
    """Something that rows can be filtered or split by. `name` as in a filter; `of` says whose it is."""

    name: str
    label: str
    of: str
    type: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class _Key:
    """Which view: what every cache here is keyed by."""

    home: str
    workspace: str
    version: int
    settings: str


def workspace() -> Any:
    """Return the workspace that the URL names."""
    return workspaces.open_workspace(state.workspace())


def latest_number() -> int | None:
    """Return the number of the workspace's latest version; None while it has none."""
    numbers = workspace().numbers()
    return numbers[-1] if numbers else None


def version_or_none() -> Any | None:
    """Return the version that the URL names, or the latest; None while the workspace has none."""
    return None if latest_number() is None else workspace().version(state.version())


def view() -> Any:
    """Return what the reader may ask of the version, a `View`; raise WorkspaceError where there is no version."""
    version = version_or_none()
    if version is None:
        raise WorkspaceError("This workspace has no data yet. Load spreadsheets on the Data page.")
    return version


def settings() -> dict[str, Any]:
    """Return every setting of the workspace by name."""
    return dict(workspace().settings)


def as_of() -> Any:
    """Return the version's as-of: the exclusive end of its data."""
    return view().as_of


def data_span() -> tuple[date, date]:
    """Return the days that a custom period starts from: the year up to the as-of."""
    end = as_of().date()
    return end - timedelta(days=365), end


def segments() -> list[dict[str, Any]]:
    """Return the workspace's saved segments: segment (its id), name, where."""
    return list(workspace().segments())


def segment(segment_id: str) -> dict[str, Any]:
    """Return one saved segment; raise WorkspaceError when it is gone."""
    for saved in segments():
        if saved["segment"] == segment_id:
            return saved
    raise WorkspaceError("The segment of this address was deleted. Clear the filters, or choose another segment.")


def ask(method: str, *args: Any, **kwargs: Any) -> Any:
    """Call a method of the public API's View and keep its answer: `ask("retention", of="orders", grain="month")`.

    Arguments must be JSON values or dates; the answer must be data (a frame, a dict, text).
    """
    arguments = json.dumps({"args": args, "kwargs": kwargs}, sort_keys=True, default=str)
    return _asked(view(), _key(), method, arguments)


def compute(ids: Sequence[str], question: Question) -> pd.DataFrame:
    """Return the frame of `View.compute` for these KPIs; they must be computable (see `needs`)."""
    if not ids:
        return pd.DataFrame(columns=["kpi", "item", "period", "value", "n", "complete"])
    return ask("compute", list(ids), **question.arguments())


def by_id(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the whole-range row of each KPI (no item, no period) by its id."""
    whole_rows = frame[frame["item"].isna() & frame["period"].isna()] if len(frame) else frame
    return {row["kpi"]: row for row in whole_rows.to_dict("records")}


def whole(n: Any) -> int | None:
    """Return a count as an int, or None where there is none."""
    return None if n is None or n != n else int(n)


def needs() -> dict[str, tuple[str, ...]]:
    """Return what each KPI lacks ('table.column'); an empty tuple where it is computable."""
    return {row["id"]: () if row["computable"] else tuple(row["needs"]) for row in ask("kpis").to_dict("records")}


def _key() -> _Key:
    return _Key(str(cs.home()), state.workspace(), view().number, json.dumps(settings(), sort_keys=True))


@st.cache_data(max_entries=2000, show_spinner=False)
def _asked(_view: Any, key: _Key, method: str, arguments: str) -> Any:
    given = json.loads(arguments)
    return getattr(_view, method)(*given["args"], **given["kwargs"])
