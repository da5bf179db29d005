"""What people write into reports, kept: by kind, period and filter, every change with who made it and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cs_metrics.errors import QueryError, WorkspaceError, did_you_mean
from cs_metrics.reports import brief
from cs_metrics.workspace.kept import report_texts
from cs_metrics.workspace.store.connections import whole
from cs_metrics.workspace.store.records import Records


class Worded:
    """The part of a `Workspace` that is what people wrote into reports."""

    records: Records

    def reports(self) -> list[dict[str, Any]]:
        """Return each section that a person changed, as it stands: kind, period (its first day), where, section,
        revision, text, left_out (the keys of the sentences left out), version (of the data they saw), seen (what the
        section said then), who, changed_at. What a report says with it: `View.report`."""
        rows = report_texts.latest(report_texts.history(self.records))
        return [row for row in rows if row["text"] or row["left_out"]]

    def report_history(self, report: brief.Report, section: str | None = None) -> list[dict[str, Any]]:
        """Return every change of a report, or of one section of it, the earliest first, as `reports` gives them."""
        found = report_texts.history(self.records, report.kind, report.period.start.date(), report.where)
        return [row for row in found if section in (None, row["section"])]

    def save_report(
        self, report: brief.Report, section: str, *, text: str = "", left_out: Sequence[str] = (), who: str = ""
    ) -> int:
        """Keep what a person wrote into a section of the report that they saw; return the change's number.

        `text` stands above the section's own sentences (paragraphs, and bullets of lines that begin with '- ');
        `left_out`: the keys of those sentences that are not shown (`Sentence.key`). Neither: as it was generated.
        Raises ConflictError where somebody else changed the section since this report was made, QueryError for an
        unknown section or sentence, WorkspaceError for a report on a part of the data or a text that is too long.
        """
        own = _section(report, section)
        content = {
            "text": text.strip(), "left_out": brief.known(own, left_out), "version": report.version,
            "seen": brief.seen(report, own),
        }  # fmt: skip
        return self._keep_report(report, own, content, who, "report written")

    def restore_report(
        self, report: brief.Report, section: str, revision: int, *, seen: int | None = None, who: str = ""
    ) -> int:
        """Say in a section once more what an earlier change said (0: what was generated); return the new change's
        number. `seen`: the change that gives way (None: the one that the report shows). Raises ConflictError where
        another stands there, WorkspaceError where there is no such change."""
        own = _section(report, section)
        own = own if seen is None else replace(own, revision=seen)
        found: dict[str, Any] | None = dict(report_texts.AS_GENERATED)
        if revision:
            history = self.report_history(report, section)
            found = next((row for row in history if row["revision"] == revision), None)
        if found is None:
            raise WorkspaceError(f"There is no change {revision} of this section.")
        content = {name: found[name] for name in report_texts.AS_GENERATED}
        return self._keep_report(report, own, content, who, "report restored")

    @whole
    def _keep_report(
        self, report: brief.Report, section: brief.Section, content: dict[str, Any], who: str, action: str
    ) -> int:
        if report.partial:
            raise WorkspaceError("This report shows a part of the data: texts are kept in the report on all of them.")
        period = report.period.start.date()
        key = {"kind": report.kind, "period": period, "where": dict(report.where), "section": section.id}
        made = report_texts.save(self.records, key, content, section.revision, who)
        told = {"kind": report.kind, "period": period.isoformat(), "section": section.id, "revision": made}
        self.records.log(who, action, told)
        return made


def _section(report: brief.Report, id: str) -> brief.Section:
    ids = [section.id for section in report.sections]
    if id not in ids:
        raise QueryError(f"A report has no section '{id}'. {did_you_mean(id, ids)}")
    return report.section(id)
