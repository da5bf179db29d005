"""What goes from a version with a customer, and what stays, as SQL over its file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from cs_metrics.schema import TABLES
from cs_metrics.sql import quote
from cs_metrics.workspace.erasing import database_rows
from cs_metrics.workspace.erasing.identity import CUSTOMER_COLUMNS, USER_COLUMNS, Identity, filled, owner, tables, texts

REBUILT = frozenset({"_conflicts", "_meta"})
OWNERS = frozenset({"customer_id", "referrer_customer_id", "user_id"})
_HISTORY = ("customer_attributes", "_merged_history")
_OF_CUSTOMERS = ("_told", *_HISTORY)

_CALLED = {"_set_aside": "what was set aside", "_told": "what files say", "customer_attributes": "customers' history",
           "_merged": "ids before matching", "_merged_history": "history before matching", "_same": "matched ids",
           "_changes": "changed values", "_repairs": "repairs", "_sources": "names of files",
           "_loads": "mappings"}  # fmt: skip

Place = tuple[str, str, str, int]
"""Where a row stands: the upload's SHA-256, its file, the sheet ('' for none), the row's number."""


@dataclass
class Going:
    """What goes from a version: `rows` by table; `cells` of others' rows by table; where those rows stand (`places`),
    and the rows of others in which a cell goes (`touched`); the fingerprints of the sheets of both (`shapes`)."""

    rows: Counter[str] = field(default_factory=Counter)
    cells: Counter[str] = field(default_factory=Counter)
    places: set[Place] = field(default_factory=set)
    touched: set[Place] = field(default_factory=set)
    shapes: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.rows or self.cells)

    def listed(self, number: int) -> list[dict[str, Any]]:
        """Return what goes as a proof lists it (where, what, count), for the version of this number."""
        counts = [(kind, table, n) for kind, several in (("rows", self.rows), ("cells", self.cells))
                  for table, n in sorted(several.items())]  # fmt: skip
        return [
            {
                "where": f"version {number}",
                "what": f"{kind} of {_CALLED.get(table, table.replace('_', ' '))}",
                "count": n,
            }
            for kind, table, n in counts
        ]


class Leaving:
    """What stays of each table of a version, as SQL over its file."""

    def __init__(self, con: duckdb.DuckDBPyConnection, who: Identity) -> None:
        self._con, self._who = con, who
        self.columns = {table: columns for table, columns in tables(con).items() if table not in REBUILT}
        self._filled = set(filled(con)) - REBUILT
        self._goes = {table: self._going(table) for table in self.columns}
        self._feeds = _feeds(con)
        self._aside = list(self._set_aside())
        self._mended: dict[tuple[str, str], dict[str, str]] = {}

    def _going(self, table: str) -> str:
        """Return the SQL condition of the rows of a table that go."""
        columns = self.columns[table]
        mine = "{} IN (SELECT one FROM gone_customers)"
        if table in _OF_CUSTOMERS:
            said = mine.format("customer_id")
            if table in _HISTORY:
                named = "attribute IN ('parent_customer_id', 'referred_by')"
                said += f" OR ({named} AND {mine.format('value')})"
            return f"coalesce({said}, FALSE)"
        if table == "_same":
            return f"{mine.format('customer_id')} OR {mine.format('kept')}"
        if table not in TABLES or (own := owner(table)) is None:
            return "FALSE"
        told = [mine.format(quote(own))]
        nobody = [f"{quote(c)} IN (SELECT one FROM gone_users)" for c in columns if c in USER_COLUMNS]
        nobody += [f"lower(trim({quote(c)})) IN (SELECT one FROM gone_words)" for c in texts(table, columns)]
        if nobody:
            told.append(f"({quote(own)} IS NULL AND ({' OR '.join(nobody)}))")
        return " OR ".join(f"coalesce({one}, FALSE)" for one in told)

    def told(self) -> Going:
        """Return what goes, and where it stands."""
        found = Going()
        for table in sorted(self._filled):
            if table in TABLES:
                found.places |= self._places(table, self._goes[table])
            if table in TABLES or table in _OF_CUSTOMERS:
                found.rows[table] += self._count(table, self._goes[table])
            for column in self.columns[table]:
                self._cells(table, column, found)
        names = {source: (sha, file, sheet or "") for source, sha, file, sheet in self._con.execute(
            "SELECT source, sha256, file, sheet FROM _sources").fetchall()}  # fmt: skip
        found.places |= {(*names[source], row) for source, row in self._aside if source in names}
        found.rows["_set_aside"] += len(self._aside)
        found.shapes = self._shapes(found.places | found.touched)
        found.rows, found.cells = +found.rows, +found.cells
        return found

    def selects(self) -> dict[str, tuple[str, dict[str, dict[str, str]]]]:
        """Return for each table the condition of the rows that go, and texts to be replaced, by column."""
        return {
            table: (self._goes[table], {c: self.mended(table, c) for c in columns if self.mended(table, c)})
            for table, columns in self.columns.items()
        }

    def mended(self, table: str, column: str) -> dict[str, str]:
        """Return the texts of a column, in rows that stay, that name the customer; each with what takes its place."""
        if (table, column) in self._mended:
            return self._mended[table, column]
        found: dict[str, str] = {}
        if self._is_text(table, column):
            query = f"SELECT DISTINCT {quote(column)} FROM {quote(table)} WHERE NOT ({self._goes[table]})"
            reader = self._con.execute(query)
            while some := reader.fetchmany(10_000):
                for (text,) in some:
                    if text and (mended := database_rows.mended(text, self._who, {})) != text:
                        found[text] = mended
        self._mended[table, column] = found
        return found

    def _is_text(self, table: str, column: str) -> bool:
        if not self._who.words or table not in self._filled or self.columns[table][column] != "VARCHAR":
            return False
        if table in TABLES:
            return column in texts(table, self.columns[table])
        return column not in ("row_id", "sha256", "table_name")

    def _cells(self, table: str, column: str, found: Going) -> None:
        stays = f"NOT ({self._goes[table]})"
        names = (table in TABLES or table == "_told") and column in CUSTOMER_COLUMNS | USER_COLUMNS
        if names:
            condition = f"{quote(column)} IN (SELECT one FROM {ids_of(column)}) AND {stays}"
            found.cells[table] += self._count(table, condition)
            if table in TABLES:
                found.touched |= self._places(table, condition)
        elif texts_there := self.mended(table, column):
            condition = f"{quote(column)} IN (SELECT unnest($1::VARCHAR[])) AND {stays}"
            found.cells[table] += self._count(table, condition, [list(texts_there)])

    def _count(self, table: str, condition: str, values: Sequence[Any] = ()) -> int:
        query = f"SELECT count(*) FROM {quote(table)} WHERE {condition}"
        return int(self._con.execute(query, values or None).fetchall()[0][0])

    def _places(self, table: str, condition: str) -> set[Place]:
        query = (
            f"SELECT DISTINCT s.sha256, s.file, coalesce(s.sheet, ''), t._row FROM (SELECT * FROM {quote(table)} "
            f"WHERE {condition}) AS t JOIN _sources AS s ON s.source = t._source WHERE t._row IS NOT NULL"
        )
        return set(self._con.execute(query).fetchall())

    def _shapes(self, places: set[Place]) -> set[str]:
        sheets = {place[:3] for place in places}
        rows = self._con.execute(
            "SELECT DISTINCT s.sha256, s.file, coalesce(s.sheet, ''), l.fingerprint FROM _sources AS s "
            "JOIN _loads AS l ON l.source = s.source WHERE l.fingerprint IS NOT NULL"
        )
        return {shape for *sheet, shape in rows.fetchall() if tuple(sheet) in sheets}

    def _set_aside(self) -> Iterator[tuple[int, int]]:
        """Yield the places (source, row) of rows that were not loaded and name the customer."""
        reader = self._con.execute("SELECT source, row, table_name, content FROM _set_aside")
        who = self._who
        while some := reader.fetchmany(10_000):
            for source, row, table, content in some:
                cells = parsed(content)
                ids = self._feeds.get((source, table), frozenset())
                if any(who.is_word(str(v)) or (n in ids and str(v).strip() in who.known) for n, v in cells.items()):
                    yield source, row


def ids_of(column: str) -> str:
    return "gone_users" if column in USER_COLUMNS else "gone_customers"


def parsed(content: Any) -> dict[str, Any]:
    """Return an object that a version keeps as JSON; {} for what is none."""
    try:
        found = json.loads(content or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def id_columns(mapping: Mapping[str, Any]) -> frozenset[str]:
    """Return the columns of a sheet that say whose a row is, by its mapping."""
    found: set[str] = set()
    for name in OWNERS & set(mapping):
        rule = mapping[name]
        said = rule.get("from") or str(rule.get("through")).partition(".")[2] if isinstance(rule, dict) else rule
        found |= set(said) if isinstance(said, list) else {said} if isinstance(said, str) else set()
    return frozenset(found)


def _feeds(con: duckdb.DuckDBPyConnection) -> dict[tuple[int, str], frozenset[str]]:
    rows = con.execute("SELECT source, table_name, mapping FROM _loads").fetchall()
    return {(source, table): id_columns(parsed(mapping)) for source, table, mapping in rows}
