"""The repairs of one sheet: those that are made, and those that could be, each group with its before and after."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cs_metrics.ingest.repairable import Found, sentence
from cs_metrics.ingest.repairs import Repaired, check, repair, tried
from cs_metrics.ingest.sheet import RawSheet


@dataclass(frozen=True)
class Group:
    """Values of one sheet that one repair changes. `repair`: its JSON, which `SheetPlan.repair` and `undo` take.

    `state`: offered, made, or remembered (made by itself, as in the last file of this shape). `count`: values, of
    totals rows; `examples`: (row in the file, before, after), '' for nothing.
    """

    repair: Mapping[str, Any]
    state: str
    count: int
    sentence: str
    advice: str
    examples: tuple[tuple[int, str, str], ...]

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

    def recall(self) -> None:
        """Take the repairs that stand now as those of the last file."""
        self.recalled = tuple(self.repairs)

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
                sentence(one, done.count, done.examples),
                "",
                done.examples,
            )
            for one, done in zip(self.repairs, self._done.done, strict=True)
            if done.count
        ]

    def offered(self, found: Sequence[Found]) -> list[Group]:
        """Return the groups that could be repaired now, with what each repair would change."""
        groups = []
        for one in found:
            record = check(self.original, one.repair)
            done = tried(self.raw, record)
            if done.count and record not in self.repairs:
                said = sentence(record, done.count, done.examples)
                groups.append(Group(record, "offered", done.count, said, one.advice, done.examples))
        return groups
