"""Sheets with a row for each customer and a column for each month: recognised, and turned into a row for each month."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.mappings import derive
from cs_metrics.ingest.mappings.fit import Fit, filled, fit
from cs_metrics.ingest.mappings.names import key
from cs_metrics.ingest.mappings.periodnames import Period, period_in
from cs_metrics.ingest.mappings.question import Choice, Question
from cs_metrics.ingest.mappings.vendors import Recognised
from cs_metrics.ingest.sheet import RawColumn, RawSheet, letter, unique_names
from cs_metrics.ingest.types import words
from cs_metrics.ingest.types.infer import profiles
from cs_metrics.schema import TABLES, Type
from cs_metrics.schema.tables.names import words as named

_LEAST = 3
_SURE = 0.9
_NUMBERS = (Type.MONEY, Type.NUMBER, Type.INTEGER)
# What is counted rather than paid: such a sheet is of uses, not of revenue.
_USES = frozenset(
    named(
        "usage use uses login logins session sessions event events visit visits call calls request requests click "
        "clicks message messages active activity download downloads minutes hours seats users"
    )
)
_MONEY = ("mrr", "arr", "revenue", "amount", "sales", "billing", "invoiced", "income")
QUESTION = "wide"


@dataclass(frozen=True, eq=False)
class Wide:
    """A sheet in both its shapes: `raw` as it came; `long`, a row for each cell of a period.

    A row of `long` has the `_row` of the row of the file that its cell stands in; `headers` gives the column of the
    file by what stands in the column `period` (the period's first day).
    """

    raw: RawSheet
    long: RawSheet
    grain: str
    period: str
    value: str
    headers: dict[str, str]

    @property
    def question(self) -> Question:
        """Return the question by which the sheet is turned back."""
        names = list(self.headers.values())
        text = f"Read the {len(names)} columns '{names[0]}' to '{names[-1]}' as rows, one for each {self.grain}?"
        choices = (
            Choice(True, f"yes: a row for each cell, its {self.grain} beside it"),
            Choice(False, "no: leave the columns as they are"),
        )
        said = f"each is called by a {self.grain} and holds numbers; {self.raw.rows:,} rows give {self.long.rows:,}"
        return Question(QUESTION, self.value, text, choices=choices, default=True, evidence=said)


def unpivot(raw: RawSheet) -> Wide | None:
    """Return a sheet in its long shape, None where it is not wide.

    It is wide where three columns or more each name another period of one grain, in the same words, and hold nothing
    but numbers, and another column says whose they are. A blank cell gives no row; a row of blanks alone gives one.
    """
    periods = [(c, p) for c in raw.columns if (p := period_in(c.header or c.name)) is not None]
    if len(periods) < _LEAST or not raw.rows or raw.hidden:
        return None
    kinds = {(p.grain, p.label) for _, p in periods}
    starts = {p.start for _, p in periods}
    numeric = all(not filled(c.profile) or c.profile.kind in _NUMBERS for c, _ in periods)
    others = [c for c in raw.columns if c.name not in {one.name for one, _ in periods}]
    whose = [c for c in others if filled(c.profile) and c.profile.kind in (Type.ID, Type.TEXT, Type.INTEGER)]
    if len(kinds) > 1 or len(starts) < len(periods) or not numeric or not whose:
        return None
    periods.sort(key=lambda pair: pair[1].start)
    return _long(raw, others, periods)


def _long(raw: RawSheet, others: list[RawColumn], periods: list[tuple[RawColumn, Period]]) -> Wide:
    grain, label = periods[0][1].grain, periods[0][1].label
    nothing = pa.array(sorted(words.NOTHING_TYPED), pa.string())
    cells = [raw.texts(c) for c, _ in periods]
    has = np.column_stack([_has(t, nothing) for t in cells])
    has[~has.any(axis=1), 0] = True  # a row without any cell stays, to be reported
    rows, places = np.nonzero(has)
    together = pa.concat_tables([pa.table({"t": t}) for t in cells]).column("t")
    values = together.take(pa.array(places * raw.rows + rows))
    dates = pa.array([p.start.isoformat() for _, p in periods]).take(pa.array(places))
    taken = pa.array(rows)
    names = unique_names(
        [*(c.name for c in others), grain.capitalize(), label.capitalize() or _noun(raw)],
        [letter(i) for i in range(len(others) + 2)],
    )
    columns = [raw.texts(c).take(taken) for c in others] + [pa.chunked_array([dates]), values]
    data = pa.table({f"c{i}": column for i, column in enumerate(columns)})
    data = data.append_column("_row", raw.data.column("_row").take(taken))
    found, _ = profiles(data, names)
    own = tuple(
        RawColumn(i, letter(i), name, profile, others[i].header if i < len(others) else name)
        for i, (name, profile) in enumerate(zip(names, found, strict=True))
    )
    first, last = periods[0][0].name, periods[-1][0].name
    said = f"{len(periods)} columns, '{first}' to '{last}', are read as rows: {raw.rows:,} rows give {len(rows):,}."
    long = replace(
        raw,
        columns=own,
        data=data,
        notes=(*raw.notes, said),
    )
    headers = {p.start.isoformat(): c.name for c, p in periods}
    return Wide(raw, long, grain, names[-2], names[-1], headers)


def _has(texts: pa.ChunkedArray, nothing: pa.Array) -> Any:
    """Return for each row whether its cell says anything."""
    said = pc.invert(pc.is_in(pc.utf8_lower(texts), nothing))
    return np.asarray(pc.fill_null(pc.and_(pc.is_valid(texts), said), False).to_numpy())


def _noun(raw: RawSheet) -> str:
    """Return what the numbers are called, by the name of the sheet or its file."""
    found = set(_words(raw))
    for word in (*_MONEY, *sorted(_USES)):
        if word in found:
            return word.upper() if len(word) == 3 else word.capitalize()
    return "Amount"


def _words(raw: RawSheet) -> list[str]:
    return key(f"{re.sub(r'[.][A-Za-z0-9]+$', '', raw.file)} {raw.sheet or ''}").split("_")


def known(wide: Wide) -> Recognised:
    """Return which table the long shape feeds: uses, revenue by month, or purchases where the periods are longer."""
    long, said = wide.long, set(key(wide.value).split("_"))
    uses = bool(said & _USES) or (not said & set(_MONEY) and bool(set(_words(long)) & _USES))
    table = "events" if uses else "mrr_snapshots" if wide.grain == "month" else "orders"
    dated, counted = {
        "events": ("occurred_at", "quantity"),
        "mrr_snapshots": ("month", "mrr"),
        "orders": ("ordered_at", "amount"),
    }[table]
    reason = f"A column of the sheet for each {wide.grain}"
    fits = {
        dated: Fit(wide.period, _SURE, reason, wide.period),
        counted: Fit(wide.value, _SURE, "The cells of these columns", wide.value),
    }
    if uses:
        noun = next((w for w in (*key(wide.value).split("_"), *_words(long)) if w in _USES), "used")
        fits["event"] = Fit("", _SURE, "The sheet's name says so", {"constant": noun})
    for name in ("customer_id", "product"):
        if any(c.name == name for c in TABLES[table].columns) and (one := _whose(wide, table, name)) is not None:
            fits[name] = one
    count = len(wide.headers)
    says = f"A row for each customer and a column for each {wide.grain}: the {count} columns become rows of {table}"
    missing = tuple(c for c in TABLES[table].required if c not in fits)
    return Recognised(says, table, derive.complete(long, TABLES[table], fits, 1.0), missing)


def _whose(wide: Wide, table: str, name: str) -> Fit | None:
    """Return the column that names the customer (by its header, else the one with most different texts), or the
    product."""
    model = TABLES[table]
    columns = [c for c in wide.long.columns if c.name not in (wide.period, wide.value)]
    found = [f for c in columns if (f := fit(c, model, model.column(name), dated=True)) is not None]
    if found:
        return max(found, key=lambda f: f.score)
    texts = [c for c in columns if c.profile.kind in (Type.ID, Type.TEXT, Type.INTEGER) and filled(c.profile)]
    if name != "customer_id" or not texts:
        return None
    most = max(texts, key=lambda c: c.profile.distinct)
    return Fit(most.name, 0.6, "It has the most different values, so it tells the rows apart", most.name)
