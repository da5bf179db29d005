"""What are customers worth? KPIs of money."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.financial import costs, deals, lifetime, origins, prediction, recurring, revenue
from cs_metrics.kpis.model import KPI

_MODULES = (recurring, revenue, lifetime, origins, costs, deals, prediction)

KPIS: tuple[KPI, ...] = tuple(kpi for module in _MODULES for kpi in module.KPIS)
