"""Are customers helped and heard? KPIs of support and feedback."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.support import first_contacts, resolution, response_times, surveys, texts, volume
from cs_metrics.kpis.model import KPI

_MODULES = (surveys, response_times, resolution, volume, texts, first_contacts)

KPIS: tuple[KPI, ...] = tuple(kpi for module in _MODULES for kpi in module.KPIS)
