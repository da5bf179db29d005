"""The uploads without a customer: which rows of which files are its, and each such file written anew.

Delimited texts and XLSX workbooks keep the rows of others where they stand. A file of another kind, or one that would
be read differently afterwards, is removed whole, and a sentence stays in its place.
"""

from __future__ import annotations

import shutil
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.errors import CSMetricsError
from cs_metrics.ingest.reading.files import read_files
from cs_metrics.ingest.reading.kinds import kind_of
from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.schema import TABLES
from cs_metrics.sql import quote
from cs_metrics.workspace.erasing import delimited, workbook
from cs_metrics.workspace.erasing.delimited import UnsafeError
from cs_metrics.workspace.erasing.identity import Identity, owner
from cs_metrics.workspace.erasing.leaving import Going, Place, id_columns, parsed
from cs_metrics.workspace.erasing.workbook import sheet_names
from cs_metrics.workspace.publish import changes
from cs_metrics.workspace.publish.uploads import safe_name, tombstone
from cs_metrics.workspace.store.database import cursor
from cs_metrics.workspace.store.folder import Folder, move_whole, sha256_of

AT_ONCE = 8

Rows = dict[str, set[int]]
"""Numbers of rows by sheet, '' for a file without."""


@dataclass
class Cut:
    """What goes from an upload: `rows` whole, in the rows `touched` cells that are an id, elsewhere words; `cells` says
    how many cells of rows that stay. `why`: the file goes whole, for this reason; '' where rows can be taken out."""

    sha256: str
    path: Path
    rows: Rows = field(default_factory=dict)
    touched: Rows = field(default_factory=dict)
    cells: int = 0
    why: str = ""
    sheets: list[RawSheet] = field(default_factory=list, repr=False)

    def __bool__(self) -> bool:
        return bool(self.cells or self.why or any(self.rows.values()) or any(self.touched.values()))

    @property
    def count(self) -> int:
        return sum(map(len, self.rows.values()))


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
    for start in range(0, len(cuts), AT_ONCE):
        drafts = {folder.files / f"upload-{uuid.uuid4().hex}": cut for cut in cuts[start : start + AT_ONCE]}
        try:
            for draft, cut in drafts.items():
                _blank(cut, draft, who)
            _compare({draft: cut for draft, cut in drafts.items() if not cut.why}, who)
            for draft, cut in drafts.items():
                yield _put(folder, draft, cut, who, when), cut
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


def _feeds(folder: Folder) -> dict[tuple[str, str], set[str]]:
    """Return the columns that feed ids, by upload and sheet, as the mappings of all versions say."""
    found: dict[tuple[str, str], set[str]] = {}
    for number in folder.numbers():
        rows = cursor(folder.version(number)).execute(
            "SELECT s.sha256, s.file, coalesce(s.sheet, ''), l.mapping FROM _sources AS s JOIN _loads AS l "
            "ON l.source = s.source"
        )
        for sha, file, sheet, mapping in rows.fetchall():
            fed = id_columns(parsed(mapping))
            found.setdefault((sha, f"{file.partition('/')[2]}/{sheet}"), set()).update(fed)
    return found


def _look(
    cut: Cut, sheets: list[RawSheet], who: Identity, folder: Folder, places: set[Place], touched: set[Place],
    feeds: Mapping[tuple[str, str], set[str]],
) -> None:  # fmt: skip
    """Find what goes from an upload."""
    cut.sheets = sheets
    own, others = _by_sheet(cut.sha256, places), _by_sheet(cut.sha256, touched)
    for sheet in sheets:
        name = sheet.sheet or ""
        ids = feeds.get((cut.sha256, f"{sheet.file.partition('/')[2]}/{name}"), set())
        rows = own.get(name, set()) | _named(sheet, who, ids)
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
    elif _kind(cut.path, sheets) == "other":
        cut.why = "single rows cannot be taken out of a file of its kind"


def _by_sheet(sha256: str, places: Iterable[Place]) -> Rows:
    found: Rows = {}
    for sha, _, sheet, row in places:
        if sha == sha256:
            found.setdefault(sheet, set()).add(row)
    return found


def _kind(path: Path, sheets: list[RawSheet]) -> str:
    try:
        kind = kind_of(path, path.name)
    except CSMetricsError:
        return "other"
    if kind == "text" and all(sheet.delimiter for sheet in sheets):
        return "text"
    return "workbook" if kind == "workbook" and zipfile.is_zipfile(path) else "other"


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


def _owned(folder: Folder, sha256: str, sheet: str, rows: set[int], who: Identity) -> set[int]:
    """Return those of some rows of an upload that are another customer's in a version, whatever stands in them."""
    owned: set[int] = set()
    for number in folder.numbers():
        con = cursor(folder.version(number))
        query = "SELECT source FROM _sources WHERE sha256 = $1 AND coalesce(sheet, '') = $2"
        sources = [source for (source,) in con.execute(query, [sha256, sheet]).fetchall()]
        for table in TABLES if sources else ():
            own = owner(table)
            if own is not None and changes.has(con, None, table):
                query = (
                    f"SELECT DISTINCT _row FROM {quote(table)} WHERE _source IN (SELECT unnest($1::INTEGER[])) "
                    f"AND _row IN (SELECT unnest($2::BIGINT[])) "
                    f"AND {quote(own)} NOT IN (SELECT unnest($3::VARCHAR[]))"
                )
                found = con.execute(query, [sources, sorted(rows), sorted(who.customers)]).fetchall()
                owned |= {row for (row,) in found}
    return owned


def _blank(cut: Cut, draft: Path, who: Identity) -> None:
    """Write an upload without what goes; where that cannot be, say why."""
    if cut.why:
        return
    try:
        if _kind(cut.path, cut.sheets) == "text":
            rows, touched = (set().union(*several.values()) for several in (cut.rows, cut.touched))
            delimited.blank(cut.path, draft, rows, touched, who)
        else:
            real = sheet_names(cut.path)
            workbook.blank(cut.path, draft, _in_book(cut.rows, real), _in_book(cut.touched, real), who)
    except (UnsafeError, zipfile.BadZipFile) as error:
        cut.why = str(error)


def _compare(drafts: Mapping[Path, Cut], who: Identity) -> None:
    """Look whether all else is read from what was written as it was before."""
    found = _sheets(drafts)
    for draft, cut in drafts.items():
        after = {sheet.sheet: sheet for sheet in found.get(sha256_of(draft), ())}
        for sheet in cut.sheets:
            name = sheet.sheet or ""
            blank, touched = cut.rows.get(name, set()), cut.touched.get(name, set())
            if not _as_before(sheet, after.get(sheet.sheet), blank, touched, who):
                cut.why = "without its rows the rest of the file would be read differently"


def _in_book(rows: Rows, real: Iterable[str]) -> Rows:
    """Return rows by the sheets of the workbook; reading names several tables of one sheet 'Sheet, rows 1 to 20'."""
    found: Rows = {}
    for name, numbers in rows.items():
        sheets = [one for one in real if name == one or name.startswith(f"{one}, ")]
        found.setdefault(max(sheets, key=len, default=""), set()).update(numbers)
    return found


def _as_before(sheet: RawSheet, now: RawSheet | None, blank: set[int], touched: set[int], who: Identity) -> bool:
    """Say whether the rows that stay are what they were, but for the words replaced and the cells that went."""
    gone = pa.array(sorted(blank), pa.int64())
    left = sheet.data.filter(pc.invert(pc.is_in(sheet.data.column("_row"), value_set=gone)))
    if not left.num_rows:
        return True
    if now is None or [c.name for c in now.columns] != [c.name for c in sheet.columns]:
        return False
    if now.data.column("_row").to_pylist() != left.column("_row").to_pylist():
        return False
    same = pc.invert(pc.is_in(left.column("_row"), value_set=pa.array(sorted(touched), pa.int64())))
    for was, is_now in zip(sheet.columns, now.columns, strict=True):
        old = left.column(f"c{was.index}").cast(pa.string()).filter(same).combine_chunks()
        new = now.data.column(f"c{is_now.index}").cast(pa.string()).filter(same).combine_chunks()
        told = {text: who.without(text) for text in pc.unique(old).to_pylist() if text}
        if any(text != mended for text, mended in told.items()):
            old = pa.array([text if text is None else told.get(text, text) for text in old.to_pylist()], pa.string())
        if not old.equals(new):
            return False
    return True
