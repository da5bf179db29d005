"""Every KPI, by its id."""

from __future__ import annotations

from cs_metrics.kpis.catalogue import financial, retention
from cs_metrics.kpis.model import KPI

CATALOGUE: dict[str, KPI] = {kpi.id: kpi for module in (retention, financial) for kpi in module.KPIS}
