"""What a report consists of, as plain data: sentences that carry the numbers they say, metrics, trends, actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd

from cs_metrics.periods import Period


@dataclass(frozen=True)
class Number:
    """A number in a sentence: `said` is its text there, `value` what it says, unrounded.

    `of`: the KPI's id, or the question of a View that gave it ('renewals'). `what`: value, before, change, n, or for a
    question what was counted. `period`: the start of the KPI's period; None where the number is of no period.
    """

    said: str
    value: float
    of: str
    what: str
    period: datetime | None = None


@dataclass(frozen=True)
class Sentence:
    """A sentence, the numbers in it, and the names in it (accounts, segments, periods), which may hold digits too."""

    text: str
    numbers: tuple[Number, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What it is about, whatever its numbers are: by that a sentence is found again in a later report."""
        if not self.numbers:
            return self.text
        first = self.numbers[0]
        if first.what.startswith("target_"):  # a KPI may have several: for segments, for periods
            return " ".join((f"{first.of}.target", *self.names[:2]))
        about = first.of if first.what in ("value", "change") else f"{first.of}.{first.what}"
        return f"{about} {self.names[0]}" if first.of in NAMED and self.names else about


NAMED = frozenset({"themes", "drivers"})
"""Questions that one report may have several sentences of, each about what it names first."""


@dataclass(frozen=True)
class Aim:
    """How a KPI stands to a target. `whom`: the saved segment that it is for, '' for those that the report is about;
    `low`, `high`: at least, at most; `standing`: met, behind, on track or cannot tell; `shown` says the target."""

    kpi: str
    whom: str
    grain: str
    period: Period
    low: float | None
    high: float | None
    value: float | None
    complete: bool
    standing: str
    forecast: float | None
    forecast_low: float | None
    forecast_high: float | None
    owner: str
    review_on: date | None
    shown: str


@dataclass(frozen=True)
class Metric:
    """A KPI in the report's period and in the one before. `verdict`: better, worse or '' (no change, or neither);
    `short`: what it is called in sentences; `aim`: how it stands to its target, where it has one."""

    kpi: str
    name: str
    unit: str
    now: float | None
    before: float | None
    n: float | None
    low: float | None
    high: float | None
    complete: bool
    note: str
    verdict: str
    definition: str
    formula: str
    short: str = ""
    aim: Aim | None = None


@dataclass(frozen=True)
class Trend:
    """A KPI over the last periods: the frame of `compute` at the report's grain. `aims`: its target in them (the rows
    of `View.targets`)."""

    kpi: str
    name: str
    unit: str
    frame: pd.DataFrame
    aims: pd.DataFrame | None = None


@dataclass(frozen=True)
class Action:
    """An account that somebody should turn to, and why. `owner`: the account's csm, '' where it has none."""

    account: str
    name: str
    owner: str
    reasons: tuple[str, ...]
    due: datetime | None
    mrr: float | None


@dataclass(frozen=True)
class Words:
    """What a person did to a section: wrote a text, left sentences out. `version`: of the data that they saw;
    `since`: how the section's own sentences have changed from what they saw, in words."""

    text: str
    who: str
    changed_at: datetime
    version: int
    since: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of the report. `sentences` are made from the data; `empty` says why there are none, where there are none.

    `words`: what a person wrote, and `left_out` the sentences that they left out; `revision` counts their changes.
    """

    id: str
    title: str
    sentences: tuple[Sentence, ...] = ()
    empty: str = ""
    words: Words | None = None
    left_out: tuple[Sentence, ...] = ()
    revision: int = 0

    @property
    def generated(self) -> tuple[Sentence, ...]:
        """Every sentence made from the data, also those that a person left out."""
        return (*self.sentences, *self.left_out)


@dataclass(frozen=True)
class Report:
    """A report: see `cs_metrics.reports.brief.make`.

    `period` and `before` are half-open; `actions` are the most pressing of `actions_in_all`; `about` says what the
    numbers stand on; `lacking` names the KPIs of the report's kind that these data cannot answer. `version` and `where`
    are those it was made with; `partial`: it is of a reader who may not see all the data; `address`: where it is in the
    app, '' where that is not known.
    """

    kind: str
    title: str
    grain: str
    currency: str
    minimum_n: int
    as_of: datetime
    period: Period
    before: Period
    sections: Sequence[Section]
    metrics: Sequence[Metric]
    trends: Sequence[Trend]
    actions: Sequence[Action]
    actions_in_all: int
    about: Mapping[str, str]
    lacking: Sequence[str]
    version: int = 0
    where: Mapping[str, Any] = field(default_factory=dict)
    partial: bool = False
    address: str = ""

    def section(self, id: str) -> Section:
        """Return a section by its id: summary, metrics, health, risks, actions, wins."""
        return next(section for section in self.sections if section.id == id)
