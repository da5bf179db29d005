"""Why a survey's score is what it is, as a Version and a View answer it: segments, drivers, the tickets before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cs_metrics import kpis
from cs_metrics.analysis.feedback.drivers import before, breakdown, drivers
from cs_metrics.api import hiding
from cs_metrics.api.answering.asking import Asking, Names, Where
from cs_metrics.workspace.store.database import within_limits


class Drives(Asking):
    """What goes with a survey's score (nps, csat, ces, onboarding, post_activation), over the answers that its KPI
    counts. All is association: it says who answers how, never what would happen. `Answers` says what the arguments
    mean."""

    @within_limits()
    def score_breakdown(
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
        """Return every segment of every attribute of few values (or of those in `by`), the largest effect first:
        attribute, segment, n, share, value, low, high, without, effect, today. `effect` is what the segment adds to the
        score of all (n / all * (value - score of all)); those of an attribute sum to 0. See
        `cs_metrics.analysis.feedback.drivers.breakdown.breakdown`."""
        con, settings, now = self._ask(definitions, as_of)
        return breakdown.breakdown(con, settings, now, survey=survey, **self._of_segments(con, by, where, since, until))

    @within_limits()
    def score_breakdown_sql(
        self,
        survey: str = "nps",
        *,
        by: Names | None = None,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> str:
        """Return the SQL behind `score_breakdown`, runnable as it stands on the version's file."""
        con, settings, now = self._ask(definitions, as_of)
        return breakdown.breakdown_sql(
            con, settings, now, survey=survey, **self._of_segments(con, by, where, since, until)
        )

    @within_limits()
    def drivers(
        self,
        survey: str = "nps",
        *,
        days: int = 90,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> drivers.Drivers:
        """Return what goes with a high or low score: attributes, and features used, tickets and onboarding before the
        answer (tickets and use: in the `days` before), each with its effect and interval, corrected by Holm for all
        that was compared. See `cs_metrics.analysis.feedback.drivers.drivers.Drivers`."""
        con, settings, now = self._ask(definitions, as_of)
        asked = {"where": self._where(where), "since": since, "until": until, "among": self._readable(con)}
        return drivers.drivers(con, settings, now, survey=survey, days=days, **asked)

    @within_limits()
    def drivers_sql(
        self,
        survey: str = "nps",
        *,
        days: int = 90,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> str:
        """Return the SQL of what `drivers` compares, runnable as it stands: a row for each answer with all facts."""
        con, settings, now = self._ask(definitions, as_of)
        asked = {"where": self._where(where), "since": since, "until": until, "among": self._readable(con)}
        return drivers.evidence_sql(con, settings, now, survey=survey, days=days, **asked)

    @within_limits()
    def score_before(
        self,
        survey: str = "nps",
        *,
        days: int = 90,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> before.Before:
        """Return the score by how many tickets the account had in the `days` before the answer, and by how fast they
        were resolved. See `cs_metrics.analysis.feedback.drivers.before.Before`."""
        con, settings, now = self._ask(definitions, as_of)
        asked = {"where": self._where(where), "since": since, "until": until, "among": self._readable(con)}
        return before.before(con, settings, now, survey=survey, days=days, **asked)

    @within_limits()
    def score_before_sql(
        self,
        survey: str = "nps",
        *,
        days: int = 90,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> str:
        """Return the SQL of what `score_before` counts, runnable as it stands: a row for each answer."""
        con, settings, now = self._ask(definitions, as_of)
        asked = {"where": self._where(where), "since": since, "until": until, "among": self._readable(con)}
        return before.before_sql(con, settings, now, survey=survey, days=days, **asked)

    def _of_segments(self, con: Any, by: Names | None, where: Where | None, since: Any, until: Any) -> dict[str, Any]:
        names = None if by is None else self._by(by)
        return {"by": names, "where": self._where(where), "since": since, "until": until, "among": self._readable(con)}

    def _readable(self, con: Any) -> list[str] | None:
        """Return the attributes that the reader may see; None where nothing is hidden."""
        if not self.hidden:
            return None
        known = kpis.available(con).attributes
        return [n for n, a in known.items() if not hiding.is_hidden(f"{a.table}.{a.column}", self.hidden)]
