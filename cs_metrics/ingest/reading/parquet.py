"""Parquet: its columns as the texts that a spreadsheet would show, every digit of a number kept."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cs_metrics.errors import FileError
from cs_metrics.ingest.layout.grid import Grid, blank_to_null
from cs_metrics.ingest.reading.limits import Limits, exceeded
from cs_metrics.ingest.reading.records import as_cell, texts
from cs_metrics.ingest.reading.safety import check_size

_BATCH = 20_000
_LONGEST = 30  # a number of more digits keeps its exponent


def read(path: Path, name: str, limits: Limits, progress: Callable[[int], None] = lambda _: None) -> Grid:
    """Return the rows of the file at `path`. FileError where it cannot be read; LimitError beyond the limits."""
    try:
        with pq.ParquetFile(path) as file:
            about = file.metadata
            check_size(name, about.num_columns, about.num_rows, limits)
            size = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
            if size > limits.unpacked_bytes:
                raise exceeded(
                    name, f"unpacks to {size >> 20:,} MB; the limit is {limits.unpacked_mb:,} MB", "unpacked_mb"
                )
            names, tables, seen = _names(file.schema_arrow), [], 0
            for batch in file.iter_batches(_BATCH):
                batch.validate(full=True)  # a damaged file may hold text that is none, which its reader lets through
                columns = [text for column in batch.columns for text in _columns(column)]
                numbers = pa.array(range(seen + 1, seen + batch.num_rows + 1), pa.int64())
                tables.append(pa.table({f"c{i}": c for i, c in enumerate(columns)} | {"_row": numbers}))
                seen += batch.num_rows
                progress(seen)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        if isinstance(error, pa.ArrowMemoryError):
            raise
        raise FileError(
            f"{name} cannot be read as Parquet: it is damaged, cut off or encrypted. Export it again, or as CSV."
        ) from error
    if not seen:
        raise FileError(f"{name} is empty: it has no rows. Choose another file.")
    return Grid(pa.concat_tables(tables), seen, headers=names)


def _names(schema: pa.Schema) -> tuple[str, ...]:
    """Return the column's names: of a structure, one a.b for each of its fields."""
    found: list[str] = []
    for field in schema:
        inner = field.type if pa.types.is_struct(field.type) and field.type.num_fields else ()
        found += [f"{field.name}.{part.name}" for part in inner] if inner else [field.name]
    return tuple(found)


def _columns(column: pa.Array) -> list[pa.Array]:
    if pa.types.is_struct(column.type) and column.type.num_fields:
        return [_texts(part) for part in column.flatten()]
    return [_texts(column)]


def _texts(column: pa.Array) -> pa.Array:
    """Return one column's values as text, null where there is none."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _texts(column.storage)
    if pa.types.is_dictionary(kind):
        return _texts(column.dictionary_decode())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return blank_to_null(column.cast(pa.string()))
    if pa.types.is_floating(kind):
        return _numbers(column)
    if pa.types.is_decimal(kind):
        return texts([v if v is None else format(v, "f") for v in column.to_pylist()])
    if pa.types.is_timestamp(kind):
        return _moments(column)
    if pa.types.is_time(kind):
        return _without_zeros(column.cast(pa.string()))
    if pa.types.is_duration(kind):
        return texts([v if v is None else _clock(v, kind.unit) for v in column.cast(pa.int64()).to_pylist()])
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return texts([v if v is None else _bytes(v) for v in column.to_pylist()])
    if pa.types.is_nested(kind):
        return texts([as_cell(_plain(v)) for v in column.to_pylist()])
    return column.cast(pa.string())


def _numbers(column: pa.Array) -> pa.Array:
    """A whole number has no '.0', and none has an exponent: an id of 18 digits stays one."""
    shown = column.cast(pa.string())
    shown = pc.if_else(pc.equal(shown, "nan"), pa.scalar(None, pa.string()), shown)
    if not pc.any(pc.match_substring(shown, "e")).as_py():
        return shown
    return texts([_unfolded(text) if text and "e" in text else text for text in shown.to_pylist()])


def _unfolded(text: str) -> str:
    number = Decimal(text)
    return format(number, "f") if abs(number.adjusted()) <= _LONGEST else text


def _moments(column: pa.Array) -> pa.Array:
    """Midnight throughout is a date; a moment of a time zone is told in UTC, as it is stored."""
    kind = column.type
    zone = "Z" if kind.tz else ""
    plain = pc.cast(column, pa.timestamp(kind.unit)) if zone else column
    shown = _without_zeros(plain.cast(pa.string()))
    if not zone and pc.all(pc.ends_with(shown, " 00:00:00")).as_py():
        return pc.utf8_slice_codeunits(shown, 0, 10)
    return pc.binary_join_element_wise(shown, zone, "") if zone else shown


def _without_zeros(shown: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(shown, r"\.?0+$", "") if pc.any(pc.match_substring(shown, ".")).as_py() else shown


def _clock(value: int, unit: str) -> str:
    seconds = value / {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    whole = int(abs(seconds))
    return f"{'-' if value < 0 else ''}{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _bytes(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.hex()


def _plain(value: Any) -> Any:
    """Return a nested value as what JSON can say; a map comes as pairs."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, bytes):
        return _bytes(value)
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
