"""The rows of the SQL database without a customer: what is about it is deleted, what names it says '(erased)' there.

Every table of the workspace is looked through, also those that came after this was written: a row whose column of
customers or users has one of its ids goes; in texts and JSON its words are replaced. A filter never gets wider by it:
a list that is left with nothing fits nobody.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cs_metrics.workspace.erasing.identity import CUSTOMER_COLUMNS, ERASED, USER_COLUMNS, Identity
from cs_metrics.workspace.store.records import (
    AUDIT,
    ERASURES,
    FOLLOW_UPS,
    LINKS,
    MAPPINGS,
    MATCHES,
    METADATA,
    PEOPLE,
    REPORTS,
    THEMES,
    UPLOADS,
    VERSIONS,
    Records,
)
from cs_metrics.workspace.store.rule_tables import TODO_CHANGES, TODOS

NAMED = CUSTOMER_COLUMNS | USER_COLUMNS | {"customer", "customers", "account", "accounts", "user", "users"}
"""What columns and keys are called whose values are ids of customers and users."""
DELETED, CHANGED = "deleted", "changed"
_LEFT = {PEOPLE.name, UPLOADS.name, VERSIONS.name}
_ONLY = {ERASURES.name: {"reason", "proof"}}
_KEPT = {"workspace", "secret", "salt", "password", "mask_key"}
_WORDS = {
    "cs_mappings": "remembered mappings",
    "cs_states": "states of pages",
    "cs_audit": "audit log",
    "cs_matches": "matches of ids",
    "cs_segments": "saved segments",
    "cs_drafts": "mappings in progress",
    "cs_uploads": "list of uploads",
    "cs_versions": "list of versions",
    "cs_reports": "texts of reports",
    "cs_themes": "pinned themes",
    "cs_todos": "to-dos",
    "cs_todo_changes": "changes of to-dos",
    "cs_follow_ups": "follow-ups",
    "cs_link_opens": "openings of links",
    "cs_own_kpis": "KPIs of your own",
    "cs_cards": "cards of KPIs",
    "cs_firings": "what rules found",
}

Went = Counter[tuple[str, str]]
"""How many rows by where they are, and what becomes of them."""


@dataclass(frozen=True)
class Theirs:
    """What of a workspace's is about the customer, beside its ids: the keys of follow-ups and to-dos; `shapes`: of the
    sheets with rows of it, as they are remembered."""

    follow_ups: frozenset[str] = frozenset()
    todos: frozenset[str] = frozenset()
    shapes: frozenset[str] = frozenset()


def label(table: str) -> str:
    """Return what the rows of a table are called."""
    return _WORDS.get(table, table.removeprefix("cs_").replace("_", " "))


def going(records: Records, who: Identity, shapes: Collection[str]) -> Went:
    """Return what goes; nothing is changed. `shapes`: the fingerprints of the sheets that rows go from."""
    with records.reading() as con:
        return _counted(_changes(con, records.workspace, who, {}, shapes))


def sweep(
    con: sa.Connection, records: Records, who: Identity, renamed: Mapping[str, str], gone: Sequence[str],
    versions: Sequence[int], shapes: Collection[str],
) -> Went:  # fmt: skip
    """Take the customer out of every row; return what went. `renamed`: uploads that were written anew, by their SHA-256
    before; `gone`: those that were removed; `versions`: those that were written anew; `shapes`: see `going`."""
    changes = list(_changes(con, records.workspace, who, renamed, shapes))
    for table, key, values in changes:
        if values is None:
            con.execute(sa.delete(table).where(*key))
        else:
            con.execute(sa.update(table).where(*key).values(**values))
    _uploads(con, records.workspace, who, renamed, gone)
    mine = VERSIONS.c.workspace == records.workspace
    con.execute(sa.delete(VERSIONS).where(mine, VERSIONS.c.number.in_(list(versions))))  # listing notes them down again
    return _counted(iter(changes))


def members(records: Records) -> list[str]:
    """Return the addresses of the people of the workspace."""
    return [row["email"] for row in records.rows(records.mine(PEOPLE))]


def _counted(changes: Iterator[tuple[sa.Table, list, dict[str, Any] | None]]) -> Went:
    return Counter((label(table.name), DELETED if values is None else CHANGED) for table, _, values in changes)


def _changes(
    con: sa.Connection, workspace: str, who: Identity, renamed: Mapping[str, str], shapes: Collection[str]
) -> Iterator[tuple[sa.Table, list, dict[str, Any] | None]]:
    """Yield each row that is to be changed: its table, the condition that finds it, its new values (None: it goes)."""
    theirs = Theirs(_followed(con, workspace, who), _todos(con, workspace, who), frozenset(shapes))
    for table in METADATA.sorted_tables:
        if "workspace" not in table.columns or table.name in _LEFT:
            continue
        rows = con.execute(sa.select(table).where(table.c.workspace == workspace)).mappings().all()
        for kept in map(dict, rows):
            key = [column == kept[column.name] for column in table.primary_key.columns]
            left = _left(table, kept, who, theirs, renamed)
            if left is None:
                yield table, key, None
            elif changed := {name: value for name, value in left.items() if value != kept[name]}:
                yield table, key, changed


def _left(
    table: sa.Table, kept: dict[str, Any], who: Identity, theirs: Theirs, renamed: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return what is left of a row of a table; None where it goes."""
    if _is_about(table, kept, who, theirs):
        return None
    row = dict(kept)
    if table is MAPPINGS and row["fingerprint"] in theirs.shapes:
        row["content"] = _unexampled(row["content"])
    elif table is AUDIT:
        row["detail"] = _silenced(row["detail"], theirs)
    elif table is LINKS:
        row["snapshot"] = _snapshot(row["snapshot"], who, theirs)
    elif table is THEMES:
        row["phrases"] = [phrase for phrase in row["phrases"] if who.without(phrase) != ERASED]
    names = [c.name for c in table.columns if c.name in row and isinstance(c.type, sa.String | sa.JSON)]
    names = [n for n in names if n in _ONLY[table.name]] if table.name in _ONLY else names
    left = row | {name: mended(row[name], who, renamed) for name in names if name not in _KEPT}
    if left["where"] != kept["where"] if table is REPORTS else table is THEMES and not left["phrases"]:
        return None  # a report on a choice of customers is about each; a theme without words is about nothing
    if "held" in left and left != kept:  # it may be made of what was replaced, and is nobody else's
        left["held"] = f"erased {next(left[c.name] for c in table.primary_key.columns if c.name != 'workspace')}"
    return left


def _is_about(table: sa.Table, row: Mapping[str, Any], who: Identity, theirs: Theirs) -> bool:
    if table is FOLLOW_UPS:
        return row["follow_up"] in theirs.follow_ups
    if table is TODO_CHANGES:
        return row["todo"] in theirs.todos
    if table is MATCHES:
        return bool({row["kept"], row["other"]} & who.customers)
    return any(
        row[name] in who.ids for name in NAMED & {c.name for c in table.columns} if isinstance(row.get(name), str)
    )


def _unexampled(content: Any) -> Any:
    """Return a remembered mapping without the examples of values by which it knows a column that was renamed: some of
    them are the customer's."""
    shape = content.get("shape") if isinstance(content, dict) else None
    if not isinstance(shape, dict):
        return content
    columns = [{n: v for n, v in about.items() if n not in ("samples", "words")} for about in shape.get("columns", ())]
    return {**content, "shape": {**shape, "columns": columns}}


def _silenced(detail: Any, theirs: Theirs) -> Any:
    """Return what the audit log says of follow-ups and to-dos without what was said of the customer's."""
    if not isinstance(detail, dict):
        return detail
    told = dict(detail)
    for name, key, gone in (("follow_ups", "follow_up", theirs.follow_ups), ("todos", "todo", theirs.todos)):
        if isinstance(told.get(name), list):
            told[name] = [dict.fromkeys(one, ERASED) if one.get(key) in gone else one for one in told[name]]
    return told


def _snapshot(lines: Any, who: Identity, theirs: Theirs) -> Any:
    """Return what a frozen link keeps of other tables, a table and a row each, without the customer."""
    if not isinstance(lines, list):
        return lines
    found = []
    for line in lines:
        table = METADATA.tables.get(line["table"])
        row = line["row"] if table is None else _left(table, line["row"], who, theirs, {})
        found += [] if row is None else [{**line, "row": row}]
    return found


def _answered(line: Mapping[str, Any], who: Identity) -> bool:
    return bool({str(line["answer"].get(name)) for name in ("customer_id", "user_id")} & who.ids)


def _followed(con: sa.Connection, workspace: str, who: Identity) -> frozenset[str]:
    """Return the follow-ups of the customer's answers."""
    rows = con.execute(sa.select(FOLLOW_UPS).where(FOLLOW_UPS.c.workspace == workspace)).mappings()
    return frozenset(row["follow_up"] for row in map(dict, rows) if _answered(row, who))


def _todos(con: sa.Connection, workspace: str, who: Identity) -> frozenset[str]:
    """Return the to-dos on the customer."""
    rows = con.execute(sa.select(TODOS.c.todo, TODOS.c.account).where(TODOS.c.workspace == workspace)).all()
    return frozenset(todo for todo, account in rows if account in who.ids)


def _uploads(
    con: sa.Connection, workspace: str, who: Identity, renamed: Mapping[str, str], gone: Sequence[str]
) -> None:
    for row in con.execute(sa.select(UPLOADS).where(UPLOADS.c.workspace == workspace)).mappings().all():
        mine = (UPLOADS.c.workspace == workspace, UPLOADS.c.sha256 == row["sha256"])
        if row["sha256"] in gone:
            con.execute(sa.delete(UPLOADS).where(*mine))
            continue
        sha, name = renamed.get(row["sha256"], row["sha256"]), who.without(row["name"])
        if (sha, name) == (row["sha256"], row["name"]):
            continue
        con.execute(sa.delete(UPLOADS).where(*mine))
        con.execute(sa.delete(UPLOADS).where(UPLOADS.c.workspace == workspace, UPLOADS.c.sha256 == sha))
        con.execute(sa.insert(UPLOADS).values(**{**row, "sha256": sha, "name": name}))


def mended(value: Any, who: Identity, renamed: Mapping[str, str], named: bool = False) -> Any:
    """Return a text or a JSON value without the customer. `named`: it stands under a name of ids."""
    if isinstance(value, dict):
        return {
            _text(key, who, renamed, named): mended(inner, who, renamed, named or _names_ids(key))
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        kept = [one for one in value if not _is_it(one, who, named)]
        return [mended(one, who, renamed, named) for one in kept] or ([ERASED] if value else [])
    if _is_it(value, who, named):
        return ERASED
    return _text(value, who, renamed, named) if isinstance(value, str) else value


def _is_it(value: Any, who: Identity, named: bool) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return False
    return (named and str(value) in who.ids) or (isinstance(value, str) and who.is_word(value))


def _names_ids(key: Any) -> bool:
    return str(key).rsplit(".", 1)[-1].casefold() in NAMED


def _text(text: str, who: Identity, renamed: Mapping[str, str], named: bool) -> str:
    if text in renamed:
        return renamed[text]
    if text[:1] in "{[" and text[:1]:
        try:
            held = json.loads(text)
        except ValueError:
            return who.without(text)
        left = mended(held, who, renamed, named)
        return text if left == held else json.dumps(left)
    return who.without(text)
