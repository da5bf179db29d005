"""Do customers grow? KPIs of expansion."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.expansion import growth
from cs_metrics.kpis.model import KPI

_MODULES = (growth,)

KPIS: tuple[KPI, ...] = tuple(kpi for module in _MODULES for kpi in module.KPIS)
