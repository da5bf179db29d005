"""Notes that a team pins to a KPI, or to all, and a date ('price change'). Taking one away can be undone."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.store.records import NOTES, Records, now

LONGEST = 300
EARLIEST = date(1970, 1, 1)
FIELDS = ("note", "kpi", "dated", "text", "who", "created_at", "updated_at")


def listing(records: Records, kpi: str | None = None, deleted: bool = False) -> list[dict[str, Any]]:
    """Return the notes, the earliest date first: note (its id), kpi ('' for all), dated, text, who, created_at,
    updated_at. `kpi`: those alone that are pinned to it or to all."""
    query = records.mine(NOTES).where(NOTES.c.deleted == deleted)
    if kpi is not None:
        query = query.where(NOTES.c.kpi.in_([kpi, ""]))
    query = query.order_by(NOTES.c.dated, NOTES.c.created_at, NOTES.c.text)
    return [{k: r[k] for k in FIELDS} for r in records.rows(query)]


def get(records: Records, note: str) -> dict[str, Any]:
    """Return a note by its id. Raises WorkspaceError where there is none, or it was taken away."""
    for row in listing(records):
        if row["note"] == note:
            return row
    raise WorkspaceError("This note was taken away meanwhile: look at the page again, or write a new one.")


def save(records: Records, text: str, dated: date, kpi: str = "", note: str | None = None, who: str = "") -> str:
    """Pin a text to a KPI ('' for all) and a date (`note`: change that one); return its id. Raises WorkspaceError."""
    text = " ".join(text.split())
    if not text:
        raise WorkspaceError("A note needs a text: what happened on that day?")
    if len(text) > LONGEST:
        raise WorkspaceError(f"A note has at most {LONGEST} characters; this one has {len(text)}.")
    if isinstance(dated, datetime):
        dated = dated.date()
    if not isinstance(dated, date) or dated < EARLIEST:
        raise WorkspaceError(f"A note needs a date, from {EARLIEST} on: on which day did it happen?")
    values = {"text": text, "dated": dated, "kpi": kpi, "updated_at": now()}
    if note is not None:
        _change(records, note, values, deleted=False)
        return note
    note = uuid.uuid4().hex[:8]
    own = {"workspace": records.workspace, "note": note, "who": who, "deleted": False}
    with records.whole() as con:
        con.execute(sa.insert(NOTES).values(**own, **values, created_at=values["updated_at"]))
    return note


def delete(records: Records, note: str) -> None:
    """Take a note away; `restore` brings it back."""
    _change(records, note, {"deleted": True}, deleted=False)


def restore(records: Records, note: str) -> None:
    """Bring a note back that was taken away."""
    _change(records, note, {"deleted": False}, deleted=True)


def _change(records: Records, note: str, values: dict[str, Any], deleted: bool) -> None:
    """Change a note that is (or is not) taken away, in one statement: whoever else writes, it is so or it is told."""
    mine = (NOTES.c.workspace == records.workspace, NOTES.c.note == note, NOTES.c.deleted.is_(deleted))
    with records.whole() as con:
        if con.execute(sa.update(NOTES).where(*mine).values(**values)).rowcount == 0:
            gone = "is not among those that were taken away" if deleted else "was taken away meanwhile"
            raise WorkspaceError(f"This note {gone}: look at the page again.")
