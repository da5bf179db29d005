"""Rules that a workspace keeps, on or off. Those that come with the app are in code until somebody touches them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.store.records import Records, now
from cs_metrics.workspace.store.rule_tables import FIRINGS, RULES

FIELDS = ("rule", "name", "content", "playbook", "enabled", "seen", "created_at", "updated_at")
LONGEST = 120


def listing(records: Records, deleted: bool = False) -> list[dict[str, Any]]:
    """Return the kept rules by name: rule (its id), name, content, playbook (an id), enabled, seen (the fingerprint of
    the rule whose past was looked at), created_at, updated_at."""
    rows = records.rows(records.mine(RULES).where(RULES.c.deleted == deleted).order_by(RULES.c.name, RULES.c.rule))
    return [{name: row[name] for name in FIELDS} for row in rows]


def known(records: Records) -> set[str]:
    """Return the ids of all rules that were ever kept, deleted ones too."""
    return {row["rule"] for row in records.rows(records.mine(RULES))}


def save(records: Records, name: str, content: Mapping[str, Any], playbook: str, rule: str | None = None) -> str:
    """Keep a rule under a name, as a new one or in place of `rule`; return its id. One that is switched on stays on
    only where what it says stays the same: else its past is to be looked at first. Raises WorkspaceError."""
    name = " ".join(name.split())
    if not name:
        raise WorkspaceError("A rule needs a name, such as 'Detractor with renewal within 60 days'.")
    if len(name) > LONGEST:
        raise WorkspaceError(f"A rule's name has at most {LONGEST} characters; this one has {len(name)}.")
    with records.whole():
        held = {row["rule"]: row for row in listing(records)}
        if any(row["name"].casefold() == name.casefold() and row["rule"] != rule for row in held.values()):
            raise WorkspaceError(f"There is a rule '{name}' already: choose another name, or change that one.")
        values = {"name": name, "content": dict(content), "playbook": playbook, "updated_at": now(), "deleted": False}
        if rule is None or rule not in held:
            rule = rule or uuid.uuid4().hex[:8]
            values |= {"enabled": False, "seen": "", "created_at": values["updated_at"]}
        elif held[rule]["content"] != dict(content):
            values |= {"enabled": False}
        records.put(RULES, {"rule": rule}, values)
    return rule


def see(records: Records, rule: str, fingerprint: str) -> None:
    """Note that somebody looked at the past of a rule as it stands."""
    _change(records, rule, {"seen": fingerprint})


def switch(records: Records, rule: str, on: bool, fingerprint: str) -> None:
    """Switch a rule on or off. Raises WorkspaceError where nobody looked at its past as it stands."""
    with records.whole():
        row = next((row for row in listing(records) if row["rule"] == rule), None)
        if on and (row is None or row["seen"] != fingerprint):
            raise WorkspaceError(
                "Look first at how often this rule fired in the past, and how often it was right; then switch it on."
            )
        _change(records, rule, {"enabled": on, "updated_at": now()})


def delete(records: Records, rule: str) -> None:
    """Take a rule off the list, switched off; `restore` brings it back. Its to-dos stay."""
    _change(records, rule, {"deleted": True, "enabled": False})


def restore(records: Records, rule: str) -> None:
    """Bring a deleted rule back, switched off."""
    _change(records, rule, {"deleted": False}, deleted=True)


def _change(records: Records, rule: str, values: dict[str, Any], deleted: bool = False) -> None:
    mine = (RULES.c.workspace == records.workspace, RULES.c.rule == rule, RULES.c.deleted.is_(deleted))
    with records.whole() as con:
        if con.execute(sa.update(RULES).where(*mine).values(**values)).rowcount == 0:
            gone = "is not among the deleted ones" if deleted else "was deleted meanwhile, or never saved"
            raise WorkspaceError(f"This rule {gone}: look at the page again.")


def note_down(records: Records, version: int, rule: str, values: Mapping[str, Any]) -> None:
    """Keep what a rule did at a version: name, accounts (that fulfil it), said, error, as_of."""
    records.put(FIRINGS, {"version": version, "rule": rule}, {**values, "evaluated_at": now()})


def firings(records: Records, version: int | None = None) -> list[dict[str, Any]]:
    """Return what rules did, by version and name: version, rule, name, accounts, said, error, as_of, evaluated_at."""
    query = records.mine(FIRINGS)
    if version is not None:
        query = query.where(FIRINGS.c.version == version)
    fields = ("version", "rule", "name", "accounts", "said", "error", "as_of", "evaluated_at")
    rows = records.rows(query.order_by(FIRINGS.c.version, FIRINGS.c.name))
    return [{name: row[name] for name in fields} for row in rows]
