"""What a person said of two customer ids: that they are one customer, or that they are two. Asked once, remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.store.records import MATCHES, Records, now

COLUMNS = ("kept", "other", "accepted", "evidence", "who", "decided_at")


def listing(records: Records) -> list[dict[str, Any]]:
    """Return the decisions, the earliest first: kept, other, accepted, evidence, who, decided_at."""
    rows = records.rows(records.mine(MATCHES).order_by(MATCHES.c.decided_at, MATCHES.c.pair))
    return [{name: row[name] for name in COLUMNS} for row in rows]


def decide(records: Records, kept: str, other: str, accepted: bool, evidence: str = "", who: str = "") -> None:
    """Say that `other` is the customer `kept` (accepted) or another one. Raises WorkspaceError where that contradicts
    what was said of other pairs; then nothing was stored."""
    if not kept or not other or kept == other:
        raise WorkspaceError("A match is about two different customer ids.")
    told = {"kept": kept, "other": other, "accepted": accepted}
    decisions = [row for row in listing(records) if pair(row["kept"], row["other"]) != pair(kept, other)]
    decisions.append(told)
    same = one_id(decisions)
    for row in decisions:
        first, second = row["kept"], row["other"]
        if not row["accepted"] and same.get(first, first) == same.get(second, second):
            raise WorkspaceError(
                f"'{first}' and '{second}' were said to be two customers, and other matches make one of them. "
                "Undo one of these decisions first."
            )
    records.put(MATCHES, {"pair": pair(kept, other)}, {**told, "evidence": evidence, "who": who, "decided_at": now()})


def swap(records: Records, kept: str, other: str, who: str = "") -> None:
    """Let `other` stand for both ids of an accepted match. Raises WorkspaceError where there is none."""
    for row in listing(records):
        if row["accepted"] and {row["kept"], row["other"]} == {kept, other}:
            decide(records, other, kept, True, row["evidence"], who)
            return
    raise WorkspaceError(f"'{kept}' and '{other}' were not said to be one customer.")


def undo(records: Records, first: str, second: str) -> None:
    """Forget what was said of two ids. Raises WorkspaceError where nothing was."""
    if not records.delete(MATCHES, {"pair": pair(first, second)}):
        raise WorkspaceError(f"Nothing was said of '{first}' and '{second}'.")


def one_id(decisions: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return for each id that is another customer's the id that stands for both; chains are followed to their end."""
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while name in parents:
            name = parents[name]
        return name

    for row in decisions:
        kept, other = root(row["kept"]), root(row["other"])
        if row["accepted"] and kept != other:
            parents[other] = kept
    return {name: root(name) for name in parents}


def pair(first: str, second: str) -> str:
    """Return the key of two ids, in whichever order."""
    return hashlib.sha256("\0".join(sorted((first, second))).encode()).hexdigest()
