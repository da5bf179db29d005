"""Do customers get going? KPIs of adoption."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.adoption import actions, activation, features, onboarding, use, value
from cs_metrics.kpis.model import KPI

_MODULES = (activation, onboarding, value, actions, features, use)

KPIS: tuple[KPI, ...] = tuple(kpi for module in _MODULES for kpi in module.KPIS)
