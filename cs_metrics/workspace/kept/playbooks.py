"""Playbooks: what is done when a rule fires, step by step, by whom and until when. Deleting one can be undone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from cs_metrics.errors import WorkspaceError, as_written
from cs_metrics.workspace.store.records import Records, now
from cs_metrics.workspace.store.rule_tables import PLAYBOOKS

CSM = "csm"
"""The owner that stands for the account's CSM, as the data have it."""
FIELDS = ("playbook", "name", "steps", "owner", "days")
MOST_STEPS, LONGEST, LATEST = 30, 300, 365


def listing(records: Records, deleted: bool = False) -> list[dict[str, Any]]:
    """Return the kept playbooks by name: playbook (its id), name, steps (each text, days: after the start), owner
    ('csm': the account's), days (until it is due)."""
    query = records.mine(PLAYBOOKS).where(PLAYBOOKS.c.deleted == deleted).order_by(PLAYBOOKS.c.name)
    return [{name: row[name] for name in FIELDS} for row in records.rows(query)]


def known(records: Records) -> set[str]:
    """Return the ids of all playbooks that were ever kept, deleted ones too."""
    return {row["playbook"] for row in records.rows(records.mine(PLAYBOOKS))}


def save(records: Records, name: str, steps: Sequence[Any], owner: str, days: int, playbook: str | None = None) -> str:
    """Keep a playbook (`playbook`: in place of that one); return its id. Raises WorkspaceError for what is none."""
    values = checked(name, steps, owner, days) | {"updated_at": now(), "deleted": False}
    with records.whole():
        if playbook is None or playbook not in known(records):
            playbook = playbook or uuid.uuid4().hex[:8]
            values |= {"created_at": values["updated_at"]}
        records.put(PLAYBOOKS, {"playbook": playbook}, values)
    return playbook


def checked(name: str, steps: Sequence[Any], owner: str, days: int) -> dict[str, Any]:
    """Return the playbook's values, trimmed. A step is a text, or has `text` and `days`. Raises WorkspaceError."""
    name = " ".join(name.split())
    if not name:
        raise WorkspaceError("A playbook needs a name, such as 'Detractor'.")
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= LATEST:
        raise WorkspaceError(f"A playbook is due within 0 to {LATEST} days; this one says {as_written(days, 20)}.")
    if isinstance(steps, str) or not isinstance(steps, Sequence):
        raise WorkspaceError(f"The steps of a playbook are a list, not {as_written(steps)}.")
    told = []
    for step in steps:
        if not isinstance(step, str | Mapping):
            raise WorkspaceError(f"A step of a playbook is a text, or has 'text' and 'days'; not {as_written(step)}.")
        one: dict[str, Any] = {"text": step, "days": days} if isinstance(step, str) else dict(step)
        if not isinstance(one.get("text"), str | None):
            raise WorkspaceError(f"The text of a step is {as_written(one['text'])}. Write it in quotation marks.")
        text, after = " ".join((one.get("text") or "").split()), one.get("days", days)
        if not text:
            continue
        if len(text) > LONGEST:
            raise WorkspaceError(f"A step has at most {LONGEST} characters; one has {len(text)}.")
        if not isinstance(after, int) or isinstance(after, bool) or not 0 <= after <= LATEST:
            raise WorkspaceError(
                f"The step '{text:.60}' is for a day from 0 to {LATEST}; it says {as_written(after, 20)}."
            )
        told.append({"text": text, "days": after})
    if not 1 <= len(told) <= MOST_STEPS:
        raise WorkspaceError(f"A playbook has 1 to {MOST_STEPS} steps; this one has {len(told)}.")
    return {"name": name[:LONGEST], "steps": told, "owner": " ".join(owner.split())[:200], "days": days}


def delete(records: Records, playbook: str) -> None:
    """Take a playbook off the list; `restore` brings it back. To-dos that it is in keep their steps."""
    _change(records, playbook, deleted=False)


def restore(records: Records, playbook: str) -> None:
    """Bring a deleted playbook back."""
    _change(records, playbook, deleted=True)


def _change(records: Records, playbook: str, deleted: bool) -> None:
    mine = (PLAYBOOKS.c.workspace == records.workspace, PLAYBOOKS.c.playbook == playbook)
    with records.whole() as con:
        change = sa.update(PLAYBOOKS).where(*mine, PLAYBOOKS.c.deleted.is_(deleted)).values(deleted=not deleted)
        if con.execute(change).rowcount == 0:
            gone = "is not among the deleted ones" if deleted else "was deleted meanwhile"
            raise WorkspaceError(f"This playbook {gone}: look at the page again.")
