"""Publishing: a plan and the latest version become the next version's file, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from cs_metrics import facts, lockdown
from cs_metrics.errors import PublishError, did_you_mean
from cs_metrics.schema import TABLES
from cs_metrics.sql import quote
from cs_metrics.workspace.contradictions import conflicts
from cs_metrics.workspace.publish import asof, changes, describe, history, merging, told
from cs_metrics.workspace.publish.loads import Load, check, source_name
from cs_metrics.workspace.publish.tables import RawTable, give_ids, insert, match_key, stage
from cs_metrics.workspace.store.database import cursor, forget, writing
from cs_metrics.workspace.store.folder import Folder, move_whole
from cs_metrics.workspace.store.progress import Progress
from cs_metrics.workspace.store.records import now

MODES = ("append", "replace", "upsert")
FORMAT = 1  # of the version file; a file of another format is not opened but rebuilt or refused

Build = Callable[[duckdb.DuckDBPyConnection, dict[str, Any], datetime], None]
Seen = Callable[[duckdb.DuckDBPyConnection, RawTable, Load, Sequence[str]], None]


def _unseen(con: duckdb.DuckDBPyConnection, table: RawTable, load: Load, given: Sequence[str]) -> None:
    """Nobody looks at the rows before they are added."""


@dataclass
class Published:
    """What a publishing did: the version's number, and per sheet and table what became of the rows. `returned`: a
    sentence for each customer whose data were erased and that is in it again."""

    number: int
    loads: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)


@dataclass
class Request:
    """How to publish. `dated`: the instant (UTC) that the files describe, for the history of customers' attributes;
    None: now. `keep` stores the uploads that the version speaks of, and says what is to be written of it (see
    `finishing`), once nothing can fail or be cancelled any more: right before the file gets its name.
    `seen` is shown the rows of each load (the table `incoming`, of which the file has the columns given) before they
    are added to its table. `same`: the id that stands for a customer, by each other id of it (see `matches`)."""

    mode: str
    settings: dict[str, Any]
    build: Build
    note: str = ""
    dated: datetime | None = None
    keep: Callable[[Published], None] = lambda _: None
    seen: Seen = _unseen
    same: Mapping[str, str] = field(default_factory=dict)


def publish(folder: Folder, plan: Iterable[Load], request: Request, progress: Progress) -> Published:
    """Build the next version from the loads of a plan. Raises PublishError; then nothing was stored.

    "append" adds rows (a newer row of the same customer, user, ticket ... takes the place of the earlier one, so that
    nothing counts twice; a sheet that is in the version already is skipped), "replace" empties the plan's tables first,
    "upsert" replaces rows by the table's key.
    """
    loads = _checked(plan, request)
    progress.step(0.0, "Waiting for the workspace")
    with folder.lock(progress.check):
        folder.sweep()
        numbers = folder.numbers()
        old = folder.version(numbers[-1]) if numbers else None
        loads, skipped = _fresh(old, loads, request)
        if not loads:
            raise PublishError(" ".join(skipped) + " Nothing new to publish.")
        number = numbers[-1] + 1 if numbers else 1
        with folder.building() as staging:
            done = Published(number, _built(staging, old, number, loads, request, progress), skipped)
            progress.check()
            request.keep(done)
            move_whole(staging, folder.version(number))
    progress.finished(f"Version {number} is published")
    return done


def again(folder: Folder, request: Request, progress: Progress) -> Published:
    """Build the next version from the rows of the latest, with what a person said of customers since then. Raises
    PublishError; then nothing was stored."""
    with folder.lock(progress.check):
        folder.sweep()
        numbers = folder.numbers()
        if not numbers:
            raise PublishError("Nothing is published yet: load files first.")
        with folder.building() as staging:
            _built(staging, folder.version(numbers[-1]), numbers[-1] + 1, [], request, progress)
            progress.check()
            done = Published(numbers[-1] + 1)
            request.keep(done)
            move_whole(staging, folder.version(done.number))
    progress.finished(f"Version {done.number} is published")
    return done


@contextmanager
def rehearsal(
    folder: Folder, plan: Iterable[Load], request: Request, progress: Progress
) -> Iterator[tuple[Path | None, list[str]]]:
    """Build what `publish` would publish, in a file that is thrown away at the end; give its path (None where nothing
    is new) and a sentence for each sheet that is skipped. Nothing is stored, and no other publishing waits."""
    loads = _checked(plan, request)
    numbers = folder.numbers()
    old = folder.version(numbers[-1]) if numbers else None
    loads, skipped = _fresh(old, loads, request)
    if not loads:
        yield None, skipped
        return
    with folder.building() as staging:
        _built(staging, old, numbers[-1] + 1 if numbers else 1, loads, request, progress)
        try:
            yield staging, skipped
        finally:
            forget(staging)


def _checked(plan: Iterable[Load], request: Request) -> list[Load]:
    if request.mode not in MODES:
        hint = did_you_mean(request.mode, MODES)
        raise PublishError(f"There is no mode '{request.mode}'. {hint}")
    return check(plan)


def _fresh(old: Path | None, loads: list[Load], request: Request) -> tuple[list[Load], list[str]]:
    return (loads, []) if old is None or request.mode == "replace" else _leave_out_known(old, loads)


def _built(
    staging: Path, old: Path | None, number: int, loads: list[Load], request: Request, progress: Progress
) -> list[dict[str, Any]]:
    try:
        return _build(staging, old, number, loads, request, progress)
    except duckdb.OutOfMemoryException as error:
        raise PublishError(f"The version takes more than is allowed to build. {lockdown.more_memory()}") from error
    except duckdb.Error as error:
        raise PublishError(f"The version could not be built: {str(error).splitlines()[0]}") from error


def empty(path: Path, settings: dict[str, Any], build: Build) -> None:
    """Build a version file without a row at `path`: every table and fact is there, to bind queries against."""
    _build(path, None, 0, [], Request("append", settings, build), Progress())


def _leave_out_known(old: Path, loads: list[Load]) -> tuple[list[Load], list[str]]:
    """Return the loads whose sheet is not in the version yet for that table, and a sentence for each of the others."""
    query = (
        # an upload that a customer was erased from is known as it came, too (`upload` says 'sha256/file')
        "SELECT unnest([s.sha256, split_part(s.upload, '/', 1)]), s.file, coalesce(s.sheet, ''), l.table_name, "
        "s.loaded_at FROM _sources AS s JOIN _loads AS l ON l.source = s.source ORDER BY s.loaded_at DESC"
    )
    # one zip is many files: 'archive.zip/member.csv'
    known = {
        (sha, file.partition("/")[2], sheet, table): at
        for sha, file, sheet, table, at in cursor(old).execute(query).fetchall()
    }
    fresh, sentences = [], []
    for load in loads:
        loaded_at = known.get((load.sha256, load.file.partition("/")[2], load.sheet or "", load.table))
        if loaded_at is None:
            fresh.append(load)
        else:
            name = source_name(load.file, load.sheet)
            sentences.append(f"{name} is already loaded into {load.table} (on {loaded_at:%Y-%m-%d}), so it is skipped.")
    return fresh, sentences


def _build(
    staging: Path, old: Path | None, number: int, loads: list[Load], request: Request, progress: Progress
) -> list[dict[str, Any]]:
    created_at = now()
    with writing(staging, attach=old) as con, progress.watch(con):
        con.execute("BEGIN")
        tables = _start(con, old, loads, request.mode)
        done, mapped = _fill(con, tables, loads, request, created_at, progress)
        progress.step(0.5, "Counting columns")
        describe.columns(con, tables, mapped)
        ends = asof.of_tables(con, request.settings["timezone"], created_at)
        as_of = asof.overall(ends, created_at)
        describe.write_meta(
            con,
            {
                "format": FORMAT,
                "version": number,
                "created_at": created_at.isoformat(),
                "as_of": as_of.isoformat(),
                "table_as_of": {table: end.isoformat() for table, end in ends.items()},
                "settings": request.settings,
                "facts": facts.code(),
                "note": request.note,
                "mode": request.mode,
                "restored_from": None,
                "row_counts": describe.row_counts(con),
            },
        )
        con.execute("COMMIT")
        progress.step(0.6, "Looking for contradictions")
        conflicts.build(con, as_of, ends, request.settings["fresh_days"])
        progress.step(0.7, "Working out what is counted")
        request.build(con, request.settings, as_of)
        progress.step(0.95, "Writing the version to disk")
    return done


def _start(con: duckdb.DuckDBPyConnection, old: Path | None, loads: list[Load], mode: str) -> dict[str, RawTable]:
    """Make every table, with the earlier version's rows in those that stay."""
    describe.create(con, from_old=old is not None)
    history.create(con, from_old=old is not None)
    changes.create(con, from_old=old is not None)
    old_columns: dict[str, list[str]] = {}
    tables = {name: RawTable(schema) for name, schema in TABLES.items()}
    replaced = {load.table for load in loads} if mode == "replace" else set()
    if old is not None:
        query = "SELECT table_name, column_name, kind, type FROM old._columns"
        for table, column, kind, sql_type in con.execute(query).fetchall():
            if kind == "attribute" and table not in replaced:
                tables[table].attributes[column] = sql_type
        for name in filter(lambda table: changes.has(con, "old", table), tables):
            described = con.execute(f"SELECT column_name FROM (DESCRIBE old.{quote(name)})").fetchall()
            old_columns[name] = [r[0] for r in described]
    for load in loads:
        tables[load.table].see(load.rows)
    for name, table in tables.items():
        table.create(con)
        if name in old_columns and name not in replaced:
            table.copy_old(con, old_columns[name])
    if "customers" in replaced and old is not None:
        history.remember(con, "SELECT * FROM old.customers")
        merging.give_back(con, "customers", "customers_before")
    for name in replaced:
        describe.forget_table(con, name)
        changes.forget_table(con, name)
    told.create(con, tables["customers"], from_old=old is not None and "customers" not in replaced)
    merging.create(con, from_old=old is not None)
    return tables


def _fill(
    con: duckdb.DuckDBPyConnection,
    tables: dict[str, RawTable],
    loads: list[Load],
    request: Request,
    created_at: datetime,
    progress: Progress,
) -> tuple[list[dict[str, Any]], set[tuple[str, str]]]:
    """Add every load; return the account and the columns that files fed."""
    done: list[dict[str, Any]] = []
    mapped: set[tuple[str, str]] = set()
    sources = []
    for place, load in enumerate(loads):
        progress.step(0.05 + 0.4 * place / len(loads), f"Adding {source_name(load.file, load.sheet)}")
        source = describe.source_of(con, load, created_at)
        step_by_step = load.table == "customers" and request.mode != "replace"
        origin = told.seed(con, source) if load.table == "customers" else None
        if step_by_step:
            history.remember(con, told.before(con, origin or "", load.fingerprint))
        table = tables[load.table]
        given = stage(con, table, load, source)
        request.seen(con, table, load, given)
        if origin is not None:
            told.add(con, given, origin)
        replaced = insert(con, table, given, match_key(table, load, request.mode))
        if step_by_step:
            history.record(con, request.dated or created_at, origin)
        mapped |= {(load.table, c) for c in load.rows.column_names}
        sources.append((load, source, replaced))
    if request.mode == "replace":
        history.record(con, request.dated or created_at)
    for load, source, replaced in sources:
        done.append(describe.add_load(con, source, load, replaced))
        changes.add(con, source, load, request.settings["changes_kept"])
    history.from_own_dates(con)
    for name in {load.table for load in loads}:
        give_ids(con, TABLES[name])
    changes.settle(con)
    merging.apply(con, request.same, request.settings["changes_kept"])
    return done, mapped
