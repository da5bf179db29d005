"""The repairs of one sheet: those that are made, and those that could be, each group with its before and after."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from cs_metrics.errors import MappingError
from cs_metrics.ingest.mappings.mapping import TableMapping
from cs_metrics.ingest.repair.readings import Other, readings
from cs_metrics.ingest.repair.repairable import Found, sentence
from cs_metrics.ingest.repair.repairs import CHANGES, EXAMPLES, Repaired, check, repair, tried
from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.schema import TABLES, Type


@dataclass(frozen=True)
class Group:
    """Values of one sheet that one repair changes. `repair`: its JSON, which `SheetPlan.repair` and `undo` take.

    `state`: offered, made, remembered (made by itself, as in the last file of this shape), or read (what reading makes
    of texts by itself, with nothing to repair). `count`: values, of totals rows; `examples`: (row in the file, before,
    after), '' for nothing. `other`: of what is read, the other way to read it; `SheetPlan.read_otherwise` takes it.
    """

    repair: Mapping[str, Any]
    state: str
    count: int
    sentence: str
    advice: str
    examples: tuple[tuple[int, str, str], ...]
    other: Other | None = None

    @property
    def column(self) -> str:
        """The source column."""
        return str(self.repair["column"])


class Repairing:
    """Holds a sheet as read and its repairs; `raw` is the sheet after them. `recalled`: repairs of the last file."""

    def __init__(self, original: RawSheet) -> None:
        self.original = original
        self.repairs: list[dict[str, Any]] = []
        self.recalled: tuple[dict[str, Any], ...] = ()
        self._done = Repaired(original)

    @property
    def raw(self) -> RawSheet:
        """The sheet after its repairs."""
        return self._done.raw

    @property
    def state(self) -> str:
        """The repairs as one text: what is worked out for it holds until it changes."""
        return json.dumps(self.repairs, sort_keys=True)

    def set(self, repairs: Iterable[Mapping[str, Any]]) -> None:
        """Make these repairs and no others; MappingError, and then nothing has changed."""
        wanted: list[dict[str, Any]] = []
        for record in repairs:
            one = check(self.original, record)
            if one not in wanted:
                wanted.append(one)
        self._done = repair(self.original, wanted)
        self.repairs = wanted

    def restore(self, repairs: Iterable[Mapping[str, Any]]) -> None:
        """Make remembered repairs, as far as they fit the sheet: one for a column that is gone has nothing to do."""
        self.set(self._fitting(repairs))

    def _fitting(self, repairs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        fitting = []
        for record in repairs:
            try:
                fitting.append(check(self.original, record))
            except MappingError:
                continue
        return fitting

    def move(self, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> None:
        """Make what differs between two lists of remembered repairs; what a person repaired since stays."""
        was, now = self._fitting(before), self._fitting(after)
        kept = [one for one in self.repairs if one not in was or one in now]
        self.set([*kept, *(one for one in now if one not in was)])
        self.recalled = tuple(one for one in now if one in self.repairs)

    def recall(self) -> None:
        """Take the repairs that stand now as those of the last file."""
        self.recalled = tuple(self.repairs)

    @property
    def changes(self) -> pd.DataFrame:
        """Every value that a repair changed: row (in the file), column, before, after, rule."""
        found = self.raw.changes
        return (CHANGES.empty_table() if found is None else found).to_pandas().sort_values("row", kind="stable")

    def without(self, record: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the repairs but one."""
        gone = check(self.original, record)
        return [one for one in self.repairs if one != gone]

    def made(self) -> list[Group]:
        """Return the repairs that are made and changed something."""
        return [
            Group(
                one,
                "remembered" if one in self.recalled else "made",
                done.count,
                sentence(one, done.count, done.examples).replace(": the same?", "."),
                "",
                done.examples,
            )
            for one, done in zip(self.repairs, self._done.done, strict=True)
            if done.count
        ]

    def read(self, mappings: Sequence[TableMapping]) -> list[Group]:
        """Return what reading makes by itself of texts that show another thing."""
        groups = []
        for one in readings(self.raw, mappings):
            rows = one.rows(self.raw).slice(0, EXAMPLES).to_pylist()
            examples = tuple((r["row"], r["before"], r["after"] or "") for r in rows)
            repair = {"kind": "read", "column": one.column}
            groups.append(Group(repair, "read", one.count, one.sentence, "", examples, one.other))
        return groups

    def offered(self, found: Sequence[Found]) -> list[Group]:
        """Return the groups that could be repaired now, with what each repair would change."""
        groups = []
        for one in found:
            record = check(self.original, one.repair)
            done = tried(self.raw, record)
            if done.count and record not in self.repairs:
                said = sentence(record, done.count, done.examples)
                groups.append(Group(record, "offered", done.count, said, one.advice, done.examples))
        return sorted(groups, key=lambda g: -g.count)


def with_currency(mapping: TableMapping, repairs: Sequence[Mapping[str, Any]]) -> TableMapping:
    """Return the mapping with the currency taken from amounts whose currencies a repair told apart."""
    table = TABLES[mapping.table]
    model = {c.name: c.type for c in table.columns}
    if "currency" not in model or mapping.columns.get("currency"):
        return mapping
    named = {r["column"] for r in repairs if r["kind"] == "currency"}
    for name, spec in mapping.columns.items():
        source = spec.get("from") if isinstance(spec, Mapping) else spec
        if model.get(name) is Type.MONEY and isinstance(source, str) and source in named:
            return replace(mapping, columns={**mapping.columns, "currency": currency_rule(source)})
    return mapping


def currency_rule(source: str) -> dict[str, Any]:
    """Return the rule that takes the currency from a column of amounts."""
    return {"from": source, "part": "currency"}


def told(changes: pd.DataFrame) -> dict[int, str]:
    """Return for each row what was changed in it: 'Plan: pro became Pro (one spelling for the same thing)'."""
    said: dict[int, list[str]] = defaultdict(list)
    for change in changes.to_dict("records"):
        after = "nothing" if pd.isna(change["after"]) else change["after"]
        said[int(change["row"])].append(f"{change['column']}: {change['before']} became {after} ({change['rule']})")
    return {row: "; ".join(parts) for row, parts in said.items()}
