"""The rows behind a value: what was counted, each with the file and the row it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.kpis.ask import Asked, check_names, find, form_of, settle
from cs_metrics.kpis.compile import Writer
from cs_metrics.kpis.model import KPI, Form, Interval, Relation
from cs_metrics.kpis.slice import Slice
from cs_metrics.kpis.spread import row_parts
from cs_metrics.periods import at, check_grain
from cs_metrics.workspace.publish import changes

_HIDDEN = (
    "pno",
    "starts",
    "ends",
    "days",
    "anchor",
    "later",
    "prior",
    "_id",
    "_source",
    "_row",
    "_rows",
    "file",
    "line",
    "answer_id",
)


def rows(
    con: duckdb.DuckDBPyConnection,
    kpi_id: str,
    period: Any = None,
    slice_: Slice | None = None,
    settings: Mapping[str, Any] | None = None,
    as_of: Any = None,
    *,
    part: str = "numerator",
    item: str | None = None,
    limit: int | None = None,
    own: Mapping[str, KPI] | None = None,
) -> pd.DataFrame:
    """Return the rows that make up a value: one per row of the KPI's relation, with its columns, and

    `_value`: the row's own part in the numerator (or denominator: `part`); they sum to it,
    `_source`: the file, or 'file / sheet'; `_row`: its row there (where several rows made one, the latest of them),
    `_rows`: all of them, as text, where there are several,
    `_changed`: what repairs made of their values, where there are such.
    `period`: any instant of the period at the slice's grain; None: the slice's whole range. `part` may also be the
    name of one of a formula's parts; `item`: an item of the KPI. Raises QueryError.
    """
    slice_ = slice_ or Slice()
    asked = settle(con, slice_, settings, as_of)
    if period is not None:
        wanted = at(period, check_grain(slice_.grain or "month"), asked.settings)
        asked = replace(asked, periods={1: wanted})
    else:
        asked = replace(asked, periods={0: asked.whole})
    form = form_of(find(kpi_id, own), asked.available)
    check_names(asked, [form])
    relation, only, value = _chosen(form, part, item)
    question = asked.question(slice_.by, rows=True)
    writer = Writer(question)
    base = writer.base(relation, only)
    value = question.fill(value, relation)
    condition = "pno >= 0" + (f" AND {form.item} = {question.params.add(item)}" if item is not None else "")
    counted = f"SELECT *, {value} AS _value FROM {base.name} WHERE {condition}"
    # no time at all is a time: in a median it counts like any other
    has_part = "IS NOT NULL" if form.interval is Interval.MEDIAN and part == "numerator" else "<> 0"
    text = f"WITH {', '.join(writer.ctes)} SELECT * FROM ({counted}) AS counted WHERE _value {has_part}"
    text += " ORDER BY _source, _row" + (f" LIMIT {int(limit)}" if limit else "")
    frame = con.execute(text, question.params.used(text)).df()
    return shown(con, asked, frame)


def _chosen(form: Form, part: str, item: str | None) -> tuple[Relation, str, str]:
    """Return the relation, its `only`, and the SQL of a row's part in what is asked for."""
    known = ["numerator", "denominator", *form.parts]
    if part not in known:
        raise QueryError(f"There is no part '{part}'. {did_you_mean(part, known)}".rstrip())
    if form.over is None and item is None:
        formula = form.divisor if part == "denominator" and form.divisor else form.quotient
        named = part if part in form.parts else next(n for n in form.parts if n in formula)
        chosen = form.parts[named]
        return chosen.over, chosen.only, chosen.measure.each
    if item is not None and not form.item:
        raise QueryError(f"This KPI has no items: '{item}' is none.")
    relation = form.items if item is not None and form.items else form.over
    assert relation is not None
    measure = form.denominator if part == "denominator" else form.numerator
    value = measure.each if measure else row_parts(form)[1]
    return relation, form.only, value


def shown(con: duckdb.DuckDBPyConnection, asked: Asked, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with their sources by name, and the breakdown's columns under their own."""
    sources = {
        number: f"{file} / {sheet}" if sheet else str(file)
        for number, file, sheet in con.execute("SELECT source, file, sheet FROM _sources").fetchall()
    }
    frame = frame.rename(columns={f"b{i}": name for i, name in enumerate(asked.slice.by, start=1)})
    told = frame.drop(columns=[c for c in _HIDDEN if c in frame])
    told["_source"] = frame["_source"].map(sources).astype(object)
    told["_row"] = frame["_row"].astype("Int64")
    several = frame["_rows"] if "_rows" in frame else [None] * len(frame)
    behind = [_behind(*row) for row in zip(frame["_source"], frame["_row"], several, strict=True)]
    said = changes.of_rows(con, set().union(*behind))
    if said:
        told["_changed"] = ["; ".join(said[place] for place in sorted(own) if place in said) for own in behind]
    if "_rows" in frame:
        told["_rows"] = [_places(places, sources) for places in frame["_rows"]]
    return told


def _behind(source: Any, row: Any, several: Any) -> set[tuple[int, int]]:
    """Return the rows of files (source, row) that a row came from."""
    found = {(p["source"], p["row"]) for p in several if p["source"] is not None} if several is not None else set()
    known = not (pd.isna(source) or pd.isna(row))
    return {(int(s), int(r)) for s, r in found | ({(source, row)} if known else set())}


def _places(places: Any, sources: Mapping[int, str]) -> str:
    by_source: dict[int, list[int]] = {}
    for place in places if places is not None else []:
        if place["source"] is not None:
            by_source.setdefault(place["source"], []).append(int(place["row"]))
    return "; ".join(
        f"{sources.get(s, s)}: {', '.join(str(r) for r in sorted(set(found)))}"
        for s, found in sorted(by_source.items())
    )
