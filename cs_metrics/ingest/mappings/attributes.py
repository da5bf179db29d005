"""Columns that have no home in the model are kept under their own names, in the type that their texts have."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.mappings.names import key
from cs_metrics.ingest.sheet import RawColumn, RawSheet
from cs_metrics.ingest.types.convert import Options, convert
from cs_metrics.ingest.types.words import NOTHING
from cs_metrics.schema import Table, Type

LOW_CARDINALITY = 50
_OWN = ("_row", "_source", "_id")
_NOTHING = pa.array(["", *sorted(NOTHING)])


# Under these names publishing finds since when a row of customers holds.
_SPAN = ("valid_from", "valid_to")


@dataclass(frozen=True)
class Attribute:
    """A column kept under its own name: `source` in the file, `name` in the table, and whether it can be a filter."""

    name: str
    source: str
    type: Type
    distinct: int
    low_cardinality: bool


def attributes_of(table: Table, columns: Iterable[RawColumn], as_text: Collection[str] = ()) -> list[Attribute]:
    """Return the attributes that columns become; a name that the table has itself gets ' (file)'. `as_text`: columns
    whose texts turned out not to be what their profile says."""
    found = []
    names = {c.name for c in table.columns} | set(_OWN)
    for column in columns:
        name = key(column.name) if table.name == "customers" and key(column.name) in _SPAN else column.name
        while name.casefold() in names:
            name += " (file)"
        names.add(name.casefold())
        kind = Type.NUMBER if column.profile.kind is Type.MONEY else column.profile.kind
        if kind is Type.ID or _doubtful(column) or column.name in as_text:
            kind = Type.TEXT
        distinct = column.profile.distinct
        low = kind not in (Type.DATE, Type.INSTANT) and 1 < distinct <= LOW_CARDINALITY
        found.append(Attribute(name, column.name, kind, distinct, low))
    return found


def attribute_values(raw: RawSheet, attribute: Attribute, timezone: str) -> pa.Array | None:
    """Return an attribute's values, one for each row; None where a text is not of its type: then all have to stay
    text, so that nothing is lost."""
    texts = raw.texts(attribute.source)
    if attribute.type is Type.TEXT:
        return _texts(texts)
    read = convert(texts, attribute.type, Options.of(raw.column(attribute.source).profile, timezone=timezone))
    return None if read.bad_count else read.values


def states_since(raw: RawSheet) -> RawColumn | None:
    """Return the column 'valid_from' whose dates say since when each row holds, or None where there is none."""
    for column in raw.columns:
        if key(column.name) == "valid_from" and column.profile.kind in (Type.DATE, Type.INSTANT):
            return None if _doubtful(column) else column
    return None


def _doubtful(column: RawColumn) -> bool:
    profile = column.profile
    return bool(profile.bad or profile.ambiguous_dates or profile.ambiguous_decimal or profile.looks_like_id)


def _texts(texts: pa.ChunkedArray) -> pa.Array:
    """Return texts as `convert` does, without asking the database: a wide sheet has a hundred such columns."""
    trimmed = pc.utf8_trim(texts, " \t\r\n\u00a0\ufeff")
    nothing = pc.is_in(pc.utf8_lower(trimmed), value_set=_NOTHING)
    kept = pc.if_else(nothing, pa.scalar(None, pa.string()), trimmed)
    return pa.concat_arrays(kept.chunks) if kept.num_chunks else pa.array([], pa.string())
