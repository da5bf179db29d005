"""Saved segments: a name for a filter. Deleting one can be undone."""

from __future__ import annotations

import uuid
from typing import Any

from cs_metrics.errors import WorkspaceError, did_you_mean
from cs_metrics.workspace.store.records import SEGMENTS, Records, now


def listing(records: Records, deleted: bool = False) -> list[dict[str, Any]]:
    """Return the segments by name: segment (its id), name, where, created_at, updated_at."""
    rows = records.rows(records.mine(SEGMENTS).where(SEGMENTS.c.deleted == deleted).order_by(SEGMENTS.c.name))
    return [{k: r[k] for k in ("segment", "name", "where", "created_at", "updated_at")} for r in rows]


def get(records: Records, name_or_id: str) -> dict[str, Any]:
    """Return a segment by its id or name. Raises WorkspaceError with a suggestion."""
    known = listing(records)
    for row in known:
        if name_or_id in (row["segment"], row["name"]):
            return row
    raise WorkspaceError(f"There is no segment '{name_or_id}'. {did_you_mean(name_or_id, [r['name'] for r in known])}")


def save(records: Records, name: str, where: dict[str, Any], segment: str | None = None) -> str:
    """Save a filter under a name (`segment`: change that one); return its id. Names are unique."""
    name = name.strip()
    if not name:
        raise WorkspaceError("A segment needs a name.")
    if any(r["name"].casefold() == name.casefold() and r["segment"] != segment for r in listing(records)):
        raise WorkspaceError(f"There is a segment '{name}' already: choose another name.")
    values: dict[str, Any] = {"name": name, "where": where, "updated_at": now(), "deleted": False}
    if segment is None:
        segment = uuid.uuid4().hex[:8]
        values["created_at"] = now()
    else:
        values["created_at"] = get(records, segment)["created_at"]
    records.put(SEGMENTS, {"segment": segment}, values)
    return segment


def delete(records: Records, segment: str) -> None:
    """Take a segment off the list; `undelete` brings it back."""
    get(records, segment)
    records.put(SEGMENTS, {"segment": segment}, {"deleted": True})


def undelete(records: Records, segment: str) -> None:
    """Bring a deleted segment back. Raises WorkspaceError where its name was given away since."""
    gone = {r["segment"]: r for r in listing(records, deleted=True)}
    if segment not in gone:
        raise WorkspaceError("This segment is not among the deleted ones.")
    row = gone[segment]
    if any(r["name"].casefold() == row["name"].casefold() for r in listing(records)):
        raise WorkspaceError(f"There is a new segment '{row['name']}': rename that one first.")
    records.put(SEGMENTS, {"segment": segment}, {"deleted": False})
