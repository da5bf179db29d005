"""Facts of no rows made without their statements: most facts of a version of a few literal rows are of nothing.

To bind the statement of a fact takes DuckDB longer than to run it, and a test's version has a hundred facts of which
its rows reach a few. A fact that had no rows when all that it reads was empty has none again when it is: it is then
made from its columns. The first version of each process is made by the statements alone.
"""

from __future__ import annotations

import re
from typing import Any

import duckdb

_MADE = re.compile(r"CREATE OR REPLACE TABLE (\w+) AS ")
_WORD = re.compile(r"\w+")
_WHEN = re.compile(r"(?:TIMESTAMP|DATE) '[^']*'")

# by its name and statement (whatever its dates): the columns of a fact that has no rows when what it reads has none
_COLUMNS: dict[tuple[str, str], str] = {}


class Empties:
    """A connection that makes a fact of nothing from its columns."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._known: set[str] = set()
        self._empty: dict[str, bool] = {}

    def execute(self, text: str, *values: Any) -> Any:
        made = _MADE.match(text)
        if made is None or values or "FROM judged" in text:  # what is handed over is not in a table
            self._forget()
            return self._con.execute(text, *values)
        name, key = made[1], (made[1], _WHEN.sub("", text))
        nothing = all(self._is_empty(table) for table in set(_WORD.findall(text)) & self._tables())
        self._known.add(name)
        if nothing and key in _COLUMNS:
            self._empty[name] = True
            return self._con.execute(f"CREATE OR REPLACE TABLE {name}({_COLUMNS[key]})")
        self._empty.pop(name, None)
        done = self._con.execute(text)
        if nothing and self._is_empty(name):
            told = self._con.execute(f"DESCRIBE {name}").fetchall()
            _COLUMNS[key] = ", ".join(f'"{column}" {kind}' for column, kind, *_ in told)
        return done

    def _forget(self) -> None:
        """Anything may have been made or filled."""
        self._known, self._empty = set(), {}

    def _tables(self) -> set[str]:
        if not self._known:
            found = self._con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
            self._known = {str(name) for (name,) in found}
        return self._known

    def _is_empty(self, table: str) -> bool:
        if table not in self._empty:
            self._empty[table] = not self._con.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall()
        return self._empty[table]

    def __getattr__(self, name: str) -> Any:
        self._forget()
        return getattr(self._con, name)
