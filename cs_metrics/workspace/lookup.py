"""Values found through another table: a usage row names a subscription, and the subscription names the customer."""

from __future__ import annotations

import json

import duckdb

from cs_metrics.errors import PublishError, did_you_mean
from cs_metrics.schema import TABLES
from cs_metrics.sql import quote
from cs_metrics.workspace.database import first_row
from cs_metrics.workspace.loads import Load, source_name
from cs_metrics.workspace.tables import OWN, RawTable


def resolve(con: duckdb.DuckDBPyConnection, tables: dict[str, RawTable], load: Load, source: int) -> int:
    """Fill the columns of a load that are found through another table; return how many rows found nothing.

    A row that finds nothing, or several different values, is set aside as rejected where the column is required; where
    it is not, the column stays empty.
    """
    unresolved = 0
    table = tables[load.table]
    for column, (attribute, other, through) in load.through.items():
        where = source_name(load.file, load.sheet)
        if other not in tables:
            raise PublishError(f"{where}: there is no table '{other}' to look through. {did_you_mean(other, tables)}")
        known = tables[other].columns
        for name in (column, through):
            if name not in known:
                hint = did_you_mean(name, known)
                raise PublishError(f"{where}: table '{other}' has no column '{name}' to look through. {hint}")
        mine, theirs, value = quote(table.stored_name(attribute)), quote(through), quote(column)
        con.execute(
            f"UPDATE {quote(load.table)} AS mine SET {value} = found.value FROM (SELECT {theirs} AS shared, "
            f"min({value}) AS value FROM {quote(other)} WHERE {theirs} IS NOT NULL GROUP BY {theirs} "
            f"HAVING count(DISTINCT {value}) = 1) AS found WHERE mine._source = $1 AND mine.{value} IS NULL "
            f"AND CAST(mine.{mine} AS VARCHAR) = CAST(found.shared AS VARCHAR)",
            [source],
        )
        if column in TABLES[load.table].required:
            unresolved += _reject(con, table, source, column, table.stored_name(attribute), f"{other}.{through}")
    return unresolved


def _reject(
    con: duckdb.DuckDBPyConnection, table: RawTable, source: int, column: str, attribute: str, target: str
) -> int:
    name = quote(table.schema.name)
    unfound = f"FROM {name} WHERE _source = $1 AND {quote(column)} IS NULL"
    row = first_row(con, f"SELECT count(*) {unfound}", [source])
    count = int(row[0]) if row else 0
    if count:
        shown = [c for c in table.columns if c not in OWN]
        rows = con.execute(f"SELECT _row, {', '.join(quote(c) for c in shown)} {unfound} ORDER BY _row", [source])
        records = [
            [
                source,
                values[0],
                table.schema.name,
                "rejected",
                column,
                f"'{values[1 + shown.index(attribute)]}' is not in {target}, so the {column} is unknown.",
                json.dumps({c: v for c, v in zip(shown, values[1:], strict=True) if v is not None}, default=str),
            ]
            for values in rows.fetchall()
        ]
        con.executemany("INSERT INTO _set_aside VALUES ($1, $2, $3, $4, $5, $6, $7)", records)
        con.execute(f"DELETE {unfound}", [source])
    return count
