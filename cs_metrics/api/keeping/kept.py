"""What a team keeps about its KPIs in a workspace: KPIs of its own, scorecards, and the card of each KPI."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from cs_metrics import kpis
from cs_metrics.api import given
from cs_metrics.api.answering import own
from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.kpis.own import OwnKPI, kpi_of
from cs_metrics.settings import SETTINGS, resolve
from cs_metrics.workspace.kept import cards, own_kpis, saved_settings, scorecards
from cs_metrics.workspace.store.connections import whole
from cs_metrics.workspace.store.records import Records

if TYPE_CHECKING:
    from cs_metrics.api.version import Version

_CHECKS: Mapping[str, Callable[[Any, str], Any]] = {
    "owner": given.text, "review_on": given.day, "benchmark_low": given.number, "benchmark_high": given.number,
    "benchmark_source": given.text,
}  # fmt: skip


class Kept:
    """The part of a `Workspace` that is about KPIs rather than data."""

    records: Records

    def numbers(self) -> list[int]:
        raise NotImplementedError

    def version(self, number: int | None = None) -> Version:
        raise NotImplementedError

    @property
    def settings(self) -> dict[str, Any]:
        raise NotImplementedError

    @property
    def chosen_settings(self) -> dict[str, Any]:
        """The settings that a person chose, those set to their default too; the others are at their default unasked."""
        return saved_settings.saved(self.records)

    # KPIs of its own

    def own_kpis(self, deleted: bool = False) -> list[dict[str, Any]]:
        """Return the KPIs of the workspace's own: kpi (its id), content (what was said of it), created_at, updated_at,
        problem (why it can no longer be computed, or '')."""
        return own.listing(self.records, deleted)

    def save_own_kpi(self, definition: Mapping[str, str], kpi: str | None = None, *, who: str = "") -> str:
        """Save a KPI of one's own (`kpi`: in place of that one); return its id.

        `definition` has name, fact, numerator, denominator, condition, dated_by, unit, better, definition: see
        `cs_metrics.kpis.own.OwnKPI`. It is checked, and tried on the latest version, before it is saved.
        """
        said = OwnKPI.of(definition)
        made = kpi_of(said)
        if self.numbers():
            self.version().try_own(definition)
        with self.records.whole():
            own_kpis.save(self.records, made.id, said.stored(), kpi)
            self.records.log(who, "own kpi saved", {"kpi": made.id, **said.stored()})
        return made.id

    @whole
    def delete_own_kpi(self, kpi: str, *, who: str = "") -> None:
        """Take a KPI of one's own off the list; `restore_own_kpi` brings it back."""
        own_kpis.delete(self.records, kpi)
        self.records.log(who, "own kpi deleted", {"kpi": kpi})

    @whole
    def restore_own_kpi(self, kpi: str, *, who: str = "") -> None:
        own_kpis.undelete(self.records, kpi)
        self.records.log(who, "own kpi restored", {"kpi": kpi})

    # Scorecards

    def scorecards(self, deleted: bool = False) -> list[dict[str, Any]]:
        """Return the saved scorecards by name: scorecard (its id), name, kpis, created_at, updated_at."""
        return scorecards.listing(self.records, deleted)

    @whole
    def save_scorecard(self, name: str, kpi_ids: Sequence[str], scorecard: str | None = None, *, who: str = "") -> str:
        """Save KPIs, in their order, under a name (`scorecard`: change that one); return its id."""
        for kpi in kpi_ids:
            kpis.find(kpi, own.catalogue(self.records))
        kept = scorecards.save(self.records, name, kpi_ids, scorecard)
        self.records.log(who, "scorecard saved", {"scorecard": kept, "name": name, "kpis": list(kpi_ids)})
        return kept

    @whole
    def delete_scorecard(self, scorecard: str, *, who: str = "") -> None:
        """Take a scorecard off the list; `restore_scorecard` brings it back."""
        scorecards.delete(self.records, scorecard)
        self.records.log(who, "scorecard deleted", {"scorecard": scorecard})

    @whole
    def restore_scorecard(self, scorecard: str, *, who: str = "") -> None:
        """Bring a deleted scorecard back."""
        scorecards.undelete(self.records, scorecard)
        self.records.log(who, "scorecard restored", {"scorecard": scorecard})

    # Cards

    def card(self, kpi_id: str) -> dict[str, Any]:
        """Return what the team says of a KPI: owner, review_on, signed_by, signed_at, signed_settings, benchmark_low,
        benchmark_high, benchmark_source; and changed_since: the settings that differ from those signed off."""
        held = cards.card(self.records, self._known(kpi_id))
        now = self._read_by(kpi_id)
        signed = held["signed_settings"]
        changed = sorted(name for name in now if name in signed and signed[name] != now[name])
        return {**held, "changed_since": changed if held["signed_at"] else []}

    @whole
    def set_card(self, kpi_id: str, *, who: str = "", **values: Any) -> dict[str, Any]:
        """Change the owner, review_on, benchmark_low, benchmark_high or benchmark_source of a KPI; return its card.

        Raises QueryError for an unknown KPI or name, and for what is no text, date or number; WorkspaceError where the
        benchmark has no source.
        """
        known = set(cards.EMPTY) - {"signed_by", "signed_at", "signed_settings"}
        unknown = sorted(set(values) - known)
        if unknown:
            raise QueryError(f"A KPI's card has no '{unknown[0]}'. {did_you_mean(unknown[0], known)}")
        values = {name: _CHECKS[name](value, name) for name, value in values.items()}
        cards.change(self.records, self._known(kpi_id), values)
        said = {name: str(value) for name, value in values.items()}
        self.records.log(who, "card changed", {"kpi": kpi_id, **said})
        return self.card(kpi_id)

    @whole
    def sign_off(self, kpi_id: str, who: str) -> dict[str, Any]:
        """Vouch for a KPI as the settings define it today; return its card."""
        cards.signed(self.records, self._known(kpi_id), who, self._read_by(kpi_id))
        self.records.log(who, "kpi signed off", {"kpi": kpi_id})
        return self.card(kpi_id)

    def definition_changes(self, kpi_id: str) -> list[dict[str, Any]]:
        """Return who changed which of the settings that the KPI reads, the latest first: happened_at, who, before,
        after (name to value, null for the default), settings_before and settings_after (all that differed from the
        defaults): with these as `definitions` its history of then can be computed again."""
        return cards.changes(self.records, set(self._read_by(kpi_id)))

    def effect(self, kpi_id: str, change: Mapping[str, Any], grain: str = "month") -> pd.DataFrame:
        """Return what a change of `definition_changes` did to the KPI's history: period, before, after."""
        sides = {}
        for side in ("before", "after"):
            definitions = {**resolve(), **change[f"settings_{side}"]}
            frame = self.version().kpi(kpi_id, grain=grain, definitions=definitions)
            sides[side] = frame[frame["item"].isna()].set_index("period")["value"]
        return pd.DataFrame(sides).rename_axis("period").reset_index()

    def looked_at(self, kpi_id: str) -> None:
        """Note that somebody looked at a KPI today."""
        cards.looked_at(self.records, self._known(kpi_id), _today())

    def unseen(self, days: int = 91) -> tuple[list[str], date | None]:
        """Return the KPIs that nobody looked at for so many days, and since when looking is noted; none where that is
        not yet so long."""
        known = [*kpis.CATALOGUE, *own.catalogue(self.records)]
        return cards.unseen(self.records, known, _today(), days)

    def _known(self, kpi_id: str) -> str:
        return kpis.find(kpi_id, own.catalogue(self.records)).id

    def _read_by(self, kpi_id: str) -> dict[str, Any]:
        """Return the settings that a KPI reads, with their values: its own, and those that facts are built by."""
        named = set(kpis.find(kpi_id, own.catalogue(self.records)).settings) | {s.name for s in SETTINGS if s.facts}
        return {name: value for name, value in self.settings.items() if name in named}


def _today() -> date:
    return datetime.now(UTC).date()
