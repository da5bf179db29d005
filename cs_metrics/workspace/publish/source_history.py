"""When each source was loaded: its files over time, in which version, by whom, and what became of their rows."""

from __future__ import annotations

import pandas as pd

from cs_metrics.workspace.publish.lineage import stem
from cs_metrics.workspace.store.records import AUDIT, Records

COLUMNS = ("origin", "table", "source", "version", "loaded_at", "who", "mode", "rows", "loaded", "rejected", "replaced")


def listing(records: Records) -> pd.DataFrame:
    """Return one row a load, the latest first: origin (what the names of its files have in common), table, source (the
    file and sheet), version, loaded_at, who, mode, rows, loaded, rejected, replaced (earlier rows that gave way)."""
    found = []
    query = records.mine(AUDIT).where(AUDIT.c.action == "publish").order_by(AUDIT.c.id.desc())
    for entry in records.rows(query):
        detail = entry["detail"]
        for load in detail["loads"]:
            file, _, sheet = load["source"].partition(" / ")
            about = {"origin": stem(file, sheet), "version": detail["version"], "mode": detail["mode"]}
            found.append({**load, **about, "loaded_at": entry["happened_at"], "who": entry["who"]})
    return pd.DataFrame(found, columns=list(COLUMNS))
