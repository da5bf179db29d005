"""The work of applying a mapping: a sheet's texts become typed rows, part by part, and every row gets its fate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.errors import MappingError
from cs_metrics.ingest.aside import REJECTED, Ledger, blank_rows, duplicate_rows, repeated_ids, total_rows
from cs_metrics.ingest.mappings.attributes import Attribute, attribute_values, attributes_of, states_since
from cs_metrics.ingest.mappings.mapping import TableMapping, taken
from cs_metrics.ingest.mappings.names import key
from cs_metrics.ingest.mappings.rules import Rule
from cs_metrics.ingest.mappings.values import Builder, Lookup, Values, are_whole
from cs_metrics.ingest.problems import Notes, Tally, plural
from cs_metrics.ingest.repeats import differing
from cs_metrics.ingest.sheet import RawColumn, RawSheet
from cs_metrics.ingest.spill import Spill, nothing, parts
from cs_metrics.ingest.types.convert import ARROW
from cs_metrics.schema import TABLES, Column, Table, Type

# Tables in which one id is one thing: a second row with it contradicts the first.
ONE_ROW_PER_ID = ("customers", "users", "tickets", "opportunities", "leads", "community_members")
# An open deal often has no amount yet: it is kept all the same.
MAY_BE_BLANK = {("opportunities", "amount")}
_WHO = ("customer_id", "user_id", "referrer_customer_id")

# Told of a sheet and how many of its rows are done, now and then; it may raise to give up.
Watch = Callable[[RawSheet, int], None]


class Work:
    """The steps of one application. Rows are worked on in parts, so that what lies in memory does not grow with the
    file; what is to be known of all rows (repeated rows and ids) is asked of the database, which has a limit."""

    def __init__(
        self,
        raw: RawSheet,
        mapping: TableMapping,
        lookup: Lookup,
        timezone: str,
        shared: Mapping[str, Rule],
        watch: Watch = lambda raw, rows: None,
    ) -> None:
        self.raw, self.mapping, self.timezone, self.watch = raw, mapping, timezone, watch
        self.table: Table = TABLES[mapping.table]
        self.place = f"{raw.place}, {mapping.table}"
        self.rules = mapping.rules(raw)
        self.shared = shared
        self.lookup = cache(lookup)
        self.ledger = Ledger(raw)
        self.notes = Notes(raw, mapping.table)
        self.tallies: defaultdict[tuple[str, str], Tally] = defaultdict(Tally)
        self.what: dict[str, str] = {}

    def run(self) -> pa.Table:
        """Do it: return the rows that are loaded; `attributes`, `notes` and `ledger` then tell the rest. MappingError
        for a mapping that does not fit."""
        self._check()
        self.order = self._in_order()
        self.whole = {n for n in self.order if self._is_whole(n)}
        self.repeats = duplicate_rows(self.raw)
        as_text: set[str] = set()
        attributes = attributes_of(self.table, self._kept())
        while (rows := self._built(attributes, as_text)) is None:
            attributes = attributes_of(self.table, self._kept(), as_text)
            self.ledger, self.tallies = Ledger(self.raw), defaultdict(Tally)
        self._say_set_aside()
        self._say_rejected()
        self._repeated_ids(rows)
        data = self._loaded(rows, attributes)
        self._bad_values()
        self.attributes = tuple(attributes)
        return data

    def _is_whole(self, name: str) -> bool:
        rule = self.rules[name]
        if self.table.column(name).type is not Type.ID or rule.kind not in ("from", "through") or rule.after:
            return False
        return are_whole((replace(self.raw, data=data) for _, data in parts(self.raw.data)), rule)

    def _built(self, attributes: Sequence[Attribute], as_text: set[str]) -> pa.Table | None:
        """Return all rows typed: the columns that the mapping fills, the attributes and `_row`; `flags` has whether the
        texts of a column are bad ('bad ...') or not found ('orphan ...'). Rows that cannot be loaded leave the ledger.
        None where an attribute has a text that is not of its type: it is then among `as_text`."""
        rows, flags = Spill(), Spill()
        try:
            for start, data in parts(self.raw.data):
                self.watch(self.raw, start)
                raw = replace(self.raw, data=data)
                builder = Builder(raw, self.place, self.timezone, self.lookup, self.whole)
                built = {n: builder.build(self.table.column(n), self.rules[n]) for n in self.order}
                self._set_aside(start, raw, built)
                self._reject(start, raw, built)
                arrays: dict[str, Any] = {c.name: built[c.name].values for c in self.table.columns if c.name in built}
                for attribute in attributes:
                    values = attribute_values(raw, attribute, self.timezone)
                    if values is None:
                        as_text.add(attribute.source)
                        return None
                    arrays[attribute.name] = values
                arrays["_row"] = data.column("_row")
                rows.add(pa.table(arrays))
                self.what = {name: one.what for name, one in built.items()}
                masks = {f"bad {name}": one.bad for name, one in built.items()}
                masks |= {f"orphan {name}": one.orphan for name, one in built.items() if one.orphan is not None}
                flags.add(pa.table(masks))
            self.flags = flags.table()
            return rows.table()
        finally:
            rows.close()
            flags.close()

    def _loaded(self, rows: pa.Table, attributes: Sequence[Attribute]) -> pa.Table:
        """Return the rows that stay, with a column for each of the model; count the texts in them that are bad."""
        for start, part in parts(self.flags):
            stays = self.ledger.loaded_of(start, part.num_rows)
            for flag in part.column_names:
                kind, _, name = flag.partition(" ")
                self.tallies[f"loaded {kind}", name].add(start, part.column(flag).to_numpy() & stays)
        if not self.ledger.loaded.all():
            spill = Spill()
            try:
                for start, part in parts(rows):
                    spill.add(part.filter(pa.array(self.ledger.loaded_of(start, part.num_rows))))
                rows = spill.table()
            finally:
                spill.close()
        columns = {c.name: self._column(c, rows) for c in self.table.columns}
        columns |= {n: rows.column(n) for n in (*(a.name for a in attributes), "_row")}
        return pa.table(columns)

    def _column(self, column: Column, rows: pa.Table) -> pa.ChunkedArray:
        return rows.column(column.name) if column.name in self.rules else nothing(ARROW[column.type], rows.num_rows)

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

    def _lacking(self, name: str, built: Values) -> np.ndarray:
        """True where a required column has no value that can be used."""
        lacking = np.asarray(pc.is_null(built.values).to_numpy(zero_copy_only=False))
        return lacking & built.bad if (self.table.name, name) in MAY_BE_BLANK else lacking

    def _set_aside(self, start: int, raw: RawSheet, built: Mapping[str, Values]) -> None:
        self.ledger.leave(start, blank_rows(raw), "blank", "", "The row is empty.")
        doubtful = np.zeros(raw.rows, dtype=bool)
        for name in self.table.required:
            doubtful |= self._lacking(name, built[name])
        ids = [r.sources[0] for n, r in self.rules.items() if self.table.column(n).type is Type.ID and r.sources]
        said = total_rows(raw, [c.name for c in raw.columns[:3]], doubtful)
        said |= total_rows(raw, ids, np.ones(raw.rows, dtype=bool))
        self.ledger.leave(start, said, "total", "", "The row sums up others.")
        repeats = self.repeats.of(start, raw.rows)
        if not self._keeps_duplicates():
            repeats = self.ledger.leave(start, repeats, "duplicate", "", self._same_as)
        self.tallies["duplicate", ""].add(start, repeats)

    def _same_as(self, place: int) -> str:
        return f"The same as row {self.repeats.first_of(place)}."

    def _say_set_aside(self) -> None:
        tally = self.tallies["duplicate", ""]
        if self._keeps_duplicates():
            what = f"{plural(tally.count, 'row')} repeat another, and are loaded"
            self.notes.add("", "duplicate", "note", tally, what, "Set them aside if they are the same thing twice.")
        else:
            advice = "They are set aside. Keep them if each is a thing of its own."
            self.notes.add("", "duplicate", "note", tally, f"{plural(tally.count, 'row')} repeat another", advice)

    def _keeps_duplicates(self) -> bool:
        """Rows that do not say whom they are about may well be two things that look alike."""
        if self.mapping.keep_duplicates is not None:
            return self.mapping.keep_duplicates
        own = {self.table.key[0]} if self.table.column(self.table.key[0]).type is Type.ID else set()
        return not (own | set(_WHO)) & set(self.rules)

    def _reject(self, start: int, raw: RawSheet, built: Mapping[str, Values]) -> None:
        for name in self.table.required:
            one, source = built[name], self._source(name)
            lacking = self._lacking(name, one)
            orphan = one.orphan if one.orphan is not None else np.zeros(raw.rows, dtype=bool)
            reasons = _reasons(one.what)
            for kind, mask in (("bad", one.bad), ("orphan", orphan), ("missing", np.ones(raw.rows, dtype=bool))):
                reason = f"{source} ({name}) {reasons[kind]}."
                took = self.ledger.leave(start, lacking & mask, REJECTED, source, reason)
                self.tallies[kind, name].add(start, took)

    def _say_rejected(self) -> None:
        left = self.raw.rows - sum(self.ledger.count(status) for status in ("blank", "total", "duplicate"))
        for name in self.table.required:
            for kind, reason in _reasons(self.what[name]).items():
                tally = self.tallies[kind, name]
                left -= tally.count
                rest = reason.removeprefix("is ")
                said = f"{plural(tally.count, 'value is', 'values are')} {rest}; {self.table.name} needs {name}"
                advice = f"Fix them in the file, or load the other {plural(left, 'row')}."
                self._note(name, kind, "error", tally, said, advice)

    def _note(self, name: str, kind: str, level: str, tally: Tally, what: str, advice: str) -> None:
        rule = self.rules[name]

        def text(place: int) -> str:
            cells = [(self.raw.texts(s)[place].as_py() or "") for s in rule.sources]
            return cells[0] if len(cells) == 1 else rule.join.join(c.strip() for c in cells if c.strip())

        self.notes.add(self._source(name), kind, level, tally, what, advice, text)

    def _repeated_ids(self, rows: pa.Table) -> None:
        if self.table.name not in ONE_ROW_PER_ID:
            return
        name = self.table.key[0]
        # Rows of one customer with different dates are what it was and what it became.
        since = states_since(self.raw) if self.table.name == "customers" else None
        ids = rows.column(name)
        moments = None if since is None else self.raw.texts(since)
        last = self.mapping.last_row_counts
        again = repeated_ids(ids, moments, self.raw.data.column("_row"), self.ledger.loaded, last)
        differ = differing(rows, [c for c in rows.column_names if c not in (name, "_row")], again)
        mask = again.of(0, self.raw.rows)

        def reason(place: int) -> str:
            stands = f"{'again' if last else 'already'} in row {again.first_of(place)}"
            other = f": {said}" if (said := differ.said.get(place)) else ", with other values"
            return f"{name} '{ids[place].as_py()}' stands {stands}{other}."

        self.ledger.leave(0, mask, REJECTED, self._source(name), reason)
        tally = Tally()
        tally.add(0, mask)
        told = f" ({differ.columns})" if differ.counts else ""
        counts = "last" if last else "first"
        repeat = plural(tally.count, "row repeats", "rows repeat")
        what = f"{repeat} an id with other values{told}; the {counts} row counts"
        advice = f"{self.table.name} has one row for each {name}. Say which counts; or is it another table, or column?"
        self._note(name, "repeated id", "error", tally, what, advice)

    def _bad_values(self) -> None:
        self._several_currencies()
        for name in self.order:
            if name in self.table.required and (self.table.name, name) not in MAY_BE_BLANK:
                continue
            bad, orphan = self.tallies["loaded bad", name], self.tallies["loaded orphan", name]
            what = f"{plural(bad.count, 'value is', 'values are')} not {self.what[name]}"
            self._note(name, "bad", "warning", bad, what, "The rows are loaded without them.")
            what = f"{plural(orphan.count, 'value is', 'values are')} not found {self.what[name]}"
            self._note(name, "orphan", "warning", orphan, what, "The rows have no customer.")

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


def _reasons(what: str) -> dict[str, str]:
    """Return why a row is rejected whose value is not `what` it should be, by the kind of trouble."""
    return {"bad": f"is not {what}", "orphan": f"is not found {what}", "missing": "is empty"}
