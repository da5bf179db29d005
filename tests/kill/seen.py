"""What a workspace holds, read through the library as a page does: to lay beside what a client was told."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import cs_metrics as cs
from cs_metrics.errors import CSMetricsError
from cs_metrics.schema import TABLES
from cs_metrics.workspace.store.database import cursor
from cs_metrics.workspace.store.folder import Folder, sha256_of
from cs_metrics.workspace.store.records import ANNOUNCED

ASKED = ("mrr", "net_promoter_score", "customer_churn_rate", "total_customers")
PUBLISHED = ("publish", "restore", "matches applied")


def figures(version: cs.Version) -> str:
    """Return the KPIs of a version by month, every digit of them."""
    known = {row["id"] for row in version.kpis().to_dict("records") if row["computable"]}
    asked = [kpi for kpi in ASKED if kpi in known]
    frame = version.compute(asked, grain="month")[["kpi", "period", "value", "numerator", "denominator"]]
    return json.dumps([[str(one) for one in row] for row in frame.values.tolist()])


def state(workspace: cs.Workspace) -> dict[str, Any]:
    """Return what people keep in a workspace, without the ids that it gave out, and how long its audit log is."""
    segments = {row["name"]: row["where"] for row in workspace.segments()}
    return {
        "settings": dict(workspace.chosen_settings),
        "notes": sorted(row["text"] for row in workspace.notes()),
        "targets": sorted([str(row["since"]), row["low"]] for row in workspace.targets()),
        "segments": segments,
        "people": {row["email"]: str(row["role"]) for row in workspace.people()},
        "follow_ups": _follow_ups(workspace),
        "links": {row["title"]: [row["version"], row["revoked_at"] is not None] for row in workspace.links()},
        "versions": {str(row["number"]): row["note"] for row in workspace.versions().to_dict("records")},
        "audit": len(workspace.audit()),
    }


def _follow_ups(workspace: cs.Workspace) -> dict[str, list[str]]:
    history = workspace.follow_up_history().to_dict("records")
    return {row["follow_up"]: [row["state"], row["owner"]] for row in history}


def half_done(workspace: cs.Workspace) -> list[str]:
    """Return what is there in part: a version without its facts, its uploads or its line in the log, two lines for one
    version, a link without its line, a database that is not whole."""
    found = []
    folder, log = workspace.folder, workspace.audit().to_dict("records")
    told = [row["detail"]["version"] for row in log if row["action"] in PUBLISHED]
    noted = set(workspace.uploads()["sha256"])
    if sorted(told) != workspace.numbers():
        found.append(f"versions {workspace.numbers()}, in the log {sorted(told)}")
    for number in workspace.numbers():
        found += _of_version(folder, number, noted)
    made = {row["detail"]["link"] for row in log if row["action"] == "link made"}
    if made != {row["link"] for row in workspace.links()}:
        found.append("links and their lines in the log differ")
    if workspace.records.rows(workspace.records.mine(ANNOUNCED)):
        found.append("something is still announced")
    return found + broken_database(folder)


def _of_version(folder: Folder, number: int, noted: set[str]) -> list[str]:
    found = []
    try:
        look = cursor(folder.version(number))
        tables = {name for (name,) in look.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        uploads = {sha for (sha,) in look.execute("SELECT DISTINCT sha256 FROM _sources").fetchall()}
    except CSMetricsError as error:
        return [f"version {number}: {error}"]
    if not set(TABLES) <= tables or not any(name.startswith("fact_") for name in tables):
        found.append(f"version {number} lacks tables")
    for sha in uploads:
        path = next(iter((folder.files / sha).glob("*")), None)
        if path is None or sha256_of(path) != sha or sha not in noted:
            found.append(f"version {number} lacks an upload")
    return found


def broken_database(folder: Folder) -> list[str]:
    """Return what SQLite finds wrong with the workspace's own database; PostgreSQL looks after itself."""
    if os.environ.get("CS_METRICS_DATABASE_URL"):
        return []
    with closing(sqlite3.connect(folder.path / "workspace.sqlite")) as con:
        said = [row[0] for row in con.execute("PRAGMA integrity_check")]
    return [] if said == ["ok"] else said


def hours_later(folder: Path) -> None:
    """Have the workspaces below a folder clear up as they do hours later: what arrives may take six."""
    long_ago = time.time() - 7 * 3600
    for path in folder.glob("**/files/upload-*"):
        os.utime(path, (long_ago, long_ago))
    for path in folder.glob("**/workspace.id"):
        Folder(path.parent).sweep()


def leftovers(home: str) -> list[str]:
    """Return the files of work that is not over, below a folder in which nobody works."""
    begins = ("staging-", "upload-", ".arriving-", ".cs-metrics-", ".restoring", ".deleting-")
    return [name for _, folders, files in os.walk(home) for name in (*folders, *files) if name.startswith(begins)]
