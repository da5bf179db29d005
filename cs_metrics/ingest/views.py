"""What a sheet's mapping screen lists: every source column and where it goes; every row that is not loaded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from cs_metrics.ingest.apply import Applied
from cs_metrics.ingest.mappings.mapping import TableMapping, taken
from cs_metrics.ingest.mappings.propose import SheetProposal
from cs_metrics.ingest.sheet import Profile, RawSheet
from cs_metrics.schema import TABLES

# The columns before the cells in a list of the rows that are not loaded.
HEAD = ("file", "sheet", "table", "row", "status", "column", "reason")


@dataclass(frozen=True)
class ColumnView:
    """A source column and where it goes: `targets` as 'table.column'; `attribute`: it is kept under its own name.

    `confidence` (0 to 1) and `reason` are the proposal's; None and '' where a person chose.
    """

    name: str
    letter: str
    header: str
    profile: Profile
    samples: tuple[str, ...]
    targets: tuple[str, ...]
    attribute: bool
    confidence: float | None
    reason: str


def column_views(raw: RawSheet, mappings: Sequence[TableMapping], proposal: SheetProposal) -> tuple[ColumnView, ...]:
    """Return a view of each source column under the mappings."""
    rules = {m.table: m.rules(raw) for m in mappings}
    used = taken(rule for own in rules.values() for rule in own.values())
    chosen = [m.attributes for m in mappings]
    proposed = {(t.table, n): f for t in proposal.tables for n, f in t.fits.items()}
    views = []
    for column in raw.columns:
        targets = [(t, n) for t, own in rules.items() for n, rule in own.items() if column.name in rule.reads]
        fits = [f for place in targets if (f := proposed.get(place)) is not None and f.source == column.name]
        kept = any(column.name not in used if names is None else column.name in names for names in chosen)
        reason = fits[0].reason if fits else "Kept under its own name" if kept and not targets else ""
        confidence = round(fits[0].score, 2) if fits else None
        about = (column.name, column.letter, column.header, column.profile, column.profile.samples)
        views.append(ColumnView(*about, tuple(f"{t}.{n}" for t, n in targets), kept, confidence, reason))
    return tuple(views)


def first_rows(raw: RawSheet, applied: Sequence[Applied], rows: int) -> pd.DataFrame:
    """Return the first rows as the first table would get them; the raw cells where nothing is applied."""
    if not applied:
        data = raw.data.slice(0, rows).to_pandas()
        return data.rename(columns={f"c{c.index}": c.name for c in raw.columns})
    first = applied[0]
    empty = [c.name for c in TABLES[first.table].columns if c.name not in first.mapped]
    return first.data.drop_columns(empty).slice(0, rows).to_pandas()


def aside_frame(applied: Sequence[Applied]) -> pd.DataFrame:
    """Return the rows not loaded, for download: file, sheet, table, row, status, column, reason, then their cells."""
    frames = []
    for one in applied:
        frame, raw = one.aside, one.raw
        cells = pd.DataFrame([json.loads(c) for c in frame["content"]], index=frame.index, dtype=object)
        names = [c.name for c in raw.columns if c.name in cells]
        cells = cells[names + [c for c in cells if c not in names]]
        head = frame.drop(columns="content")
        for name, value in (("table", one.table), ("sheet", raw.sheet), ("file", raw.file)):
            head.insert(0, name, value)
        clash = {c: f"{c} (cell)" for c in cells if c in head}
        frames.append(pd.concat([head, cells.rename(columns=clash)], axis=1))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(HEAD))
