"""The rows of the SQL database without a customer: what is about it is deleted, what names it says '(erased)' there.

Every table of the workspace is looked through, also those that came after this was written: a row whose column of
customers or users has one of its ids goes; in texts and JSON its words are replaced. A filter never gets wider by it:
a list that is left with nothing fits nobody.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from cs_metrics.workspace.erasing.identity import CUSTOMER_COLUMNS, ERASED, USER_COLUMNS, Identity
from cs_metrics.workspace.store.records import (
    ERASURES,
    FOLLOW_UPS,
    LINKS,
    MATCHES,
    METADATA,
    PEOPLE,
    THEMES,
    UPLOADS,
    VERSIONS,
    Records,
)

NAMED = CUSTOMER_COLUMNS | USER_COLUMNS | {"customer", "customers", "account", "accounts", "user", "users"}
"""What columns and keys are called whose values are ids of customers and users."""
DELETED, CHANGED = "deleted", "changed"
_LEFT = {ERASURES.name, PEOPLE.name, THEMES.name, UPLOADS.name, VERSIONS.name}
_KEPT = {"workspace", "secret", "salt", "password", "mask_key"}
_WORDS = {
    "cs_mappings": "remembered mappings",
    "cs_states": "states of pages",
    "cs_audit": "audit log",
    "cs_matches": "matches of ids",
    "cs_segments": "saved segments",
    "cs_drafts": "mappings in progress",
}

Went = Counter[tuple[str, str]]
"""How many rows by where they are, and what becomes of them."""


def label(table: str) -> str:
    """Return what the rows of a table are called."""
    return _WORDS.get(table, table.removeprefix("cs_").replace("_", " "))


def going(records: Records, who: Identity) -> Went:
    """Return what goes; nothing is changed."""
    with records.reading() as con:
        return _counted(_changes(con, records.workspace, who, {}))


def sweep(
    con: sa.Connection, records: Records, who: Identity, renamed: Mapping[str, str], gone: Sequence[str],
    versions: Sequence[int],
) -> Went:  # fmt: skip
    """Take the customer out of every row; return what went. `renamed`: uploads that were written anew, by their SHA-256
    before; `gone`: those that were removed; `versions`: those that were written anew."""
    changes = list(_changes(con, records.workspace, who, renamed))
    for table, key, values in changes:
        if values is None:
            con.execute(sa.delete(table).where(*key))
        else:
            con.execute(sa.update(table).where(*key).values(**values))
    _uploads(con, records.workspace, who, renamed, gone)
    mine = VERSIONS.c.workspace == records.workspace
    con.execute(sa.delete(VERSIONS).where(mine, VERSIONS.c.number.in_(list(versions))))  # listing notes them down again
    return _counted(iter(changes))


def to_look_at(records: Records, who: Identity) -> dict[str, int]:
    """Return how many pinned themes are known by a word of the customer, and how many of its people are members."""
    with records.reading() as con:
        themes = con.execute(sa.select(THEMES).where(THEMES.c.workspace == records.workspace)).mappings()
        named = sum(any(who.without(said) != said for said in (row["name"], *row["phrases"])) for row in themes)
    return {"pinned themes": named}


def members(records: Records) -> list[str]:
    """Return the addresses of the people of the workspace."""
    return [row["email"] for row in records.rows(records.mine(PEOPLE))]


def _counted(changes: Iterator[tuple[sa.Table, list, dict[str, Any] | None]]) -> Went:
    return Counter((label(table.name), DELETED if values is None else CHANGED) for table, _, values in changes)


def _changes(
    con: sa.Connection, workspace: str, who: Identity, renamed: Mapping[str, str]
) -> Iterator[tuple[sa.Table, list, dict[str, Any] | None]]:
    """Yield each row that is to be changed: its table, the condition that finds it, its new values (None: it goes)."""
    followed = _followed(con, workspace, who)
    for table in METADATA.sorted_tables:
        if "workspace" not in table.columns or table.name in _LEFT:
            continue
        names = [c.name for c in table.columns if c.name not in _KEPT and isinstance(c.type, sa.String | sa.JSON)]
        rows = con.execute(sa.select(table).where(table.c.workspace == workspace)).mappings().all()
        for kept in map(dict, rows):
            key = [column == kept[column.name] for column in table.primary_key.columns]
            if _is_about(table, kept, who, followed):
                yield table, key, None
                continue
            row = kept | {n: _snapshot(kept[n], who) for n in names if table is LINKS and n == "snapshot"}
            left = {name: mended(row[name], who, renamed) for name in names}
            changed = {name: value for name, value in left.items() if value != kept[name]}
            if changed:
                yield table, key, changed


def _is_about(table: sa.Table, row: Mapping[str, Any], who: Identity, followed: set[str]) -> bool:
    if table is FOLLOW_UPS:
        return row["follow_up"] in followed
    if table is MATCHES:
        return bool({row["kept"], row["other"]} & who.customers)
    return any(
        row[name] in who.ids for name in NAMED & {c.name for c in table.columns} if isinstance(row.get(name), str)
    )


def _snapshot(lines: Any, who: Identity) -> Any:
    """Return what a frozen link keeps of other tables, a table and a row each, without the rows about the customer."""
    if not isinstance(lines, list):
        return lines
    found = [(METADATA.tables.get(line["table"]), line["row"]) for line in lines]
    followed = {r["follow_up"] for t, r in found if t is FOLLOW_UPS and _answered(r, who)}
    stays = [table is None or not _is_about(table, row, who, followed) for table, row in found]
    return [line for line, stay in zip(lines, stays, strict=True) if stay]


def _answered(line: Mapping[str, Any], who: Identity) -> bool:
    return bool({str(line["answer"].get(name)) for name in ("customer_id", "user_id")} & who.ids)


def _followed(con: sa.Connection, workspace: str, who: Identity) -> set[str]:
    """Return the follow-ups of the customer's answers."""
    rows = con.execute(sa.select(FOLLOW_UPS).where(FOLLOW_UPS.c.workspace == workspace)).mappings()
    return {row["follow_up"] for row in map(dict, rows) if _answered(row, who)}


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
