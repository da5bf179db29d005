"""Targets: from where to where a KPI should be, for everyone or a segment, by period. Deleting one can be undone."""

from __future__ import annotations

import hashlib
import json
import math
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import sqlalchemy as sa

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.store.records import TARGETS, Records, now

GRAINS = ("month", "quarter", "year", "range")
VALUES = ("kpi", "segment", "where", "grain", "since", "until", "low", "high", "owner", "review_on")
FIELDS = ("target", *VALUES, "created_at", "updated_at")


def listing(records: Records, kpi: str | None = None, deleted: bool = False) -> list[dict[str, Any]]:
    """Return the targets by KPI and first day: target (its id), kpi, segment (a saved segment's id, or ''), where,
    grain, since, until (exclusive; None: without end), low, high, owner, review_on, created_at, updated_at."""
    query = records.mine(TARGETS).where(TARGETS.c.deleted == deleted)
    if kpi is not None:
        query = query.where(TARGETS.c.kpi == kpi)
    query = query.order_by(TARGETS.c.kpi, TARGETS.c.since, TARGETS.c.created_at, TARGETS.c.target)
    return [{k: r[k] for k in FIELDS} for r in records.rows(query)]


def save(records: Records, values: Mapping[str, Any], target: str | None = None) -> str:
    """Keep a target (`values`: all of VALUES; `target`: in place of that one); return its id.

    Raises WorkspaceError for what is no target, for a second one of the same KPI, segment, grain and first day, and
    where the one to change was deleted.
    """
    held = {name: values[name] for name in VALUES}
    check(held)
    held |= {"owner": held["owner"].strip(), "held": _held(held), "updated_at": now()}
    with _once(), records.whole() as con:
        if target is None:
            target = uuid.uuid4().hex[:8]
            own = {"workspace": records.workspace, "target": target, "deleted": False, "created_at": now()}
            con.execute(sa.insert(TARGETS).values(**own, **held))
        elif con.execute(_row(records, target, deleted=False).values(**held)).rowcount == 0:
            raise WorkspaceError("This target was deleted meanwhile: look at the page again, or set a new one.")
    return target


def check(values: Mapping[str, Any]) -> None:
    """Raise WorkspaceError for what is no target."""
    low, high, since, until = (values[name] for name in ("low", "high", "since", "until"))
    if values["grain"] not in GRAINS:
        raise WorkspaceError(f"A target is for each {', '.join(GRAINS[:-1])}, or for a range of days ('range').")
    if low is None and high is None:
        raise WorkspaceError("A target needs a number: at least how much, at most how much, or both.")
    if any(end is not None and not math.isfinite(end) for end in (low, high)):
        raise WorkspaceError("A target's numbers are finite: write a number such as 40.")
    if low is not None and high is not None and low > high:
        raise WorkspaceError(f"The target goes from {low:g} to {high:g}: its first number is the lower one.")
    if not isinstance(since, date):
        raise WorkspaceError("A target needs the day from which on it holds.")
    if until is None and values["grain"] == "range":
        raise WorkspaceError("A target for a range of days needs its last day.")
    if until is not None and until <= since:
        raise WorkspaceError("The target ends before it begins: choose a later end.")


def delete(records: Records, target: str) -> None:
    """Take a target off the list; `restore` brings it back."""
    with records.whole() as con:
        gone = _row(records, target, deleted=False).values(deleted=True, held=f"gone {target}")
        if con.execute(gone).rowcount == 0:
            raise WorkspaceError("This target was deleted meanwhile: look at the page again.")


def restore(records: Records, target: str) -> None:
    """Bring a deleted target back. Raises WorkspaceError where another was set in its place since."""
    row = next((r for r in listing(records, deleted=True) if r["target"] == target), None)
    if row is None:
        raise WorkspaceError("This target is not among the deleted ones.")
    with _once(), records.whole() as con:
        con.execute(_row(records, target, deleted=True).values(deleted=False, held=_held(row)))


def _row(records: Records, target: str, deleted: bool) -> sa.Update:
    mine = (TARGETS.c.workspace == records.workspace, TARGETS.c.target == target, TARGETS.c.deleted.is_(deleted))
    return sa.update(TARGETS).where(*mine)


def _held(values: Mapping[str, Any]) -> str:
    """What a target holds that no other of the workspace may: its KPI, for whom, how often and from when."""
    whom = values["segment"] or hashlib.sha256(json.dumps(values["where"], sort_keys=True).encode()).hexdigest()
    return f"{values['kpi']} {whom} {values['grain']} {values['since']}"


@contextmanager
def _once() -> Iterator[None]:
    """Say in a sentence that there is such a target: the database knows, whoever else writes at the same moment."""
    try:
        yield
    except sa.exc.IntegrityError as error:
        raise WorkspaceError(
            "There is a target for this KPI, these customers and this first day already: change that one."
        ) from error
