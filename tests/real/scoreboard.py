"""How well the real files are read: python -m tests.real.scoreboard

Every file is read right, refused with a clear reason, or wrong. What is right is said by the cleaned file beside it
where there is one, else by the reader of another maker, both with the place of the table as `PLACES` gives it.
"""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cs_metrics.errors import LimitError
from cs_metrics.ingest.reading.files import read_files
from cs_metrics.ingest.sheet import RawSheet
from tests.real import plain
from tests.real.places import FACTS, NO_TABLE, ONLY_NEW, PLACES, STILL_WRONG, TABLES, Place

_LEFT_OUT = ("README.md", "SOURCE.txt")
_WHOLE = 20_000  # a table of more rows is compared by their number and by a row in each `_STEP`
_STEP = 97


@dataclass
class Score:
    """What became of one file: `verdict` is right, refused or wrong; `why` where it is not right.

    `rows` of the table(s) as they should be, `same` of them read so; `lost`: rows that are neither data nor set aside.
    """

    file: str
    verdict: str = "right"
    why: str = ""
    rows: int = 0
    same: int = 0
    lost: int = 0
    memory: bool = False


@dataclass
class Board:
    """All scores, and the tracebacks that came out of reading."""

    scores: list[Score]
    tracebacks: list[str] = field(default_factory=list)

    def count(self, verdict: str, folder: str = "") -> int:
        """Return how many files of the folder have that verdict."""
        return sum(s.verdict == verdict and s.file.startswith(folder) for s in self.scores)


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def files(root: Path) -> list[Path]:
    """Return every real file; the cleaned twins are no files of their own."""
    return sorted(
        p
        for p in root.rglob("*")
        if p.is_file() and p.name not in _LEFT_OUT and p.parent.name not in ("clean", "parameters")
    )


def board(root: Path) -> Board:
    """Read every file below `root` and compare."""
    heard = _Heard()
    logger = logging.getLogger("cs_metrics.ingest.reading.files")
    logger.addHandler(heard)
    paths = files(root)
    try:
        read = read_files(paths)
    finally:
        logger.removeHandler(heard)
    failures = {f.file: f.error for f in read.failures}
    sheets: dict[str, list[RawSheet]] = {}
    for sheet in read.sheets:
        sheets.setdefault(sheet.file, []).append(sheet)
    scores = []
    for path in paths:
        score = Score(str(path.relative_to(root)))
        if path.name in failures:
            error = failures[path.name]
            score.verdict = "refused" if path.name in NO_TABLE or path.suffix == ".json" else "wrong"
            score.why, score.memory = str(error), isinstance(error, LimitError)
        else:
            _compare(path, sheets.get(path.name, []), score)
        scores.append(score)
    return Board(scores, [m for m in heard.messages if "Traceback" in m])


def _compare(path: Path, found: list[RawSheet], score: Score) -> None:
    if path.suffix == ".json":
        wanted = plain.events(path)
        score.rows = score.same = wanted
        if wanted not in [s.rows for s in found]:
            score.verdict, score.why = "wrong", f"no table has the {wanted} events"
        return
    twin = path.parents[1] / "clean" / path.name
    if path.suffix in (".xls", ".xlsx"):
        grids: dict[str | None, plain.Grid] = {**plain.book_grids(path)}
    else:
        grids = {None: plain.text_grid(twin if twin.exists() else path)}
    why = [] if found else ["no sheet was read"]
    for name in grids or {s.sheet: [] for s in found}:
        parts = [s for s in found if s.sheet == name or (s.sheet or "").startswith(f"{name}, ") or name is None]
        score.lost += _lost(parts, grids.get(name) or [])
        key = f"{path.name}|{name}" if name else path.name
        if not parts and key in ONLY_NEW:
            continue
        if not parts:
            why.append(f"sheet {name!r} is missing")
        elif grids:
            why += _tables(parts, grids[name], PLACES.get(key, (Place(),)), score)
        elif key in FACTS:
            header, rows = FACTS[key]
            score.rows += rows
            score.same += min(rows, parts[0].rows)
            if (parts[0].columns[0].header, parts[0].rows) != (header, rows):
                why.append(f"{parts[0].columns[0].header!r} and {parts[0].rows} rows are not {header!r} and {rows}")
        else:
            why.append(f"nothing to compare sheet {name!r} with")
    if why or score.lost:
        score.verdict, score.why = "wrong", "; ".join(why[:2]) or "rows were lost"


def _lost(parts: Sequence[RawSheet], grid: plain.Grid) -> int:
    """Rows of a sheet that no part of it holds: numbers left out between others, or cells that are in no row."""
    numbers = Counter(n for s in parts for n in s.data.column("_row").to_pylist())
    numbers += Counter(a.row for s in parts for a in s.set_aside)
    if not numbers:
        return 0
    filled = sum(s.rows for s in parts) + sum(any(a.cells) for s in parts for a in s.set_aside)
    wanted = sum(any(cell.strip() for cell in row) for row in grid)
    return max(max(numbers) - len(numbers), wanted - filled, 0)


def _tables(parts: Sequence[RawSheet], grid: plain.Grid, places: Sequence[Place], score: Score) -> list[str]:
    why = []
    for part, place in zip(parts, places, strict=False):
        header, right = place.cut(grid)
        cells = [part.texts(c).to_pylist() for c in part.columns]
        found = [list(row) for row in zip(*cells, strict=True)]
        if len(right) > _WHOLE and len(found) == len(right):
            score.rows += len(right) - len(right[::_STEP])
            score.same += len(right) - len(right[::_STEP])
            right, found = right[::_STEP], found[::_STEP]
        own = _dense([c.header for c in part.columns], found)
        clean = _dense(header, right)
        bag = Counter(map(tuple, own[1]))
        missing = Counter(map(tuple, clean[1])) - bag
        score.rows += len(clean[1])
        score.same += len(clean[1]) - missing.total()
        if own[0] != clean[0]:
            pair = next((p for p in zip(own[0], clean[0], strict=False) if p[0] != p[1]), (own[0], clean[0]))
            why.append(f"header {pair[0]!r} instead of {pair[1]!r}")
        if own[1] != clean[1]:
            first = next(iter(missing), None) or next(iter(bag - Counter(map(tuple, clean[1]))), "their order")
            why.append(
                f"{len(own[1])} rows for {len(clean[1])}, {missing.total()} not the same, such as {str(first)[:160]}"
            )
    if len(parts) != (wanted := TABLES.get(parts[0].file, len(places))):
        why.append(f"{len(parts)} tables for {wanted}")
    return why


def _dense(header: Sequence[str], rows: Sequence[Sequence[str | None]]) -> tuple[list[str], plain.Grid]:
    """Return a table without blank rows and without columns that have neither a name nor a cell.

    A quotation mark at a cell's end is no part of it: one too many in a file is dirt, which the cleaned files keep.
    """
    names, cells = plain.trimmed([list(header)])[0], plain.trimmed([list(r) for r in rows])
    cells = [[c.strip('"') for c in row] for row in cells if any(row)]
    width = max([len(names), *map(len, cells)], default=0)
    table = [row + [""] * (width - len(row)) for row in [names, *cells]]
    keep = [i for i in range(width) if any(row[i] for row in table)]
    table = [[row[i] for i in keep] for row in table]
    return table[0], table[1:]


def main(root: Path) -> None:
    """Print the board of the files below `root`."""
    result = board(root)
    folders = ["", *sorted({s.file.rpartition("/")[0] for s in result.scores})]
    print(f"{'':36}files  right  refused  wrong    rows  read so")
    for folder in folders:
        chosen = [s for s in result.scores if s.file.startswith(folder)]
        counts = [result.count(v, folder) for v in ("right", "refused", "wrong")]
        rows, same = sum(s.rows for s in chosen), sum(s.same for s in chosen)
        share = f"{100 * same / rows:.2f} %" if rows else ""
        print(f"{folder or 'all':36}{len(chosen):5}{counts[0]:7}{counts[1]:9}{counts[2]:7}{rows:8,}  {share}")
    lost = sum(s.lost for s in result.scores)
    memory = sum(s.memory for s in result.scores)
    print(f"Rows lost: {lost}. Exceptions: {len(result.tracebacks)}. Over the memory limit: {memory}.")
    for score in result.scores:
        if score.verdict != "right":
            print(f"{score.verdict:8} {score.file}: {score.why}")
            if reason := STILL_WRONG.get(Path(score.file).name):
                print(f"{'':9}because {reason}")


if __name__ == "__main__":
    from tests.conftest import REAL_DATA

    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REAL_DATA)
