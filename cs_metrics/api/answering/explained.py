"""Why a KPI moved: what a Version and a View answer about a change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb

from cs_metrics import facts, kpis
from cs_metrics.analysis.why.explain import Explained, explain, without
from cs_metrics.api import hiding
from cs_metrics.api.answering.asking import Asking, Names, Where
from cs_metrics.errors import QueryError
from cs_metrics.kpis.ask import form_of, settle
from cs_metrics.kpis.notes import reach
from cs_metrics.kpis.slice import Slice
from cs_metrics.periods import Period, at, before, check_grain, instant, later
from cs_metrics.settings import resolve
from cs_metrics.workspace.publish import versions
from cs_metrics.workspace.store.database import cursor, within_limits

if TYPE_CHECKING:
    pass

When = Any
"""An instant of a period, or a pair (since, until) of dates, `until` exclusive."""


class Explains(Asking):
    """What is asked of a change. `Answers` says what the arguments mean, and answers them."""

    @property
    def settings(self) -> dict[str, Any]:
        raise NotImplementedError

    @property
    def own(self) -> dict[str, kpis.KPI]:
        raise NotImplementedError

    @within_limits()
    def why(
        self,
        id: str,
        *,
        period: When = None,
        against: When | Where = None,
        grain: str | None = None,
        by: Names | None = None,
        where: Where | None = None,
        then: int | None = None,
        of: str = "value",
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> Explained:
        """Return why a KPI moved: its change split exactly into mix (who is in the base), rate (how they behave) and
        restated data, by segment and by customer; see `cs_metrics.analysis.why.explain.Explained`.

        `period`: an instant of the period of `grain` (by default month), or a pair (since, until); None: the last
        complete one. `against`: the period to compare with, in the same way (None: the one before), or a filter: the
        same period, of the customers that fit it instead of `where`. `by`: attributes to split by; None: the one that
        explains most is found, if any stands out from chance; []: no split. `then`: the number of an earlier version:
        what it said of the earlier period is where the change begins. `of` "mean": the mean beside a median.
        """
        con, settings, now = self._ask(definitions, as_of)
        side = kpis.Side(con, settings, now)
        chosen, grain = self._period(id, side, period, grain)
        if isinstance(against, Mapping):
            if then is not None:
                raise QueryError("`then` says what a version said of an earlier period: it needs two periods.")
            slices = [_slice(chosen, grain, self._where(w)) for w in (where, against)]
        else:
            other = before(chosen, grain) if against is None else _of(against, grain, settings)
            slices = [_slice(one, grain, self._where(where)) for one in (chosen, other)]
            if slices[0] == slices[1]:
                raise QueryError(f"Both sides are the period from {chosen.start:%Y-%m-%d}: choose two that differ.")
        names = None if by is None else self._by(by)
        found = explain(
            id, side, *slices, by=names, then=self._earlier(then, definitions, as_of), among=self._among(con), of=of,
            own=self.own,
        )  # fmt: skip
        return without(found, lambda frame: hiding.drop(frame, self.hidden))

    def _among(self, con: duckdb.DuckDBPyConnection) -> list[str]:
        known = kpis.available(con).attributes
        return [n for n, a in known.items() if not hiding.is_hidden(f"{a.table}.{a.column}", self.hidden)]

    def _earlier(self, then: int | None, definitions: Mapping[str, Any] | None, as_of: Any) -> kpis.Side | None:
        """Return what the version `then` is asked with. Raises WorkspaceError, QueryError."""
        if then is None:
            return None
        if then >= self.number:
            raise QueryError(f"Version {then} is not earlier than version {self.number}: choose an earlier one.")
        settings = resolve(self.settings, definitions)
        path = versions.with_facts(self.workspace.folder, then, settings, facts.build)
        own = self.workspace.as_of or datetime.fromisoformat(versions.meta(path)["as_of"])
        return kpis.Side(cursor(path), settings, own if as_of is None else instant(as_of, "as_of"))

    def _period(self, id: str, side: kpis.Side, period: When, grain: str | None) -> tuple[Period, str | None]:
        """Return the period asked for, and its grain (None: a free range); by default the last complete one."""
        if isinstance(period, tuple | list):
            return _of(period, None, side.settings), None
        chosen = check_grain(grain or "month")
        if period is not None:
            return at(period, chosen, side.settings), chosen
        kpi = kpis.find(id, self.own)
        asked = settle(side.con, Slice(), side.settings, side.as_of)
        form = form_of(kpi, asked.available)
        end = reach(asked, form)
        follow = int(side.settings[kpi.follow]) if kpi.follow else 0
        ahead = [int(side.settings[r.ahead]) for r in form.relations if r.ahead]
        last = at(end, chosen, side.settings)
        while not last.complete(end, follow) or any(later(last, chosen, count) > end for count in ahead):
            last = before(last, chosen)
        return last, chosen


def _of(when: When, grain: str | None, settings: Mapping[str, Any]) -> Period:
    if isinstance(when, tuple | list):
        if len(when) != 2:
            raise QueryError(f"A range is a pair of dates (since, until), not {len(when)}.")
        period = Period(instant(when[0], "since"), instant(when[1], "until"))
        if period.start >= period.end:
            raise QueryError(f"'since' ({period.start:%Y-%m-%d}) is not before 'until' ({period.end:%Y-%m-%d}).")
        return period
    if grain is None:
        raise QueryError("The period is a range, so what it is compared with is one too: (since, until).")
    return at(when, grain, settings)


def _slice(period: Period, grain: str | None, where: Where | None) -> Slice:
    return Slice.of(grain, None, where, period.start, period.end)
