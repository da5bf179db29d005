"""What is still to be written of a version once its file has its name: its line in the audit log, what answers said.

It is announced in the database before the file gets its name. So who is killed in between leaves a version that the
next one to open the workspace finishes, or an announcement of a version that never came, which is dropped.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import duckdb

from cs_metrics.errors import CSMetricsError, WorkspaceError
from cs_metrics.workspace.kept import remembered, saved_settings
from cs_metrics.workspace.publish import versions
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.records import ANNOUNCED, Records


def announce(
    folder: Folder,
    records: Records,
    number: int,
    line: tuple[str, str, dict[str, Any]],
    settings: dict[str, Any] | None = None,
    mappings: dict[str, dict[str, Any]] | None = None,
) -> None:
    """Say what is to be written of a version whose file is about to get its name; the publishers' lock is held.

    `line`: who, action and detail for the audit log. `settings`: those to change. `mappings`: those to remember, by
    fingerprint.
    """
    _settle(folder, records)
    content = {"line": list(line), "settings": settings or {}, "mappings": mappings or {}}
    records.put(ANNOUNCED, {"number": number}, {"content": content})


def finish(folder: Folder, records: Records, number: int) -> None:
    """Write what was announced of a version that is there; nothing where somebody did so already."""
    with records.whole():
        rows = records.rows(records.mine(ANNOUNCED).where(ANNOUNCED.c.number == number))
        if not rows:
            return
        content = rows[0]["content"]
        who, action, detail = content["line"]
        if content["settings"]:
            saved_settings.save(records, content["settings"])
            records.log(who, "settings", content["settings"])
        for fingerprint, mapping in content["mappings"].items():
            remembered.remember(records, fingerprint, mapping)
        with suppress(CSMetricsError, duckdb.Error):  # a file that cannot be read says so to who opens it
            versions.note_down(folder, records, number)
        records.log(who, action, detail)
        records.delete(ANNOUNCED, {"number": number})


def settle(folder: Folder, records: Records) -> None:
    """Finish or drop what killed publishers announced; nothing while somebody publishes."""
    if records.rows(records.mine(ANNOUNCED)):
        with suppress(WorkspaceError), folder.lock(timeout=-1):
            _settle(folder, records)


def _settle(folder: Folder, records: Records) -> None:
    there = set(folder.numbers())
    for row in records.rows(records.mine(ANNOUNCED)):
        if row["number"] in there:
            finish(folder, records, row["number"])
        else:
            records.delete(ANNOUNCED, {"number": row["number"]})
