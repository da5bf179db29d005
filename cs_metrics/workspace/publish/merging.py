"""Customers that a person said are one, made one in a version: `_same` has the ids, `_merged` what stood in the rows.

The rows of a version carry the id that stands for the customer. Before the next version is built from it, the rows get
back what stood in them, so that files match by their own ids and a match that was undone is gone.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pandas as pd

from cs_metrics.schema import TABLES
from cs_metrics.sql import quote
from cs_metrics.workspace.publish import changes
from cs_metrics.workspace.publish.tables import OWN
from cs_metrics.workspace.store.database import first_row

RULE = "one customer under several ids, as a person said"
FILLED = "from the customer's other id, as a person said they are one"
# every column that names a customer
ID_COLUMNS = tuple(
    (table.name, column.name)
    for table in TABLES.values()
    for column in table.columns
    if column.name.endswith("customer_id") or (table.name, column.name) == ("customers", "referred_by")
)


def create(con: duckdb.DuckDBPyConnection, from_old: bool) -> None:
    """Make the tables of account, and give the rows taken over from the earlier version (attached as `old`) back what
    stood in them."""
    con.execute("CREATE TABLE _same(customer_id VARCHAR, kept VARCHAR)")
    con.execute("CREATE TABLE _merged(table_name VARCHAR, row_id VARCHAR, column_name VARCHAR, original VARCHAR)")
    con.execute("CREATE TABLE _merged_history AS SELECT * FROM customer_attributes LIMIT 0")
    if not from_old or not changes.has(con, "old", "_merged"):
        return
    con.execute("INSERT INTO customer_attributes BY NAME SELECT * FROM old._merged_history")
    for (table,) in con.execute("SELECT DISTINCT table_name FROM old._merged").fetchall():
        give_back(con, table, table)
    for name in ("_changes", "_repairs"):
        con.execute(f"DELETE FROM {name} WHERE rule IN ($1, $2)", [RULE, FILLED])


def give_back(con: duckdb.DuckDBPyConnection, table: str, place: str) -> None:
    """Put what stood in the rows of a table of the earlier version (attached as `old`) back into their copy `place`."""
    if not changes.has(con, "old", "_merged"):
        return
    columns = con.execute("SELECT DISTINCT column_name FROM old._merged WHERE table_name = $1", [table]).fetchall()
    kinds = dict(con.execute(f"SELECT column_name, column_type FROM (DESCRIBE {quote(place)})").fetchall())
    for column in (name for (name,) in columns if name in kinds):
        con.execute(
            f"UPDATE {quote(place)} SET {quote(column)} = CAST(m.original AS {kinds[column]}) FROM old._merged AS m "
            f"WHERE m.table_name = $1 AND m.column_name = $2 AND m.row_id = {quote(place)}._id",
            [table, column],
        )


def apply(con: duckdb.DuckDBPyConnection, same: Mapping[str, str], most: int) -> None:
    """Put the id that stands for a customer into every row that has another id of it (`same`: that id by the other);
    what the customer's own row does not know comes from those of its other ids. Each change is written down, of each
    column the first `most`."""
    if not same:
        return
    con.executemany("INSERT INTO _same VALUES ($1, $2)", [[other, kept] for other, kept in sorted(same.items())])
    for table, column in ID_COLUMNS:
        name, cell = quote(table), quote(column)
        con.execute(
            f"INSERT INTO _merged SELECT $1, t._id, $2, t.{cell} FROM {name} AS t "
            f"JOIN _same AS s ON s.customer_id = t.{cell}",
            [table, column],
        )
        con.execute(f"UPDATE {name} SET {cell} = s.kept FROM _same AS s WHERE s.customer_id = {name}.{cell}")
        _write_down(con, table, column, RULE, most)
    for (column,) in con.execute("SELECT column_name FROM (DESCRIBE customers)").fetchall():
        if column != "customer_id" and column not in OWN:
            _fill(con, column, most)
    con.execute(
        "INSERT INTO _merged_history SELECT h.* FROM customer_attributes AS h SEMI JOIN _same USING (customer_id)"
    )
    con.execute("DELETE FROM customer_attributes WHERE customer_id IN (SELECT customer_id FROM _same)")


def _fill(con: duckdb.DuckDBPyConnection, column: str, most: int) -> None:
    """Give the rows of a kept id what only a row of another id of the customer says, the latest of these."""
    cell = quote(column)
    moved = "SELECT row_id FROM _merged WHERE table_name = 'customers' AND column_name = 'customer_id'"
    con.execute(
        "CREATE OR REPLACE TEMP TABLE told AS SELECT customer_id, "
        f"arg_max({cell}, struct_pack(s := _source, r := _row)) AS value "
        f"FROM customers WHERE {cell} IS NOT NULL AND _id IN ({moved}) GROUP BY customer_id"
    )
    empty = f"customers.{cell} IS NULL AND customers._id NOT IN ({moved})"
    con.execute(
        "INSERT INTO _merged SELECT 'customers', customers._id, $1, NULL FROM customers JOIN told USING (customer_id) "
        f"WHERE {empty}",
        [column],
    )
    con.execute(
        f"UPDATE customers SET {cell} = told.value FROM told WHERE told.customer_id = customers.customer_id AND {empty}"
    )
    con.execute("DROP TABLE told")
    _write_down(con, "customers", column, FILLED, most, "m.original IS NULL")


def _write_down(
    con: duckdb.DuckDBPyConnection, table: str, column: str, rule: str, most: int, only: str = "TRUE"
) -> None:
    rows = (
        f"SELECT t._source, t._id, t._row, m.original, CAST(t.{quote(column)} AS VARCHAR) AS value "
        f"FROM _merged AS m JOIN {quote(table)} AS t ON t._id = m.row_id "
        f"WHERE m.table_name = $1 AND m.column_name = $2 AND {only}"
    )
    con.execute(
        f"INSERT INTO _changes SELECT _source, $1, _id, _row, $2, original, value, $3 FROM ({rows}) "
        f"ORDER BY _source, _row LIMIT {int(most)}",
        [table, column, rule],
    )
    con.execute(
        "INSERT INTO _repairs SELECT _source, $1, $2, $3, count(*), (SELECT count(*) FROM _changes AS k "
        "WHERE k.source = f._source AND k.table_name = $1 AND k.column_name = $2 AND k.rule = $3) "
        f"FROM ({rows}) AS f GROUP BY _source",
        [table, column, rule],
    )


def merged(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the ids that another stands for in this version, by id; {} in a version of an older release."""
    if not changes.has(con, None, "_same"):
        return {}
    return dict(con.execute("SELECT customer_id, kept FROM _same").fetchall())


def rows(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return how many rows of each table have another id than in their file: kept, original, table, rows."""
    if first_row(con, "SELECT 1 FROM duckdb_tables() WHERE table_name = '_merged'") is None:
        return pd.DataFrame(columns=["kept", "original", "table", "rows"])
    return con.execute(
        'SELECT s.kept, m.original, m.table_name AS "table", count(*) AS rows FROM _merged AS m '
        "JOIN _same AS s ON s.customer_id = m.original WHERE m.column_name = 'customer_id' GROUP BY ALL "
        "ORDER BY 1, 2, 3"
    ).df()
