"""What a report consists of, as plain data: sentences that carry the numbers they say, metrics, trends, actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

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


@dataclass(frozen=True)
class Metric:
    """A KPI in the report's period and in the one before. `verdict`: better, worse or '' (no change, or neither)."""

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


@dataclass(frozen=True)
class Trend:
    """A KPI over the last periods: the frame of `compute` at the report's grain."""

    kpi: str
    name: str
    unit: str
    frame: pd.DataFrame


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
class Section:
    """A part of the report. `empty` says why there is nothing, where there is nothing."""

    id: str
    title: str
    sentences: tuple[Sentence, ...] = ()
    empty: str = ""


@dataclass(frozen=True)
class Report:
    """A report: see `cs_metrics.reports.brief.make`.

    `period` and `before` are half-open; `actions` are the most pressing of `actions_in_all`; `about` says what the
    numbers stand on; `lacking` names the KPIs of the report's kind that these data cannot answer.
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

    def section(self, id: str) -> Section:
        """Return a section by its id: summary, metrics, health, risks, actions, wins."""
        return next(section for section in self.sections if section.id == id)
