"""Whether an installation can do its work: its folder can be written, its database answers, a workspace opens."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import duckdb
import sqlalchemy as sa

from cs_metrics.errors import CSMetricsError
from cs_metrics.workspace.publish import versions
from cs_metrics.workspace.store.folder import RESTORING, Folder
from cs_metrics.workspace.store.records import Records

SAMPLE = "sample"


def failing(home: Path) -> list[str]:
    """Return what does not work, of 'home', 'database' and 'workspace'; nothing is said of what is in them."""
    found = [] if _writable(home) and not (home / RESTORING).exists() else ["home"]
    first = _first(home)
    if first is None:
        return found  # nobody has loaded anything yet
    try:
        records = Records(first)
        with records.engine.connect() as con:
            con.execute(sa.text("SELECT 1"))
    except (CSMetricsError, sa.exc.SQLAlchemyError, OSError):
        found.append("database")
    try:
        numbers = first.numbers()
        if numbers:
            versions.meta(first.version(numbers[-1]))
    except (CSMetricsError, duckdb.Error, OSError):
        found.append("workspace")
    return found


def _writable(home: Path) -> bool:
    probe = home / f".probe-{uuid.uuid4().hex}"
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        os.remove(probe)
    except OSError:
        return False
    return True


def _first(home: Path) -> Folder | None:
    """Return the sample company, or the first workspace there is; none is made here."""
    try:
        names = sorted(p.parent.name for p in home.glob("[!.]*/workspace.id"))
        return Folder(home / (SAMPLE if SAMPLE in names else names[0])) if names else None
    except (CSMetricsError, OSError):
        return None
