"""The reports of a Version and a View: what leaders expect to read, filled from the data."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from cs_metrics.api.answering.asking import Asking, Where
from cs_metrics.periods import instant
from cs_metrics.reports import brief

ADDRESS = "CS_METRICS_ADDRESS"
"""The variable that says where the app is ('https://kpis.acme.com'), so that a report's file can lead there."""


class Reports(Asking):
    """The part of `Answers` that writes reports. `Answers` says what the arguments mean."""

    created_at: datetime

    def report(
        self,
        kind: str = "monthly",
        *,
        period: Any = None,
        where: Where | None = None,
        as_of: Any = None,
        edited: bool = True,
    ) -> brief.Report:
        """Return a report: "weekly" (for the team), "monthly" (leadership) or "quarterly" (executives); see
        `cs_metrics.reports.brief.Report`.

        It is about the last whole week, month or quarter before the as-of, or the one that `period` names ("2026-03",
        "2026-Q1", or a date in it), as of that one's end. It is made from this view's own answers alone: a locked
        filter holds in it, and hidden columns are not there. Its sentences carry the numbers they say. `edited`: with
        what people wrote into it (see `Workspace.save_report`), marked as theirs; who may not see all the data gets
        none of that, for people write freely. Raises QueryError, also for a period that is not over.
        """
        about = {
            "Workspace": self.workspace.name,
            "Version": f"{self.number}, published {self.created_at:%Y-%m-%d %H:%M} UTC",
        }
        end = None if as_of is None else instant(as_of, "as_of")
        made = brief.make(self, kind, where, end, about, locked=bool(self.where), period=period)
        if not made.partial:
            made = replace(made, address=address_of(self.workspace.name, made))
        return self.rewritten(made) if edited else made

    def rewritten(self, report: brief.Report) -> brief.Report:
        """Return a report that was made with `edited=False` with what people wrote into it, as that stands now."""
        return report if report.partial else brief.written(report, self.workspace.report_history(report))

    def report_periods(self, kind: str = "monthly", most: int = 12) -> list[datetime]:
        """Return the first days of the weeks, months or quarters that a report can be about, the latest first."""
        return brief.past(self, kind, most)


def address_of(workspace: str, report: brief.Report) -> str:
    """Return where a report is in the app; '' where the server's address is not set."""
    server = os.environ.get(ADDRESS, "").strip().rstrip("/")
    if not server.startswith(("http://", "https://")):
        return ""
    asked = {"ws": workspace, "v": report.version, "kind": report.kind, "of": report.period.start.date().isoformat()}
    where = {"where": json.dumps(dict(report.where))} if report.where else {}
    return f"{server}/reports?{urlencode({**asked, **where})}"
