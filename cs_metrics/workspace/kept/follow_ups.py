"""Following up on bad answers: who looks after each, how far it is. A log of changes: the latest of each thing holds.

A change says only what it changes, so two people who change at once lose nothing: the one's owner and the other's state
both hold. Nothing is overwritten: undoing a change is a change too, that takes the other out.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cs_metrics.errors import WorkspaceError, did_you_mean
from cs_metrics.workspace.store.records import FOLLOW_UPS, Records, now

STATES = ("open", "contacted", "resolved")
FIELDS = ("state", "owner", "note")
COLUMNS = ("change", "follow_up", *FIELDS, "happened_at", "answer", "undoes", "who", "changed_at")
LONGEST = {"owner": 200, "note": 4000}


def history(records: Records, changes: int | None = None) -> list[dict[str, Any]]:
    """Return the log, the earliest first: change, follow_up, state, owner, note (None: as it was), happened_at,
    answer, undoes, who, changed_at (UTC). `changes`: as it was after so many lines."""
    lines = records.mine(FOLLOW_UPS).order_by(FOLLOW_UPS.c.id)
    rows = records.rows(lines if changes is None else lines.limit(changes))
    return [{name: row[name] for name in COLUMNS} for row in rows]


def count(records: Records) -> int:
    """Return how many lines the log has: it only grows."""
    mine = sa.select(sa.func.count().label("lines")).where(FOLLOW_UPS.c.workspace == records.workspace)
    return int(records.rows(mine)[0]["lines"])


def checked(change: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a change says of its follow-up, trimmed. Raises WorkspaceError in words."""
    unknown = set(change) - {"follow_up", *FIELDS, "when"}
    if unknown or not change.get("follow_up"):
        raise WorkspaceError("A change names a 'follow_up', and its 'state', 'owner' or 'note' ('when' it took place).")
    said = {name: change[name] for name in FIELDS if change.get(name) is not None}
    if not said:
        raise WorkspaceError("A change says a new state, owner or note; this one says nothing.")
    if "state" in said and said["state"] not in STATES:
        raise WorkspaceError(
            f"There is no state '{said['state']}'. {did_you_mean(str(said['state']), STATES)}".rstrip()
        )
    for name, longest in LONGEST.items():
        if name in said:
            said[name] = str(said[name]).strip()
            if len(said[name]) > longest:
                raise WorkspaceError(f"The {name} has {len(said[name]):,} characters; {longest:,} are kept at most.")
    return said


def add(
    records: Records, said: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any], datetime | None]], who: str
) -> str:
    """Keep changes (follow-up, what is said, its answer, when it took place: UTC, None: now) as one; return its id."""
    if not said:
        raise WorkspaceError("There is nothing to change.")
    change, at = uuid.uuid4().hex[:12], now()
    lines = [
        {"workspace": records.workspace, "change": change, "follow_up": follow_up, "happened_at": when or at,
         "answer": dict(answer), "undoes": None, "who": who, "changed_at": at,
         **{name: values.get(name) for name in FIELDS}}
        for follow_up, values, answer, when in said
    ]  # fmt: skip
    with records.whole() as con:
        con.execute(sa.insert(FOLLOW_UPS), lines)
    return change


def undo(records: Records, change: str, who: str) -> int:
    """Take a change out, and leave those made since; return how many follow-ups it was of. Raises WorkspaceError where
    there is no such change, or it was undone."""
    lines = history(records)
    found = [line for line in lines if line["change"] == change and not line["undoes"]]
    if not found:
        raise WorkspaceError("There is no such change to undo.")
    if any(line["undoes"] == change for line in lines):
        raise WorkspaceError("This change was undone already.")
    first = found[0]
    line = {"workspace": records.workspace, "change": uuid.uuid4().hex[:12], "follow_up": first["follow_up"],
            "happened_at": now(), "answer": {}, "undoes": change, "who": who, "changed_at": now()}  # fmt: skip
    with records.whole() as con:
        con.execute(sa.insert(FOLLOW_UPS).values(**line))
    return len(found)


def held(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what holds of each follow-up that was ever changed: follow_up, state, owner (None: nobody said), note,
    contacted_at (since when it is no longer open, UTC), changed_at, who (of the latest change), answer."""
    lines = list(lines)
    undone = {line["undoes"] for line in lines if line["undoes"]}
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        if line["undoes"] or line["change"] in undone:
            continue
        one = found.setdefault(
            line["follow_up"],
            {"follow_up": line["follow_up"], "state": "open", "owner": None, "note": "", "contacted_at": None},
        )
        one |= {name: line[name] for name in FIELDS if line[name] is not None}
        one |= {name: line[name] for name in ("changed_at", "who", "answer")}
        if line["state"] == "open":
            one["contacted_at"] = None
        elif line["state"]:
            dated = line["state"] == "contacted" and line["happened_at"] != line["changed_at"]
            # of two who say so the first contacted it, unless one says when that was
            if not dated and one["contacted_at"]:
                one["contacted_at"] = min(one["contacted_at"], line["happened_at"])
            else:
                one["contacted_at"] = line["happened_at"]
    return list(found.values())
