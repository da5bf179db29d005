"""KPIs of a team's own: a fact, checked expressions over its columns, and what they mean; then a KPI like any other."""

from __future__ import annotations

from cs_metrics.kpis.own.definition import OwnKPI, kpi_of, own_id
from cs_metrics.kpis.own.offered import OFFERED, Offered

__all__ = ["OFFERED", "Offered", "OwnKPI", "kpi_of", "own_id"]
