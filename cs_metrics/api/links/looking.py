"""A workspace in the hands of whoever opened a link: read-only, and no more of it than the link shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cs_metrics.errors import NotAllowedError
from cs_metrics.kpis import find
from cs_metrics.workspace.kept import cards

if TYPE_CHECKING:
    from cs_metrics.api.links.linked import Linked
    from cs_metrics.api.workspace import Workspace

READ = frozenset({
    "as_of", "chosen_settings", "follow_up_changes", "name", "notes", "own_kpis", "pinned_themes", "same_customers",
    "scorecards", "segment", "segments", "settings", "targets",
})  # fmt: skip
"""The parts of the workspace that a link shows, as they are or (where it is frozen) as they were."""
WORDLESS = frozenset({"as_of", "chosen_settings", "name", "scorecards", "settings"})
"""Those of them that a redacted link shows: nothing of what people wrote, named or decided."""
OF_ALL = frozenset({"notes", "segment", "segments", "targets"})
"""Those of them that speak of all data: the reader of a locked filter is shown none of them, as none in a view."""


class Looking:
    """The parts of a `Workspace` that a page may use where a link opened it; any other raises NotAllowedError.

    `numbers` has the link's version alone, and `version` returns the link's own view. Where its filter is locked, there
    are no notes, targets and segments; where it is redacted, no pinned themes and follow-ups either, and the cards are
    empty.
    """

    def __init__(self, workspace: Workspace, view: Linked) -> None:
        self._workspace, self._view = workspace, view

    def __repr__(self) -> str:
        return f"<{self._workspace.name!r} by a link>"

    def may(self, part: str) -> bool:
        """Return whether a part is shown, so that a page need not offer it."""
        return part in READ or (not part.startswith("_") and part in Looking.__dict__)

    def numbers(self) -> list[int]:
        """Return the number of the one version."""
        return [self._view.number]

    def version(self, number: int | None = None) -> Linked:
        """Return what the link shows of its version."""
        if number not in (None, self._view.number):
            raise NotAllowedError("A link shows one version of the data.")
        return self._view

    def card(self, kpi_id: str) -> dict[str, Any]:
        """Return what the team says of a KPI: see `Workspace.card`."""
        known = find(kpi_id, self._view.own).id
        if self._view.redacted:
            return {**cards.EMPTY, "changed_since": []}
        return self._workspace.card(known)

    def definition_changes(self, kpi_id: str) -> list[dict[str, Any]]:
        """Return none: who changed definitions, and when, is the workspace's own business."""
        return []

    def own_kpis(self, deleted: bool = False) -> list[dict[str, Any]]:
        """Return the KPIs of the workspace's own that the link shows: see `Workspace.own_kpis`."""
        shown = self._view.own
        return [] if deleted else [row for row in self._workspace.own_kpis() if row["kpi"] in shown]

    def follow_up_changes(self) -> int:
        """Return how many changes of follow-ups there are, so that a page need not keep what is no longer so."""
        return 0 if self._view.redacted else self._workspace.follow_up_changes()

    def follow_up_history(self, follow_up: str | None = None) -> pd.DataFrame:
        """Return no rows: who changed follow-ups, and when, is the workspace's own business."""
        return self._workspace.follow_up_history(follow_up).head(0)

    def __getattr__(self, part: str) -> Any:
        if part.startswith("_"):
            raise AttributeError(part)
        if part not in READ:
            raise NotAllowedError("That is not shown by this link.")
        if (self._view.redacted and part not in WORDLESS) or (self._view.where and part in OF_ALL):
            return _nobody if part == "segment" else (lambda *_: {}) if part == "same_customers" else lambda *_: []
        return getattr(self._workspace, part)


def _nobody(name_or_id: str) -> dict[str, Any]:
    raise NotAllowedError("This link shows no saved segments.")
