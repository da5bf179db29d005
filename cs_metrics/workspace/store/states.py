"""Short ids for what is too long for a URL."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.store.records import STATES, Records, now


def keep(records: Records, content: dict[str, Any]) -> str:
    """Keep a page's state and return its short id; the same state has the same id, so a link can be made twice."""
    text = json.dumps(content, sort_keys=True, default=str)
    state = hashlib.sha256(text.encode()).hexdigest()[:12]
    records.put(STATES, {"state": state}, {"content": json.loads(text), "created_at": now()})
    return state


def get(records: Records, state: str) -> dict[str, Any]:
    """Return the state behind a short id. Raises WorkspaceError when the link is unknown."""
    rows = records.rows(records.mine(STATES).where(STATES.c.state == state))
    if not rows:
        raise WorkspaceError("This link is unknown here: it belongs to another workspace, or was mistyped.")
    return rows[0]["content"]
