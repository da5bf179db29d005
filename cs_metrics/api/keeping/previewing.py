"""Before anything is published: what the files change in each table, and what that does to the headline KPIs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from cs_metrics import facts, kpis, periods
from cs_metrics.api.keeping import erased
from cs_metrics.ingest.load import Load
from cs_metrics.ingest.plan import Plan
from cs_metrics.kpis.scorecards import OVERVIEW
from cs_metrics.kpis.slice import Slice
from cs_metrics.settings import resolve
from cs_metrics.workspace.contradictions import told_apart
from cs_metrics.workspace.publish import publishing, versions
from cs_metrics.workspace.publish.loads import source_name
from cs_metrics.workspace.publish.preview import Comparison, TableChanges, remarks
from cs_metrics.workspace.store.database import cursor, within_limits
from cs_metrics.workspace.store.progress import Progress

if TYPE_CHECKING:
    from cs_metrics.api.workspace import Workspace

MOST_ROWS = 3_000_000
MONTHS = 12
_KPI_COLUMNS = ["kpi", "before", "after"]


@dataclass
class Preview:
    """What publishing a plan would do.

    `tables`: what changes in each table that the files feed (see `TableChanges`). `skipped`: a sentence for each sheet
    that is in the version already. `kpis`: kpi, before, after: the headline KPIs over the last twelve whole months of
    the latest version and of the version as it would be, null where not computable; `reach`: the exclusive end of the
    data of each, None where there is none. `left_out`: why there are no KPIs; '' where there are. `differing`: a
    sentence for each attribute in which one of the files and another customer file differ. `returned`: a sentence for
    each customer whose data were erased and that is in the files again.
    """

    mode: str
    tables: list[TableChanges] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    kpis: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_KPI_COLUMNS))
    reach: tuple[datetime | None, datetime | None] = (None, None)
    left_out: str = ""
    differing: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)

    @property
    def remarks(self) -> list[str]:
        """What to know before publishing, in sentences: rows that would count twice, be dropped, share a key."""
        told = (line for table in self.tables for line in remarks(table, self.mode))
        return [*self.returned, *self.skipped, *told, *self.differing]


def most_rows() -> int:
    """Return up to how many rows, the version's and the files' together, KPIs are worked out before publishing:
    $CS_METRICS_PREVIEW_ROWS, or 3 million."""
    return int(os.environ.get("CS_METRICS_PREVIEW_ROWS") or MOST_ROWS)


def preview(
    workspace: Workspace,
    plan: Plan,
    loads: Sequence[Load],
    mode: str,
    ids: Iterable[str] | None,
    progress: Progress,
) -> Preview:
    """Return what publishing the loads of a plan would do. The version is built in a file that is thrown away."""
    settings = resolve(workspace.settings, plan.settings)
    latest = workspace.version() if workspace.numbers() else None
    rows = sum(load.rows.num_rows for load in loads)
    rows += sum(table["rows"] for table in latest.tables().values()) if latest else 0
    large = rows > most_rows()
    shapes = {(sheet.raw.upload, sheet.sheet): (sheet.recalled.fingerprint,) for sheet in plan.sheets if sheet.recalled}
    comparison = Comparison(latest is not None, mode, shapes)
    request = publishing.Request(mode, settings, _no_facts if large else facts.build, seen=comparison.see,
                                 same=workspace.same_customers())  # fmt: skip
    found = Preview(mode, returned=erased.sentences(workspace.records, loads))
    with publishing.rehearsal(workspace.folder, loads, request, progress) as (staging, found.skipped):
        found.tables = comparison.tables
        if staging is None or large:
            found.left_out = _too_large(rows) if large else "Nothing changes."
            return found
        wanted = list(OVERVIEW.kpis if ids is None else ids)
        own = {source_name(load.file, load.sheet) for load in loads}
        found.differing = told_apart.sentences(cursor(staging), own)
        progress.step(0.97, "Working out the KPIs")
        after, end = _headline(workspace, cursor(staging), wanted, settings, versions.meta(staging))
        before: dict[str, float | None] = {}
        start = None
        if latest is not None:
            with_own = resolve(workspace.settings)
            path = versions.with_facts(workspace.folder, latest.number, with_own, facts.build)
            before, start = _headline(workspace, cursor(path), wanted, with_own, versions.meta(path))
        found.reach = (start, end)
        records = [(kpi, before.get(kpi), after.get(kpi)) for kpi in wanted if kpi in before or kpi in after]
        found.kpis = pd.DataFrame(records, columns=_KPI_COLUMNS)
    progress.step(1.0, "Done")
    return found


@within_limits()
def _headline(
    workspace: Workspace,
    con: duckdb.DuckDBPyConnection,
    ids: Sequence[str],
    settings: Mapping[str, Any],
    meta: Mapping[str, Any],
) -> tuple[dict[str, float | None], datetime]:
    """Return the KPIs that can be computed, with their values over the last twelve whole months, and the as-of."""
    end = workspace.as_of or datetime.fromisoformat(meta["as_of"])
    own = workspace.version().own if workspace.numbers() else {}
    known = kpis.computable(con, settings, own).set_index("id")["computable"]
    able = [kpi for kpi in ids if known.get(kpi, False)]
    if not able:
        return {}, end
    until = periods.floor(end, "month", settings)
    asked = Slice.of(None, None, None, periods.add_months(until, -MONTHS), until, None)
    frame = kpis.compute(con, able, asked, settings, end, own=own)
    whole = frame[frame["item"].isna() & frame["period"].isna()]
    return {row["kpi"]: row["value"] for row in whole.to_dict("records")}, end


def _no_facts(con: duckdb.DuckDBPyConnection, settings: dict[str, Any], as_of: datetime) -> None:
    """Facts take longest, and only KPIs need them."""


def _too_large(rows: int) -> str:
    return (
        f"With {rows:,} rows the KPIs are not worked out before publishing: the limit is {most_rows():,} "
        "(CS_METRICS_PREVIEW_ROWS)."
    )
