"""The sample company pared down to some customers, from which columns and tables can be taken away and given back.

What a column is worth shows in the values: the facts are built anew without it, and what KPIs say is compared with what
they say with all data. Only those KPIs are asked again whose statement, or a table that it reads, is another one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from cs_metrics import facts
from cs_metrics.kpis import CATALOGUE, KPI, Form, Slice, available, computable, compute, unlocks
from cs_metrics.kpis.ask import Asked, choose, settle
from cs_metrics.kpis.available import Available, meta_settings
from cs_metrics.kpis.run import _compiled, _facts
from cs_metrics.periods import instant
from cs_metrics.schema import TABLES
from cs_metrics.workspace.publish import asof

GRAIN = Slice("quarter")
Values = dict[str, tuple[float | None, ...]]
_TABLE = re.compile(rf"\b(?:fact_\w+|dim_\w+|attribute_states|customer_attributes|_columns|{'|'.join(TABLES)})\b")
_COPIED = ("customer_attributes", "_columns", "_meta", "_sources")


@dataclass(frozen=True)
class Found:
    """What a version can answer: `values` of the KPIs that are computable, what the others lack, the form of each."""

    values: Values
    lacking: Mapping[str, list[str]]
    forms: Mapping[str, Form]


_MADE = re.compile(r"CREATE OR REPLACE TABLE (\w+) AS ")


class Sparing:
    """A connection that makes a table anew only where its statement, or a table which that reads, is another one than
    with all data."""

    def __init__(self, con: duckdb.DuckDBPyConnection, content: Callable[[str], Any], made: dict[str, Any]) -> None:
        self._con, self._content, self._made, self._first = con, content, made, not made

    def execute(self, text: str, *values: Any) -> Any:
        made = _MADE.match(text)
        if made is None or values or "FROM judged" in text:  # what is handed over is not in a table
            return self._con.execute(text, *values)
        read = sorted(set(_TABLE.findall(text)) - {made[1]})
        signed = text, *(self._content(table) for table in read)
        if self._first:
            self._made[made[1]] = signed
        elif self._made.get(made[1]) == signed:
            return self._con
        return self._con.execute(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)


class Pared:
    """`everything` is what the company can answer with all its data."""

    def __init__(self, sample: Path, customers: int) -> None:
        self.con = duckdb.connect()
        self.con.execute("SET threads = 1")
        self.con.execute(f"ATTACH '{sample}' AS whole (READ_ONLY)")
        self.con.execute(
            "CREATE TABLE chosen AS SELECT c.customer_id FROM whole.customers AS c "
            "LEFT JOIN (SELECT DISTINCT customer_id FROM whole.fact_leaving) AS l ON l.customer_id = c.customer_id "
            "LEFT JOIN (SELECT DISTINCT referred_customer_id FROM whole.referrals) AS r "
            "ON r.referred_customer_id = c.customer_id "
            "ORDER BY r.referred_customer_id IS NULL, l.customer_id IS NULL, md5(c.customer_id) LIMIT $1",
            [customers // 2],
        )
        self.con.execute(
            "INSERT INTO chosen SELECT customer_id FROM whole.customers "
            "WHERE customer_id NOT IN (SELECT customer_id FROM chosen) ORDER BY md5(customer_id) LIMIT $1",
            [customers - customers // 2],
        )
        for name in (*TABLES, *_COPIED):
            self.con.execute(f"CREATE TABLE {name} AS SELECT * FROM whole.{name} {self._where(name)}")
        self.con.execute("DETACH whole")
        self.signed: dict[str, tuple[Any, ...]] = {}
        self._contents: dict[str, tuple[Any, ...]] = {}
        self._made: dict[str, Any] = {}
        end = self.con.execute("SELECT value FROM _meta WHERE key = 'as_of'").fetchall()[0][0]
        self.now = instant(json.loads(end)) - timedelta(seconds=1)
        for table in TABLES:
            self._recount(table)
        self.rebuild()
        self.everything = Found({}, {}, {})
        self.everything = self.ask()

    def _where(self, name: str) -> str:
        """The rows of the chosen customers, some of those of nobody, and all costs."""
        columns = [row[0] for row in self.con.execute(f"DESCRIBE whole.{name}").fetchall()]
        owners = [c for c in ("customer_id", "referrer_customer_id", "referred_customer_id") if c in columns]
        if not owners or name == "costs":
            return ""
        kept = [f"{owner} IN (SELECT customer_id FROM chosen)" for owner in owners]
        kept += ["(customer_id IS NULL AND _row % 8 = 0)"] if {"customer_id", "_row"} <= set(columns) else []
        return f"WHERE {' OR '.join(kept)}"

    def _recount(self, table: str) -> None:
        """Write down anew which columns have data, of those that had: the rest of the rows is gone."""
        columns = self.con.execute("SELECT column_name FROM _columns WHERE table_name = $1", [table]).fetchall()
        for (column,) in columns:
            self.con.execute(
                f"UPDATE _columns SET mapped = mapped AND filled > 0, distinct_values = found, nulls = n - filled FROM "
                f'(SELECT count("{column}") AS filled, count(DISTINCT "{column}") AS found, count(*) AS n FROM {table})'
                f" AS counted WHERE table_name = $1 AND column_name = $2",
                [table, column],
            )

    @property
    def columns(self) -> list[str]:
        """Every 'table.column' of the model that has data."""
        rows = self.con.execute("SELECT table_name, column_name FROM _columns WHERE mapped AND kind = 'model'")
        return [f"{table}.{column}" for table, column in rows.fetchall()]

    @contextmanager
    def without(self, *names: str) -> Iterator[None]:
        """Take away columns ('table.column'; a required one takes its table with it), tables ('table') and rows
        ('table.column = value') for a while."""
        self.con.execute("BEGIN")
        try:
            for name in names:
                self._drop(*name.partition(".")[::2])
            self.rebuild()
            yield
        finally:
            self.con.execute("ROLLBACK")

    @contextmanager
    def with_settings(self, **settings: Any) -> Iterator[None]:
        """Choose these settings for a while."""
        self.con.execute("BEGIN")
        try:
            chosen = json.dumps({**meta_settings(self.con), **settings})
            self.con.execute("UPDATE _meta SET value = $1 WHERE key = 'settings'", [chosen])
            self.rebuild()
            yield
        finally:
            self.con.execute("ROLLBACK")

    def only(self, *tables: str) -> AbstractContextManager[None]:
        """Take away every table but these for a while."""
        return self.without(*(table for table in TABLES if table not in tables))

    def _drop(self, table: str, column: str) -> None:
        column, _, value = column.partition(" = ")
        if value:
            self.con.execute(f'DELETE FROM {table} WHERE "{column}" = $1', [value])
        elif not column or column in TABLES[table].required:
            self.con.execute(f"DELETE FROM {table}")
            self.con.execute("UPDATE _columns SET mapped = FALSE WHERE table_name = $1", [table])
        else:
            self.con.execute(f'UPDATE {table} SET "{column}" = NULL')
            gone = "UPDATE _columns SET mapped = FALSE WHERE table_name = $1 AND column_name = $2"
            self.con.execute(gone, [table, column])

    def rebuild(self) -> None:
        """Build the facts anew, up to where the data that are left end."""
        ends = asof.of_tables(self.con, "UTC", self.now)
        end = asof.overall(ends, self.now)
        said = {"as_of": end.isoformat(), "table_as_of": {table: moment.isoformat() for table, moment in ends.items()}}
        for key, value in said.items():
            self.con.execute("UPDATE _meta SET value = $2 WHERE key = $1", [key, json.dumps(value)])
        self._contents = {}
        sparing: Any = Sparing(self.con, self._now, self._made)
        facts.build(sparing, meta_settings(self.con), end)
        self._contents = {}

    def known(self) -> Available:
        return available(self.con).choosing(meta_settings(self.con))

    def lacking(self) -> dict[str, list[str]]:
        """Return what each KPI lacks that is said not to be computable."""
        frame = computable(self.con)
        return {row["id"]: row["needs"] for row in frame[~frame["computable"]].to_dict("records")}

    def unlocks(self) -> dict[str, int]:
        return unlocks(self.con)

    def ask(self) -> Found:
        """Return what can be answered now; what can't have changed is taken from what was asked with all data."""
        known = self.known()
        forms = {kpi.id: choose(kpi, known)[0] for kpi in CATALOGUE.values()}
        able = {name: form for name, form in forms.items() if form is not None}
        asked = settle(self.con, GRAIN)
        signed = {name: self._signed(asked, CATALOGUE[name], form) for name, form in able.items()}
        changed = [name for name in able if signed[name] != self.signed.get(name)]
        values = {name: value for name, value in self.everything.values.items() if name in able} if self.signed else {}
        values |= self.values({name: CATALOGUE[name] for name in changed})
        self.signed = self.signed or signed
        return Found(values, self.lacking(), able)

    def values(self, asked: Mapping[str, KPI]) -> Values:
        """Return the values of KPIs by period, of the whole."""
        if not asked:
            return {}
        frame = compute(self.con, list(asked), GRAIN, own=dict(asked))
        whole = frame[frame["item"].isna()]
        return {
            str(name): tuple(None if value != value else round(float(value), 9) for value in own["value"])
            for name, own in whole.groupby("kpi")
        }

    def forced(self, names: Iterable[str]) -> list[tuple[str, tuple[float | None, ...]]]:
        """Return what the forms that the version's sources allow would say of each KPI, whatever they need."""
        known, asked = self.known(), {}
        for name in names:
            for number, form in enumerate(CATALOGUE[name].forms):
                if form.when is None or known.info.get(form.when[0]) == form.when[1]:
                    anyway = replace(form, needs=(), when=None)
                    asked[f"{name} {number}"] = replace(CATALOGUE[name], id=f"{name} {number}", forms=(anyway,))
        return [(name.partition(" ")[0], values) for name, values in self.values(asked).items()]

    def withheld(self, name: str) -> bool:
        """Return whether a model says nothing, and why: it could be fitted, and is no better than the base rate."""
        return bool(self.known().info.get(f"withheld_{name}"))

    def _signed(self, asked: Asked, kpi: KPI, form: Form) -> tuple[Any, ...]:
        statements = [s for group in _facts(asked, [(kpi, form)], False) for s in _compiled(asked, group, False)]
        texts = [s.text for s in statements] + [f"{k} {v}" for s in statements for k, v in sorted(s.values.items())]
        return *texts, *(self._content(table) for table in sorted(set(_TABLE.findall(" ".join(texts)))))

    def _content(self, table: str) -> tuple[Any, ...]:
        if table not in self._contents:
            self._contents[table] = self._now(table)
        return self._contents[table]

    def _now(self, table: str) -> tuple[Any, ...]:
        text = f"SELECT count(*), bit_xor(hash(t)) FROM {table} AS t"
        return table, *self.con.execute(text).fetchall()[0]
