"""What a team notes beside its KPIs ('price change'), so that a chart tells why a line bends."""

from __future__ import annotations

from datetime import date
from typing import Any

from cs_metrics import kpis
from cs_metrics.api import given
from cs_metrics.api.answering import own
from cs_metrics.api.answering.asking import Asking
from cs_metrics.periods import instant
from cs_metrics.workspace.kept import notes
from cs_metrics.workspace.store.connections import whole
from cs_metrics.workspace.store.records import Records


class Noted:
    """The part of a `Workspace` that is notes pinned to a KPI and a date."""

    records: Records

    def notes(self, kpi: str | None = None, deleted: bool = False) -> list[dict[str, Any]]:
        """Return the notes, the earliest date first: note (its id), kpi ('' for all), dated (a date), text, who,
        created_at, updated_at. `kpi`: those pinned to it or to all; '': those to all. `deleted`: those taken away."""
        return notes.listing(self.records, kpi and self._noted_kpi(kpi), deleted)

    @whole
    def save_note(self, text: str, dated: date | str, *, kpi: str = "", note: str | None = None, who: str = "") -> str:
        """Pin a text to a KPI ('' for all of them) and a date (`note`: change that one); return its id.

        Raises QueryError for an unknown KPI or what is no date, WorkspaceError for an empty text or one that is gone.
        """
        day, text = instant(dated, "dated").date(), given.text(text, "text")
        note = None if note is None else given.text(note, "note")
        kept = notes.save(self.records, text, day, self._noted_kpi(kpi), note, who)
        said = {"note": kept, "kpi": kpi, "dated": day.isoformat(), "text": " ".join(text.split())}
        self.records.log(who, "note pinned" if note is None else "note changed", said)
        return kept

    @whole
    def delete_note(self, note: str, *, who: str = "") -> None:
        """Take a note away; `restore_note` brings it back."""
        notes.delete(self.records, note)
        self.records.log(who, "note taken away", {"note": note})

    @whole
    def restore_note(self, note: str, *, who: str = "") -> None:
        """Bring a note back that was taken away."""
        notes.restore(self.records, note)
        self.records.log(who, "note restored", {"note": note})

    def _noted_kpi(self, kpi: str) -> str:
        return kpis.find(kpi, own.catalogue(self.records)).id if kpi else ""


class Notes(Asking):
    """The part of an answer that is what people noted."""

    def notes(self, kpi: str | None = None) -> list[dict[str, Any]]:
        """Return `Workspace.notes`: those pinned to a KPI or to all.

        People write freely, names and amounts too: a reader who may not see all the data is given none.
        """
        return [] if self.where or self.hidden else self.workspace.notes(kpi)
