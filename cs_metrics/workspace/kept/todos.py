"""To-dos that rules opened, and a log of what people changed of them: the latest of each thing holds.

While a rule's condition goes on for an account there is one to-do, however many versions are published. When it ended
and begins again, another is opened. A change says only what it changes; undoing one is a change too.
"""

from __future__ import annotations

import uuid
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from cs_metrics.errors import WorkspaceError, did_you_mean
from cs_metrics.workspace.store.records import Records, now
from cs_metrics.workspace.store.rule_tables import TODO_CHANGES, TODOS

STATES = ("open", "done", "dismissed")
FIELDS = ("state", "owner", "due_on", "note", "reason", "step", "ticked")
KEPT = ("todo", "rule", "rule_name", "account", "account_name", "evidence", "steps", "owner", "due_on",
        "opened_version", "opened_at", "as_of", "last_version", "ended_version", "ended_why")  # fmt: skip
LONGEST = {"owner": 200, "note": 4000, "reason": 1000}


def settle(
    records: Records, rule: str, rule_name: str, playbook: Mapping[str, Any], version: int, as_of: datetime,
    hits: Iterable[Mapping[str, Any]], unknown: Iterable[str], active: Container[str],
) -> dict[str, int]:  # fmt: skip
    """Settle a rule's to-dos with its hits at a version: account, name, evidence, owner. One transaction.

    A hit without a running to-do opens one; running ones that are no hit end, unless the account is in `unknown`.
    `active`: the accounts that are customers. Returns opened, still, ended.
    """
    hits = {hit["account"]: hit for hit in hits}
    skipped = set(unknown)
    with records.whole() as con:
        running = {row["account"]: row for row in _running(records, rule)}
        for account, hit in hits.items():
            if account not in running:
                row = _row(records, rule, rule_name, playbook, version, as_of, hit)
                con.execute(sa.insert(TODOS).values(**row))
        ended = 0
        for account, row in running.items():
            mine = sa.update(TODOS).where(TODOS.c.workspace == records.workspace, TODOS.c.todo == row["todo"])
            if account in hits:
                con.execute(mine.values(last_version=version))
            elif account not in skipped:
                left = account and account not in active
                why = "The account is no longer a customer." if left else "The condition no longer holds."
                con.execute(mine.values(ended_version=version, ended_why=why, held=f"ended {row['todo']}"))
                ended += 1
    still = sum(account in hits for account in running)
    return {"opened": len(hits) - still, "still": still, "ended": ended}


def _running(records: Records, rule: str) -> list[dict[str, Any]]:
    return records.rows(records.mine(TODOS).where(TODOS.c.rule == rule, TODOS.c.ended_version.is_(None)))


def _row(
    records: Records, rule: str, rule_name: str, playbook: Mapping[str, Any], version: int, as_of: datetime,
    hit: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    at = now()
    steps = [{"text": s["text"], "due_on": (at.date() + timedelta(days=s["days"])).isoformat()}
             for s in playbook["steps"]]  # fmt: skip
    return {
        "workspace": records.workspace, "todo": uuid.uuid4().hex[:12], "rule": rule, "rule_name": rule_name,
        "account": hit["account"], "account_name": hit["name"], "held": f"{rule} {hit['account']}"[:300],
        "evidence": hit["evidence"], "steps": steps, "owner": hit["owner"],
        "due_on": at.date() + timedelta(days=playbook["days"]), "opened_version": version, "opened_at": at,
        "as_of": as_of, "last_version": version, "ended_version": None, "ended_why": "",
    }  # fmt: skip


def listing(records: Records) -> list[dict[str, Any]]:
    """Return every to-do, what is open and due first: todo (its id), rule, rule_name, account, account_name, evidence,
    steps (each text, due_on, done), state, owner, due_on, note, reason (why it was dismissed), opened_version,
    opened_at (UTC), as_of, last_version (the latest one at which the condition held), ended_version, ended_why (''
    while it holds), changed_at, who (None, '': nobody changed it)."""
    found = {row["todo"]: _fresh(row) for row in records.rows(records.mine(TODOS))}
    for line in _standing(history(records)):
        one = found.get(line["todo"])
        if one is None:
            continue
        for name in ("state", "owner", "due_on", "note", "reason"):
            if line[name] is not None:
                one[name] = line[name]
        if line["step"] is not None and line["step"] < len(one["steps"]):
            one["steps"][line["step"]]["done"] = bool(line["ticked"])
        one |= {"changed_at": line["changed_at"], "who": line["who"]}
    order = {state: place for place, state in enumerate(STATES)}
    return sorted(found.values(), key=lambda t: (order[t["state"]], t["due_on"], t["rule_name"], t["account_name"]))


def _fresh(row: Mapping[str, Any]) -> dict[str, Any]:
    steps = [{**step, "done": False} for step in row["steps"]]
    added = {"state": "open", "note": "", "reason": "", "changed_at": None, "who": "", "steps": steps}
    return {name: row[name] for name in KEPT} | added


def history(records: Records, todo: str | None = None) -> list[dict[str, Any]]:
    """Return the log of changes, the earliest first: change, todo, state, owner, due_on, note, reason, step, ticked
    (None: as it was), undoes, who, changed_at (UTC), undone."""
    lines = records.mine(TODO_CHANGES).order_by(TODO_CHANGES.c.id)
    rows = records.rows(lines if todo is None else lines.where(TODO_CHANGES.c.todo == todo))
    undone = {row["undoes"] for row in rows if row["undoes"]}
    columns = ("change", "todo", *FIELDS, "undoes", "who", "changed_at")
    return [{name: row[name] for name in columns} | {"undone": row["change"] in undone} for row in rows]


def count(records: Records) -> tuple[int, int]:
    """Return how many to-dos and how many changes there are, ended ones counted twice: a pair that tells any state of
    them from those before."""
    ended = sa.select(sa.func.count().label("n"), sa.func.count(TODOS.c.ended_version).label("ended")).where(
        TODOS.c.workspace == records.workspace
    )
    lines = sa.select(sa.func.count().label("n")).where(TODO_CHANGES.c.workspace == records.workspace)
    one = records.rows(ended)[0]
    return int(one["n"] + one["ended"]), int(records.rows(lines)[0]["n"])


def checked(change: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a change says of its to-do, trimmed. Raises WorkspaceError in words."""
    unknown = set(change) - {"todo", *FIELDS}
    said = {name: change[name] for name in FIELDS if change.get(name) is not None}
    if unknown or not change.get("todo") or not said:
        raise WorkspaceError(
            "A change names a 'todo', and its new 'state', 'owner', 'due_on', 'note', or a 'step' and whether it is "
            "'ticked'."
        )
    state = said.get("state")
    if state is not None and state not in STATES:
        raise WorkspaceError(f"There is no state '{state}'. {did_you_mean(str(state), STATES)}".rstrip())
    for name, longest in LONGEST.items():
        if name in said:
            said[name] = str(said[name]).strip()
            if len(said[name]) > longest:
                raise WorkspaceError(f"The {name} has {len(said[name]):,} characters; {longest:,} are kept at most.")
    if state == "dismissed" and not said.get("reason"):
        raise WorkspaceError("A to-do is dismissed for a reason: say why nothing is to be done.")
    if "due_on" in said and not isinstance(said["due_on"], date):
        raise WorkspaceError("'due_on' is the day until which it is to be done.")
    if ("step" in said) != ("ticked" in said):
        raise WorkspaceError("A step is ticked or not: say its place ('step', from 0) and 'ticked'.")
    return said


def change(records: Records, said: Sequence[tuple[str, Mapping[str, Any]]], who: str) -> str:
    """Keep changes (to-do, what is said) as one; return its id. Raises WorkspaceError for a to-do that is not there."""
    if not said:
        raise WorkspaceError("There is nothing to change.")
    key, at = uuid.uuid4().hex[:12], now()
    with records.whole() as con:
        held = {row["todo"]: len(row["steps"]) for row in records.rows(records.mine(TODOS))}
        for todo, values in said:
            if todo not in held:
                raise WorkspaceError(f"There is no to-do '{todo}': look at the page again.")
            if not 0 <= values.get("step", 0) < max(held[todo], 1):
                raise WorkspaceError(f"This to-do has {held[todo]} steps; there is none at place {values['step']}.")
        rows = [{"workspace": records.workspace, "change": key, "todo": todo, "undoes": None, "who": who,
                 "changed_at": at, **{name: values.get(name) for name in FIELDS}} for todo, values in said]  # fmt: skip
        con.execute(sa.insert(TODO_CHANGES), rows)
    return key


def undo(records: Records, key: str, who: str) -> int:
    """Take a change out, and leave those made since; return how many to-dos it was of. Raises WorkspaceError."""
    with records.whole() as con:
        found = [line for line in history(records) if line["change"] == key and not line["undoes"]]
        if not found:
            raise WorkspaceError("There is no such change to undo.")
        if found[0]["undone"]:
            raise WorkspaceError("This change was undone already.")
        line = {"workspace": records.workspace, "change": uuid.uuid4().hex[:12], "todo": found[0]["todo"],
                "undoes": key, "who": who, "changed_at": now()}  # fmt: skip
        con.execute(sa.insert(TODO_CHANGES).values(**line))
    return len(found)


def _standing(lines: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [line for line in lines if not line["undoes"] and not line["undone"]]
