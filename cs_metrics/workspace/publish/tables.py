"""The raw tables of a version: made from the schema and the attributes seen, filled load by load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from cs_metrics.schema import Table
from cs_metrics.sql import quote
from cs_metrics.workspace.publish.loads import Load
from cs_metrics.workspace.store.database import first_row

# Tables in which the key names one thing: a second row of the same id is a newer state of it, never one more thing.
ONE_ROW_PER_ID = frozenset(
    {
        "customers",
        "users",
        "events",
        "survey_responses",
        "tickets",
        "touchpoints",
        "referrals",
        "opportunities",
        "leads",
        "community_members",
    }
)
OWN = {"_source": "INTEGER", "_row": "BIGINT", "_id": "VARCHAR"}


@dataclass
class RawTable:
    """One table being built: its model columns, then `attributes` (name to DuckDB type), then the app's own."""

    schema: Table
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, str]:
        model = {c.name: c.type.sql for c in self.schema.columns}
        return model | self.attributes | OWN

    def create(self, con: duckdb.DuckDBPyConnection) -> None:
        body = ", ".join(f"{quote(n)} {t}" for n, t in self.columns.items())
        con.execute(f"CREATE TABLE {quote(self.schema.name)} ({body})")

    def copy_old(self, con: duckdb.DuckDBPyConnection, old_columns: list[str]) -> None:
        """Take over the rows of the earlier version (attached as `old`)."""
        shared = [c for c in old_columns if c in self.columns]
        names = ", ".join(quote(c) for c in shared)
        values = ", ".join(f"CAST({quote(c)} AS {self.columns[c]})" for c in shared)
        con.execute(
            f"INSERT INTO {quote(self.schema.name)} ({names}) SELECT {values} FROM old.{quote(self.schema.name)}"
        )

    def stored_name(self, name: str) -> str:
        """Return the column under which a load's column is kept.

        DuckDB does not tell 'Plan' from 'plan': an attribute named like a model column gets ' (file)' behind it.
        """
        fold = name.casefold()
        model = {c.name for c in self.schema.columns}
        if name in model or name in self.attributes or name in OWN:
            return name
        for known in self.attributes:
            if known.casefold() == fold:
                return known
        return f"{name} (file)" if fold in model or fold in OWN else name

    def see(self, rows: pa.Table) -> None:
        """Learn the attributes that these rows bring; one that had another type before becomes text."""
        model = {c.name for c in self.schema.columns}
        for name, kind in zip(rows.column_names, rows.schema.types, strict=True):
            if name in model or name in OWN:
                continue
            stored = self.stored_name(name)
            sql_type = _attribute_type(kind)
            known = self.attributes.get(stored)
            if known is not None and pa.types.is_null(kind):
                continue
            self.attributes[stored] = sql_type if known in (None, sql_type) else "VARCHAR"


def _attribute_type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "BOOLEAN"
    if pa.types.is_integer(kind):
        return "BIGINT"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "DOUBLE"
    if pa.types.is_date(kind):
        return "DATE"
    return "TIMESTAMP" if pa.types.is_timestamp(kind) else "VARCHAR"


def match_key(raw: RawTable, load: Load, mode: str) -> tuple[str, ...]:
    """Return the columns by which rows of `load` take the place of earlier ones; empty where they are just added.

    An upsert goes by the load's own key, else the table's; a table whose id is not mapped goes by who and when.
    """
    table, mapped = raw.schema, set(load.rows.column_names)
    if mode == "upsert":
        if load.key:
            return tuple(raw.stored_name(k) for k in load.key)
        if table.key and table.key[0] in mapped:
            return tuple(k for k in table.key if k in mapped)
        who = next((c for c in ("customer_id", "user_id", "referrer_customer_id") if c in mapped), None)
        when = next((c for c in table.activity if c in mapped), None)
        return (who, when) if who and when else ()
    if mode == "append" and table.name in ONE_ROW_PER_ID and table.key[0] in mapped:
        return table.key
    return ()


def stage(con: duckdb.DuckDBPyConnection, table: RawTable, load: Load, source: int) -> list[str]:
    """Put the rows of a load, as they will be stored, into the temporary table `incoming`; return the columns that the
    file has, under their stored names."""
    given = {table.stored_name(c): c for c in load.rows.column_names if table.stored_name(c) in table.columns}
    # By place, not by name: two columns of a file may differ in nothing but case, which DuckDB does not see.
    places = {c: f"c{place}" for place, c in enumerate(load.rows.column_names)}
    con.register("incoming_rows", load.rows.rename_columns(list(places.values())))
    body = ", ".join(f"{quote(n)} {t}" for n, t in table.columns.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE incoming ({body})")
    targets = ", ".join(quote(c) for c in [*given, "_source"])
    values = ", ".join(f"CAST({places[c]} AS {table.columns[t]})" for t, c in given.items())
    con.execute(f"INSERT INTO incoming ({targets}) SELECT {values}, $1 FROM incoming_rows", [source])
    con.unregister("incoming_rows")
    return list(given)


def insert(con: duckdb.DuckDBPyConnection, table: RawTable, given: Sequence[str], key: tuple[str, ...]) -> int:
    """Add the rows of `incoming`; return how many earlier rows, matching by `key`, gave way to them.

    What the load's file has no column for (`given` are those it has) is carried over from the row replaced, when the
    id says it is one thing.
    """
    name = quote(table.schema.name)
    replaced = 0
    if key and _count(con, name):
        match = " AND ".join(f"incoming.{quote(k)} IS NOT DISTINCT FROM earlier.{quote(k)}" for k in key)
        missing = [c for c in table.columns if c not in given and c not in OWN]
        if missing and table.schema.name in ONE_ROW_PER_ID:
            assign = ", ".join(f"{quote(c)} = earlier.{quote(c)}" for c in missing)
            con.execute(f"UPDATE incoming SET {assign} FROM {name} AS earlier WHERE {match}")
        known = f"EXISTS (SELECT 1 FROM incoming WHERE {match})"
        some = " OR ".join(f"earlier.{quote(k)} IS NOT NULL" for k in key)
        before = _count(con, name)
        con.execute(f"DELETE FROM {name} AS earlier WHERE ({some}) AND {known}")
        replaced = before - _count(con, name)
    # with its id at once: to change every row afterwards would hold them all in memory
    con.execute(f"INSERT INTO {name} SELECT * REPLACE ({_made_id(table.schema)} AS _id) FROM incoming")
    con.execute("DROP TABLE incoming")
    return replaced


def _made_id(table: Table) -> str:
    """Return the SQL of a row's `_id`: the table's own id where that names one row, else made from the row's content
    and its place."""
    content = ", ".join(f"CAST({quote(c.name)} AS VARCHAR)" for c in table.columns)
    made = f"md5(concat_ws('|', {content})) || '-' || _source || '-' || _row"
    single = table.key[0] if table.key and table.key[0].endswith("_id") and table.key[0] != "customer_id" else None
    own = "customer_id" if table.name == "customers" else single
    return f"coalesce({quote(own)}, {made})" if own else made


def give_ids(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Fill `_id` where it is missing, and tell apart the rows that share one."""
    name = quote(table.name)
    con.execute(f"UPDATE {name} SET _id = {_made_id(table)} WHERE _id IS NULL")
    con.execute(
        f"UPDATE {name} SET _id = twin.unique_id FROM (SELECT rowid AS twin_row, _id || '-' || _source || '-' || "
        f"row_number() OVER (PARTITION BY _id ORDER BY _source, _row) AS unique_id FROM {name} "
        f"WHERE _id IN (SELECT _id FROM {name} GROUP BY _id HAVING count(*) > 1)) AS twin "
        f"WHERE twin.twin_row = {name}.rowid"
    )


def _count(con: duckdb.DuckDBPyConnection, name: str) -> int:
    row = first_row(con, f"SELECT count(*) FROM {name}")
    return int(row[0]) if row else 0
