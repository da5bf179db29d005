"""KPIs: what they are (catalogue), what is asked (Slice), and how the answer is found (compile, run)."""

from __future__ import annotations

from cs_metrics.kpis.ask import find
from cs_metrics.kpis.available import Attribute, Available, available
from cs_metrics.kpis.catalogue import CATALOGUE
from cs_metrics.kpis.check import check
from cs_metrics.kpis.compare import Comparison, Side, compare
from cs_metrics.kpis.disputed import disputed
from cs_metrics.kpis.intervals import overlap
from cs_metrics.kpis.listing import computable, dimensions, size, unlocks
from cs_metrics.kpis.model import KPI, Doc, Form, Kind
from cs_metrics.kpis.rows import rows
from cs_metrics.kpis.run import compute
from cs_metrics.kpis.slice import Slice
from cs_metrics.kpis.text import sql
from cs_metrics.kpis.where import sentence

__all__ = [
    "CATALOGUE",
    "KPI",
    "Attribute",
    "Available",
    "Comparison",
    "Doc",
    "Form",
    "Kind",
    "Side",
    "Slice",
    "available",
    "check",
    "compare",
    "computable",
    "compute",
    "dimensions",
    "disputed",
    "find",
    "overlap",
    "rows",
    "sentence",
    "size",
    "sql",
    "unlocks",
]
