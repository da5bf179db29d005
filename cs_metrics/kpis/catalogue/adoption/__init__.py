"""Do customers get going? KPIs of adoption."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.adoption import actions, activation, onboarding, steps, value
from cs_metrics.kpis.model import KPI

_MODULES = (steps, value, onboarding, activation, actions)

KPIS: tuple[KPI, ...] = tuple(kpi for module in _MODULES for kpi in module.KPIS)
