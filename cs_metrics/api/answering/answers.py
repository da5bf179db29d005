"""What can be asked of published data: the methods that a Version and a View share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from cs_metrics import facts, kpis
from cs_metrics.api import hiding
from cs_metrics.api.answering import contacts, inventory, own
from cs_metrics.api.answering.after import After
from cs_metrics.api.answering.analyses import Analyses
from cs_metrics.api.answering.asking import Names, Where
from cs_metrics.api.answering.drivers import Drives
from cs_metrics.api.answering.explained import Explains
from cs_metrics.api.answering.heard import Heard
from cs_metrics.api.answering.loop import Loops
from cs_metrics.api.answering.provenance import Provenance
from cs_metrics.api.answering.reported import Reports
from cs_metrics.api.answering.revenue import Revenue
from cs_metrics.api.answering.scored import Scored
from cs_metrics.api.answering.survived import Survived
from cs_metrics.api.answering.tried import Tried
from cs_metrics.api.answering.voice import Voice
from cs_metrics.api.answering.who import Who
from cs_metrics.api.keeping.aimed import Targets
from cs_metrics.api.keeping.noted import Notes
from cs_metrics.errors import QueryError
from cs_metrics.kpis import KPI, Comparison
from cs_metrics.kpis.own import OwnKPI, kpi_of
from cs_metrics.kpis.slice import Slice
from cs_metrics.periods import instant
from cs_metrics.presets import preset
from cs_metrics.settings import resolve, today
from cs_metrics.workspace.publish import versions
from cs_metrics.workspace.store.database import cursor, stamp, within_limits

if TYPE_CHECKING:
    from cs_metrics.api.workspace import Workspace


Definitions = Mapping[str, Any] | str | None


class Answers(
    After,
    Analyses,
    Scored,
    Revenue,
    Survived,
    Heard,
    Voice,
    Loops,
    Explains,
    Provenance,
    Who,
    Drives,
    Notes,
    Targets,
    Reports,
    Tried,
):
    """Questions to one version. Each takes a cursor of its own, so any number of threads may ask at once.

    Everywhere: `where` is the JSON filter, `by` attributes to split by, `since` (inclusive) and `until` (exclusive)
    dates, `definitions` switched settings, `as_of` the instant up to which the data count; the workspace's own are the
    default. Every error raised on purpose is a CSMetricsError.
    """

    def __init__(
        self,
        workspace: Workspace,
        number: int,
        definitions: Mapping[str, Any] | None = None,
        where: Where | None = None,
        hidden: Iterable[str] = (),
    ) -> None:
        self.workspace = workspace
        self.number = number
        self.definitions = resolve_only(definitions)
        self.where = dict(where or {})
        self.hidden = frozenset(hidden)

    # What it is

    @property
    def settings(self) -> dict[str, Any]:
        """Every setting that holds here: the workspace's, with this view's switches."""
        return resolve(self.workspace.settings, self.definitions)

    @property
    def as_of(self) -> datetime:
        """The exclusive end of the data (local): set by hand for the workspace, else the end of the day of the latest
        activity."""
        return self._end(self._path(self.settings))

    @property
    def own(self) -> dict[str, KPI]:
        """The KPIs of the workspace's own, by their ids."""
        return own.catalogue(self.workspace.records)

    @within_limits()
    def try_own(self, definition: Mapping[str, str], grain: str = "month") -> pd.DataFrame:
        """Return what `kpi` would return of a KPI of one's own that is not saved. Raises QueryError where it does not
        fit, NotComputableError where the data lack what it needs."""
        made = kpi_of(OwnKPI.of(definition))
        con, settings, now = self._ask(None, None)
        try:
            return kpis.compute(con, [made.id], self._slice(grain, None, None, None, None, None), settings, now,
                                totals=True, own={made.id: made})  # fmt: skip
        except duckdb.Error as error:
            said = str(error).split("\n")[0].split(":", 1)[-1].strip()
            raise QueryError(f"{made.name} cannot be computed: {said}") from error

    @within_limits()
    def tables(self) -> dict[str, dict[str, Any]]:
        """Return for each table of the data model its `rows`, its mapped `columns` and its `attributes`."""
        return inventory.tables(self._con(), self.hidden)

    @within_limits()
    def dimensions(self, values: int = 50) -> pd.DataFrame:
        """Return what filters and breakdowns may name: name, label, table, type, history (earlier values are known),
        distinct, nulls, values (a list, the commonest first; empty where there are more than `values`), breakdown."""
        return inventory.dimensions(self._con(), self.hidden, values)

    @within_limits()
    def size(self, where: Where, among: Where | None = None) -> dict[str, int] | None:
        """Return how many customers fit a filter today ('inside') and how many do not ('outside'), of those that fit
        `among`; None where a filter is about rows rather than customers."""
        hiding.check_where(where, self.hidden)
        return kpis.size(self._con(), where, self._where(among), self.as_of)

    @property
    def reach(self) -> dict[str, datetime]:
        """For each table with dated rows: the exclusive end of the day of its latest activity (local)."""
        found = versions.meta(self._path(self.settings))["table_as_of"]
        return {table: datetime.fromisoformat(end) for table, end in found.items()}

    @within_limits()
    def kpis(self) -> pd.DataFrame:
        """Return every KPI: id, name, category, computable, needs (the list of missing 'table.column', and of
        'settings.name' to be chosen), words (how its formula reads with the numbers put in: see `kpis.model.Form`),
        base (what it is counted over), also (its other names), area, stage, leading, cadence, audience, unit and
        better."""
        return kpis.computable(self._con(), self.settings, self.own)

    @within_limits()
    def unlocks(self) -> dict[str, int]:
        """Return what would make KPIs computable if it alone were added, and how many, the most first: 'table.column',
        'table' (where it has no rows: with the columns it cannot be loaded without), 'table.column = value' for rows
        that say so, or 'settings.name' for a choice; 'table.column&column' where columns are needed together."""
        return kpis.unlocks(self._con(), self.settings, self.own)

    # KPIs

    @within_limits()
    def compute(
        self,
        ids: Names,
        *,
        grain: str | None = None,
        by: Names | None = None,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        totals: bool = False,
        beside: bool = False,
    ) -> pd.DataFrame:
        """Return kpi, item, period, <by...>, value, numerator, denominator, n, low, high, complete, note.

        `period` is the period's start, null for the whole range. `totals` adds the rows over all segments and over the
        whole range (columns `level`, `total`); `beside` the numbers shown beside a value (the mean of a median).
        """
        asked = self._slice(grain, by, where, since, until, definitions)
        con, settings, now = self._ask(definitions, as_of)
        wanted = [ids] if isinstance(ids, str) else list(ids)
        return kpis.compute(con, wanted, asked, settings, now, totals=totals, beside=beside, own=self.own)

    def kpi(self, id: str, **asked: Any) -> pd.DataFrame:
        """Return `compute` of one KPI: it takes the same arguments."""
        return self.compute([id], **asked)

    @within_limits()
    def rows(
        self,
        id: str,
        *,
        period: Any = None,
        grain: str | None = None,
        part: str = "numerator",
        item: str | None = None,
        by: Names | None = None,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> pd.DataFrame:
        """Return the rows behind a value, each with its `_value` in it, and the file (`_source`) and row (`_row`) that
        it came from: those of the `part` "numerator" or "denominator", in the period of `grain` (by default month) in
        which `period` lies; None: the whole range. `item`: of that item only. Contacts in texts are masked."""
        asked = self._slice(grain, by, where, since, until, definitions)
        con, settings, now = self._ask(definitions, as_of)
        frame = kpis.rows(con, id, period, asked, settings, now, part=part, item=item, own=self.own)
        seen = hiding.drop(frame, self.hidden | ({"_changed"} if self.hidden else frozenset()))
        return contacts.mask(self.workspace, seen)

    @within_limits()
    def compare(
        self,
        id: str,
        definitions_a: Definitions = None,
        definitions_b: Definitions = None,
        *,
        period: Any = None,
        grain: str | None = None,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        as_of: Any = None,
        everyone: bool = False,
    ) -> Comparison:
        """Lay two definitions of a KPI side by side: settings switched, the name of a preset ("stripe"), or None for
        the definitions in force here.

        The answer has both values (`a`, `b`), their `change`, and `rows`: the customers (or people) that make the
        difference, largest first, with their part under each definition; see `cs_metrics.kpis.Comparison`. `period`:
        any instant of the period of `grain` (by default month); None: the whole range. `everyone`: also those who make
        no difference.
        """
        asked = self._slice(grain, None, where, since, until, None)
        a, b = (kpis.Side(*self._ask(switched(d), as_of)) for d in (definitions_a, definitions_b))
        found = kpis.compare(id, a, b, asked, period, everyone=everyone, own=self.own)
        return replace(found, rows=hiding.drop(found.rows, self.hidden))

    @within_limits()
    def sql(
        self,
        id: str,
        *,
        grain: str | None = None,
        by: Names | None = None,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> str:
        """Return the SQL that answers `kpi` with these arguments, runnable as it stands on the version's file."""
        asked = self._slice(grain, by, where, since, until, definitions)
        con, settings, now = self._ask(definitions, as_of)
        return kpis.sql(con, id, asked, settings, now, own=self.own)

    # What every question needs

    @property
    def written(self) -> str:
        """What tells the version's file from the one that stood there before data were erased from it: an answer that
        is kept holds as long as this does."""
        return stamp(self.workspace.folder.version(self.number))

    def _path(self, settings: Mapping[str, Any]) -> Path:
        return versions.with_facts(self.workspace.folder, self.number, settings, facts.build)

    def _end(self, path: Path) -> datetime:
        """Return the as-of of the version in this file, where nobody asks for another."""
        return self.workspace.as_of or datetime.fromisoformat(versions.meta(path)["as_of"])

    def _con(self) -> duckdb.DuckDBPyConnection:
        return cursor(self._path(self.settings))

    def _ask(
        self, definitions: Mapping[str, Any] | None, as_of: Any
    ) -> tuple[duckdb.DuckDBPyConnection, dict[str, Any], datetime]:
        """Return a cursor on the facts of these settings, the settings, and the as-of."""
        settings = resolve(self.settings, definitions)
        path = self._path(settings)
        return cursor(path), settings, self._end(path) if as_of is None else instant(as_of, "as_of")

    def _by(self, by: Names | None) -> list[str]:
        names = [by] if isinstance(by, str) else list(by or ())
        hiding.check(names, self.hidden)
        return names

    def _where(self, where: Where | None) -> dict[str, Any] | None:
        hiding.check_where(where, self.hidden)
        return hiding.both(self.where, where)

    def _slice(
        self,
        grain: str | None,
        by: Names | None,
        where: Where | None,
        since: Any,
        until: Any,
        definitions: Mapping[str, Any] | None,
    ) -> Slice:
        return Slice.of(grain, self._by(by), self._where(where), since, until, definitions)


def switched(definitions: Definitions) -> dict[str, Any]:
    """Return the settings that definitions switch: those of a preset, where they are its name. Raises QueryError."""
    return dict(preset(definitions).settings) if isinstance(definitions, str) else resolve_only(definitions)


def resolve_only(definitions: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return these switches alone, checked. Raises QueryError."""
    values = resolve(definitions)
    return {name: values[name] for name in today(definitions or {})}
