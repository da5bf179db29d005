"""KPIs of the workspace's own: what a person said of them. Deleting one can be undone."""

from __future__ import annotations

from typing import Any

from cs_metrics.errors import WorkspaceError, did_you_mean
from cs_metrics.workspace.store.records import OWN_KPIS, Records, now


def listing(records: Records, deleted: bool = False) -> list[dict[str, Any]]:
    """Return the definitions by id: kpi (the id), content, created_at, updated_at."""
    rows = records.rows(records.mine(OWN_KPIS).where(OWN_KPIS.c.deleted == deleted).order_by(OWN_KPIS.c.kpi))
    return [{k: r[k] for k in ("kpi", "content", "created_at", "updated_at")} for r in rows]


def save(records: Records, kpi: str, content: dict[str, str], replaces: str | None = None) -> None:
    """Save a definition under an id; `replaces` is the one that it was before. An id is given away once."""
    known = {row["kpi"]: row for row in listing(records)}
    if kpi in known and kpi != replaces:
        raise WorkspaceError(f"There is a KPI '{content['name']}' already: choose another name.")
    created = known[replaces]["created_at"] if replaces in known else now()
    if replaces is not None and replaces != kpi:
        delete(records, replaces)
    values = {"content": content, "created_at": created, "updated_at": now(), "deleted": False}
    records.put(OWN_KPIS, {"kpi": kpi}, values)


def delete(records: Records, kpi: str) -> None:
    """Take a KPI off the list; `undelete` brings it back."""
    known = [row["kpi"] for row in listing(records)]
    if kpi not in known:
        raise WorkspaceError(f"There is no KPI of the workspace's own '{kpi}'. {did_you_mean(kpi, known)}".rstrip())
    records.put(OWN_KPIS, {"kpi": kpi}, {"deleted": True})


def undelete(records: Records, kpi: str) -> None:
    """Bring a deleted KPI back."""
    if kpi not in [row["kpi"] for row in listing(records, deleted=True)]:
        raise WorkspaceError("This KPI is not among the deleted ones.")
    records.put(OWN_KPIS, {"kpi": kpi}, {"deleted": False})
