"""Is the product used? KPIs of engagement."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.engagement import breadth, community, habit, meetings, presence, scores, sessions, teams
from cs_metrics.kpis.model import KPI

_MODULES = (presence, habit, sessions, breadth, meetings, community, scores, teams)

KPIS: tuple[KPI, ...] = tuple(kpi for module in _MODULES for kpi in module.KPIS)
