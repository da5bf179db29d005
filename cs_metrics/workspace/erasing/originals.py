"""The uploads without a customer: which rows of which files are its, and each such file written anew.

A file that cannot be written without them is removed whole, and a sentence stays in its place.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.reading.files import read_files
from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.schema import TABLES
from cs_metrics.sql import quote
from cs_metrics.workspace.erasing.cut import Cut, Rows, Sheet, blank, compare, place
from cs_metrics.workspace.erasing.identity import Identity, owner
from cs_metrics.workspace.erasing.leaving import Going, Place, id_columns, parsed
from cs_metrics.workspace.publish import changes
from cs_metrics.workspace.publish.uploads import safe_name, tombstone
from cs_metrics.workspace.store.database import cursor
from cs_metrics.workspace.store.folder import Folder, move_whole, sha256_of

AT_ONCE = 8


def cuts(folder: Folder, who: Identity, goings: Mapping[int, Going]) -> tuple[list[Cut], int]:
    """Return what goes from each upload, by what the versions say (`goings`) and by what is in the files; and how many
    uploads cannot be read and are left. Nothing is changed."""
    places = {place for going in goings.values() for place in going.places}
    touched = {place for going in goings.values() for place in going.touched}
    paths = {place.name: next(iter(sorted(place.iterdir()))) for place in sorted(folder.files.iterdir())
             if place.is_dir() and any(place.iterdir())}  # fmt: skip
    feeds = _feeds(folder)
    found: list[Cut] = []
    unread = 0
    names = sorted(paths)
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        sheets = _sheets(paths[sha] for sha in some)
        for sha in some:
            cut = Cut(sha, paths[sha])
            if sha in sheets:
                _look(cut, sheets[sha], who, folder, places, touched, feeds)
            elif any(place[0] == sha for place in places | touched):
                cut.why = "it cannot be read any more"
            else:
                unread += 1
            if cut:
                found.append(cut)
    return found, unread


def write_without(folder: Folder, cuts: Sequence[Cut], who: Identity, when: str) -> Iterator[tuple[str, Cut]]:
    """Write uploads anew beside the old ones; yield the SHA-256 of each with what went from it. Where one goes whole, a
    tombstone is laid and its SHA-256 stays."""
    for drafts in _drafted(folder, cuts, who):
        for draft, cut in drafts.items():
            yield _put(folder, draft, cut, who, when), cut


def rehearse(folder: Folder, cuts: Sequence[Cut], who: Identity) -> None:
    """Find which uploads go whole, by writing each as `write_without` does; nothing of it stays."""
    for _ in _drafted(folder, cuts, who):
        pass


def _drafted(folder: Folder, cuts: Sequence[Cut], who: Identity) -> Iterator[dict[Path, Cut]]:
    """Yield some uploads at a time, each by the path at which it was written anew."""
    for start in range(0, len(cuts), AT_ONCE):
        drafts = {folder.files / f"upload-{uuid.uuid4().hex}": cut for cut in cuts[start : start + AT_ONCE]}
        try:
            for draft, cut in drafts.items():
                blank(cut, draft, who)
            written = {draft: cut for draft, cut in drafts.items() if not cut.why}
            after = _sheets(written) if written else {}
            for draft, cut in written.items():
                compare(cut, after.get(sha256_of(draft), ()), who)
            for cut in drafts.values():
                cut.others = len(_others(folder, cut.sha256, who)) if cut.why else 0
            yield drafts
        finally:
            for draft in drafts:
                draft.unlink(missing_ok=True)


def _put(folder: Folder, draft: Path, cut: Cut, who: Identity, when: str) -> str:
    name = safe_name(who.without(cut.path.name))
    if cut.why:
        tombstone(folder, cut.sha256, f"{name} was removed on {when}: data were erased on request, and {cut.why}.")
        return cut.sha256
    sha = sha256_of(draft)
    (folder.files / sha).mkdir(exist_ok=True)
    move_whole(draft, folder.files / sha / name)
    return sha


def remove(folder: Folder, sha256: str) -> None:
    """Delete an upload that was written anew, or goes whole."""
    shutil.rmtree(folder.files / sha256, ignore_errors=True)


def _sheets(paths: Iterable[Path]) -> dict[str, list[RawSheet]]:
    found: dict[str, list[RawSheet]] = {}
    for sheet in read_files(list(paths)).sheets:
        found.setdefault(sheet.upload, []).append(sheet)
    return found


def _feeds(folder: Folder) -> dict[tuple[str, str, str], set[str]]:
    """Return the columns that feed ids, by upload and sheet, as the mappings of all versions say."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for number in folder.numbers():
        rows = cursor(folder.version(number)).execute(
            "SELECT s.sha256, s.file, coalesce(s.sheet, ''), l.mapping FROM _sources AS s JOIN _loads AS l "
            "ON l.source = s.source"
        )
        for sha, file, sheet, mapping in rows.fetchall():
            fed = id_columns(parsed(mapping))
            found.setdefault((sha, file.partition("/")[2], sheet), set()).update(fed)
    return found


def _look(
    cut: Cut, sheets: list[RawSheet], who: Identity, folder: Folder, places: set[Place], touched: set[Place],
    feeds: Mapping[tuple[str, str, str], set[str]],
) -> None:  # fmt: skip
    """Find what goes from an upload."""
    cut.sheets = sheets
    own, others = _by_sheet(cut.sha256, places), _by_sheet(cut.sha256, touched)
    for sheet in sheets:
        name = place(sheet)
        rows = own.get(name, set()) | _named(sheet, who, feeds.get((cut.sha256, *name), set()))
        kept = _owned(folder, cut.sha256, name, rows, who) if rows else set()
        blank = rows - kept
        if blank:
            cut.rows[name] = blank
        if some := others.get(name, set()) - blank:
            cut.touched[name] = some
        cut.cells += _mentions(sheet, who, blank, cut.touched.get(name, set()))
    if not cut:
        return
    if any(who.without(c.header or "") != (c.header or "") for s in sheets for c in s.columns):
        cut.why = "a column of it is named after the customer"


def _by_sheet(sha256: str, places: Iterable[Place]) -> Rows:
    found: Rows = {}
    for sha, file, sheet, row in places:
        if sha == sha256:
            found.setdefault((file.partition("/")[2], sheet), set()).add(row)
    return found


def _texts(sheet: RawSheet) -> Iterator[tuple[str, pa.ChunkedArray]]:
    for column in sheet.columns:
        yield column.name, sheet.data.column(f"c{column.index}").cast(pa.string())


def _named(sheet: RawSheet, who: Identity, ids: set[str]) -> set[int]:
    """Return the rows of which a cell is a word of the customer, or in a column of ids one of its ids."""
    mask = pa.array([False] * sheet.rows, pa.bool_())
    words, known = pa.array(sorted(who.folded), pa.string()), pa.array(sorted(who.known), pa.string())
    for name, texts in _texts(sheet):
        trimmed = pc.utf8_trim_whitespace(texts)
        mask = pc.or_(mask, pc.is_in(pc.utf8_lower(trimmed), value_set=words))
        if name in ids:
            mask = pc.or_(mask, pc.is_in(trimmed, value_set=known))
    found = set(sheet.data.column("_row").filter(mask).to_pylist())
    return found | {r.row for r in sheet.set_aside if r.kind != "header" and any(map(who.is_word, r.cells))}


def _mentions(sheet: RawSheet, who: Identity, blank: set[int], touched: set[int]) -> int:
    """Return how many cells of other rows have a word of the customer in them, or in rows `touched` are its id."""
    known = pa.array(sorted(who.ids - who.words), pa.string())
    at_id = pc.is_in(sheet.data.column("_row"), value_set=pa.array(sorted(touched), pa.int64()))
    stays = pc.invert(pc.is_in(sheet.data.column("_row"), value_set=pa.array(sorted(blank), pa.int64())))
    count = sum(
        who.without(cell or "") != (cell or "") for r in sheet.set_aside if r.row not in blank for cell in r.cells
    )
    for _, texts in _texts(sheet):
        count += pc.sum(pc.is_in(pc.utf8_trim_whitespace(texts.filter(at_id)), value_set=known)).as_py() or 0
        texts = texts.filter(stays)
        told = [text for text in pc.unique(texts).to_pylist() if text and who.without(text) != text]
        if told:
            count += pc.sum(pc.is_in(texts, value_set=pa.array(told, pa.string()))).as_py()
    return int(count)


def _owned(folder: Folder, sha256: str, sheet: Sheet, rows: set[int], who: Identity) -> set[int]:
    """Return those of some rows of an upload that are another customer's in a version, whatever stands in them."""
    owned: set[int] = set()
    for con, table, own, sources in _loaded(folder, sha256, sheet):
        query = (
            f"SELECT DISTINCT _row FROM {quote(table)} WHERE _source IN (SELECT unnest($1::INTEGER[])) "
            f"AND _row IN (SELECT unnest($2::BIGINT[])) AND {quote(own)} NOT IN (SELECT unnest($3::VARCHAR[]))"
        )
        owned |= {row for (row,) in con.execute(query, [sources, sorted(rows), sorted(who.customers)]).fetchall()}
    return owned


def _others(folder: Folder, sha256: str, who: Identity) -> set[str]:
    """Return the other customers of whom an upload has rows, as the versions say."""
    found: set[str] = set()
    for con, table, own, sources in _loaded(folder, sha256):
        query = f"SELECT DISTINCT {quote(own)} FROM {quote(table)} WHERE _source IN (SELECT unnest($1::INTEGER[]))"
        found |= {one for (one,) in con.execute(query, [sources]).fetchall() if one is not None}
    return found - who.customers


def _loaded(
    folder: Folder, sha256: str, sheet: Sheet | None = None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, str, str, list[int]]]:
    """Yield the tables of each version that have rows of an upload, or of one of its sheets: a connection, the table,
    the column that says whose a row is, the numbers of the sources."""
    for number in folder.numbers():
        con = cursor(folder.version(number))
        query = "SELECT source, file, coalesce(sheet, '') FROM _sources WHERE sha256 = $1"
        there = con.execute(query, [sha256]).fetchall()
        sources = [source for source, file, name in there if sheet in (None, (file.partition("/")[2], name))]
        for table in TABLES if sources else ():
            own = owner(table)
            if own is not None and changes.has(con, None, table):
                yield con, table, own, sources
