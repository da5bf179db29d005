"""Every KPI bound against a version without a row: a typo in a column's name fails here, with the KPI's name."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from cs_metrics import facts, kpis
from cs_metrics.settings import resolve
from cs_metrics.workspace.publish import publishing
from cs_metrics.workspace.store.database import cursor


def check_kpis() -> pd.DataFrame:
    """Return one row a KPI: id, forms (how many ways of computing it), error ('' where all of them bind)."""
    with tempfile.TemporaryDirectory(prefix="cs-metrics-check-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "0000.duckdb"
        publishing.empty(path, resolve(), facts.build)
        problems = dict(kpis.check(cursor(path)))
    records = [(kpi.id, len(kpi.forms), problems.get(kpi.id, "")) for kpi in kpis.CATALOGUE.values()]
    return pd.DataFrame(records, columns=["id", "forms", "error"])
