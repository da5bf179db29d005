"""Do customers get going? KPIs of adoption."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.adoption import activation, steps
from cs_metrics.kpis.model import KPI

_MODULES = (activation, steps)

KPIS: tuple[KPI, ...] = tuple(kpi for module in _MODULES for kpi in module.KPIS)
