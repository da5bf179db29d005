"""A mapping: which table a sheet feeds, where each of its columns comes from, and what a person answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from cs_metrics.errors import MappingError, did_you_mean
from cs_metrics.ingest.mappings.names import key, squash
from cs_metrics.ingest.mappings.rules import Reader, Rule
from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.schema import TABLES

# customers.churned is a flag in the file and a date in the model: the date is asked.
_PSEUDO = {("customers", "churned"): "churned_on"}


@dataclass(frozen=True)
class TableMapping:
    """How one sheet feeds one table.

    `columns`: model column to a source column's name or a rule (see rules.py). `attributes`: the source columns kept
    under their own names; None keeps all that no rule of the sheet takes up. `keep_duplicates`: whether rows that
    repeat another one wholly are loaded too; None decides by whether the rows tell who or what they are about.
    `last_row_counts`: of the rows with one id, where that is one thing, the last is loaded rather than the first.
    """

    table: str
    columns: Mapping[str, Any] = field(default_factory=dict)
    attributes: tuple[str, ...] | None = None
    keep_duplicates: bool | None = None
    last_row_counts: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; `from_json` reads them back."""
        return {
            "table": self.table,
            "columns": deepcopy(dict(self.columns)),
            "attributes": None if self.attributes is None else list(self.attributes),
            "keep_duplicates": self.keep_duplicates,
            "last_row_counts": self.last_row_counts,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> TableMapping:
        """Return the mapping that `to_json` wrote; an unknown table is a MappingError."""
        attributes = record.get("attributes")
        return cls(
            check_table(record.get("table")),
            dict(record.get("columns") or {}),
            None if attributes is None else tuple(attributes),
            record.get("keep_duplicates"),
            bool(record.get("last_row_counts")),
        )

    def rules(self, raw: RawSheet) -> dict[str, Rule]:
        """Return the checked rules by model column, in the model's order; MappingError for one that does not fit."""
        table = TABLES[check_table(self.table, raw.place)]
        reader = Reader(table, (c.name for c in raw.columns), raw.place)
        read = {name: reader.read(name, spec) for name, spec in plain(self.table, self.columns).items()}
        for name in self.attributes or ():
            reader.source(name, "attributes")
        return {c.name: read[c.name] for c in table.columns if c.name in read}


def check_table(name: Any, place: str = "The mapping") -> str:
    """Return the table's name if there is such a table, else raise MappingError."""
    if name not in TABLES:
        raise MappingError(f"{place}: there is no table '{name}'. {did_you_mean(str(name), TABLES)}".rstrip())
    return str(name)


PEOPLE = "people_are_customers:"
PERCENTAGE, PER_UNIT = "percentage:subscriptions.discount", "per_unit:subscriptions.amount"


def plain(table: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns without those set to nothing, and with 'churned' as the date that it stands for."""
    result: dict[str, Any] = {}
    for name, spec in columns.items():
        if spec is None or spec == "":
            continue
        target = _PSEUDO.get((table, name))
        if target is None:
            result[name] = spec
            continue
        record = {"from": spec} if isinstance(spec, str) else dict(spec)
        if "from" in record:
            record["flag"] = record.pop("from")
        result[target] = record
    return result


def complete(mapping: TableMapping, answers: Mapping[str, Any]) -> TableMapping:
    """Return the mapping with what a person answered put into its rules; what a rule says itself stays."""
    columns = plain(mapping.table, mapping.columns)
    for question, answer in answers.items():
        kind, _, subject = question.partition(":")
        if kind == "required" and subject.startswith(mapping.table + "."):
            columns.setdefault(subject.split(".", 1)[1], answer)
        if kind == "scale" and subject == mapping.table:
            low, _, high = str(answer).partition("-")
            columns = {"scale_min": {"constant": low}, "scale_max": {"constant": high}} | columns
    known = {c.name for c in TABLES[mapping.table].columns}
    if answers.get(PEOPLE + mapping.table) is True and "user_id" in columns:
        columns.setdefault("customer_id", columns["user_id"])
    if answers.get(PERCENTAGE) is True and answers.get(PER_UNIT) is True:
        columns.pop("discount", None)  # a percentage of a price for one unit is no amount: it stays an attribute
    for name, spec in columns.items():
        if name in known and isinstance(spec, (str, Mapping)):
            columns[name] = _answered(mapping, name, spec, columns, answers)
    return replace(mapping, columns=columns)


def _answered(
    mapping: TableMapping, name: str, spec: Any, columns: Mapping[str, Any], answers: Mapping[str, Any]
) -> Any:
    record: dict[str, Any] = {"from": spec} if isinstance(spec, str) else dict(spec)
    place = f"{mapping.table}.{name}"
    anchor = answers.get("anchor")
    if "months_before" in record and not record.get("anchor") and anchor:
        return record | {"anchor": anchor}
    if "flag" in record and not record.get("date") and anchor:
        return record | {"date": anchor}
    if "from" not in record or "through" in record:
        return spec
    source = record["from"]
    found: dict[str, Any] = {}
    if isinstance(source, str):
        for word, kind in (("day_first", "day_first"), ("decimal", "decimal")):
            if f"{kind}:{source}" in answers and _takes(mapping.table, name, word):
                found[word] = answers[f"{kind}:{source}"]
    if answers.get(f"inclusive_end:{place}") is True:
        found["shift_days"] = 1
    if answers.get(f"cents:{place}") is True:
        found["divide"] = 100
    if place == "subscriptions.discount":
        found |= _discount(columns.get("amount"), answers)
    if answers.get(f"per_unit:{place}") is True:
        quantity = columns.get("quantity")
        quantity = quantity.get("from") if isinstance(quantity, Mapping) else quantity
        if isinstance(quantity, str):
            found["times"] = quantity
    return found | record if found else spec


def _discount(amount: Any, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a discount's rule takes from that of the amount: its cents, and of a percentage the amount itself."""
    spec = {"from": amount} if isinstance(amount, str) else dict(amount or {})
    cents = answers.get("cents:subscriptions.amount") is True
    if answers.get(PERCENTAGE) is True and isinstance(spec.get("from"), str):
        return {"times": spec["from"], "divide": 100 * float(spec.get("divide") or (100 if cents else 1))}
    return {"divide": 100} if cents else {}


def _takes(table: str, name: str, word: str) -> bool:
    kind = TABLES[table].column(name).type
    return kind in ("date", "instant") if word == "day_first" else kind in ("money", "number", "integer")


def fingerprint(raw: RawSheet) -> str:
    """Return a short name for the shape of a sheet: its columns' names, whatever their order, case and spacing."""
    names = sorted(squash(key(c.name)) or c.name for c in raw.columns)
    shape = {"columns": names, "header": raw.header_row is not None}
    return hashlib.sha256(json.dumps(shape, ensure_ascii=False).encode()).hexdigest()[:16]


def forget_dates(record: dict[str, Any]) -> dict[str, Any]:
    """Return a sheet's choices for its next file: the date up to which a tenure counts is asked anew each time."""
    result = deepcopy(record)
    result.get("answers", {}).pop("anchor", None)
    for mapping in result.get("mappings", ()):
        for spec in mapping["columns"].values():
            if isinstance(spec, dict):
                if "months_before" in spec:
                    spec.pop("anchor", None)
                if "flag" in spec:
                    spec.pop("date", None)
    return result


def taken(rules: Iterable[Rule]) -> set[str]:
    """Return the source columns of which a rule leaves nothing to keep as an attribute."""
    return {name for rule in rules if rule.absorbs for name in rule.reads}
