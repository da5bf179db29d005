"""One request for all KPIs by month, and one bare scan of what it reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd
import sqlglot
from sqlglot import exp

from cs_metrics.kpis import CATALOGUE, Slice, compute
from cs_metrics.sql import quote
from cs_metrics.workspace.publish.describe import read_meta

MONTHS = 12


class Watched:
    """A connection that notes the statements that answer KPIs; what settling the question looks up is not counted."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.statements: list[str] = []

    def execute(self, text: str, *values: Any) -> duckdb.DuckDBPyConnection:
        if text.startswith("SELECT 0 AS part"):
            self.statements.append(text)
        return self.con.execute(text, *values)

    def read(self) -> list[str]:
        """The facts that the statements read, dimensions among them, and the raw tables where one reads them."""
        trees = [sqlglot.parse_one(text, read="duckdb") for text in self.statements]
        named = {table.name for tree in trees for table in tree.find_all(exp.Table)}
        known = {row[0] for row in self.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        return sorted(named & known)


def ask(con: duckdb.DuckDBPyConnection | Watched, kpis: Sequence[str] = tuple(CATALOGUE)) -> pd.DataFrame:
    """KPIs, all of the catalogue, by month, the last twelve of the data."""
    end = pd.Timestamp(datetime.fromisoformat(read_meta(con)["as_of"]))  # type: ignore[arg-type]
    asked = Slice.of("month", since=end - pd.DateOffset(months=MONTHS), until=end)
    return compute(con, list(kpis), asked)  # type: ignore[arg-type]


def scan(con: duckdb.DuckDBPyConnection, tables: list[str]) -> list[Any]:
    """Look once at every value of these tables. A hash: a count or a maximum would be answered from statistics."""
    return [con.execute(f"SELECT bit_xor(hash(COLUMNS(*))) FROM {quote(table)}").fetchall() for table in tables]
