"""A sheet and a mapping become a typed table, and an account of every row: loaded, rejected or set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.errors import MappingError
from cs_metrics.ingest.aside import REJECTED, Ledger, blank_rows, duplicate_rows, total_rows
from cs_metrics.ingest.mappings.attributes import Attribute, attribute_columns, states_since
from cs_metrics.ingest.mappings.mapping import TableMapping, taken
from cs_metrics.ingest.mappings.names import key
from cs_metrics.ingest.mappings.rules import Rule
from cs_metrics.ingest.mappings.values import Builder, Lookup, Values
from cs_metrics.ingest.problems import Notes, Problem, in_order, plural
from cs_metrics.ingest.sheet import RawColumn, RawSheet
from cs_metrics.ingest.types.convert import ARROW
from cs_metrics.schema import TABLES, Column, Table, Type

# Tables in which one id is one thing: a second row with it contradicts the first.
ONE_ROW_PER_ID = ("customers", "users", "tickets", "opportunities", "leads", "community_members")
# An open deal often has no amount yet: it is kept all the same.
MAY_BE_BLANK = {("opportunities", "amount")}
_WHO = ("customer_id", "user_id", "referrer_customer_id")


@dataclass(frozen=True)
class Counts:
    """The account of a sheet's rows for one table: file = loaded + rejected + set_aside, always."""

    file: int
    loaded: int
    rejected: int
    set_aside: int


@dataclass(frozen=True, eq=False)
class Applied:
    """What one sheet gives one table.

    `data`: all columns of the model in schema order and types (null where not mapped), the attributes, and `_row` (the
    row's number in the spreadsheet). `mapped`: the model columns that the mapping fills; `ledger`: each row's fate.
    """

    raw: RawSheet
    mapping: TableMapping
    data: pa.Table
    mapped: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    problems: tuple[Problem, ...]
    ledger: Ledger

    @property
    def table(self) -> str:
        """The name of the table that is fed."""
        return self.mapping.table

    @cached_property
    def counts(self) -> Counts:
        """The account of the rows."""
        loaded, rejected = int(self.data.num_rows), self.ledger.count(REJECTED)
        return Counts(self.raw.file_rows, loaded, rejected, self.raw.file_rows - loaded - rejected)

    @cached_property
    def aside(self) -> pd.DataFrame:
        """The rows not loaded: row, status, column, reason, content (JSON)."""
        return self.ledger.frame()


def apply(
    raw: RawSheet,
    mapping: TableMapping,
    *,
    lookup: Lookup | None = None,
    timezone: str = "UTC",
    shared: Mapping[str, Rule] | None = None,
) -> Applied:
    """Return what the sheet gives the table of `mapping`, whose questions must be answered already.

    `lookup` finds values through other tables; `shared` are the rules by which the sheet's other tables use columns
    that are then no attributes here. Raises MappingError for a mapping that does not fit; never for a cell.
    """
    return _Work(raw, mapping, lookup or (lambda *_: None), timezone, shared or {}).run()


class _Work:
    """The steps of one application; each step reads what the earlier ones left."""

    def __init__(
        self, raw: RawSheet, mapping: TableMapping, lookup: Lookup, timezone: str, shared: Mapping[str, Rule]
    ) -> None:
        self.raw, self.mapping, self.timezone = raw, mapping, timezone
        self.table: Table = TABLES[mapping.table]
        self.place = f"{raw.place}, {mapping.table}"
        self.rules = mapping.rules(raw)
        self.shared = shared
        self.builder = Builder(raw, self.place, timezone, lookup)
        self.built: dict[str, Values] = {}
        self.ledger = Ledger(raw)
        self.notes = Notes(raw, mapping.table)

    def run(self) -> Applied:
        self._check()
        for name in self._in_order():
            self.built[name] = self.builder.build(self.table.column(name), self.rules[name])
        self._set_aside()
        self._reject()
        self._repeated_ids()
        self._bad_values()
        keep = pa.array(self.ledger.loaded)
        arrays = {c.name: self._column(c).filter(keep) for c in self.table.columns}
        attributes: list[Attribute] = []
        for attribute, values in attribute_columns(self.raw, self.table, self._kept(), self.timezone):
            attributes.append(attribute)
            arrays[attribute.name] = values.filter(keep)
        arrays["_row"] = self.raw.data.column("_row").combine_chunks().filter(keep)
        return Applied(
            self.raw,
            self.mapping,
            pa.table(arrays),
            tuple(self.rules),
            tuple(attributes),
            in_order(self.notes.found),
            self.ledger,
        )

    def _check(self) -> None:
        missing = [c for c in self.table.required if c not in self.rules]
        missing += [" or ".join(group) for group in self.table.one_of if not set(group) & set(self.rules)]
        if missing:
            raise MappingError(
                f"{self.raw.place}: table '{self.table.name}' needs {', '.join(missing)}. "
                "Say which column holds it, choose another table, or skip the sheet."
            )
        for name, rule in self.rules.items():
            if rule.needs_anchor:
                raise MappingError(
                    f"{self.place}.{name}: '{rule.sources[0]}' says how long or whether, not when. "
                    "Answer the question 'anchor': the date up to which it counts."
                )

    def _in_order(self) -> list[str]:
        """Return the columns with those from which durations are counted before those that count."""
        order: list[str] = []
        waiting = dict(self.rules)
        while waiting:
            ready = [n for n, r in waiting.items() if not ({r.after, r.before} & set(waiting))]
            if not ready:
                names = " and ".join(waiting)
                raise MappingError(f"{self.place}: {names} count from one another. Give one of them a date of its own.")
            for name in ready:
                anchor = waiting[name].after or waiting[name].before
                if anchor and anchor not in self.rules:
                    raise MappingError(f"{self.place}.{name}: it counts from '{anchor}', which nothing fills.")
                order.append(name)
                del waiting[name]
        return order

    def _column(self, column: Column) -> pa.Array:
        if column.name in self.built:
            return self.built[column.name].values
        return pa.nulls(self.raw.rows, ARROW[column.type])

    def _lacking(self, name: str) -> np.ndarray:
        """True where a required column has no value that can be used."""
        built = self.built[name]
        lacking = np.asarray(pc.is_null(built.values).to_numpy(zero_copy_only=False))
        return lacking & built.bad if (self.table.name, name) in MAY_BE_BLANK else lacking

    def _set_aside(self) -> None:
        self.ledger.leave(blank_rows(self.raw), "blank", "", "The row is empty.")
        doubtful = np.zeros(self.raw.rows, dtype=bool)
        for name in self.table.required:
            doubtful |= self._lacking(name)
        ids = [r.sources[0] for n, r in self.rules.items() if self.table.column(n).type is Type.ID and r.sources]
        said = total_rows(self.raw, [c.name for c in self.raw.columns[:3]], doubtful)
        said |= total_rows(self.raw, ids, np.ones(self.raw.rows, dtype=bool))
        self.ledger.leave(said, "total", "", "The row sums up others.")
        repeats, first = duplicate_rows(self.raw)
        if repeats.any() and not self._keeps_duplicates():
            reason = np.array([f"The same as row {n}." if n else "" for n in first], dtype=object)
            took = self.ledger.leave(repeats, "duplicate", "", reason)
            advice = "They are set aside. Keep them if each is a thing of its own."
            self.notes.add("", "duplicate", "note", took, f"{plural(int(took.sum()), 'row')} repeat another", advice)
        elif repeats.any():
            what = f"{plural(int(repeats.sum()), 'row')} repeat another, and are loaded"
            self.notes.add("", "duplicate", "note", repeats, what, "Set them aside if they are the same thing twice.")

    def _keeps_duplicates(self) -> bool:
        """Rows that do not say whom they are about may well be two things that look alike."""
        if self.mapping.keep_duplicates is not None:
            return self.mapping.keep_duplicates
        own = {self.table.key[0]} if self.table.column(self.table.key[0]).type is Type.ID else set()
        return not (own | set(_WHO)) & set(self.rules)

    def _reject(self) -> None:
        for name in self.table.required:
            built, source = self.built[name], self._source(name)
            lacking = self._lacking(name) & self.ledger.loaded
            orphan = built.orphan if built.orphan is not None else np.zeros(self.raw.rows, dtype=bool)
            cases = (
                (built.bad, "bad", "{n} not " + built.what, "is not " + built.what),
                (orphan, "orphan", "{n} not found " + built.what, "is not found " + built.what),
                (np.ones(self.raw.rows, dtype=bool), "missing", "{n} empty", "is empty"),
            )
            for mask, kind, what, reason in cases:
                took = self.ledger.leave(lacking & mask, REJECTED, source, f"{source} ({name}) {reason}.")
                count = int(took.sum())
                said = what.format(n=plural(count, "value is", "values are")) + f"; {self.table.name} needs {name}"
                advice = f"Fix them in the file, or load the other {plural(int(self.ledger.loaded.sum()), 'row')}."
                self.notes.add(source, kind, "error", took, said, advice, built.texts)

    def _repeated_ids(self) -> None:
        if self.table.name not in ONE_ROW_PER_ID:
            return
        name = self.table.key[0]
        places = np.flatnonzero(self.ledger.loaded)
        ids = pd.Series(self.built[name].values.take(pa.array(places)).to_pandas())
        since = states_since(self.raw) if self.table.name == "customers" else None
        if since is not None:
            # Rows of one customer with different dates are what it was and what it became.
            moments = pd.Series(self.raw.texts(since).take(pa.array(places)).to_pandas())
            again = pd.DataFrame({"id": ids.to_numpy(), "since": moments.to_numpy()}).duplicated().to_numpy()
        else:
            again = ids.duplicated().to_numpy()
        if not again.any():
            return
        rows = self.raw.data.column("_row").to_numpy()[places]
        first = pd.Series(rows).groupby(ids.to_numpy()).transform("first").to_numpy()
        mask, reason = np.zeros(self.raw.rows, dtype=bool), np.full(self.raw.rows, "", dtype=object)
        mask[places[again]] = True
        reason[places] = [
            f"{name} '{i}' stands already in row {f}, with other values." for i, f in zip(ids, first, strict=True)
        ]
        source = self._source(name)
        self.ledger.leave(mask, REJECTED, source, reason)
        what = f"{plural(int(again.sum()), 'row repeats', 'rows repeat')} an id with other values; the first row counts"
        advice = f"{self.table.name} has one row for each {name}. Is it the right table, and the right column?"
        self.notes.add(source, "repeated id", "error", mask, what, advice, self.built[name].texts)

    def _bad_values(self) -> None:
        self._several_currencies()
        for name, built in self.built.items():
            if name in self.table.required and (self.table.name, name) not in MAY_BE_BLANK:
                continue
            source, loaded = self._source(name), self.ledger.loaded
            bad = built.bad & loaded
            what = f"{plural(int(bad.sum()), 'value is', 'values are')} not {built.what}"
            self.notes.add(source, "bad", "warning", bad, what, "The rows are loaded without them.", built.texts)
            if built.orphan is not None:
                orphan = built.orphan & loaded
                what = f"{plural(int(orphan.sum()), 'value is', 'values are')} not found {built.what}"
                self.notes.add(source, "orphan", "warning", orphan, what, "The rows have no customer.", built.texts)

    def _several_currencies(self) -> None:
        """Amounts of two currencies in one column, with nothing to tell them apart, would be summed as one."""
        if "currency" in self.rules or not any(c.name == "currency" for c in self.table.columns):
            return
        for name, rule in self.rules.items():
            if self.table.column(name).type is Type.MONEY and rule.kind == "from":
                found = self.raw.column(rule.sources[0]).profile.currencies
                if len(found) > 1:
                    text = f"Column {rule.sources[0]} has amounts in several currencies: {', '.join(found)}."
                    advice = "They would be summed as one: put the currency in a column of its own."
                    self.notes.say(rule.sources[0], "currencies", "warning", self.raw.rows, text, advice)

    def _source(self, name: str) -> str:
        sources = self.rules[name].sources
        return sources[0] if sources else name

    def _kept(self) -> list[RawColumn]:
        """Return the source columns that are kept under their own names."""
        chosen = self.mapping.attributes
        if chosen is None:
            used = taken((*self.rules.values(), *self.shared.values()))
            return [c for c in self.raw.columns if c.name not in used]
        wanted = {key(n) for n in chosen} | set(chosen)
        return [c for c in self.raw.columns if c.name in wanted or key(c.name) in wanted]


def to_frame(applied: Applied, rows: int | None = None) -> pd.DataFrame:
    """Return the first rows as loaded, as a DataFrame, without model columns that nothing fills."""
    empty = [c.name for c in TABLES[applied.table].columns if c.name not in applied.mapped]
    data: Any = applied.data.drop_columns(empty)
    return (data if rows is None else data.slice(0, rows)).to_pandas()
