"""Records whose columns come with names, as in JSON and Parquet: their cells as text, and no header to find."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.layout.grid import Grid, blank_to_null
from cs_metrics.ingest.layout.header import Layout
from cs_metrics.ingest.reading.limits import Limits
from cs_metrics.ingest.reading.safety import check_size
from cs_metrics.ingest.sheet import AsideRow, letter

_CHUNK = 20_000
NAMED = 0  # the header row of a file that names its columns itself


class Digits(str):
    """A number as the file writes it."""


def as_json(value: object) -> str:
    """Return a value as JSON text; a `Digits` keeps every digit."""
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{json.dumps(str(k), ensure_ascii=False)}: {as_json(v)}" for k, v in value.items()) + "}"
        )
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(as_json, value)) + "]"
    if isinstance(value, Digits):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def as_cell(value: object) -> str | None:
    """Return a value as a cell shows it: nothing is null, a list or an object is its JSON text."""
    if value is None or (isinstance(value, (Mapping, list, tuple)) and not value):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (Mapping, list, tuple)):
        return as_json(value)
    return str(value).replace("\0", "")


def flattened(record: Mapping[str, object]) -> dict[str, str | None]:
    """Return the cells of a record by column; objects in it are columns a.b, what lies deeper is JSON text."""
    cells: dict[str, str | None] = {}
    for name, value in record.items():
        inner = value.items() if isinstance(value, Mapping) else ()
        for column, item in [(f"{name}.{k}", v) for k, v in inner] if inner else [(name, value)]:
            free = column
            while free in cells:
                free += " (2)"
            cells[free] = as_cell(item)
    return cells


def texts(column: list[str | None]) -> pa.Array:
    """Return the cells as text that is valid Unicode, null where blank."""
    try:
        array = pa.array(column, pa.string())
    except UnicodeEncodeError:
        array = pa.array([c and c.encode("utf-8", "replace").decode() for c in column], pa.string())
    return blank_to_null(array)


def grid_of(
    records: Iterable[Mapping[str, object]], name: str, limits: Limits, progress: Callable[[int], None]
) -> Grid:
    """Return records as a grid that knows its columns' names; LimitError beyond the limits."""
    places: dict[str, str] = {}
    part: list[dict[str, str | None]] = []
    tables: list[pa.Table] = []
    seen = 0

    def flush() -> None:
        for column in (c for cells in part for c in cells):
            places.setdefault(column, f"c{len(places)}")
        check_size(name, len(places), seen, limits)
        columns = {place: texts([cells.get(column) for cells in part]) for column, place in places.items()}
        numbers = pa.array(range(seen - len(part) + 1, seen + 1), pa.int64())
        tables.append(pa.table(columns | {"_row": numbers}))
        part.clear()
        progress(seen)

    for record in records:
        part.append(flattened(record))
        seen += 1
        if len(part) == _CHUNK:
            flush()
    flush()
    table = pa.concat_tables(tables, promote_options="default")
    cells = table.select([*places.values(), "_row"])
    return Grid(cells, seen, headers=tuple(places))


def lay_out(grid: Grid) -> Layout:
    """Return a grid of named columns as a layout: every row is data, but those with nothing in them."""
    headers = grid.headers or ()
    cells = grid.cells
    filled = pa.array([False] * cells.num_rows, pa.bool_())
    for column in cells.drop_columns("_row").columns:
        filled = pc.or_(filled, column.is_valid())
    blank = cells.column("_row").filter(pc.invert(filled)).to_pylist()
    return Layout(
        header_row=NAMED,
        headers=headers,
        letters=tuple(map(letter, range(len(headers)))),
        data=cells.filter(filled) if blank else cells,
        set_aside=tuple(AsideRow(row, "blank", "nothing in it") for row in blank),
        notes=grid.notes,
    )
