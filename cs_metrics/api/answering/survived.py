"""Survival, as a Version and a View answer it: how long customers stay, and how long they will."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cs_metrics.analysis.survival import survived
from cs_metrics.api import hiding
from cs_metrics.api.answering import inventory
from cs_metrics.api.answering.asking import Asking, Names, Where
from cs_metrics.workspace.store.database import within_limits


class Survived(Asking):
    """How long customers live. All take the words of a life: `grain` (day, week, month, quarter, year) is the unit of
    age; `by` is pinned at the start of each life; `since` and `until` say when lives began; `start`: "active", or
    "paid" for lives of paying; `gaps`: "ignored" (one life from first start to last end) or "end" (of the first
    stretch). Lives go on at the as-of unless they ended before. `Answers` says what the rest means."""

    @within_limits()
    def survival(
        self,
        *,
        by: Names | None = None,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the curve of each group: <by>, t, at_risk, events, censored, survival, low, high; a row for each whole
        period of life from 0. `survival` is the share still here after it (Kaplan and Meier), low and high its 95 %
        interval on the scale of log(-log S)."""
        con, settings, now = self._ask(definitions, as_of)
        return survived.survival(con, settings, now, by=self._by(by), where=self._where(where), **asked)

    @within_limits()
    def survival_summary(
        self,
        *,
        by: Names | None = None,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> survived.Summary:
        """Return what stands beside the curves: `medians` (median life of each group with its interval), `test` (the
        log-rank test over all groups and, by Holm, each pair), `verdict` in words, `notes`, `lives`."""
        con, settings, now = self._ask(definitions, as_of)
        return survived.summary(con, settings, now, by=self._by(by), where=self._where(where), **asked)

    @within_limits()
    def hazard(
        self,
        *,
        by: Names | None = None,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the churn hazard by age: <by>, t, at_risk, events, hazard, low, high, others, p, risky. Of those who
        begin period t of their life (at_risk) events leave in it; `risky` where that stands out from the others."""
        con, settings, now = self._ask(definitions, as_of)
        return survived.hazard(con, settings, now, by=self._by(by), where=self._where(where), **asked)

    @within_limits()
    def projection(
        self,
        *,
        by: Names | None = None,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> survived.Projection:
        """Return the curve projected by the shifted-beta-geometric model: `fit` (alpha, beta, lifetime), `curve`
        (known and projected, with a 95 % band), `held_out` (a fit on the first periods against what came after).

        Of `asked` beside the words of a life: `ahead` (12 periods), `fitted` (the first periods that the second fit is
        made on; two thirds of them), `by_values` (with a breakdown: the group)."""
        con, settings, now = self._ask(definitions, as_of)
        return survived.projected(con, settings, now, by=self._by(by), where=self._where(where), **asked)

    @within_limits()
    def survival_rows(
        self,
        *,
        t: int,
        part: str = "at_risk",
        by: Names | None = None,
        by_values: Mapping[str, Any] | None = None,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the customers behind a row of `survival`, as many as it counts: those "at_risk" in period `t` of their
        life, those who "left" in it, or those of whom no more is known ("censored"). `by_values`: the row's group.

        Columns: customer_id, started, ended, t, left, parts, _source (the file), _row.
        """
        con, settings, now = self._ask(definitions, as_of)
        words: dict[str, Any] = {
            "t": t,
            "part": part,
            "by_values": by_values,
            "by": self._by(by),
            "where": self._where(where),
        }
        frame = inventory.name_sources(con, survived.survival_rows(con, settings, now, **words, **asked))
        return hiding.drop(frame, self.hidden)

    @within_limits()
    def survival_sql(
        self,
        *,
        by: Names | None = None,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> str:
        """Return the SQL behind the counts of `survival`, runnable as it stands on the version's file."""
        con, settings, now = self._ask(definitions, as_of)
        return survived.survival_sql(con, settings, now, by=self._by(by), where=self._where(where), **asked)
