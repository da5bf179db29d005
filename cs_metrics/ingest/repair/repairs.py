"""Repairs: rules that change texts of a column, or set rows aside, before the mapping is applied.

A repair is plain JSON, kept with the mapping: its `kind`, its `column` and what the kind needs. It changes only the
texts that it names; each change is written down. `{"kind": "day_order", "column": "Date", "day_first": true}`,
`{"kind": "decimal", "column": "Sum", "decimal": "comma"}`, `{"kind": "serial", "column": "Date"}`,
`{"kind": "missing", "column": "ARR", "words": ["tbc"]}`,
`{"kind": "spelling", "column": "Plan", "to": {"pro": "Pro"}}`,
`{"kind": "percent", "column": "Discount", "as": "points"}` (or "share"), `{"kind": "currency", "column": "Amount"}`,
`{"kind": "affix", "column": "MRR", "affix": "/mo"}`, `{"kind": "scale", "column": "ARR"}`,
`{"kind": "sides", "column": "Amount", "minus": "DR"}` (or "CR"),
`{"kind": "zero", "column": "Amount", "words": ["-"]}`, `{"kind": "totals", "column": "Name", "words": ["Total"]}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.errors import MappingError, did_you_mean
from cs_metrics.ingest.mappings.names import key, squash
from cs_metrics.ingest.repair import mending
from cs_metrics.ingest.sheet import AsideRow, Profile, RawColumn, RawSheet
from cs_metrics.ingest.types.infer import profiles

EXAMPLES = 5
CHANGES = pa.schema([(name, pa.string()) for name in ("column", "before", "after", "rule")]).insert(
    0, pa.field("row", pa.int64())
)
_NEEDS: dict[str, tuple[str, Callable[[Any], bool]] | None] = {
    "day_order": ("day_first", lambda v: isinstance(v, bool)),
    "decimal": ("decimal", lambda v: v in ("dot", "comma")),
    "serial": None,
    "missing": ("words", lambda v: _texts(v)),
    "spelling": ("to", lambda v: isinstance(v, Mapping) and _texts([*v, *v.values()])),
    "percent": ("as", lambda v: v in ("points", "share")),
    "currency": None,
    "affix": ("affix", lambda v: isinstance(v, str) and bool(v.strip())),
    "scale": None,
    "sides": ("minus", lambda v: v in ("CR", "DR")),
    "zero": ("words", lambda v: _texts(v)),
    "totals": ("words", lambda v: _texts(v)),
}


@dataclass(frozen=True)
class Done:
    """What one repair did: how many values it changed (of 'totals': rows), and (row, before, after) of the first."""

    count: int
    examples: tuple[tuple[int, str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Repaired:
    """A sheet after its repairs. `done`: what each did, in their order; the sheet's own `changes` has every change."""

    raw: RawSheet
    done: tuple[Done, ...] = ()


def check(raw: RawSheet, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a repair as it is kept, its column as the sheet spells it; MappingError for one that does not fit."""
    kind = record.get("kind")
    if kind not in _NEEDS:
        raise MappingError(f"{raw.place}: there is no repair '{kind}'. {did_you_mean(str(kind), _NEEDS)}".rstrip())
    column = _column(raw, str(record.get("column")))
    need = _NEEDS[kind]
    if need is None:
        return {"kind": kind, "column": column}
    word, fits = need
    if not fits(record.get(word)):
        raise MappingError(f"{raw.place}, column '{column}': the repair '{kind}' needs a fitting '{word}'.")
    return {"kind": kind, "column": column, word: record[word]}


def repair(raw: RawSheet, repairs: Sequence[Mapping[str, Any]]) -> Repaired:
    """Return the sheet with checked repairs made, in their order. Never raises for a cell; no row is lost: a row that
    a repair takes out is among those set aside."""
    if not repairs:
        return Repaired(raw)
    done: dict[int, Done] = {}
    data, changed, parts = raw.data, [], []
    for name in dict.fromkeys(r["column"] for r in repairs if r["kind"] != "totals"):
        column = raw.column(name)
        own = {i: r for i, r in enumerate(repairs) if r["column"] == name and r["kind"] != "totals"}
        texts, changes, did = _mend(raw, column, own)
        done |= did
        if changes.num_rows:
            data = data.set_column(data.schema.get_field_index(f"c{column.index}"), f"c{column.index}", texts)
            changed.append(column)
            parts.append(changes)
    changes = pa.concat_tables(parts) if parts else CHANGES.empty_table()
    result = replace(raw, data=data, columns=_profiled(raw.columns, data, changed), changes=changes)
    for index, one in enumerate(repairs):
        if one["kind"] == "totals":
            result, done[index] = _without(result, one)
    return Repaired(result, tuple(done[i] for i in range(len(repairs))))


def tried(raw: RawSheet, record: Mapping[str, Any]) -> Done:
    """Return what a checked repair would do to the sheet."""
    if record["kind"] == "totals":
        return _summed(raw, record)[1]
    return _mend(raw, raw.column(record["column"]), {0: record})[2][0]


def rule_of(record: Mapping[str, Any]) -> str:
    """Return a repair in plain words, as a changed value tells it."""
    told: dict[str, Callable[[], str]] = {
        "day_order": lambda: f"read with the {'day' if record['day_first'] else 'month'} first",
        "decimal": lambda: f"read with a decimal {'comma' if record['decimal'] == 'comma' else 'point'}",
        "serial": lambda: "a spreadsheet's day number made a date",
        "missing": lambda: "the word means that nothing is known",
        "spelling": lambda: "one spelling for the same thing",
        "percent": lambda: "percent sign left off" if record["as"] == "points" else "percent made a share of 1",
        "currency": lambda: "currency told by its code",
        "affix": lambda: f"'{record['affix']}' left off",
        "scale": lambda: "thousands and millions written out",
        "sides": lambda: f"credit and debit told by the sign: {record['minus']} is negative",
        "zero": lambda: "a dash stands for 0",
        "totals": lambda: "a row that sums up others is set aside",
    }
    return told[record["kind"]]()


def _texts(values: Any) -> bool:
    return isinstance(values, (list, tuple)) and bool(values) and all(isinstance(v, str) for v in values)


def _column(raw: RawSheet, name: str) -> str:
    known = {squash(key(c.name)): c.name for c in reversed(raw.columns)}
    found = name if any(c.name == name for c in raw.columns) else known.get(squash(key(name)))
    if found is None:
        hint = did_you_mean(name, [c.name for c in raw.columns])
        raise MappingError(f"{raw.place}: a repair is for column '{name}', which is not there. {hint}".rstrip())
    return found


def _mend(
    raw: RawSheet, column: RawColumn, repairs: Mapping[int, Mapping[str, Any]]
) -> tuple[pa.ChunkedArray, pa.Table, dict[int, Done]]:
    """Return a column's texts after its repairs, the changes, and what each repair did; each text is looked at once."""
    encoded = raw.texts(column).dictionary_encode().unify_dictionaries()
    before: list[str | None] = encoded.chunk(0).dictionary.to_pylist() if encoded.num_chunks else []
    codes = pa.concat_arrays([c.indices for c in encoded.chunks]) if encoded.num_chunks else pa.array([], pa.int32())
    after, rules, by = list(before), [""] * len(before), {i: np.zeros(len(before), dtype=bool) for i in repairs}
    for index, one in repairs.items():
        new = mending.KINDS[one["kind"]](after, one)
        for place, (old, text) in enumerate(zip(after, new, strict=True)):
            if old != text:
                by[index][place] = True
                rules[place] += ("; " if rules[place] else "") + rule_of(one)
        after = new
    hit = np.array([b != a for b, a in zip(before, after, strict=True)], dtype=bool)
    places = codes.fill_null(-1).to_numpy(zero_copy_only=False)
    rows = raw.data.column("_row").to_numpy()
    did = {i: _did(mask & hit, places, rows, before, after) for i, mask in by.items()}
    at = np.flatnonzero(_among(hit, places))
    words = pa.array(places[at], pa.int64())
    changes = pa.table(
        {
            "row": pa.array(rows[at], pa.int64()),
            "column": pa.repeat(pa.scalar(column.name, pa.string()), len(at)),
            "before": pa.array(before, pa.string()).take(words),
            "after": pa.array(after, pa.string()).take(words),
            "rule": pa.array(rules, pa.string()).take(words),
        },
        schema=CHANGES,
    )
    return pa.chunked_array([pa.array(after, pa.string()).take(codes)], pa.string()), changes, did


def _among(hit: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return which rows have a text that is hit; -1 is a blank."""
    return np.append(hit, False)[places]


def _did(hit: np.ndarray, places: np.ndarray, rows: np.ndarray, before: Sequence[Any], after: Sequence[Any]) -> Done:
    """Return the count, and as examples the first row of each different text before its repeats."""
    at = np.flatnonzero(_among(hit, places))
    _, first = np.unique(places[at], return_index=True)
    shown = sorted(at[np.sort(first)][:EXAMPLES])
    examples = tuple((int(rows[i]), str(before[places[i]] or ""), str(after[places[i]] or "")) for i in shown)
    return Done(len(at), examples)


def _profiled(columns: tuple[RawColumn, ...], data: pa.Table, changed: Sequence[RawColumn]) -> tuple[RawColumn, ...]:
    """Return the columns with a new profile for those whose texts changed."""
    if not changed:
        return columns
    part = {f"c{i}": data.column(f"c{c.index}") for i, c in enumerate(changed)} | {"_row": data.column("_row")}
    found, _ = profiles(pa.table(part), tuple(c.name for c in changed))
    new = {c.index: _settled(c.profile, p) for c, p in zip(changed, found, strict=True)}
    return tuple(replace(c, profile=new[c.index]) if c.index in new else c for c in columns)


def _settled(old: Profile, new: Profile) -> Profile:
    """The order of day and month, once settled by other values or columns, stays so for those that say nothing."""
    if new.ambiguous_dates and old.day_first is not None:
        return replace(new, day_first=old.day_first, ambiguous_dates=False)
    return new


def _summed(raw: RawSheet, record: Mapping[str, Any]) -> tuple[pa.ChunkedArray, Done]:
    """Return a mask of the rows whose column has one of the words, and what setting them aside would do."""
    words = pa.array(sorted({w.strip().casefold() for w in record["words"]}), pa.string())
    texts = raw.texts(record["column"])
    said = pc.fill_null(pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(texts)), value_set=words), False)
    rows, labels = raw.data.column("_row").filter(said), texts.filter(said)
    shown = zip(rows.slice(0, EXAMPLES).to_pylist(), labels.slice(0, EXAMPLES).to_pylist(), strict=True)
    return said, Done(len(rows), tuple((row, str(text), "set aside") for row, text in shown))


def _without(raw: RawSheet, record: Mapping[str, Any]) -> tuple[RawSheet, Done]:
    """Return the sheet without the rows whose column has one of the words; they are set aside with that reason."""
    said, done = _summed(raw, record)
    if not done.count:
        return raw, done
    out, reason = raw.data.filter(said), f"A repair: '{record['column']}' says that the row sums up others."
    cells = zip(*(out.column(f"c{c.index}").to_pylist() for c in raw.columns), strict=True)
    found = [
        AsideRow(row, "total", reason, tuple(t or "" for t in texts))
        for row, texts in zip(out.column("_row").to_pylist(), cells, strict=True)
    ]
    data = raw.data.filter(pc.invert(said))
    changes, gone = raw.changes, out.column("_row").combine_chunks()
    if changes is not None:
        changes = changes.filter(pc.invert(pc.is_in(changes["row"], value_set=gone)))
    columns = _profiled(raw.columns, data, raw.columns)
    return replace(raw, data=data, columns=columns, set_aside=(*raw.set_aside, *found), changes=changes), done
