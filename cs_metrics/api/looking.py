"""A workspace in the hands of whoever opened a link: read-only, and no more of it than the link shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cs_metrics.errors import NotAllowedError

if TYPE_CHECKING:
    from cs_metrics.api.view import View
    from cs_metrics.api.workspace import Workspace

READ = (
    "as_of", "card", "chosen_settings", "name", "notes", "own_kpis", "pinned_themes", "scorecards", "segment",
    "segments", "settings", "targets",
)  # fmt: skip
"""What is read of the workspace as it is."""


class Looking:
    """The parts of a `Workspace` that a page may use where a link opened it; each other one raises NotAllowedError.

    `numbers` has the version of the link alone, and `version` returns the link's own view. Where the link is redacted
    nothing of what people wrote or named is there: notes, targets, segments, pinned themes, follow-ups, cards.
    """

    def __init__(self, workspace: Workspace, view: View, redacted: bool) -> None:
        self._workspace, self._view, self._redacted = workspace, view, redacted

    def numbers(self) -> list[int]:
        return [self._view.number]

    def version(self, number: int | None = None) -> View:
        if number not in (None, self._view.number):
            raise NotAllowedError("A link shows one version of the data.")
        return self._view

    def __getattr__(self, part: str) -> Any:
        if part.startswith("_"):
            raise AttributeError(part)
        if part not in READ or self._redacted:
            raise NotAllowedError("That is not shown to who opens a link.")
        return getattr(self._workspace, part)
