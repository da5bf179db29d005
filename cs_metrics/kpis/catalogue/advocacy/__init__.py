"""Do customers speak for us? KPIs of advocacy."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.advocacy import (
    conversations,
    pipeline,
    programme,
    promotion,
    prompts,
    readiness,
    referred,
)
from cs_metrics.kpis.model import KPI

_MODULES = (promotion, programme, prompts, conversations, pipeline, referred, readiness)

KPIS: tuple[KPI, ...] = tuple(kpi for module in _MODULES for kpi in module.KPIS)
