"""One side of a change: what each customer adds to a KPI's numerator and denominator, with its attributes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.errors import QueryError
from cs_metrics.kpis.ask import Asked, settle
from cs_metrics.kpis.compare import Side
from cs_metrics.kpis.compile import Writer
from cs_metrics.kpis.model import Form, Interval, Part
from cs_metrics.kpis.run import NUMBERS, compute
from cs_metrics.kpis.slice import Slice

UNIT = "customer_id"
_TERM = re.compile(r"\s*(?:coalesce\(\s*(\w+)\s*,\s*0\s*\)|(\w+))\s*")


@dataclass(frozen=True)
class Sums:
    """How a KPI is made of sums over customers: the parts whose sum is the numerator, and the one below the line (None:
    the KPI is a sum itself). `mean`: the sums are of the mean that stands beside the value."""

    above: tuple[Part, ...]
    below: Part | None
    mean: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        return (*self.above, *([self.below] if self.below else []))


def sums_of(form: Form) -> Sums | None:
    """Return how a form is made of sums; None where it is not. A median's are those of its mean."""
    if form.over is None:
        return _of_formula(form)
    if form.interval in (Interval.DIFFERENCE, Interval.CURVE) or form.numerator is None:
        return None
    if form.value and form.interval is not Interval.MEDIAN:
        return None
    below = Part(form.over, form.denominator, form.only) if form.denominator else None
    return Sums((Part(form.over, form.numerator, form.only),), below, form.interval is Interval.MEDIAN)


def _of_formula(form: Form) -> Sums | None:
    """A formula is a quotient of sums where it adds parts up, and divides by nothing or by one."""
    above = []
    for term in form.quotient.split("+"):
        found = _TERM.fullmatch(term)
        name = (found[1] or found[2]) if found else ""
        if name not in form.parts:
            return None
        above.append(form.parts[name])
    if form.divisor and form.divisor not in form.parts:
        return None
    return Sums(tuple(above), form.parts[form.divisor] if form.divisor else None)


def asked_of(side: Side, slice_: Slice) -> Asked:
    """Return the slice settled, its one period alone."""
    asked = settle(side.con, slice_, side.settings, side.as_of)
    if not asked.periods:
        raise QueryError(f"The data end before {asked.whole.start:%Y-%m-%d}: there is nothing to compare yet.")
    return replace(asked, periods=dict([next(iter(asked.periods.items()))]))


def value_of(kpi_id: str, side: Side, slice_: Slice, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return value, numerator, denominator, n, low, high, complete and note of a KPI in the slice's one period."""
    frame = compute(side.con, [kpi_id], slice_, side.settings, side.as_of, own=own)
    frame = frame[frame["item"].isna()]
    if frame.empty:
        raise QueryError(f"The data end before {slice_.since:.10}: there is nothing to compare yet.")
    return {name: frame.iloc[0][name] for name in (*NUMBERS, "complete", "note")}


def units(con: duckdb.DuckDBPyConnection, asked: Asked, sums: Sums, form: Form, by: Sequence[str]) -> pd.DataFrame:
    """Return a row for each customer and value of the attributes `by`: customer_id (None: rows of no customer), 1, 2
    ... (the attributes, in their order), n and d: its share in numerator and denominator. They sum to the whole's.
    The rows stand in the same order each time, for what is drawn by chance is drawn by their places.
    """
    keys = [str(i) for i in range(1, len(by) + 1)]
    found = [_part(con, asked, part, form, by, "d" if part is sums.below else "n", keys) for part in sums.parts]
    frame = pd.concat(found, ignore_index=True) if len(found) > 1 else found[0]
    for name in (UNIT, *keys):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    frame = frame.reindex(columns=[UNIT, *keys, "n", "d"])
    frame[["n", "d"]] = frame[["n", "d"]].fillna(0.0)
    return frame


def _part(
    con: duckdb.DuckDBPyConnection,
    asked: Asked,
    part: Part,
    form: Form,
    by: Sequence[str],
    column: str,
    keys: list[str],
) -> pd.DataFrame:
    question = replace(asked.question(tuple(by)), pinned=True)
    if form.over is None:
        question.share(form.relations)
    writer = Writer(question)
    base = writer.base(part.over, part.only)
    each = f"coalesce(CAST({question.fill(part.measure.each, part.over)} AS DOUBLE), 0)"
    b = ", ".join(f'b{key} AS "{key}"' for key in keys)
    places = ", ".join(str(i) for i in range(1, len(keys) + 2))
    text = (
        f"WITH {', '.join(writer.ctes)} SELECT {', '.join(filter(None, [UNIT, b]))}, sum({each}) AS {column} "
        f"FROM {base.name} WHERE pno >= 0 GROUP BY {places} ORDER BY {places}"
    )
    return con.execute(text, question.params.used(text)).df()
