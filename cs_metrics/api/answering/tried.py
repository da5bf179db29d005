"""What a reader of a version asks of rules: their past, what they opened, and the rows behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cs_metrics.analysis.rules import backtest, model
from cs_metrics.analysis.rules.backtest import Backtest
from cs_metrics.analysis.rules.look import Look
from cs_metrics.api.answering.asking import Asking
from cs_metrics.errors import QueryError
from cs_metrics.kpis import KPI
from cs_metrics.workspace.kept import segments
from cs_metrics.workspace.store.database import within_limits

if TYPE_CHECKING:
    from cs_metrics.api.answering.answers import Answers


class Tried(Asking):
    """The part of an answer that is about rules. They are about all data: who may not see all is told nothing."""

    @property
    def own(self) -> dict[str, KPI]:
        raise NotImplementedError

    @within_limits()
    def rule_backtest(self, rule: str | Mapping[str, Any]) -> Backtest:
        """Return how often a rule (its id or name, or what it says) would have fired over the last 24 whole months, and
        how often it was right; see `cs_metrics.analysis.rules.backtest.Backtest`. Each month is judged by what was
        known at its end alone. Raises QueryError, NotComputableError."""
        if self.where or self.hidden:
            raise QueryError("Rules are tried on all data, and these are a part of them.")
        content = self.workspace.rule(rule)["content"] if isinstance(rule, str) else rule
        checked = model.checked(content, self.own)
        if checked["segment"]:
            checked = {**checked, "where": segments.get(self.workspace.records, checked["segment"])["where"]}
        con, settings, now = self._ask(None, None)
        return backtest.backtest(con, settings, now, checked, self.own)

    def todos(self) -> list[dict[str, Any]]:
        """Return `Workspace.todos`; [] for a reader who may not see all the data."""
        return [] if self.where or self.hidden else self.workspace.todos()


def look_at(asked: Answers) -> Look:
    """Return the look at all accounts at the end of a version's data."""
    con, settings, now = asked._ask(None, None)
    return Look(con, settings, now, asked.own)
