"""Do customers stay? KPIs of retention."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.retention import rates
from cs_metrics.kpis.model import KPI

_MODULES = (rates,)

KPIS: tuple[KPI, ...] = tuple(kpi for module in _MODULES for kpi in module.KPIS)
