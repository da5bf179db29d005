"""A workspace: read files, publish versions, open them; and the small things that a person keeps there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa

from cs_metrics import facts
from cs_metrics.api.keeping import audited, erased, previewing
from cs_metrics.api.keeping.aimed import Aimed
from cs_metrics.api.keeping.archives import Archived
from cs_metrics.api.keeping.erased import Erasing
from cs_metrics.api.keeping.followed import Followed
from cs_metrics.api.keeping.kept import Kept
from cs_metrics.api.keeping.matched import Matched
from cs_metrics.api.keeping.noted import Noted
from cs_metrics.api.keeping.peopled import Peopled
from cs_metrics.api.keeping.pinned import Pinned
from cs_metrics.api.keeping.previewing import Preview
from cs_metrics.api.keeping.ruled import Ruled
from cs_metrics.api.keeping.todos import Todos
from cs_metrics.api.keeping.worded import Worded
from cs_metrics.api.links.shared import Shared
from cs_metrics.api.version import Version
from cs_metrics.errors import WorkspaceError
from cs_metrics.ingest.load import Load
from cs_metrics.ingest.plan import Plan
from cs_metrics.ingest.plan import read as read_plan
from cs_metrics.periods import instant
from cs_metrics.schema import TABLES
from cs_metrics.settings import resolve
from cs_metrics.sql import quote
from cs_metrics.workspace.erasing import deleting, one_customer
from cs_metrics.workspace.kept import remembered, saved_settings, segments
from cs_metrics.workspace.publish import finishing, publishing, source_history, uploads, versions
from cs_metrics.workspace.store import states
from cs_metrics.workspace.store.connections import whole
from cs_metrics.workspace.store.database import cursor
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.progress import Progress
from cs_metrics.workspace.store.records import AUDIT, Records


class Workspace(
    Kept, Matched, Pinned, Noted, Aimed, Followed, Archived, Peopled, Shared, Worded, Erasing, Ruled, Todos
):
    """A folder, made when missing: the uploads, the versions, and a small database of what changes.

    `path_or_name` is taken literally (`Workspace("acme")` is ./acme); those of the app lie in `home()`.
    """

    def __init__(self, path_or_name: str | os.PathLike[str]) -> None:
        self.folder = Folder(path_or_name)
        self.records = Records(self.folder)
        finishing.settle(self.folder, self.records)
        one_customer.finish(self.folder, self.records, facts.build)
        deleting.finish(self.path.parent)

    @classmethod
    def open(cls, path_or_name: str | os.PathLike[str]) -> Workspace:
        """Return the workspace in a folder that exists. Raises WorkspaceError where there is none."""
        if not (Path(path_or_name) / "workspace.id").exists():
            raise WorkspaceError(f"There is no workspace at '{path_or_name}': load files into it first.")
        return cls(path_or_name)

    def __repr__(self) -> str:
        return f"Workspace({str(self.path)!r})"

    @property
    def name(self) -> str:
        """The last part of the folder's path."""
        return self.path.name

    @property
    def path(self) -> Path:
        """The folder."""
        return self.folder.path

    # Reading and publishing

    def read(
        self,
        files: Iterable[str | os.PathLike[str] | BinaryIO],
        *,
        progress: Callable[[Any], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Plan:
        """Return a plan of what the files' sheets are: paths, or open binary files with a name. Nothing is stored.

        Mappings remembered for sheets of the same shape are proposed again. A bad file stops no other; the plan says
        what was wrong with it.
        """
        return read_plan(
            files,
            remembered=remembered.all_mappings(self.records),
            lookup=self._look_up,
            timezone=self.settings["timezone"],
            progress=progress,
            cancelled=cancelled,
        )

    def publish(
        self,
        plan: Plan,
        mode: str = "append",
        *,
        note: str = "",
        dated: Any = None,
        progress: Callable[[float, str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        who: str = "",
        keys: Mapping[str, Sequence[str]] | None = None,
    ) -> Version:
        """Make the plan the next version, all or nothing, and return it; its `published` says what became of the rows.

        mode "append" adds rows (a newer row of the same customer, user, ticket ... takes the earlier one's place; a
        sheet that is loaded already is skipped), "replace" empties the plan's tables first, "upsert" replaces rows by
        key: the table's own, or the columns that `keys` names for it. `dated`: the day that the files describe, for
        the history of customers' attributes; None: today. `progress(share, sentence)` is called along the way. Raises
        PublishError, or CancelledError when `cancelled()` turns true; then nothing was stored.
        """
        loads = _prepared(plan, keys)

        def keep(done: publishing.Published) -> None:
            for load in loads:
                uploads.keep(self.folder, self.records, load.file.partition("/")[0], load.content)
            line = (who, "publish", {"version": done.number, "mode": mode, "loads": done.loads})
            mappings = {load.fingerprint: load.remember for load in loads if load.fingerprint}
            finishing.announce(self.folder, self.records, done.number, line, plan.settings, mappings)

        request = publishing.Request(
            mode,
            # what answers say of the workspace holds for this version, and is kept once that is there
            resolve(self.settings, plan.settings),
            facts.build,
            note,
            None if dated is None else instant(dated, "dated"),
            keep,
            same=self.same_customers(),
        )
        done = publishing.publish(self.folder, loads, request, Progress(progress, cancelled))
        finishing.finish(self.folder, self.records, done.number)
        done.returned = erased.sentences(self.records, loads)
        self._evaluated(who)
        version = self.version(done.number)
        version.published = done
        return version

    def preview(
        self,
        plan: Plan,
        mode: str = "append",
        *,
        keys: Mapping[str, Sequence[str]] | None = None,
        kpis: Iterable[str] | None = None,
        progress: Callable[[float, str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Preview:
        """Return what `publish` would do with a plan: new, changed, unchanged and missing rows by table, and `kpis`
        (None: those of the Overview) before and after. Nothing is stored. Raises as `publish` does."""
        loads = _prepared(plan, keys)
        return previewing.preview(self, plan, loads, mode, kpis, Progress(progress, cancelled))

    def _look_up(self, table: str, key: str, value: str) -> pa.Table | None:
        """Return (key, value) of a table of the latest version, as text, for values found through another table."""
        if not self.numbers():
            return None
        query = (
            f"SELECT CAST({quote(key)} AS VARCHAR) AS key, CAST({quote(value)} AS VARCHAR) AS value "
            f"FROM {quote(table)} WHERE {quote(key)} IS NOT NULL AND {quote(value)} IS NOT NULL"
        )
        return cursor(self.folder.version(self.numbers()[-1])).sql(query).to_arrow_table()

    # Versions

    def numbers(self) -> list[int]:
        """Return the numbers of the versions, ascending."""
        return self.folder.numbers()

    def version(self, number: int | None = None) -> Version:
        """Return a version; None: the latest. Raises WorkspaceError where there is none."""
        number, path = versions.path_of(self.folder, number)
        return Version(self, number, versions.meta(path))

    def versions(self) -> pd.DataFrame:
        """Return one row a version, the latest first: number, created_at, as_of, mode, note, restored_from, tables
        (name to rows), rows, files."""
        return versions.listing(self.folder, self.records)

    def source_history(self) -> pd.DataFrame:
        """Return one row a load, the latest first: origin (what the names of a source's files have in common), table,
        source, version, loaded_at, who, mode, rows, loaded, rejected, replaced (earlier rows that gave way)."""
        return source_history.listing(self.records)

    def restore(self, number: int, *, note: str = "", who: str = "") -> Version:
        """Publish an earlier version once more, as the newest, and return that."""

        def keep(newest: int) -> None:
            line = (who, "restore", {"version": newest, "restored_from": number})
            finishing.announce(self.folder, self.records, newest, line)

        newest = versions.restore(self.folder, number, note, keep)
        finishing.finish(self.folder, self.records, newest)
        self._evaluated(who)
        return self.version(newest)

    # Settings

    @property
    def settings(self) -> dict[str, Any]:
        """Every setting by name: the defaults with what was changed."""
        return resolve(saved_settings.saved(self.records))

    @whole
    def set_settings(self, values: dict[str, Any], *, who: str = "") -> dict[str, Any]:
        """Change settings (None: back to the default) and return all of them. Raises QueryError; then none changed."""
        result = saved_settings.save(self.records, values)
        self.records.log(who, "settings", values)
        return result

    @property
    def as_of(self) -> datetime | None:
        """The as-of set by hand (local, exclusive), for all versions; None: each version's own."""
        return saved_settings.as_of(self.records)

    @whole
    def set_as_of(self, value: Any, *, who: str = "") -> None:
        """Set the as-of by hand (a date: its beginning is the exclusive end of the data); None: the data's own."""
        moment = None if value is None else instant(value, "as_of")
        saved_settings.set_as_of(self.records, moment)
        self.records.log(who, "as_of", {"as_of": None if moment is None else moment.isoformat()})

    # Segments

    def segments(self, deleted: bool = False) -> list[dict[str, Any]]:
        """Return the saved segments by name: segment (its id), name, where, created_at, updated_at."""
        return segments.listing(self.records, deleted)

    def segment(self, name_or_id: str) -> dict[str, Any]:
        """Return one segment. Raises WorkspaceError with a suggestion."""
        return segments.get(self.records, name_or_id)

    @whole
    def save_segment(self, name: str, where: dict[str, Any], segment: str | None = None, *, who: str = "") -> str:
        """Save a filter under a name, as a new segment or as a change to `segment` (an id); return its id."""
        kept = segments.save(self.records, name, where, segment)
        self.records.log(who, "save segment", {"segment": kept, "name": name, "where": where})
        return kept

    @whole
    def delete_segment(self, segment: str, *, who: str = "") -> None:
        """Take a segment off the list; `restore_segment` brings it back."""
        segments.delete(self.records, segment)
        self.records.log(who, "delete segment", {"segment": segment})

    @whole
    def restore_segment(self, segment: str, *, who: str = "") -> None:
        """Bring a deleted segment back."""
        segments.undelete(self.records, segment)
        self.records.log(who, "restore segment", {"segment": segment})

    # Uploads, drafts, links, audit

    def keep_upload(self, name: str, content: bytes | Path) -> str:
        """Store a file as it came and return its SHA-256; the same content is kept once."""
        return uploads.keep(self.folder, self.records, name, content)

    def arriving(self, name: str, most: int, setting: str) -> uploads.Arriving:
        """Begin to store a file that comes in pieces; `keep_arrived` keeps it. `most` bytes, which `setting` raises."""
        return uploads.Arriving(self.folder, name, most, setting)

    def keep_arrived(self, arriving: uploads.Arriving) -> str:
        """Store a file that has come whole, and return its SHA-256."""
        return arriving.keep(self.records)

    def upload(self, sha256: str) -> Path:
        """Return where an upload lies."""
        return uploads.path_of(self.folder, sha256)

    def uploads(self) -> pd.DataFrame:
        """Return one row an upload, the latest first: sha256, name, bytes, uploaded_at."""
        return uploads.listing(self.records)

    def save_draft(self, content: dict[str, Any], draft: str | None = None) -> str:
        """Keep a mapping in progress (JSON) and return its id; `draft` changes that one."""
        return remembered.save_draft(self.records, content, draft)

    def draft(self, draft: str) -> dict[str, Any]:
        """Return a mapping in progress. Raises WorkspaceError when it is gone."""
        return remembered.draft(self.records, draft)

    def drafts(self) -> list[dict[str, Any]]:
        """Return the mappings in progress, the latest first: draft, content, updated_at."""
        return remembered.drafts(self.records)

    def delete_draft(self, draft: str, *, who: str = "") -> None:
        """Throw a mapping in progress away, with those of its uploads that nothing else speaks of."""
        known = {one["draft"]: one["content"] for one in self.drafts()}
        remembered.delete_draft(self.records, draft)
        held = known.get(draft, {}).get("uploads", ())
        gone = [name for name in (uploads.forget(self.folder, self.records, sha256) for sha256 in held) if name]
        if gone:
            self.records.log(who, "mapping thrown away", {"name": ", ".join(gone)})

    def keep_state(self, content: dict[str, Any]) -> str:
        """Keep what is too long for a URL, and return its short id."""
        return states.keep(self.records, content)

    def state(self, state: str) -> dict[str, Any]:
        """Return what a short id stands for. Raises WorkspaceError when it is unknown."""
        return states.get(self.records, state)

    def audit(self) -> pd.DataFrame:
        """Return who changed what, the latest first: happened_at, who, action, detail, said (in plain words)."""
        rows = self.records.rows(self.records.mine(AUDIT).order_by(AUDIT.c.id))
        frame = pd.DataFrame(rows, columns=["happened_at", "who", "action", "detail"]).assign(said=audited.told(rows))
        return frame[::-1].reset_index(drop=True)


def _prepared(plan: Plan, keys: Mapping[str, Sequence[str]] | None) -> list[Load]:
    """Return the loads of a plan with the keys to match by, and with renamed attributes under the names they had."""
    names = {(s.raw.upload, s.sheet): s.recalled.names for s in plan.sheets if s.recalled and s.recalled.names}
    result = []
    for load in plan.loads():
        own = names.get((load.sha256, load.sheet), {})
        model = {column.name for column in TABLES[load.table].columns}
        there = set(load.rows.column_names)
        renamed = [own[c] if c in own and c not in model and own[c] not in there else c for c in load.rows.column_names]
        remember = {**load.remember, **({"names": own} if own else {}), **({"keys": dict(keys)} if keys else {})}
        key = tuple((keys or {}).get(load.table, load.key))
        key = tuple(renamed[load.rows.column_names.index(k)] if k in there else k for k in key)
        rows = load.rows.rename_columns(renamed) if own else load.rows
        result.append(replace(load, rows=rows, key=key, remember=remember))
    return result
