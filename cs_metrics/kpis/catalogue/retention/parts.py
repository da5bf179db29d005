"""What several KPIs of retention count: who paid, and who pays less."""

from __future__ import annotations

from cs_metrics.kpis.model import total

PAID = "mrr_start > 0"
"""The base of every KPI of money: who paid at the start."""
AT_START = total("mrr_start", PAID)
PAYING = f"count(*) FILTER (WHERE {PAID})"
LOST = f"{PAID} AND mrr_start - mrr_end >= 0.005"
"""Less than half a cent is no movement."""
DOWNGRADED = f"active_start AND mrr_end > 0 AND {LOST}"
