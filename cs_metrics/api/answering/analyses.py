"""Analyses that a Version and a View answer: retention, movements, feedback."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cs_metrics import analysis
from cs_metrics.api import hiding
from cs_metrics.api.answering import contacts, inventory
from cs_metrics.api.answering.asking import Asking, Names, Where
from cs_metrics.kpis.where import names
from cs_metrics.workspace.store.database import within_limits


class Analyses(Asking):
    """What is asked of more than one number. `Answers` says what the arguments mean, and answers them."""

    @within_limits()
    def retention(
        self,
        *,
        by: Names | None = None,
        where: Where | None = None,
        start: Where | None = None,
        back: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the retention triangle: cohort, <by>, k, eligible, retained, value, low, high, complete.

        Of `asked`: of, unit, grain, periods, kind, cohort, minimum, brackets, calendar, week_starts, timezone, value,
        since, until; start_of and start_minimum (what starts, where it is not `of`), amounts ("net", "gross"),
        reactivation, accounts ("each", "parent"), within; see `cs_metrics.analysis.cohorts.retention`.
        """
        con, settings, now = self._ask(definitions, as_of)
        return analysis.retention(con, settings, now, **self._retention(by, where, start, back, asked, "cohort"))

    @within_limits()
    def retention_sql(
        self,
        *,
        by: Names | None = None,
        where: Where | None = None,
        start: Where | None = None,
        back: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> str:
        """Return the SQL behind `retention` with these arguments, runnable as it stands on the version's file."""
        con, settings, now = self._ask(definitions, as_of)
        return analysis.sql(con, settings, now, **self._retention(by, where, start, back, asked, "cohort"))

    @within_limits()
    def members(
        self,
        *,
        cohort: Any,
        k: int,
        retained: bool | None = True,
        by_values: Mapping[str, Any] | None = None,
        cohorts: str = "first",
        by: Names | None = None,
        where: Where | None = None,
        start: Where | None = None,
        back: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return who is behind a cell (`cohort`, `k`) of `retention`: those who came back; with retained=False those
        who did not; with None all. `cohorts` is what `retention` calls cohort; `by_values` the cell's segment.

        Takes all that `retention` takes. Columns: unit, customer_id, started, returned, rows, retained, _source (the
        file), _row; of revenue or quantity also amount and base.
        """
        con, settings, now = self._ask(definitions, as_of)
        cell = {"cohort": cohort, "k": k, "retained": retained, "by_values": by_values}
        words = self._retention(by, where, start, back, {**asked, "cohorts": cohorts}, "cohorts")
        return inventory.name_sources(con, analysis.members(con, settings, now, **cell, **words))

    def _retention(
        self,
        by: Names | None,
        where: Where | None,
        start: Where | None,
        back: Where | None,
        asked: Mapping[str, Any],
        cohort: str,
    ) -> dict[str, Any]:
        of = asked.get("of", "orders")
        for filters, table in ((start, asked.get("start_of") or of), (back, of)):
            hiding.check_where(filters, self.hidden)
            # a bare name is a column of the rows first
            hiding.check([f"{table}.{name}" for name in names(filters)] if self.hidden else (), self.hidden)
        hiding.check([str(asked.get(cohort, "first"))], self.hidden)
        words = {"by": self._by(by), "where": self._where(where), "start": start, "back": back, **asked}
        if asked.get("accounts") == "parent":
            hiding.check(["parent_customer_id"], self.hidden)
        if asked.get("within") or asked.get("accounts") == "parent":
            # what is locked holds for each account, not for the topmost alone
            words["within"] = self._where(asked.get("within"))
        return words

    @within_limits()
    def refunds(self) -> dict[str, int]:
        """Return how many orders of known customers there are: orders, and of them refunds (all of whose lines are),
        which `retention(of="orders")` counts as activity unless its filters leave them out."""
        con, _, _ = self._ask(None, None)
        sql = "SELECT count(*), count(*) FILTER (WHERE is_refund) FROM fact_order WHERE customer_id IS NOT NULL"
        orders, refunds = con.execute(sql).fetchone() or (0, 0)
        return {"orders": int(orders), "refunds": int(refunds)}

    @within_limits()
    def movements(
        self,
        *,
        grain: str = "month",
        by: Names | None = None,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> pd.DataFrame:
        """Return the MRR movements: period, <by>, start, new, reactivation, expansion, contraction, churn, end."""
        con, settings, now = self._ask(definitions, as_of)
        filters = {"by": self._by(by), "where": self._where(where), "since": since, "until": until}
        return analysis.movements(con, settings, now, grain=grain, **filters)

    @within_limits()
    def nps(
        self,
        *,
        by: Names | None = None,
        grain: str | None = None,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> pd.DataFrame:
        """Return the Net Promoter Score with its shares: period, <by>, promoters, passives, detractors, n, value, low,
        high."""
        con, settings, now = self._ask(definitions, as_of)
        filters = {"by": self._by(by), "where": self._where(where), "since": since, "until": until}
        return analysis.nps(con, settings, now, grain=grain, **filters)

    @within_limits()
    def distribution(
        self,
        survey: str = "nps",
        *,
        by: Names | None = None,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> pd.DataFrame:
        """Return how the answers of a survey (nps, csat, ces) spread: <by>, scale, score, answers, share, low, high,
        kind."""
        con, settings, now = self._ask(definitions, as_of)
        filters = {"by": self._by(by), "where": self._where(where), "since": since, "until": until}
        return analysis.distribution(con, settings, now, survey=survey, **filters)

    @within_limits()
    def model(self, id: str, *, definitions: Mapping[str, Any] | None = None) -> analysis.Judgement:
        """Return what the model behind a KPI ("churn_risk_score", "win_prediction") was judged by: usable, reason,
        scores, drivers, calibration. It is the same for every reader: of everyone, and of no one in particular."""
        con, _, _ = self._ask(definitions, None)
        return analysis.judgement(con, id)

    @within_limits()
    def comments(
        self,
        survey: str | None = "nps",
        *,
        contains: str = "",
        limit: int = 500,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> pd.DataFrame:
        """Return what customers wrote, the latest first: responded_at, customer_id, survey, score, comment, channel,
        campaign, _source (the file), _row. `survey` None: of every survey; `contains`: a text that stands in it.
        E-mail addresses and phone numbers are masked: see `mask_contacts` in the settings."""
        con, settings, now = self._ask(definitions, as_of)
        filters = {"where": self._where(where), "since": since, "until": until}
        words: dict[str, Any] = {"survey": survey, "contains": contains, "limit": limit}
        frame = inventory.name_sources(con, analysis.comments(con, settings, now, **words, **filters))
        return contacts.mask(self.workspace, hiding.drop(frame, self.hidden))
