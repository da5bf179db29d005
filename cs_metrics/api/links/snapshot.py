"""What a frozen link keeps of the small things that change: the rows of then, in a database of its own in memory.

Over it stands a workspace like any other, with the same folder, so that whatever a view or a page reads of a workspace
(notes, targets, segments, settings ...) is as it was, and no part of it can be forgotten.
"""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from cs_metrics.workspace.moving import rows
from cs_metrics.workspace.store.connections import Transactions
from cs_metrics.workspace.store.records import METADATA, Records

LEFT_OUT = frozenset({"cs_uploads", "cs_mappings", "cs_drafts", "cs_states", "cs_audit", "cs_versions", "cs_views",
                      "cs_erasures"})  # fmt: skip
"""What no answer and no page of analysis is made of; a version never changes anyway."""
WORDLESS = frozenset({"cs_settings", "cs_own_kpis", "cs_scorecards"})
"""All that a redacted link keeps: the rest is in somebody's own words."""
_MOST = 32
_kept: OrderedDict[str, Still] = OrderedDict()
_lock = threading.Lock()


class Still(Records):
    """The records of a workspace as a snapshot has them. Nobody writes to them."""

    def __init__(self, workspace: str, lines: Sequence[dict[str, Any]]) -> None:
        self.shared = False
        name = f"file:{uuid.uuid4().hex}?mode=memory&cache=shared&uri=true"
        # each run of a page is a thread of its own, and takes whichever connection is free
        anywhere = {"check_same_thread": False}
        engine = sa.create_engine(f"sqlite:///{name}", poolclass=sa.QueuePool, connect_args=anywhere)
        Transactions.__init__(self, engine, workspace)
        # the database is there as long as this connection is
        self._open = self.engine.connect()
        METADATA.create_all(self._open)
        rows.load(self._open, (json.dumps(line) for line in lines), _tables(), workspace)
        self._open.commit()


def take(records: Records, redacted: bool) -> list[dict[str, Any]]:
    """Return the rows that a frozen link keeps, as JSON: what is shown of them in it is what they are now."""
    kept = [table for table in _tables() if not redacted or table.name in WORDLESS]
    with rows.snapshot(records.engine) as con:
        return [json.loads(line) for line in rows.dump(con, kept, records.workspace)]


def records_of(workspace: str, lines: Sequence[dict[str, Any]]) -> Still:
    """Return the records of a snapshot: a page asks for them at each of its runs, so the latest are held."""
    key = hashlib.sha256(f"{workspace} {json.dumps(lines, sort_keys=True)}".encode()).hexdigest()
    with _lock:
        found = _kept.pop(key, None) or Still(workspace, lines)
        _kept[key] = found
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
        return found


def _tables() -> list[sa.Table]:
    return [table for table in rows.travelling() if table.name not in LEFT_OUT]
