"""Every KPI, by its id."""

from __future__ import annotations

from cs_metrics.kpis.catalogue import adoption, advocacy, engagement, expansion, feedback, financial, retention, support
from cs_metrics.kpis.model import KPI

_MODULES = (retention, financial, expansion, engagement, feedback, support, adoption, advocacy)

CATALOGUE: dict[str, KPI] = {kpi.id: kpi for module in _MODULES for kpi in module.KPIS}
