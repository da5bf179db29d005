"""The reports of a Version and a View: what leaders expect to read, filled from the data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cs_metrics.api.asking import Asking, Where
from cs_metrics.periods import instant
from cs_metrics.reports import brief


class Reports(Asking):
    """The part of `Answers` that writes reports. `Answers` says what the arguments mean."""

    created_at: datetime

    def report(self, kind: str = "monthly", *, where: Where | None = None, as_of: Any = None) -> brief.Report:
        """Return a report over the last whole week, month or quarter before the as-of: "weekly" (for the team),
        "monthly" (leadership) or "quarterly" (executives); see `cs_metrics.reports.brief.Report`.

        It is made from this view's own answers alone: a locked filter holds in it, and hidden columns are not there.
        Its sentences carry the numbers they say. Raises QueryError.
        """
        about = {
            "Workspace": self.workspace.name,
            "Version": f"{self.number}, published {self.created_at:%Y-%m-%d %H:%M} UTC",
        }
        end = None if as_of is None else instant(as_of, "as_of")
        return brief.make(self, kind, where, end, about, locked=bool(self.where))
