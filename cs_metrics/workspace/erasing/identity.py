"""By what a customer is known in files, versions and texts: its ids, those of its users, their addresses, its name.

Ids are compared in columns of ids, whatever they look like. Elsewhere only `words` count: what stands for this customer
and for nothing else. '1001' may be an amount and 'Pro' a plan, so they are no words; what is in doubt is counted in
`unsure`, for a person to look at.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from cs_metrics.schema import TABLES, Type
from cs_metrics.sql import literal, quote
from cs_metrics.workspace.contradictions.lookalikes import FORMS
from cs_metrics.workspace.publish import changes, merging
from cs_metrics.workspace.publish.tables import OWN
from cs_metrics.workspace.store.database import cursor

ERASED = "(erased)"
ADDRESS = re.compile(r"[^@\s<>\"',;:()]+@[^@\s<>\"',;:()]+\.[^@\s<>\"',;:().]{2,}")
USER_COLUMNS = frozenset({"user_id", "contact_id"})
CUSTOMER_COLUMNS = frozenset(column for _, column in merging.ID_COLUMNS)
_WORD = re.compile(r"[^\W_]+")
_SHORTEST, _DIGITS = 4, 9
_SETS = ("customers", "users", "words", "things")


def owner(table: str) -> str | None:
    """Return the column that says whose a row of a table is; None where its rows are nobody's."""
    names = {c.name for c in TABLES[table].columns}
    return next((n for n in ("customer_id", "referrer_customer_id") if n in names), None)


@dataclass(frozen=True)
class Identity:
    """`customers`, `users`: ids; `things`: those of its subscriptions and the like, by which files name it. `words`:
    what it is known by wherever that stands, in any case. `unsure`: how many names, ids or addresses are not looked for
    in texts, since others have them too or they may be anything."""

    customers: frozenset[str]
    users: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    unsure: int = 0
    things: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        lists = {name: sorted(getattr(self, name)) for name in _SETS}
        return {**lists, "unsure": self.unsure}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Identity:
        sets = {name: frozenset(record[name]) for name in _SETS}
        return cls(**sets, unsure=int(record["unsure"]))

    @cached_property
    def known(self) -> frozenset[str]:
        """What stands for it in the columns of a file that say whose a row is."""
        return self.customers | self.users | self.things

    @property
    def ids(self) -> frozenset[str]:
        return self.customers | self.users

    @cached_property
    def folded(self) -> frozenset[str]:
        """The words in small letters."""
        return frozenset(word.lower() for word in self.words)

    @cached_property
    def _by_first(self) -> dict[str, list[tuple[int, str, bool]]]:
        """Words by the first of their parts, with the place of that, and whether case tells them from a word of a
        language: 'Target' is a company and 'target' is not; the longest first."""
        found: dict[str, list[tuple[int, str, bool]]] = {}
        for word in sorted(self.words, key=lambda one: (-len(one), one)):
            first, common = _WORD.search(word), word.isalpha()
            if first and not (common and word.islower()):
                told = (first.start(), word if common else word.lower(), common)
                found.setdefault(first.group().lower(), []).append(told)
        return found

    def is_word(self, text: str) -> bool:
        """Return whether a whole text is one of the words."""
        return text.strip().lower() in self.folded

    def without(self, text: str) -> str:
        """Return a text with each of the words in it replaced by '(erased)'; the text itself where it has none."""
        parts, kept = [], 0
        for place in _WORD.finditer(text):
            if place.start() < kept:
                continue
            for before, word, common in self._by_first.get(place.group().lower(), ()):
                start = place.start() - before
                end = start + len(word)
                said = text[start:end] if common else text[start:end].lower()
                if start >= kept and said == word and not (word[-1].isalnum() and text[end : end + 1].isalnum()):
                    parts += [text[kept:start], ERASED]
                    kept = end
                    break
        return "".join([*parts, text[kept:]]) if parts else text


@dataclass
class _Found:
    customers: set[str]
    users: set[str] = field(default_factory=set)
    certain: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    things: set[str] = field(default_factory=set)


def identify(
    paths: Iterable[Path], customers: Iterable[str], same: Mapping[str, str], members: Iterable[str] = ()
) -> Identity:
    """Return by what a customer of these ids is known in version files. `same`: the id that stands for a customer, by
    each other id of it; all ids of one customer go together. `members`: addresses of people of the workspace, which
    are theirs."""
    paths = list(paths)
    pairs = set(same.items())
    for path in paths:
        pairs |= set(merging.merged(cursor(path)).items())
    found = _Found(_together({str(one).strip() for one in customers} - {""}, pairs))
    for path in paths:
        _look(cursor(path), found)
    shared: set[str] = set()
    for path in paths:
        shared |= _shared(cursor(path), found)
    ours = {address.lower() for address in members}
    users = {user for user in found.users if user not in shared}
    words = {word for word in found.certain | found.names | found.customers | users if _tells(word)}
    sure = {word for word in words if word.lower() not in shared and word not in shared and word.lower() not in ours}
    all_of_it = found.certain | found.names | found.customers | found.users
    unsure = len(all_of_it - sure)
    return Identity(frozenset(found.customers), frozenset(users), frozenset(sure), unsure, frozenset(found.things))


def keys_of(customers: Iterable[str], key: str) -> list[str]:
    """Return what stands for ids in a proof: nobody can tell the id from it, and whoever has the key and an id can say
    whether it is the one."""
    secret = bytes.fromhex(key)
    return sorted(hashlib.blake2b(one.encode(), key=secret, digest_size=16).hexdigest() for one in customers)


def _together(customers: set[str], pairs: set[tuple[str, str]]) -> set[str]:
    """Return the ids with all those that a person said are the same customer."""
    while more := {one for pair in pairs if customers & set(pair) for one in pair} - customers:
        customers = customers | more
    return customers


def _tells(word: str) -> bool:
    """Return whether a word is long enough to stand for nothing else."""
    if word.isdigit():
        return len(word) >= _DIGITS
    return len(word) >= _SHORTEST and any(sign.isalpha() for sign in word)


def _bare(name: str) -> str:
    """Return a company's name as people write it: 'Acme Bio, Inc.' is 'Acme Bio'."""
    words = name.rstrip(" .").split()
    while len(words) > 2 and words[-1].strip(".,()").casefold() in FORMS.split():
        words.pop()
    return " ".join(words).rstrip(" ,.&-")


def _is_made(word: str) -> bool:
    """Return whether a word is an address or an id that somebody made, and no word of a language."""
    return "@" in word or (any(c.isdigit() for c in word) and len(word) > _SHORTEST)


def tables(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return the columns, name to type, of each table of a version, but for those that are built from others."""
    rows = con.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal "
        "AND database_name = current_database() ORDER BY table_name, column_index"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        if table in TABLES or table == "customer_attributes" or table.startswith("_"):
            found.setdefault(table, {})[column] = kind
    return found


def filled(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return of `tables` those that have rows."""
    found = tables(con)
    some = " UNION ALL ".join(f"SELECT {literal(table)} WHERE EXISTS (SELECT 1 FROM {quote(table)})" for table in found)
    return {table: found[table] for (table,) in con.execute(some).fetchall()}


def texts(table: str, columns: Mapping[str, str]) -> list[str]:
    """Return those of the columns of a table that hold texts, and no ids of the model."""
    ids = {c.name for c in TABLES[table].columns if c.type is Type.ID} if table in TABLES else set()
    return [n for n, kind in columns.items() if kind == "VARCHAR" and n not in ids | CUSTOMER_COLUMNS and n not in OWN]


def _look(con: duckdb.DuckDBPyConnection, found: _Found) -> None:
    """Add what a version knows of the customers: names, users, addresses."""
    mine = sorted(found.customers)
    known = filled(con)
    for table, own, user in _users(known):
        users = (
            f"SELECT DISTINCT {user} FROM {quote(table)} WHERE {quote(own)} IN (SELECT unnest($1::VARCHAR[])) "
            f"AND {user} IS NOT NULL"
        )
        found.users |= {one for (one,) in con.execute(users, [mine]).fetchall()}
    for table, key in _through(con):
        things = f"SELECT DISTINCT {quote(key)} FROM {quote(table)} WHERE customer_id IN (SELECT unnest($1::VARCHAR[]))"
        found.things |= {str(thing) for (thing,) in con.execute(things, [mine]).fetchall() if thing is not None}
    for table in ("customers", "users", "_told"):
        for column in texts(table, known.get(table, {})):
            if column == "csm":  # a person of ours
                continue
            query = (
                f"SELECT DISTINCT trim({quote(column)}) FROM {quote(table)} WHERE {quote(column)} IS NOT NULL "
                "AND customer_id IN (SELECT unnest($1::VARCHAR[]))"
            )
            values = {value for (value,) in con.execute(query, [mine]).fetchall()}
            found.certain |= {value for value in values if ADDRESS.fullmatch(value)}
            if column == "name" and table != "users":
                found.names |= values | {_bare(value) for value in values}
            elif table == "users" and "name" in column.lower():
                found.names |= {value for value in values if " " in value}  # 'Anna' may be anybody


def _users(known: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str, str]]:
    """Return the tables whose rows name a customer and a user of it, with both columns."""
    owners = {table: owner(table) for table in known if table in TABLES}
    return [
        (table, own, user) for table, own in owners.items() if own for user in sorted(USER_COLUMNS & set(known[table]))
    ]


def _through(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """Return the tables and columns through which files name a customer: usage may hang on a subscription."""
    mappings = [json.loads(mapping) for (mapping,) in con.execute("SELECT mapping FROM _loads").fetchall()]
    said = {rule.get("through") for rules in mappings for rule in rules.values() if isinstance(rule, dict)}
    ways = {(table, column) for table, _, column in (way.partition(".") for way in said if isinstance(way, str))}
    known = {(t.name, c.name) for t in TABLES.values() if owner(t.name) == "customer_id" for c in t.columns}
    return {(table, column) for table, column in ways & known if changes.has(con, None, table)}


def _shared(con: duckdb.DuckDBPyConnection, found: _Found) -> set[str]:
    """Return those of what was found that others have too: users of two customers, two of one name, a plan of that
    name. An id or an address that somebody made means its owner wherever it stands, but in others' own rows."""
    candidates = found.certain | found.names | found.customers | found.users
    plain = sorted({word.lower() for word in candidates if not _is_made(word)})
    addresses = sorted({word.lower() for word in candidates if "@" in word})
    mine = sorted(found.customers)
    shared: set[str] = set()
    for table, columns in filled(con).items():
        column = owner(table) if table in TABLES else None
        if column is None:
            continue
        others = f"{quote(column)} NOT IN (SELECT unnest($2::VARCHAR[]))"
        looked = plain + addresses if table in ("customers", "users") else plain
        for text in texts(table, columns):
            query = (
                f"SELECT DISTINCT lower(trim({quote(text)})) FROM {quote(table)} "
                f"WHERE lower(trim({quote(text)})) IN (SELECT unnest($1::VARCHAR[])) AND {others}"
            )
            shared |= {value for (value,) in con.execute(query, [looked, mine]).fetchall()}
        if table == "customers":
            names = f"SELECT DISTINCT name FROM customers WHERE name IS NOT NULL AND {others.replace('$2', '$1')}"
            bare = {_bare(name).lower() for (name,) in con.execute(names, [mine]).fetchall()} if found.names else set()
            shared |= bare & {name.lower() for name in found.names}
        for _, _, user in _users({table: columns}):
            some = f"{user} IN (SELECT unnest($1::VARCHAR[]))"
            query = f"SELECT DISTINCT {user} FROM {quote(table)} WHERE {some} AND {others}"
            shared |= {one for (one,) in con.execute(query, [sorted(found.users), mine]).fetchall()}
    return shared
