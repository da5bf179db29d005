"""One column of the model from one rule: the texts of a sheet become typed values, and what could not is marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.errors import MappingError
from cs_metrics.ingest.mappings.names import key
from cs_metrics.ingest.mappings.rules import UNIT_SECONDS, Rule
from cs_metrics.ingest.repair.mending import currency_of
from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.ingest.types.convert import ARROW, Options, convert
from cs_metrics.ingest.types.engine import query
from cs_metrics.schema import Column, Type

# Given (table, key column, value column): two columns `key` and `value` of text, or None where there is no such table.
Lookup = Callable[[str, str, str], pa.Table | None]


@dataclass(frozen=True, eq=False)
class Values:
    """`values`: one for each row, in the model's Arrow type; `bad`: rows whose text is not `what` it should be.

    `texts`: what the file says, for messages. `orphan`: rows whose key was not found in the other table.
    """

    values: pa.Array
    bad: np.ndarray
    texts: pa.ChunkedArray | None
    what: str
    orphan: np.ndarray | None = None


NOUN = {
    Type.DATE: "a date",
    Type.INSTANT: "a date or time",
    Type.MONEY: "an amount",
    Type.NUMBER: "a number",
    Type.INTEGER: "a whole number",
    Type.BOOLEAN: "yes or no",
    Type.ID: "an id",
    Type.TEXT: "a text",
}


class Builder:
    """Builds the columns of one table from one sheet, or from some of its rows; `done` holds those built, for rules
    that count from them. `whole`: the columns of ids that are whole numbers in all rows (see `are_whole`)."""

    def __init__(
        self, raw: RawSheet, place: str, timezone: str, lookup: Lookup, whole: Collection[str] = frozenset()
    ) -> None:
        self.raw, self.place, self.timezone, self.lookup, self.whole = raw, place, timezone, lookup, whole
        self.done: dict[str, pa.Array] = {}

    def build(self, column: Column, rule: Rule) -> Values:
        """Return the column's values; raise MappingError where the rule cannot be followed at all."""
        built: Values = getattr(self, f"_{rule.kind}")(column, rule)
        if rule.shift_days:
            days = pa.scalar(dt.timedelta(days=rule.shift_days), pa.duration("us"))
            shifted = pc.add(built.values.cast(pa.timestamp("us")), days).cast(ARROW[column.type])
            built = Values(shifted, built.bad, built.texts, built.what)
        self.done[column.name] = built.values
        return built

    def _none(self) -> np.ndarray:
        return np.zeros(self.raw.rows, dtype=bool)

    def _read(
        self,
        source: str,
        kind: Type,
        rule: Rule | None = None,
        texts: pa.ChunkedArray | None = None,
        unit: str = "seconds",
        whole: bool = False,
    ) -> Values:
        texts = self.raw.texts(source) if texts is None else texts
        over: dict[str, Any] = {"timezone": self.timezone, "unit": unit}
        if rule is not None:
            named = {"day_first": rule.day_first, "epoch": rule.epoch, "decimal": rule.decimal}
            over |= {name: value for name, value in named.items() if value is not None}
        if whole:
            over["whole_ids"] = True
        converted = convert(texts, kind, Options.of(self.raw.column(source).profile, **over))
        return Values(converted.values, converted.bad.to_numpy(zero_copy_only=False), texts, NOUN[kind])

    def _constant(self, column: Column, rule: Rule) -> Values:
        text = str(rule.constant).lower() if isinstance(rule.constant, bool) else str(rule.constant)
        one = convert(pa.array([text], pa.string()), column.type, Options(timezone=self.timezone))
        if one.bad_count or one.values[0].as_py() is None:
            raise MappingError(f"{self.place}.{column.name}: the constant {text!r} is not {NOUN[column.type]}.")
        return Values(pa.repeat(one.values[0], self.raw.rows), self._none(), None, "")

    def _through(self, column: Column, rule: Rule) -> Values:
        assert rule.through is not None
        table, name = rule.through
        found = self.lookup(table, name, column.name)
        if found is None:
            raise MappingError(
                f"{self.place}.{column.name}: it is to be found through '{table}', which is neither in these files "
                f"nor in the workspace. Add the file with the {table}, or choose another column."
            )
        keys = self._read(rule.sources[0], Type.ID, whole=column.name in self.whole)
        place = pc.index_in(keys.values, value_set=_array(found.column("key")))
        values = _array(found.column("value")).take(place)
        orphan = np.asarray(pc.and_(pc.is_valid(keys.values), pc.is_null(values)).to_numpy(zero_copy_only=False))
        return Values(values.cast(ARROW[column.type]), self._none(), keys.texts, f"among the {table}", orphan)

    def _months_before(self, column: Column, rule: Rule) -> Values:
        months = self._read(rule.sources[0], Type.NUMBER)
        kind = column.type.sql
        dates = query(
            "SELECT CAST(CASE WHEN m BETWEEN 0 AND 1200 THEN a - to_months(floor(m)::INTEGER)"
            f" - to_days(round((m - floor(m)) * 30.4375)::INTEGER) END AS {kind}) AS v FROM t",
            t=pa.table({"m": months.values, "a": pa.repeat(pa.scalar(rule.anchor, pa.date32()), self.raw.rows)}),
        )
        values = _array(dates.column("v")).cast(ARROW[column.type])
        bad = months.bad | (_valid(months.values) & ~_valid(values))
        return Values(values, bad, months.texts, "a number of months")

    def _flag(self, column: Column, rule: Rule) -> Values:
        texts = self.raw.texts(rule.sources[0])
        if rule.values is None:
            flags = self._read(rule.sources[0], Type.BOOLEAN)
            yes, bad = flags.values, flags.bad
        else:
            true = {text.casefold() for text, value in rule.values if value}
            said = _mapped(texts, lambda text: text.strip().casefold() in true, pa.bool_())
            yes, bad = said, self._none()
        anchor = pa.scalar(rule.anchor, pa.date32()).cast(ARROW[column.type])
        values = pc.if_else(pc.fill_null(yes, False), anchor, pa.scalar(None, ARROW[column.type]))
        return Values(values, bad, texts, "yes or no")

    def _from(self, column: Column, rule: Rule) -> Values:
        if rule.after or rule.before:
            return self._duration(column, rule)
        source, original = rule.sources[0], _joined(self.raw, rule)
        if rule.part:
            return Values(_mapped(original, currency_of, pa.string()), self._none(), original, NOUN[column.type])
        texts = original if rule.values is None else _translate(original, rule.values)
        if column.type is Type.INTEGER and self.raw.column(source).profile.kind is Type.BOOLEAN:
            flags = self._read(source, Type.BOOLEAN, rule, texts)
            return Values(flags.values.cast(pa.int64()), flags.bad, original, NOUN[Type.BOOLEAN])
        if self.raw.column(source).profile.duration:
            rule = replace(rule, unit=None)  # '1h 20m' says its unit itself, whatever the column is called
        unit = "hours" if column.name.endswith("_hours") else "seconds"
        read = self._read(source, column.type, rule, texts, unit, column.name in self.whole)
        values, bad, what = read.values, read.bad, read.what
        if column.values:
            values, bad = _closed(values, column.values)
            what = "one of " + ", ".join(column.values)
        if rule.divide or rule.times or rule.unit:
            values, failed = self._arithmetic(column, rule, values)
            bad = bad | failed
        return Values(values, bad, original, what)

    def _arithmetic(self, column: Column, rule: Rule, values: pa.Array) -> tuple[pa.Array, np.ndarray]:
        """Divide, multiply and change units; amounts stay decimals until the last step, so that no cent is lost."""
        table, sql, failed = {"v": values}, "v", self._none()
        if rule.times:
            other = self._read(rule.times, Type.MONEY)
            # Two decimals of 18 digits are multiplied within 18, and overflow, unless one of them is wider.
            table["o"], sql, failed = other.values, "v::DECIMAL(20, 6) * o", other.bad
        factor = 1.0 / (rule.divide or 1.0)
        if rule.unit:
            factor *= UNIT_SECONDS[rule.unit] / (3600.0 if column.name.endswith("_hours") else 1.0)
        if factor != 1.0:
            table["f"], sql = pa.repeat(pa.scalar(factor), len(values)), f"({sql})::DOUBLE * f"
        answer = query(f"SELECT TRY_CAST({sql} AS {column.type.sql}) AS v FROM t", t=pa.table(table))
        result = _array(answer.column("v")).cast(ARROW[column.type])
        return result, failed | (_valid(values) & ~_valid(result) & (~failed if not rule.times else _valid(table["o"])))

    def _duration(self, column: Column, rule: Rule) -> Values:
        unit = rule.unit or "seconds"
        anchor = self.done[str(rule.after or rule.before)].cast(pa.timestamp("us"))
        numbers = self._read(rule.sources[0], Type.NUMBER, rule)
        factor = UNIT_SECONDS[unit]
        if self.raw.column(rule.sources[0]).profile.duration:
            factor = 1.0
        sign = "+" if rule.after else "-"
        micros = pc.multiply(numbers.values, factor * 1e6)
        answer = query(
            f"SELECT CAST(a {sign} to_microseconds(CASE WHEN abs(n) < 3.2e15 THEN round(n)::BIGINT END)"
            f" AS {column.type.sql}) AS v FROM t",
            t=pa.table({"a": anchor, "n": micros}),
        )
        values = _array(answer.column("v")).cast(ARROW[column.type])
        return Values(values, numbers.bad, numbers.texts, f"a number of {unit}")


def _array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    if isinstance(column, pa.Array):
        return column
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _joined(raw: RawSheet, rule: Rule) -> pa.ChunkedArray:
    """Return the texts that a rule reads; those of several columns as one, without gaps for blanks."""
    if len(rule.sources) == 1:
        return raw.texts(rule.sources[0])
    table = {f"p{i}": raw.texts(s) for i, s in enumerate(rule.sources)}
    parts = ", ".join(f"nullif(trim({name}), '')" for name in table)
    table["sep"] = pa.repeat(rule.join, raw.rows)
    return query(f"SELECT nullif(concat_ws(sep, {parts}), '') AS v FROM t", t=pa.table(table)).column("v")


def are_whole(raws: Iterable[RawSheet], rule: Rule) -> bool:
    """Whether all texts that a rule for an id reads are whole numbers, some with a '.0': ids that passed through a
    column of floats. `raws`: the sheet, or its parts, of which no more are looked at than that takes."""
    pointed = False
    for raw in raws:
        texts = _joined(raw, rule)
        texts = texts if rule.values is None else _translate(texts, rule.values)
        if pc.all(pc.match_substring_regex(texts, r"^\s*[0-9]+(\.0+)?\s*$")).as_py() is False:
            return False
        pointed = pointed or bool(pc.any(pc.ends_with(texts, pattern=".0")).as_py())
    return pointed


def _valid(values: pa.Array) -> np.ndarray:
    return np.asarray(pc.is_valid(values).to_numpy(zero_copy_only=False))


def _mapped(texts: pa.ChunkedArray, change: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """Return `change` of each text, worked out once for each distinct one."""
    encoded = texts.dictionary_encode().unify_dictionaries()
    if not encoded.num_chunks:
        return pa.array([], kind)
    words = pa.array([change(word) for word in encoded.chunk(0).dictionary.to_pylist()], kind)
    return words.take(pa.concat_arrays([chunk.indices for chunk in encoded.chunks]))


def _translate(texts: pa.ChunkedArray, values: tuple[tuple[str, Any], ...]) -> pa.ChunkedArray:
    """Return the texts with those that the rule names replaced; a blank can be named, as ''."""
    exact = dict(values)
    folded = {text.casefold(): value for text, value in reversed(values)}

    def change(text: str) -> str | None:
        text = text.strip()
        if text not in exact and text.casefold() not in folded:
            return text
        value = exact.get(text, folded.get(text.casefold()))
        return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)

    changed = _mapped(texts, change, pa.string())
    if exact.get("") is not None:
        changed = pc.if_else(pc.is_null(texts), pa.scalar(change("")), changed)
    return changed if isinstance(changed, pa.ChunkedArray) else pa.chunked_array([changed], pa.string())


def _closed(values: pa.Array, allowed: tuple[str, ...]) -> tuple[pa.Array, np.ndarray]:
    """Return the values that are of the closed set, in its spelling, and a mask of the others."""
    by_key = {key(v): v for v in allowed}
    result = _mapped(pa.chunked_array([values], pa.string()), lambda text: by_key.get(key(text)), pa.string())
    return result, _valid(values) & ~_valid(result)
