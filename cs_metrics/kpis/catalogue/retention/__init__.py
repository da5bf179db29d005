"""Do customers stay? KPIs of retention."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.retention import (
    customers,
    downgrades,
    lifespan,
    purchases,
    reasons,
    renewals,
    revenue,
    risk,
)
from cs_metrics.kpis.model import KPI

_MODULES = (customers, renewals, lifespan, purchases, revenue, downgrades, reasons, risk)

KPIS: tuple[KPI, ...] = tuple(kpi for module in _MODULES for kpi in module.KPIS)
