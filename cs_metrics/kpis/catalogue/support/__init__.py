"""Are customers helped and heard? KPIs of support and feedback."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.support import surveys, tickets
from cs_metrics.kpis.model import KPI

_MODULES = (
    surveys,
    tickets,
)

KPIS: tuple[KPI, ...] = tuple(kpi for module in _MODULES for kpi in module.KPIS)
