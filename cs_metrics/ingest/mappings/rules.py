"""The rules of a mapping: how a column of the model gets its value from the columns of a sheet.

Written as JSON: a source column's name, or one of
`{"from": "mrr_cents", "divide": 100}`, `{"from": "Churn", "values": {"Yes": true}}`,
`{"from": ["First", "Last"], "join": " "}`, `{"from": "UnitPrice", "times": "Quantity"}`,
`{"from": "minutes", "unit": "minutes", "after": "created_at"}` (or "before"), `{"from": "End", "shift_days": 1}`,
`{"from": "Date", "day_first": true}`, `{"from": "created", "epoch": "seconds"}`, `{"from": "Sum", "decimal": "comma"}`,
`{"from": "Sum", "part": "currency"}`,
`{"months_before": "tenure", "anchor": "2025-06-30"}`,
`{"flag": "Churn", "values": {"Yes": true}, "date": "2025-06-30"}`,
`{"constant": "nps"}`, `{"through": "subscriptions.subscription_id", "from": "Sub"}`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cs_metrics.errors import MappingError, did_you_mean
from cs_metrics.ingest.mappings.names import key, squash
from cs_metrics.ingest.types.convert import EPOCHS
from cs_metrics.schema import TABLES, Column, Table, Type

UNIT_SECONDS = {
    "milliseconds": 0.001,
    "seconds": 1.0,
    "minutes": 60.0,
    "hours": 3600.0,
    "days": 86400.0,
    "weeks": 604800.0,
}
_KINDS = {
    "from": {
        "join",
        "divide",
        "values",
        "unit",
        "after",
        "before",
        "times",
        "day_first",
        "epoch",
        "shift_days",
        "through",
        "decimal",
        "part",
    },
    "months_before": {"anchor"},
    "flag": {"values", "date"},
    "constant": set(),
    "through": {"from"},
}
_DATES = (Type.DATE, Type.INSTANT)
_NUMBERS = (Type.MONEY, Type.NUMBER, Type.INTEGER)


@dataclass(frozen=True)
class Rule:
    """One column's rule, checked. `kind`: from, months_before, flag, constant or through; `sources`: columns it reads.

    `anchor` is the date of a months_before or a flag, None while nobody has said it. `after` and `before` name a column
    of the model that the same mapping fills.
    """

    kind: str
    sources: tuple[str, ...] = ()
    join: str = " "
    divide: float | None = None
    values: tuple[tuple[str, Any], ...] | None = None
    unit: str | None = None
    after: str | None = None
    before: str | None = None
    times: str | None = None
    day_first: bool | None = None
    epoch: str | None = None
    decimal: str | None = None
    part: str | None = None
    shift_days: int = 0
    anchor: dt.date | None = None
    constant: Any = None
    through: tuple[str, str] | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """The sheet's columns that the rule reads."""
        return (*self.sources, *((self.times,) if self.times else ()))

    @property
    def needs_anchor(self) -> bool:
        """Whether a date is still to be asked for."""
        return self.kind in ("months_before", "flag") and self.anchor is None

    @property
    def absorbs(self) -> bool:
        """Whether nothing is left to keep as an attribute: a flag, a tenure, a key say more than what comes of them."""
        return self.kind == "from" and self.part is None


class Reader:
    """Reads the rules of one table against one sheet's columns; every error says where, what and what to do."""

    def __init__(self, table: Table, columns: Iterable[str], place: str) -> None:
        self.table, self.place = table, place
        self.columns = tuple(columns)
        self._by_key = {squash(key(c)): c for c in reversed(self.columns)}

    def read(self, name: str, spec: Any) -> Rule:
        """Return the rule for the model's column `name`, or raise MappingError."""
        column = self._model(name)
        if isinstance(spec, str):
            spec = {"from": spec}
        if not isinstance(spec, Mapping) or not spec:
            raise self._error(name, f"{spec!r} is neither a column's name nor a rule. Example: {{'from': 'Column'}}.")
        kind = next((k for k in ("months_before", "flag", "constant", "through", "from") if k in spec), None)
        if kind is None:
            raise self._error(name, f"the rule {dict(spec)!r} says no source. It needs one of: {', '.join(_KINDS)}.")
        extra = set(spec) - {kind} - _KINDS[kind]
        if extra:
            word = sorted(extra)[0]
            raise self._error(
                name, f"the rule word '{word}' does not go with '{kind}'. {did_you_mean(word, _KINDS[kind])}"
            )
        return getattr(self, f"_{kind}")(column, spec)

    def source(self, name: str, model: str) -> str:
        """Return the sheet's column of that name, forgiving case and spaces, or raise MappingError."""
        if name in self.columns:
            return name
        found = self._by_key.get(squash(key(str(name))))
        if found is None:
            raise self._error(model, f"the sheet has no column '{name}'. {did_you_mean(str(name), self.columns)}")
        return found

    def _error(self, model: str, text: str) -> MappingError:
        return MappingError(f"{self.place}, {self.table.name}.{model}: {text}".rstrip())

    def _model(self, name: str) -> Column:
        try:
            return self.table.column(name)
        except KeyError:
            known = [c.name for c in self.table.columns]
            raise MappingError(
                f"{self.place}: table '{self.table.name}' has no column '{name}'. {did_you_mean(name, known)}".rstrip()
            ) from None

    def _constant(self, column: Column, spec: Mapping[str, Any]) -> Rule:
        value = spec["constant"]
        if value is None or isinstance(value, (list, dict)):
            raise self._error(column.name, "a constant is one text, number, date or true/false.")
        if column.values and str(value) not in column.values:
            raise self._error(
                column.name, f"{value!r} is not one of its values. {did_you_mean(str(value), column.values)}"
            )
        return Rule("constant", constant=value)

    def _through(self, column: Column, spec: Mapping[str, Any]) -> Rule:
        table_name, _, key_name = str(spec["through"]).partition(".")
        if table_name not in TABLES:
            raise self._error(column.name, f"there is no table '{table_name}'. {did_you_mean(table_name, TABLES)}")
        other = TABLES[table_name]
        names = [c.name for c in other.columns]
        if key_name not in names:
            raise self._error(
                column.name, f"'{table_name}' has no column '{key_name}'. {did_you_mean(key_name, names)}"
            )
        if column.name not in names:
            raise self._error(column.name, f"'{table_name}' has no '{column.name}' to look up.")
        source = self.source(spec.get("from", key_name), column.name)
        return Rule("through", (source,), through=(table_name, key_name))

    def _months_before(self, column: Column, spec: Mapping[str, Any]) -> Rule:
        if column.type not in _DATES:
            raise self._error(column.name, "a tenure becomes a date; this column is not one.")
        anchor = self._date(column.name, "anchor", spec.get("anchor"))
        return Rule("months_before", (self.source(spec["months_before"], column.name),), anchor=anchor)

    def _flag(self, column: Column, spec: Mapping[str, Any]) -> Rule:
        if column.type not in _DATES:
            raise self._error(column.name, "a flag with a date fills a date column; this is not one. Use 'from'.")
        values = self._values(column.name, spec.get("values"))
        if values and not all(isinstance(v, bool) for _, v in values):
            raise self._error(column.name, "the values of a flag are true or false.")
        date = self._date(column.name, "date", spec.get("date"))
        return Rule("flag", (self.source(spec["flag"], column.name),), values=values, anchor=date)

    def _from(self, column: Column, spec: Mapping[str, Any]) -> Rule:
        names = spec["from"] if isinstance(spec["from"], (list, tuple)) else [spec["from"]]
        if not names:
            raise self._error(column.name, "'from' names no column.")
        sources = tuple(self.source(n, column.name) for n in names)
        if len(sources) > 1 and column.type not in (Type.TEXT, Type.ID):
            raise self._error(column.name, "only texts are joined from several columns.")
        rule = Rule(
            "from", sources, join=str(spec.get("join", " ")), values=self._values(column.name, spec.get("values"))
        )
        checks: dict[str, Callable[[Column, Mapping[str, Any], Rule], Rule]] = {
            "divide": self._divide,
            "unit": self._unit,
            "times": self._times,
            "day_first": self._day_first,
            "epoch": self._epoch,
            "shift_days": self._shift,
            "decimal": self._decimal,
            "part": self._part,
        }
        for word, check in checks.items():
            if spec.get(word) is not None:
                rule = check(column, spec, rule)
        if (spec.get("after") or spec.get("before")) and rule.unit is None:
            raise self._error(column.name, "a duration needs its unit: " + ", ".join(UNIT_SECONDS) + ".")
        return rule

    def _divide(self, column: Column, spec: Mapping[str, Any], rule: Rule) -> Rule:
        value = spec["divide"]
        if column.type not in _NUMBERS or isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
            raise self._error(column.name, f"'divide' takes a number above 0, for a column of numbers, not {value!r}.")
        return replace(rule, divide=float(value))

    def _unit(self, column: Column, spec: Mapping[str, Any], rule: Rule) -> Rule:
        unit = str(spec["unit"])
        if unit not in UNIT_SECONDS:
            raise self._error(column.name, f"'{unit}' is no unit of time. {did_you_mean(unit, UNIT_SECONDS)}")
        after, before = spec.get("after"), spec.get("before")
        if column.name.endswith(("_seconds", "_hours")) and not (after or before):
            return replace(rule, unit=unit)
        if column.type not in _DATES or (after is None) == (before is None):
            raise self._error(column.name, "a duration becomes an instant 'after' or 'before' another date column.")
        anchor = str(after or before)
        names = [c.name for c in self.table.columns if c.type in _DATES and c.name != column.name]
        if anchor not in names:
            raise self._error(
                column.name, f"'{anchor}' is no date of '{self.table.name}'. {did_you_mean(anchor, names)}"
            )
        return replace(rule, unit=unit, after=after, before=before)

    def _times(self, column: Column, spec: Mapping[str, Any], rule: Rule) -> Rule:
        if column.type not in _NUMBERS:
            raise self._error(column.name, "'times' multiplies numbers; this column holds none.")
        return replace(rule, times=self.source(spec["times"], column.name))

    def _day_first(self, column: Column, spec: Mapping[str, Any], rule: Rule) -> Rule:
        if column.type not in _DATES or not isinstance(spec["day_first"], bool):
            raise self._error(column.name, "'day_first' is true or false, for a column of dates.")
        return replace(rule, day_first=spec["day_first"])

    def _epoch(self, column: Column, spec: Mapping[str, Any], rule: Rule) -> Rule:
        if column.type not in _DATES or spec["epoch"] not in EPOCHS:
            raise self._error(column.name, f"'epoch' is one of {', '.join(EPOCHS)}, for a column of dates.")
        return replace(rule, epoch=str(spec["epoch"]))

    def _shift(self, column: Column, spec: Mapping[str, Any], rule: Rule) -> Rule:
        days = spec["shift_days"]
        if column.type not in _DATES or isinstance(days, bool) or not isinstance(days, int) or abs(days) > 366:
            raise self._error(column.name, "'shift_days' is a whole number of days, for a column of dates.")
        return replace(rule, shift_days=days)

    def _decimal(self, column: Column, spec: Mapping[str, Any], rule: Rule) -> Rule:
        if column.type not in _NUMBERS or spec["decimal"] not in ("dot", "comma"):
            raise self._error(column.name, "'decimal' is 'dot' or 'comma', for a column of numbers.")
        return replace(rule, decimal=str(spec["decimal"]))

    def _part(self, column: Column, spec: Mapping[str, Any], rule: Rule) -> Rule:
        if column.type is not Type.TEXT or spec["part"] != "currency":
            raise self._error(column.name, "'part' is 'currency': what an amount's sign or code says, as a text.")
        return replace(rule, part="currency")

    def _values(self, name: str, values: Any) -> tuple[tuple[str, Any], ...] | None:
        if values is None:
            return None
        if not isinstance(values, Mapping) or not values:
            raise self._error(name, "'values' says what each text means, such as {'Yes': true, 'No': false}.")
        return tuple((str(k).strip(), v) for k, v in values.items())

    def _date(self, name: str, word: str, value: Any) -> dt.date | None:
        if value is None or value == "":
            return None
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value)[:10])
        except ValueError:
            raise self._error(name, f"'{word}' is a date such as 2025-06-30, not {value!r}.") from None
