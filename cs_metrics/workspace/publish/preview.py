"""What publishing would change: the rows of the files beside those of the version, told by the table's key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.schema import TABLES, Type
from cs_metrics.sql import quote
from cs_metrics.workspace.publish.lineage import stem
from cs_metrics.workspace.publish.loads import Load, source_name
from cs_metrics.workspace.publish.tables import ONE_ROW_PER_ID, OWN, RawTable, match_key
from cs_metrics.workspace.store.database import first_row

# changed rows that are shown of each load; all are counted
SHOWN = 100
CHANGES = ("row", "key", "column", "before", "after")


@dataclass
class TableChanges:
    """What the files change in one table.

    `key`: the columns that tell a row; empty where rows are compared whole. Of the files' `rows`, `new` are not in the
    version, `changed` differ in a column that the file has, `unchanged` do not: new + changed + unchanged = rows.
    `missing`: rows of the version that came from the same source (in mode replace: of the whole table) and are in none
    of the files. `repeated`: rows that share their key with another of their file; `keyless`: rows without a key,
    which always count as new. `columns`: changed rows by column. `changes`: up to 100 changed rows of each file, a
    line for each changed cell: row (in the file), key, column, before, after (texts, null for nothing).
    """

    table: str
    key: tuple[str, ...]
    sources: list[str] = field(default_factory=list)
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    repeated: int = 0
    keyless: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    changes: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CHANGES)))


def remarks(found: TableChanges, mode: str) -> list[str]:
    """Return what a person should know of a table's changes before publishing in a mode, in sentences."""
    said = []
    known, by = found.changed + found.unchanged, ", ".join(found.key)
    if mode == "append" and known and found.table not in ONE_ROW_PER_ID:
        like = f"with the {by} of" if by else "like"
        said.append(
            f"{_rows(known)} for {found.table} {like} rows that are loaded already: added again, they would count "
            "twice. An update by key (upsert) puts them in the others' place."
        )
    if found.missing:
        fate = "dropped" if mode == "replace" else "kept as before"
        where = found.table if mode == "replace" else f"{found.table} from earlier files of this source"
        said.append(f"Not in the new files: {_rows(found.missing)} of {where}, to be {fate}.")
    if found.repeated:
        said.append(f"More than one row of a file with the same {by}: {_rows(found.repeated)} for {found.table}.")
    if found.keyless:
        said.append(f"Without {by}: {_rows(found.keyless)} for {found.table}, which match nothing and count as new.")
    if not found.key and mode == "upsert":
        said.append(f"Nothing tells a row of {found.table} from another: rows are compared whole, and all are added.")
    return said


def _rows(n: int) -> str:
    return f"{n:,} {'row' if n == 1 else 'rows'}"


class Comparison:
    """Looks at each load before it is added: `see` is a `publishing.Seen`, `tables` what came of it once the version
    is built. `shapes`: for each load's (sha256, sheet) the fingerprints under which its source was loaded before."""

    def __init__(self, has_old: bool, mode: str, shapes: Mapping[tuple[str, str | None], Iterable[str]]) -> None:
        self._has_old, self._mode, self._shapes = has_old, mode, shapes
        self._found: dict[tuple[str, tuple[str, ...]], TableChanges] = {}
        self._earlier: dict[tuple[str, tuple[str, ...]], set[int]] = {}

    @property
    def tables(self) -> list[TableChanges]:
        """The changes of each table, in the order of the files."""
        return list(self._found.values())

    def see(self, con: duckdb.DuckDBPyConnection, table: RawTable, load: Load, given: Sequence[str]) -> None:
        """Compare the rows of `incoming` with those of the earlier version (attached as `old`)."""
        name = table.schema.name
        key = tuple(k for k in match_key(table, load, "upsert") if k in given)
        told = [c for c in given if c not in OWN]
        by = list(key or told)
        found = self._found.setdefault((name, tuple(by)), TableChanges(name, key))
        found.sources.append(source_name(load.file, load.sheet))
        rows = _number(con, "SELECT count(*) FROM incoming")
        found.rows += rows
        some = _some("incoming", by)
        found.keyless += rows - _number(con, f"SELECT count(*) FROM incoming WHERE {some}") if key else 0
        names = ", ".join(map(quote, by))
        if key:
            groups = f"SELECT count(*) AS n FROM incoming WHERE {some} GROUP BY {names} HAVING count(*) > 1"
            found.repeated += _number(con, f"SELECT coalesce(sum(n), 0) FROM ({groups})")
        if not self._has_old:
            found.new += rows
            return
        old = [r[0] for r in con.execute(f"SELECT column_name FROM (DESCRIBE old.{quote(name)})").fetchall()]
        by_name = {c.casefold(): c for c in old}
        values = ", ".join(
            f"TRY_CAST({quote(by_name[c.casefold()]) if c.casefold() in by_name else 'NULL'} AS {table.columns[c]}) "
            f"AS {quote(c)}"
            for c in told
        )
        con.execute(f"CREATE OR REPLACE TEMP TABLE earlier AS SELECT {values}, _source FROM old.{quote(name)}")
        same, match = _equal(told), _equal(by)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE judged AS SELECT incoming.*, {some} AND EXISTS (SELECT 1 FROM earlier "
            f"WHERE {same}) AS is_same, {some} AND EXISTS (SELECT 1 FROM earlier WHERE {match}) AS is_known "
            "FROM incoming"
        )
        counts = first_row(
            con,
            "SELECT count(*) FILTER (WHERE NOT is_known), count(*) FILTER (WHERE is_known AND NOT is_same), "
            "count(*) FILTER (WHERE is_same) FROM judged",
        )
        new, changed, unchanged = counts or (0, 0, 0)
        found.new += new
        found.changed += changed
        found.unchanged += unchanged
        if changed:
            self._cells(con, found, key, [c for c in told if c not in key])
        self._remember(con, found, load, by)
        con.execute("DROP TABLE judged; DROP TABLE earlier")

    def _cells(
        self, con: duckdb.DuckDBPyConnection, found: TableChanges, key: tuple[str, ...], told: Sequence[str]
    ) -> None:
        """Count the changed cells by column, and note those of the first changed rows with what they were."""
        names = ", ".join(map(quote, key))
        was = {column: f"_was_{place}" for place, column in enumerate(told)}
        before = ", ".join(f"e.{quote(c)} AS {was[c]}" for c in told)
        match = " AND ".join(f"i.{quote(k)} IS NOT DISTINCT FROM e.{quote(k)}" for k in key)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE pairs AS SELECT i.*, {before} FROM (SELECT * FROM judged WHERE is_known "
            f"AND NOT is_same) AS i JOIN (SELECT DISTINCT ON ({names}) * FROM earlier) AS e ON {match}"
        )
        differ = [f"{quote(c)} IS DISTINCT FROM {was[c]}" for c in told]
        counts = first_row(con, f"SELECT {', '.join(f'count(*) FILTER (WHERE {d})' for d in differ)} FROM pairs") or ()
        for column, n in zip(told, counts, strict=True):
            if n:
                found.columns[column] = found.columns.get(column, 0) + int(n)
        shown = [c for c, n in zip(told, counts, strict=True) if n]
        money = {c.name for c in TABLES[found.table].columns if c.type is Type.MONEY}
        texts = [n if c in money else f"CAST({n} AS VARCHAR)" for c in shown for n in (quote(c), was[c])]
        query = (
            f"SELECT _row, concat_ws(', ', {', '.join(f'CAST({quote(k)} AS VARCHAR)' for k in key)})"
            f"{''.join(f', {t}' for t in texts)} FROM pairs ORDER BY _row LIMIT {SHOWN}"
        )
        cells: list[tuple[Any, ...]] = []
        for row, told_key, *pairs in con.execute(query).fetchall():
            for place, column in enumerate(shown):
                now, then = pairs[2 * place : 2 * place + 2]
                if now != then:
                    cells.append((row, told_key, column, _shown(then), _shown(now)))
        if cells:
            more = pd.DataFrame(cells, columns=list(CHANGES))
            found.changes = more if found.changes.empty else pd.concat([found.changes, more], ignore_index=True)
        con.execute("DROP TABLE pairs")

    def _remember(self, con: duckdb.DuckDBPyConnection, found: TableChanges, load: Load, by: Sequence[str]) -> None:
        """Work out anew which rows of the sources seen so far are in none of their files."""
        identity = (found.table, tuple(by))
        keys, names = f"missing_{list(self._found).index(identity)}", ", ".join(map(quote, by))
        own = self._sources(con, load)
        first = identity not in self._earlier
        known = self._earlier.setdefault(identity, set())
        fresh = sorted(own - known)
        known |= own
        if first:
            con.execute(f"CREATE OR REPLACE TEMP TABLE {keys} AS SELECT * FROM earlier LIMIT 0")
            con.execute(f"CREATE OR REPLACE TEMP TABLE {keys}_seen AS SELECT {names} FROM incoming LIMIT 0")
        con.execute(f"INSERT INTO {keys}_seen SELECT DISTINCT {names} FROM incoming")
        if fresh:
            con.execute(
                f"INSERT INTO {keys} BY NAME SELECT {names}, _source FROM earlier WHERE list_contains($1, _source)",
                [fresh],
            )
        match = " AND ".join(f"s.{quote(k)} IS NOT DISTINCT FROM m.{quote(k)}" for k in by)
        con.execute(f"DELETE FROM {keys} AS m WHERE EXISTS (SELECT 1 FROM {keys}_seen AS s WHERE {match})")
        found.missing = _number(con, f"SELECT count(*) FROM {keys}")

    def _sources(self, con: duckdb.DuckDBPyConnection, load: Load) -> set[int]:
        """Return the earlier version's sources whose rows this load is the next state of."""
        query = (
            "SELECT s.source, s.file, s.sheet, l.fingerprint FROM old._sources AS s JOIN old._loads AS l "
            "ON l.source = s.source WHERE l.table_name = $1"
        )
        shapes = {load.fingerprint, *self._shapes.get((load.sha256, load.sheet), ())}
        own = stem(load.file, load.sheet)
        return {
            int(source)
            for source, file, sheet, shape in con.execute(query, [load.table]).fetchall()
            if self._mode == "replace" or shape in shapes or stem(file, sheet) == own
        }


def _equal(columns: Sequence[str]) -> str:
    return " AND ".join(f"incoming.{quote(c)} IS NOT DISTINCT FROM earlier.{quote(c)}" for c in columns)


def _some(table: str, columns: Sequence[str]) -> str:
    return "(" + " OR ".join(f"{table}.{quote(c)} IS NOT NULL" for c in columns) + ")"


def _number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = first_row(con, query)
    return int(row[0]) if row else 0


def _shown(value: Any) -> Any:
    """Return a text as it is, and an amount without the zeros that only its type adds: 65, not 65.000000."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
