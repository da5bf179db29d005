"""What a report asks of a View, and what stays the same in all its questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from cs_metrics.errors import QueryError
from cs_metrics.periods import Period
from cs_metrics.reports.brief import saying
from cs_metrics.reports.brief.kinds import Kind
from cs_metrics.reports.brief.model import Number

Answer = TypeVar("Answer")
AMOUNTS = frozenset({"mrr", "amount"})


@dataclass(frozen=True)
class Asked:
    """A report's question. `view` answers it; a View leaves out what its reader may not see, and so does the report.

    `names`: the KPIs' names in sentences; `labels`: those of the attributes.
    """

    view: Any
    kind: Kind
    where: Mapping[str, Any] | None
    settings: Mapping[str, Any]
    as_of: datetime
    period: Period
    before: Period
    names: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def grain(self) -> str:
        return self.kind.grain

    @property
    def currency(self) -> str:
        return str(self.settings["currency"])

    @property
    def minimum_n(self) -> int:
        return int(self.settings["minimum_n"])

    @property
    def now_said(self) -> str:
        return saying.period(self.period.start, self.period.end, self.grain)

    @property
    def before_said(self) -> str:
        return saying.period(self.before.start, self.before.end, self.grain)

    @property
    def amounts(self) -> bool:
        """Whether the reader may see what single accounts pay: sums stay, but never beside an account's name."""
        return not any(name.rpartition(".")[2] in AMOUNTS for name in self.view.hidden)

    def number(self, kpi: str, value: float, what: str = "value", period: datetime | None = None) -> Number:
        """Return a KPI's value as a number of a sentence; by default that of the report's period."""
        said = saying.value(value, self.units[kpi], self.currency)
        return Number(said, float(value), kpi, what, period or self.period.start)

    def money(self, amount: float, of: str, what: str) -> Number:
        """Return an amount that a question of the View gave."""
        return Number(saying.value(amount, "money", self.currency), float(amount), of, what)

    def count(self, number: float, of: str, what: str) -> Number:
        """Return a count that a question of the View gave."""
        return Number(saying.count(number), float(number), of, what)


def tried(ask: Callable[[], Answer]) -> Answer | None:
    """Return the answer; None where the data, or what the reader may see, do not allow the question."""
    try:
        return ask()
    except QueryError:
        return None
