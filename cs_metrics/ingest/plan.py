"""A plan: what the sheets of a drop would become. Nothing is stored until it is published."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa

from cs_metrics.errors import MappingError, did_you_mean
from cs_metrics.ingest.apply import Applied, apply
from cs_metrics.ingest.contradictions import contradictions, near_matches
from cs_metrics.ingest.load import Load, load_of
from cs_metrics.ingest.mappings.mapping import TableMapping
from cs_metrics.ingest.mappings.priced import with_prices
from cs_metrics.ingest.mappings.propose import propose
from cs_metrics.ingest.mappings.question import Question
from cs_metrics.ingest.mappings.values import Lookup
from cs_metrics.ingest.mappings.wide import known, unpivot
from cs_metrics.ingest.problems import Problem, in_order
from cs_metrics.ingest.reading.files import read_files
from cs_metrics.ingest.repair.repairable import across
from cs_metrics.ingest.repair.repairing import Group
from cs_metrics.ingest.sheet import Failure, RawSheet, Read
from cs_metrics.ingest.sheetplan import SheetPlan
from cs_metrics.ingest.views import HEAD
from cs_metrics.ingest.work import Watch
from cs_metrics.schema import Type

Content = bytes | Path


class Plan:
    """The sheets of a drop. `failures`: files that could not be read, each with its sentence.

    `published` finds values in the workspace's latest version, for sheets that name customers through a table that is
    not in the drop: given (table, key column, value column), a table of texts `key`, `value`, or None.
    """

    def __init__(
        self,
        read: Read,
        *,
        remembered: Mapping[str, Mapping[str, Any]] | None = None,
        published: Lookup | None = None,
        timezone: str = "UTC",
        contents: Mapping[str, Content] | None = None,
    ) -> None:
        self.failures: tuple[Failure, ...] = read.failures
        self.timezone = timezone
        self._published, self._contents = published, dict(contents or {})
        # Told how far the work on a sheet is, while a mapping is applied; it may raise CancelledError to give up.
        self.watch: Watch = lambda raw, rows: None
        self._applied: dict[str, Applied] = {}
        self._looking: list[SheetPlan] = []
        came = with_prices(read.sheets)
        suggested = _latest(came)
        wides = {i: found for i, raw in enumerate(came) if (found := unpivot(raw)) is not None}
        shapes = [wides[i].long if i in wides else raw for i, raw in enumerate(came)]
        as_came = dict(zip(wides, propose([w.raw for w in wides.values()]), strict=True)) if wides else {}
        self.sheets: tuple[SheetPlan, ...] = tuple(
            SheetPlan(p.raw, p, self._apply, suggested, (wides[i], as_came[i]) if i in wides else None)
            for i, p in enumerate(propose(shapes, {i: known(one) for i, one in wides.items()}))
        )
        for sheet in self.sheets:
            sheet.recall(remembered or {})
        self._skip_twins()

    def __repr__(self) -> str:
        return f"<Plan of {len(self.sheets)} sheets, {'ready' if self.ready else 'with open questions'}>"

    def _skip_twins(self) -> None:
        """The same file dropped twice is loaded once."""
        seen: dict[tuple[str, str, str | None], SheetPlan] = {}
        for sheet in self.sheets:
            place = (*sheet.raw.origin, sheet.sheet)
            if place in seen and not sheet.skipped:
                sheet.skip(f"It has the same content as {seen[place].raw.place}.")
            seen.setdefault(place, sheet)

    def sheet(self, file: str, sheet: str | None = None) -> SheetPlan:
        """Return a sheet by its file, and its name in a workbook of several; MappingError where there is none."""
        name = os.path.basename(file)
        of_file = [s for s in self.sheets if s.file in (file, name)]
        if not of_file:
            known = [s.file for s in self.sheets]
            raise MappingError(f"There is no file '{name}' in the plan. {did_you_mean(name, known)}".rstrip())
        found = of_file if sheet is None else [s for s in of_file if s.sheet == sheet]
        if not found:
            known = [str(s.sheet) for s in of_file if s.sheet is not None]
            raise MappingError(f"'{name}' has no sheet '{sheet}'. {did_you_mean(str(sheet), known)}".rstrip())
        if len(found) > 1 and sheet is None and found[0].sheet is not None:
            names = ", ".join(str(s.sheet) for s in found)
            raise MappingError(f"'{name}' has several sheets: {names}. Say which.")
        return found[0]

    @property
    def ready(self) -> bool:
        """Whether every sheet can be loaded or is skipped."""
        return all(sheet.ready for sheet in self.sheets)

    @property
    def questions(self) -> tuple[tuple[SheetPlan, Question], ...]:
        """The open questions of all sheets."""
        return tuple((sheet, q) for sheet in self.sheets for q in sheet.questions if q.open)

    @property
    def applied(self) -> tuple[Applied, ...]:
        """What the sheets that are ready would give each table."""
        return tuple(one for sheet in self.sheets for one in sheet.applied)

    @property
    def contradictions(self) -> tuple[Problem, ...]:
        """Where a file contradicts itself or another, among the sheets that are ready."""
        feeds = [s.completed for s in self.sheets]
        return in_order(
            [*contradictions(self.applied, self._published), *near_matches([s.raw for s in self.sheets], feeds)]
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of all sheets and the contradictions between them, the gravest first."""
        return in_order([p for s in self.sheets for p in s.problems] + list(self.contradictions))

    @property
    def repairs(self) -> tuple[tuple[SheetPlan, Group], ...]:
        """Values that the sheets spell in different ways, each with the sheet that a repair would change; what is to
        be repaired within a sheet is among that sheet's `repairs`."""
        found = across([s.raw for s in self.sheets], [not s.skipped for s in self.sheets])
        offers = [(self.sheets[place], self.sheets[place].repairing.offered([one])) for place, one in found]
        return tuple((sheet, group) for sheet, groups in offers for group in groups)

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of the workspace that answers speak for, such as which end of an effort score is easy."""
        answers = {q.id: q.answer for s in self.sheets for q in s.questions if q.answer is not None}
        return {"ces_easy_end": answers["ces_easy_end"]} if "ces_easy_end" in answers else {}

    @property
    def set_aside(self) -> pd.DataFrame:
        """The rows of all sheets that are not loaded, for download."""
        frames = [f for s in self.sheets if len(f := s.set_aside)]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(HEAD))

    def loads(self) -> list[Load]:
        """Return what is to be published, a load for each sheet and table.

        Raises MappingError while a question is open, saying all of them.
        """
        waiting = [f"{s.raw.place}: {q.text} (question '{q.id}')" for s, q in self.questions]
        waiting += [s.error for s in self.sheets if s.error]
        if waiting:
            raise MappingError(" ".join(waiting))
        return [
            load_of(one, self._content(one.raw), sheet.fingerprint, sheet.to_remember())
            for sheet in self.sheets
            for one in sheet.applied
        ]

    def _content(self, raw: RawSheet) -> Content:
        if raw.upload not in self._contents:
            raise MappingError(f"The content of '{raw.file}' is not at hand any more: drop the file again.")
        return self._contents[raw.upload]

    def remember(self) -> dict[str, dict[str, Any]]:
        """Return the choices by fingerprint, for the next files of the same shapes."""
        return {s.fingerprint: s.to_remember() for s in self.sheets}

    def to_json(self) -> dict[str, Any]:
        """Return all choices as JSON: with the same files, `restore` brings the plan back as it was."""
        return {"sheets": [s.to_json() | {"upload": s.raw.upload} for s in self.sheets]}

    def restore(self, record: Mapping[str, Any]) -> Plan:
        """Take up the choices that `to_json` wrote, for the sheets that are still there."""
        kept = {(r.get("upload"), r.get("file"), r.get("sheet")): r for r in record.get("sheets", ())}
        for sheet in self.sheets:
            own = kept.get((sheet.raw.upload, sheet.file, sheet.sheet))
            if own is not None:
                sheet.restore(own)
        return self

    def _apply(self, sheet: SheetPlan, mapping: TableMapping) -> Applied:
        """Apply a mapping once for each state that it, and what it looks through, can be in."""
        shared = {n: r for t, rules in sheet.shared_rules.items() if t != mapping.table for n, r in rules.items()}
        shared = {f"{i}": r for i, r in enumerate(shared.values())}
        state = [self.sheets.index(sheet), mapping.to_json(), sorted({n for r in shared.values() for n in r.reads})]
        state.append([sheet.repairing.repairs, sheet.unpivoted])
        rules = mapping.rules(sheet.raw)
        ways = {r.through[0] for r in rules.values() if r.through}
        if ways:
            state.append([s.to_json() for s in self.sheets if ways & set(s.tables)])
        name = json.dumps(state, sort_keys=True, default=str)
        if name not in self._applied:
            self._looking.append(sheet)
            try:
                done = apply(
                    sheet.raw, mapping, lookup=self._look_up, timezone=self.timezone, shared=shared, watch=self.watch
                )
            finally:
                self._looking.pop()
            self._applied[name] = done
        return self._applied[name]

    def _look_up(self, table: str, key: str, value: str) -> pa.Table | None:
        """Return keys and values of a table: of the drop first, then of what is published already."""
        found = []
        for sheet in self.sheets:
            if sheet in self._looking or table not in sheet.tables:
                continue
            for one in sheet.applied:
                if one.table == table:
                    data = one.data.select([key, value]).rename_columns(["key", "value"])
                    found.append(data.cast(pa.schema([("key", pa.string()), ("value", pa.string())])))
        known = self._published(table, key, value) if self._published else None
        if known is not None:
            found.append(known.cast(pa.schema([("key", pa.string()), ("value", pa.string())])))
        return pa.concat_tables(found) if found else None


def _latest(sheets: Iterable[RawSheet]) -> dt.date:
    """Return the date to suggest where one is asked: the latest in the files that is not in the future; without dates
    the end of the last month, so that the month in which leavers are counted is over."""
    today = dt.date.today()
    dates = []
    for raw in sheets:
        for column in raw.columns:
            if column.profile.kind in (Type.DATE, Type.INSTANT) and column.profile.maximum:
                try:
                    dates.append(dt.date.fromisoformat(column.profile.maximum[:10]))
                except ValueError:
                    continue
    return max((d for d in dates if d <= today), default=today.replace(day=1) - dt.timedelta(days=1))


def build_plan(
    read: Read,
    *,
    remembered: Mapping[str, Mapping[str, Any]] | None = None,
    published: Lookup | None = None,
    timezone: str = "UTC",
    contents: Mapping[str, Content] | None = None,
) -> Plan:
    """Return the plan for sheets that were read. `contents`: the uploads by sha256, needed to publish."""
    return Plan(read, remembered=remembered, published=published, timezone=timezone, contents=contents)


def read(
    files: Iterable[str | os.PathLike[str] | BinaryIO],
    *,
    remembered: Mapping[str, Mapping[str, Any]] | None = None,
    lookup: Lookup | None = None,
    timezone: str = "UTC",
    progress: Callable[[Any], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Plan:
    """Read files and return the plan for them. A bad file is a failure of the plan, never raised."""
    sources = list(files)
    done = read_files(sources, progress=progress, cancelled=cancelled)
    wanted = {sheet.upload for sheet in done.sheets}
    contents = {sha: content for sha, content in map(_content, sources) if sha in wanted}
    return build_plan(done, remembered=remembered, published=lookup, timezone=timezone, contents=contents)


def _content(source: str | os.PathLike[str] | BinaryIO) -> tuple[str, Content]:
    """Return a source's sha256 and its content: a path stays a path, an open file's bytes are kept."""
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        if not path.is_file():
            return "", path
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest(), path
    source.seek(0)
    content = source.read()
    return hashlib.sha256(content).hexdigest(), content
