"""A version: what was published at one moment. Read-only, and cheap to open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cs_metrics.api.answering.answers import Answers
from cs_metrics.api.view import View
from cs_metrics.workspace.publish.publishing import Published

if TYPE_CHECKING:
    from cs_metrics.api.workspace import Workspace


class Version(Answers):
    """A published version of a workspace. Everything that `Answers` offers, over all of its data."""

    published: Published | None = None

    def __init__(self, workspace: Workspace, number: int, meta: Mapping[str, Any]) -> None:
        super().__init__(workspace, number)
        self.created_at = datetime.fromisoformat(meta["created_at"])
        self.note: str = meta["note"]
        self.mode: str = meta["mode"]
        self.restored_from: int | None = meta["restored_from"]

    def __repr__(self) -> str:
        return f"<Version {self.number} of {self.workspace.name!r}>"

    def view(
        self,
        *,
        where: Mapping[str, Any] | None = None,
        definitions: Mapping[str, Any] | None = None,
        hidden: Iterable[str] = (),
    ) -> View:
        """Return what a reader sees of this version: `where` is locked into every answer, `definitions` are switched,
        `hidden` columns ('email', 'users.email') do not exist."""
        return View(self, definitions=definitions, where=where, hidden=hidden)
