"""The KPIs of a workspace's own, as they are kept and as they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cs_metrics.errors import CSMetricsError
from cs_metrics.kpis import KPI
from cs_metrics.kpis.own import OwnKPI, kpi_of
from cs_metrics.workspace.kept import own_kpis
from cs_metrics.workspace.store.records import Records


def listing(records: Records, deleted: bool = False) -> list[dict[str, Any]]:
    """Return what is kept, each with `problem`: why it can no longer be computed, or ''."""
    return [{**row, "problem": _problem(row["content"])} for row in own_kpis.listing(records, deleted)]


def catalogue(records: Records) -> dict[str, KPI]:
    """Return the KPIs that the definitions describe, by their ids; those that have a problem are left out."""
    return described({row["kpi"]: row["content"] for row in listing(records)})


def described(contents: Mapping[str, Mapping[str, str]]) -> dict[str, KPI]:
    """Return the KPIs that definitions describe, by their ids; those that have a problem are left out."""
    return {kpi: kpi_of(OwnKPI.of(content)) for kpi, content in contents.items() if not _problem(content)}


def _problem(content: Mapping[str, str]) -> str:
    try:
        kpi_of(OwnKPI.of(content))
    except CSMetricsError as error:
        return str(error)
    return ""
