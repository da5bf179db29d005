"""Saved scorecards: a name for KPIs in an order. Deleting one can be undone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from cs_metrics.errors import WorkspaceError, did_you_mean
from cs_metrics.workspace.store.records import SCORECARDS, Records, now


def listing(records: Records, deleted: bool = False) -> list[dict[str, Any]]:
    """Return the scorecards by name: scorecard (its id), name, kpis, created_at, updated_at."""
    rows = records.rows(records.mine(SCORECARDS).where(SCORECARDS.c.deleted == deleted).order_by(SCORECARDS.c.name))
    return [{k: r[k] for k in ("scorecard", "name", "kpis", "created_at", "updated_at")} for r in rows]


def save(records: Records, name: str, kpis: Sequence[str], scorecard: str | None = None) -> str:
    """Save KPIs under a name (`scorecard`: change that one); return its id. Names are unique."""
    name = " ".join(name.split())
    if not name:
        raise WorkspaceError("A scorecard needs a name.")
    if not kpis:
        raise WorkspaceError("A scorecard needs at least one KPI.")
    known = {row["scorecard"]: row for row in listing(records)}
    if any(r["name"].casefold() == name.casefold() and r["scorecard"] != scorecard for r in known.values()):
        raise WorkspaceError(f"There is a scorecard '{name}' already: choose another name.")
    if scorecard is not None and scorecard not in known:
        raise WorkspaceError("This scorecard was deleted: bring it back, or save it under a name of its own.")
    kept = scorecard or uuid.uuid4().hex[:8]
    created = known[kept]["created_at"] if kept in known else now()
    values = {"name": name, "kpis": list(dict.fromkeys(kpis)), "updated_at": now(), "created_at": created}
    records.put(SCORECARDS, {"scorecard": kept}, {**values, "deleted": False})
    return kept


def delete(records: Records, scorecard: str) -> None:
    """Take a scorecard off the list; `undelete` brings it back."""
    known = {row["scorecard"]: row["name"] for row in listing(records)}
    if scorecard not in known:
        raise WorkspaceError(f"There is no scorecard '{scorecard}'. {did_you_mean(scorecard, known)}".rstrip())
    records.put(SCORECARDS, {"scorecard": scorecard}, {"deleted": True})


def undelete(records: Records, scorecard: str) -> None:
    """Bring a deleted scorecard back. Raises WorkspaceError where its name was given away since."""
    gone = {row["scorecard"]: row for row in listing(records, deleted=True)}
    if scorecard not in gone:
        raise WorkspaceError("This scorecard is not among the deleted ones.")
    if any(row["name"].casefold() == gone[scorecard]["name"].casefold() for row in listing(records)):
        raise WorkspaceError(f"There is a new scorecard '{gone[scorecard]['name']}': rename that one first.")
    records.put(SCORECARDS, {"scorecard": scorecard}, {"deleted": False})
