"""What people write into reports: a log of each section's changes, in which the latest holds and nothing is lost.

A section's change has the number after that of the change that its writer saw: of two who write at once the second is
told. Undoing is a change too, that says once more what an earlier one said.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from cs_metrics.errors import ConflictError, WorkspaceError
from cs_metrics.workspace.store.records import REPORTS, Records, now

LONGEST = 10_000
FIELDS = (
    "kind", "period", "where", "section", "revision", "text", "left_out", "version", "seen", "who", "changed_at",
)  # fmt: skip
AS_GENERATED: Mapping[str, Any] = {"text": "", "left_out": [], "version": 0, "seen": {}}


def scope(where: Mapping[str, Any] | None) -> str:
    """Return what tells the reports of one filter from those of another; '' for the report on everyone."""
    return hashlib.sha256(json.dumps(where, sort_keys=True).encode()).hexdigest() if where else ""


def history(
    records: Records, kind: str | None = None, period: date | None = None, where: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return every change, the earliest first: FIELDS. `period`: of the one report alone, with that filter."""
    query = records.mine(REPORTS)
    if kind is not None:
        query = query.where(REPORTS.c.kind == kind)
    if period is not None:
        query = query.where(REPORTS.c.period == period, REPORTS.c.scope == scope(where))
    return [{name: row[name] for name in FIELDS} for row in records.rows(query.order_by(REPORTS.c.id))]


def latest(changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return of each section the change that holds."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in changes:
        found[row["kind"], row["period"], scope(row["where"]), row["section"]] = dict(row)
    return list(found.values())


def save(records: Records, key: Mapping[str, Any], content: Mapping[str, Any], revision: int, who: str) -> int:
    """Keep a change of a section (`key`: kind, period, where, section; `content`: text, left_out, version, seen) and
    return its number. `revision`: that of the change that the writer saw, 0 for none.

    Raises WorkspaceError for a text that is too long, ConflictError where somebody else changed the section since.
    """
    if len(content["text"]) > LONGEST:
        raise WorkspaceError(
            f"A section has at most {LONGEST:,} characters of text; this has {len(content['text']):,}. Shorten it."
        )
    values = {**key, **content, "scope": scope(key["where"]), "who": who, "changed_at": now()}
    with records.whole() as con:
        own = history(records, key["kind"], key["period"], key["where"])
        last = next((row for row in reversed(own) if row["section"] == key["section"]), None)
        if last is not None and last["revision"] != revision:
            raise ConflictError(
                f"{last['who'] or 'Somebody'} changed this section of the report meanwhile "
                f"({last['changed_at']:%Y-%m-%d %H:%M} UTC). Nothing of theirs was replaced: read what stands "
                "there now, bring the two together, and save once more."
            )
        con.execute(sa.insert(REPORTS).values(workspace=records.workspace, revision=revision + 1, **values))
    return revision + 1
