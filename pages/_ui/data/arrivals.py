"""Files that have arrived, and the mapping in progress that they join."""

from __future__ import annotations

from typing import Any

from cs_metrics.api.keeping.acting import Acting
from cs_metrics.errors import CSMetricsError
from cs_metrics.workspace.publish.uploads import Arriving
from pages._ui.serving.tickets import Ticket

KINDS = ["csv", "tsv", "txt", "xlsx", "xlsm", "xls", "ods", "parquet", "jsonl", "ndjson", "json", "zip", "gz"]
# Whether this server has the upload route: started as `app.py` alone it has not.
streamed = False


def content(workspace: Acting, draft: str) -> dict[str, Any] | None:
    """Return a mapping in progress, None where there is none of that id."""
    if not draft:
        return None
    try:
        return workspace.draft(draft)
    except CSMetricsError:
        return None


def join(workspace: Acting, draft: str, arrived: list[str]) -> tuple[str, list[bool]]:
    """Put uploads (their SHA-256) into a mapping in progress, or into a new one; return its id, and which of them are
    new to it. Where none is, nothing changes."""
    known = content(workspace, draft)
    now = known or {"uploads": [], "choices": None}
    fresh = []
    for sha in arrived:
        fresh.append(sha not in now["uploads"])
        now["uploads"] += [sha] if fresh[-1] else []
    if any(fresh):
        draft = workspace.save_draft(now, draft if known else None)
    return draft, fresh


def take(ticket: Ticket, arriving: Arriving) -> tuple[str, str]:
    """Keep a file that has arrived whole; return the mapping in progress that it joined, and its SHA-256."""
    sha = ticket.workspace.keep_arrived(arriving)
    return join(ticket.workspace, ticket.draft, [sha])[0], sha
