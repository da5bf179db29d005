"""What each file says of a customer: `_told` keeps it once customers came from more than one source, so that a file
that says otherwise than another one does not silence it. `_origins` names the source that each file is of."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from cs_metrics.sql import quote
from cs_metrics.workspace.publish import changes
from cs_metrics.workspace.publish.lineage import stem
from cs_metrics.workspace.publish.tables import OWN, RawTable
from cs_metrics.workspace.store.database import first_row


def create(con: duckdb.DuckDBPyConnection, customers: RawTable, from_old: bool) -> None:
    """Make `_told`, with the columns of the customers table, and `_origins`. `from_old`: with what the earlier version
    (attached as `old`) had in them; one of an older release has neither."""
    body = ", ".join(f"{quote(n)} {t}" for n, t in customers.columns.items() if n != "_id")
    con.execute(f"CREATE TABLE _told({body})")
    con.execute("CREATE TABLE _origins(source INTEGER, origin VARCHAR)")
    _name_sources(con)
    if from_old and changes.has(con, "old", "_told"):
        kept = [r[0] for r in con.execute("SELECT column_name FROM (DESCRIBE old._told)").fetchall()]
        shared = [c for c in kept if c in customers.columns]
        values = ", ".join(f"CAST({quote(c)} AS {customers.columns[c]})" for c in shared)
        con.execute(f"INSERT INTO _told ({', '.join(map(quote, shared))}) SELECT {values} FROM old._told")


def _name_sources(con: duckdb.DuckDBPyConnection) -> None:
    new = "SELECT source, file, sheet FROM _sources WHERE source NOT IN (SELECT source FROM _origins)"
    for source, file, sheet in con.execute(new).fetchall():
        con.execute("INSERT INTO _origins VALUES ($1, $2)", [source, stem(file, sheet)])


def seed(con: duckdb.DuckDBPyConnection, source: int) -> str:
    """Get ready for customers from `source`, and return its origin. Where all customers are of one other origin so far,
    what the table says is what that origin says."""
    _name_sources(con)
    row = first_row(con, "SELECT origin FROM _origins WHERE source = $1", [source])
    origin = str(row[0]) if row else ""
    others = "SELECT source FROM _origins WHERE origin <> $1"
    if not _any(con, "_told") and first_row(
        con, f"SELECT 1 FROM customers WHERE _source IN ({others}) LIMIT 1", [origin]
    ):
        con.execute(
            "INSERT INTO _told BY NAME SELECT * EXCLUDE _id FROM customers WHERE customer_id IS NOT NULL "
            "QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY _source DESC, _row DESC) = 1"
        )
    return origin


def before(con: duckdb.DuckDBPyConnection, origin: str, fingerprint: str) -> str:
    """Return the SELECT of the customers as the source that is about to be added knew them: what it says now is
    compared with that, for a difference between two sources is no change. A file of the same shape from an earlier
    publishing is taken for an earlier state of the source, whatever its name."""
    if not _any(con, "_told"):
        return "SELECT * FROM customers"
    known = con.execute(
        "SELECT source, origin = $1 FROM _origins WHERE origin = $1 OR source IN "
        "(SELECT source FROM _loads WHERE table_name = 'customers' AND fingerprint = $2) ORDER BY source",
        [origin, fingerprint],
    ).fetchall()
    own = ", ".join(str(source) for source, mine in known if mine) or "NULL"
    like = ", ".join(str(source) for source, _ in known) or "NULL"
    names = [r[0] for r in con.execute("SELECT column_name FROM (DESCRIBE _told)").fetchall()]
    values = ", ".join(
        f"coalesce(arg_max({c}, _source) FILTER (WHERE _source IN ({own}) AND {c} IS NOT NULL), "
        f"arg_max({c}, _source) FILTER (WHERE {c} IS NOT NULL)) AS {c}"
        for c in map(quote, names)
        if c != '"customer_id"'
    )
    return f"SELECT customer_id, {values} FROM _told WHERE _source IN ({like}) GROUP BY customer_id"


def add(con: duckdb.DuckDBPyConnection, given: Sequence[str], origin: str) -> None:
    """Keep what the rows of `incoming` (of which the file has the columns `given`) say, in the place of what their
    origin said before; a blank says nothing, and takes over what another origin says. Does nothing while all customers
    are of one origin."""
    if not _any(con, "_told"):
        return
    said = [c for c in given if c not in OWN and c != "customer_id"]
    mine = "_source IN (SELECT source FROM _origins WHERE origin = $1)"
    if said:
        blank = ", ".join(f"{quote(c)} = NULL" for c in said)
        con.execute(
            f"UPDATE _told SET {blank} WHERE {mine} AND customer_id IN (SELECT customer_id FROM incoming)", [origin]
        )
        columns = [r[0] for r in con.execute("SELECT column_name FROM (DESCRIBE _told)").fetchall()]
        silent = " AND ".join(f"{quote(c)} IS NULL" for c in columns if c not in (*OWN, "customer_id"))
        con.execute(f"DELETE FROM _told WHERE {mine} AND {silent}", [origin])
    dated = next((f"{quote(c)} DESC NULLS LAST, " for c in given if c.lower() == "valid_from"), "")
    names = ", ".join(map(quote, ["customer_id", *said, "_source", "_row"]))
    con.execute(
        f"INSERT INTO _told ({names}) SELECT {names} FROM incoming WHERE customer_id IS NOT NULL "
        f"QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY {dated}_row DESC) = 1"
    )
    for column in map(quote, said):
        con.execute(
            f"UPDATE incoming SET {column} = o.value FROM (SELECT customer_id, arg_max({column}, _source) AS value "
            f"FROM _told WHERE NOT {mine} AND {column} IS NOT NULL GROUP BY 1) AS o "
            f"WHERE incoming.{column} IS NULL AND incoming.customer_id = o.customer_id",
            [origin],
        )


def _any(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    return first_row(con, f"SELECT 1 FROM {table} LIMIT 1") is not None
