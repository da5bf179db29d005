"""Every KPI, by its id."""

from __future__ import annotations

from cs_metrics.kpis.catalogue import adoption, advocacy, engagement, expansion, financial, retention, support
from cs_metrics.kpis.model import KPI

_CATEGORIES = (retention, financial, expansion, engagement, support, adoption, advocacy)

CATALOGUE: dict[str, KPI] = {kpi.id: kpi for category in _CATEGORIES for kpi in category.KPIS}
