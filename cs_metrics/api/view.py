"""A view: what one reader may see of a version. The one door through which pages get data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cs_metrics.api.answering import own as own_kpis
from cs_metrics.api.answering.answers import Answers
from cs_metrics.kpis import KPI

if TYPE_CHECKING:
    from cs_metrics.api.version import Version


class View(Answers):
    """A version seen through a locked filter, switched definitions and hidden columns.

    `where` holds in every answer, beside what is asked. `hidden` names columns that do not exist for the reader: bare
    for a customer's ('email' hides it in every table), 'table.column' for one table's. `as_of` and `own` (definitions
    of KPIs of one's own, by their ids) stand for those of the workspace, whatever they become.
    """

    def __init__(
        self,
        version: Version,
        definitions: Mapping[str, Any] | None = None,
        where: Mapping[str, Any] | None = None,
        hidden: Iterable[str] = (),
        as_of: datetime | None = None,
        own: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        super().__init__(version.workspace, version.number, definitions, where, hidden)
        self.version = version
        self._until = as_of
        self._defined = own
        self.created_at, self.note = version.created_at, version.note

    def _end(self, path: Path) -> datetime:
        return self._until or super()._end(path)

    @property
    def own(self) -> dict[str, KPI]:
        """The KPIs of one's own that hold here, by their ids."""
        return super().own if self._defined is None else own_kpis.described(self._defined)

    def __repr__(self) -> str:
        return f"<View of {self.version!r}>"
