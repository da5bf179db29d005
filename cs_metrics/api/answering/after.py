"""What accounts did after they answered, as a Version and a View answer it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.after import after as followed
from cs_metrics.analysis.feedback.after import at_risk, clocks
from cs_metrics.analysis.feedback.after import stayed as staying
from cs_metrics.api import hiding
from cs_metrics.api.answering import contacts, inventory
from cs_metrics.api.answering.asking import Asking, Where
from cs_metrics.workspace.store.database import within_limits


class After(Asking):
    """What followed the answers to a survey, by account. All take `survey` ('nps'), `where`, `since` and `until` (of
    the answers). An account's clock starts at its first answer in the range given while it was a customer; its
    category is that answer's (see `cs_metrics.analysis.feedback.after.clocks`). `Answers` says what the rest means."""

    @within_limits()
    def after(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> followed.After:
        """Return what accounts did within `days` (the setting `follow_days`) of their answer: `frame` (who left, pays
        more or less, referred; tickets, use, MRR kept; with n and interval), `pairs` (whether categories differ),
        `sentences`, `missing`, `looked`. See `cs_metrics.analysis.feedback.after.after`."""
        con, settings, now = self._ask(definitions, as_of)
        return followed.after(con, settings, now, survey=survey, where=self._where(where), **asked)

    @within_limits()
    def after_rows(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the accounts behind a row of `after`, as many as it counts. Of `asked`: measure, category, part
        ("counted", "happened", "waiting", "apart"), days, limit. Columns: customer_id, category, score, answered_at,
        until, left_at, before, after, _source (the file), _row, _rows."""
        con, settings, now = self._ask(definitions, as_of)
        found = followed.after_rows(con, settings, now, survey=survey, where=self._where(where), **asked)
        return self._shown(con, found)

    @within_limits()
    def after_sql(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> str:
        """Return the SQL behind the sums of `after`, runnable as it stands on the version's file."""
        con, settings, now = self._ask(definitions, as_of)
        return followed.after_sql(con, settings, now, survey=survey, where=self._where(where), **asked)

    @within_limits()
    def stayed(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> staying.Stayed:
        """Return how long accounts stayed after their answer: `curve` (category, t in days, at_risk, events, censored,
        survival, low, high), `medians`, `test`, `verdict`, `returned`."""
        con, settings, now = self._ask(definitions, as_of)
        return staying.stayed(con, settings, now, survey=survey, where=self._where(where), **asked)

    @within_limits()
    def stayed_rows(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the accounts behind a row of the curve of `stayed`, as many as it counts. Of `asked`: t, category,
        part ("at_risk", "left", "censored"), limit."""
        con, settings, now = self._ask(definitions, as_of)
        found = staying.stayed_rows(con, settings, now, survey=survey, where=self._where(where), **asked)
        return self._shown(con, found)

    @within_limits()
    def stayed_sql(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> str:
        """Return the SQL behind the counts of `stayed`, runnable as it stands on the version's file."""
        con, settings, now = self._ask(definitions, as_of)
        return staying.stayed_sql(con, settings, now, survey=survey, where=self._where(where), **asked)

    @within_limits()
    def answers_outside(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the answers that start no clock, the latest first: of those who had left before they answered
        (`status`="left"), answered before they became customers ("before"), or of whom the data do not say when they
        were customers ("unknown"). As many as `looked` counts. Columns: customer_id, category, score, answered_at,
        left_at, comment, _source (the file), _row."""
        con, settings, now = self._ask(definitions, as_of)
        found = clocks.outside(con, settings, now, survey=survey, where=self._where(where), **asked)
        return self._shown(con, found)

    @within_limits()
    def mrr_by_answer(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the MRR at the end of the range by each account's latest answer in it, and of the silent: category,
        accounts, customers, mrr, share. It sums to the KPI `mrr`."""
        con, settings, now = self._ask(definitions, as_of)
        return at_risk.mrr_by_answer(con, settings, now, survey=survey, where=self._where(where), **asked)

    @within_limits()
    def mrr_by_answer_rows(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the accounts behind a row of `mrr_by_answer`, the largest first; their MRR sums to its. Of `asked`:
        category, limit."""
        con, settings, now = self._ask(definitions, as_of)
        found = at_risk.mrr_by_answer_rows(con, settings, now, survey=survey, where=self._where(where), **asked)
        return self._shown(con, found)

    @within_limits()
    def mrr_by_answer_sql(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> str:
        """Return the SQL behind `mrr_by_answer`, runnable as it stands on the version's file."""
        con, settings, now = self._ask(definitions, as_of)
        return at_risk.mrr_by_answer_sql(con, settings, now, survey=survey, where=self._where(where), **asked)

    @within_limits()
    def to_call(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the contracts that end within `days` (90) of the data's end, of accounts whose latest answer is in the
        lowest category: customer_id, csm, product, mrr, ended_at, outcome, category, score, answered_at, comment,
        contract (its file and row), _source (the answer's file), _row."""
        con, settings, now = self._ask(definitions, as_of)
        return self._shown(con, at_risk.to_call(con, settings, now, survey=survey, where=self._where(where), **asked))

    def _shown(self, con: duckdb.DuckDBPyConnection, frame: pd.DataFrame) -> pd.DataFrame:
        """Return rows with the customers' names, masked comments, and without what is hidden; what repairs changed
        may name a hidden column, and goes with any."""
        named = inventory.name_customers(con, frame)
        seen = hiding.drop(named, self.hidden | ({"_changed"} if self.hidden else frozenset()))
        return contacts.mask(self.workspace, seen)
