"""Do customers grow? KPIs of expansion."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.expansion import features, follow_up, growth, rates, scores, selling, signals
from cs_metrics.kpis.model import KPI

_MODULES = (growth, rates, selling, features, signals, follow_up, scores)

KPIS: tuple[KPI, ...] = tuple(kpi for module in _MODULES for kpi in module.KPIS)
