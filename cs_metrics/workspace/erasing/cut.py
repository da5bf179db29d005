"""What goes from one upload, and the upload written anew without it, beside the old one.

Delimited texts and XLSX workbooks keep the rows of others where they stand, also those that are packed in a zip or a
gzip. What cannot be written so, or would be read differently afterwards, goes whole, and `why` says so.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.errors import CSMetricsError
from cs_metrics.ingest.reading import archive
from cs_metrics.ingest.reading.kinds import kind_of
from cs_metrics.ingest.reading.limits import Limits
from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.workspace.erasing import delimited, workbook
from cs_metrics.workspace.erasing.delimited import UnsafeError
from cs_metrics.workspace.erasing.identity import Identity

Sheet = tuple[str, str]
"""Where rows stand in an upload: the file in it ('' where it is none that packs files), the sheet ('' for none)."""
Rows = dict[Sheet, set[int]]
WHOLE = "the whole file"
_MOMENT = (1980, 1, 1, 0, 0, 0)
_NO_ROWS = "single rows cannot be taken out of a file of its kind"


@dataclass
class Cut:
    """What goes from an upload: `rows` whole, in the rows `touched` cells that are an id, elsewhere words; `cells` says
    how many cells of rows that stay. `why`: the file goes whole, for this reason; '' where rows can be taken out.
    `others`: how many other customers' rows it has."""

    sha256: str
    path: Path
    rows: Rows = field(default_factory=dict)
    touched: Rows = field(default_factory=dict)
    cells: int = 0
    why: str = ""
    others: int = 0
    sheets: list[RawSheet] = field(default_factory=list, repr=False)

    def __bool__(self) -> bool:
        return bool(self.cells or self.why or any(self.rows.values()) or any(self.touched.values()))

    @property
    def count(self) -> int:
        return sum(map(len, self.rows.values()))

    def told(self, who: Identity | None = None) -> list[dict[str, Any]]:
        """Return what goes as a proof lists it (where, what, count); with `who` the file's name does not name it."""
        where = f"upload {who.without(self.path.name) if who else self.path.name}"
        if self.why:
            rows = f"{sum(sheet.rows for sheet in self.sheets):,} rows" if self.sheets else "not read"
            customers = "customer" if self.others == 1 else "customers"
            kept = f"; those of {self.others:,} other {customers} stay in the versions" if self.others else ""
            return [{"where": where, "what": f"{WHOLE} ({rows}{kept}): {self.why}", "count": 1}]
        counts = [("rows", self.count), ("cells", self.cells)]
        return [{"where": where, "what": what, "count": count} for what, count in counts if count]


def place(sheet: RawSheet) -> Sheet:
    """Return where a sheet stands in its upload."""
    return sheet.file.partition("/")[2], sheet.sheet or ""


def blank(cut: Cut, draft: Path, who: Identity) -> None:
    """Write an upload without what goes; where that cannot be, say why."""
    if cut.why:
        return
    try:
        kind = kind_of(cut.path, cut.path.name)
        with tempfile.TemporaryDirectory(prefix="cs-metrics-erase-", ignore_cleanup_errors=True) as folder:
            if kind == "zip":
                _zipped(cut, draft, who, Path(folder))
            elif kind == "gzip":
                plain = archive.gunzip(cut.path, cut.path.name, Path(folder) / "unpacked", Limits.from_environment())
                _plain(cut, "", plain, Path(folder) / "draft", who)
                with (Path(folder) / "draft").open("rb") as source, draft.open("wb") as out:
                    _pack(source, out)
            else:
                _plain(cut, "", cut.path, draft, who)
    except (UnsafeError, CSMetricsError, zipfile.BadZipFile) as error:
        cut.why = str(error)


def _pack(source: IO[bytes], out: IO[bytes]) -> None:
    """Write a gzip that says neither a name nor a time: whoever was killed writes the same bytes again."""
    with gzip.GzipFile("", "wb", fileobj=out, mtime=0) as packed:
        shutil.copyfileobj(source, packed)


def _zipped(cut: Cut, draft: Path, who: Identity, folder: Path) -> None:
    """Write a zip anew, file by file; a file that was not read may hold anything, so the zip goes whole."""
    known = {place(sheet)[0] for sheet in cut.sheets}
    found = list(archive.members(cut.path, cut.path.name, folder, Limits.from_environment()))
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as out:
        for member in found:
            name = member.name.partition("/")[2]
            if member.path is None or name not in known:
                raise UnsafeError("a file in it cannot be read")
            _plain(cut, name, member.path, folder / "draft", who)
            info = zipfile.ZipInfo(who.without(name), _MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            with (folder / "draft").open("rb") as source, out.open(info, "w", force_zip64=True) as to:
                shutil.copyfileobj(source, to)


def _plain(cut: Cut, member: str, path: Path, draft: Path, who: Identity) -> None:
    """Write a file that packs no others."""
    sheets = [sheet for sheet in cut.sheets if place(sheet)[0] == member]
    rows, touched = (
        {sheet: numbers for (file, sheet), numbers in several.items() if file == member}
        for several in (cut.rows, cut.touched)
    )
    kind = kind_of(path, path.name)
    if kind == "text" and all(sheet.delimiter for sheet in sheets):
        delimited.blank(path, draft, set().union(*rows.values()), set().union(*touched.values()), who)
    elif kind == "workbook" and zipfile.is_zipfile(path):
        real = workbook.sheet_names(path)
        workbook.blank(path, draft, _in_book(rows, real), _in_book(touched, real), who)
    else:
        raise UnsafeError(_NO_ROWS)


def compare(cut: Cut, sheets: Iterable[RawSheet], who: Identity) -> None:
    """Look whether all else is read from what was written (`sheets`) as it was before; say so where it is not."""
    after = {place(sheet): sheet for sheet in sheets}
    for sheet in cut.sheets:
        here = place(sheet)
        now = after.get((who.without(here[0]), here[1]))
        if not _as_before(sheet, now, cut.rows.get(here, set()), cut.touched.get(here, set()), who):
            cut.why = "without its rows the rest of the file would be read differently"


def _in_book(rows: Mapping[str, set[int]], real: Iterable[str]) -> dict[str, set[int]]:
    """Return rows by the sheets of the workbook; reading names several tables of one sheet 'Sheet, rows 1 to 20'."""
    found: dict[str, set[int]] = {}
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
