"""Exports of well-known vendors, recognised by their columns: which of their sheets this is, and where it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cs_metrics.ingest.mappings import derive
from cs_metrics.ingest.mappings.ends import Evidence
from cs_metrics.ingest.mappings.fit import Fit, filled, of_values
from cs_metrics.ingest.mappings.layouts import LAYOUTS, Layout
from cs_metrics.ingest.mappings.names import bare, key, squash
from cs_metrics.ingest.sheet import RawColumn, RawSheet
from cs_metrics.schema import TABLES, Column, Type
from cs_metrics.schema.tables.names import words

_SURE = 0.95
_LEAST_PRICE = 900
# Currencies without hundredths: their whole amounts are whole units.
_NO_CENTS = frozenset(words("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf"))


@dataclass(frozen=True)
class Recognised:
    """A sheet that is known as a whole. `table` is '' where it feeds nothing.

    `says`: what it is, and why it is left out if it is, in one sentence. `missing`: required and not found. `layout`:
    that of the `vendor` whose export it is. `sure`: 0 to 1.
    """

    says: str
    table: str = ""
    fits: Mapping[str, Fit] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    vendor: str = ""
    layout: Layout | None = None
    sure: float = _SURE


def recognise(raw: RawSheet) -> Recognised | None:
    """Return what sheet of which vendor's export this is, None where it is nobody's."""
    columns = {squash(key(bare(c.name))): c for c in reversed(raw.columns)}
    found = [
        (len(layout.signs), vendor, layout)
        for vendor, layouts in LAYOUTS.items()
        for layout in layouts
        if columns.keys() >= set(layout.signs) and not columns.keys() & set(layout.never)
    ]
    if not found:
        return None
    _, vendor, layout = max(found, key=lambda one: one[0])
    said = f"Looks like a {vendor} export: {layout.what}"
    if not layout.table:
        return Recognised(f"{said}. It is left out: {layout.why}.", vendor=vendor, layout=layout)
    return _fed(raw, vendor, layout, columns, said)


def _fed(raw: RawSheet, vendor: str, layout: Layout, columns: Mapping[str, RawColumn], said: str) -> Recognised:
    table, fits = TABLES[layout.table], {}
    for name, sources in layout.columns.items():
        found = _best(raw, layout, table.column(name), [columns[s] for s in sources if s in columns])
        if found is not None:
            fits[name] = found
    fits = derive.complete(raw, table, fits, 1.0)
    if layout.table == "invoices" and (issued := fits.get("issued_on")) is not None and "period" in issued.source:
        said += f". No column says when an invoice was issued: '{issued.source}' is taken for it"
    groups = [(name,) for name in table.required] + list(table.one_of)
    missing = tuple(" or ".join(group) for group in groups if not any(n in fits for n in group))
    if missing:
        why = f"{said}, without {' and '.join(missing)}, which {layout.table} need; it is left out."
        return Recognised(why, missing=missing, vendor=vendor, layout=layout)
    return Recognised(said, layout.table, fits, vendor=vendor, layout=layout)


def _best(raw: RawSheet, layout: Layout, target: Column, candidates: list[RawColumn]) -> Fit | None:
    """Return the first candidate whose values can be meant; an empty column only where none has values, and never for
    what is required."""
    usable = [c for c in candidates if filled(c.profile)] or ([] if target.required else candidates[:1])
    for column in usable:
        score, said, spec = of_values(column, TABLES[layout.table], target)
        if score >= 0.3:
            return Fit(column.name, _SURE, said[:1].upper() + said[1:] or "So it is in this vendor's exports", spec)
    return None


def counts_cents(raw: RawSheet, amount: str) -> Evidence | None:
    """Return what speaks for a sheet's amounts being in cents: sure, or worth a question; None where nothing does.

    A vendor's interface and what copies it write whole cents; a file made for people has '49.00' and headers in words.
    """
    column = raw.column(amount)
    if column.profile.kind is not Type.INTEGER:
        return None
    codes = {w.casefold() for c in raw.columns if "currency" in key(c.name).split("_") for w in c.profile.words}
    if codes and codes <= _NO_CENTS:
        return None
    written = any(c.name.islower() and "_" in c.name for c in raw.columns)
    found = recognise(raw) if written else None
    if found is not None and found.layout is not None and found.layout.cents:
        return Evidence(True, f"the columns are those of {found.vendor}, which writes amounts in cents")
    return _like_prices(column)


def _like_prices(column: RawColumn) -> Evidence | None:
    """Few whole amounts such as 4900, 9900 and 19900 are prices of 49, 99 and 199, or happen to end so."""
    texts = list(column.profile.words)
    amounts = [int(text) for text in texts if text.isdecimal() and int(text)]
    alike = [n for n in amounts if n >= _LEAST_PRICE and n % 1000 == 900]
    if len(amounts) < 3 or len(amounts) < len(texts) - 1 or len(alike) < 0.8 * len(amounts):
        return None
    return Evidence(False, f"{len(alike)} of {len(amounts)} different amounts end in 900, as prices in cents do")
