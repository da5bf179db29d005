"""A KPI over several facts (a lifetime value, the cost of churn): the part of each number that it is made of."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.why.units import asked_of
from cs_metrics.errors import QueryError
from cs_metrics.kpis.ask import Asked
from cs_metrics.kpis.compare import Side
from cs_metrics.kpis.compile import Writer
from cs_metrics.kpis.model import Form
from cs_metrics.kpis.slice import Slice


def parts(
    con: duckdb.DuckDBPyConnection,
    asked: Asked,
    form: Form,
    values: Sequence[dict[str, Any]],
    change: float,
    slices: tuple[Slice, Slice],
    side: Side,
) -> pd.DataFrame:
    """Return a row for each number of the formula, the largest part first: segment (its name), n_then, n_now, mix (0),
    rate, part, and the other columns of `Explained.parts`, empty.

    A number's part is what the value changes by when it alone is taken from before to now, the mean over all orders in
    which they may be taken: the Shapley value. Shapley (1953), Contributions to the Theory of Games II: 307-317. The
    parts sum to the change.
    """
    names = [name for name in form.parts if _named(name, form)]
    then, now = (_numbers(side, one, form, names) for one in slices)
    moved = [name for name in names if then[name] != now[name]]
    value_of = _values(con, asked, form, names, moved, then, now)
    size = len(moved)
    rows: list[tuple[str, float, float, float]] = []
    for place, name in enumerate(moved):
        part = 0.0
        for taken in itertools.product((0, 1), repeat=size):
            if taken[place]:
                continue
            weight = math.factorial(sum(taken)) * math.factorial(size - sum(taken) - 1) / math.factorial(size)
            with_it = (*taken[:place], 1, *taken[place + 1 :])
            part += weight * (value_of[with_it] - value_of[taken])
        rows.append((name, then[name], now[name], part))
    if any(math.isnan(row[3]) for row in rows):
        raise QueryError("Halfway between the two sides the formula divides by zero, so its change has no parts: "
                         "choose a longer period.")  # fmt: skip
    rows.sort(key=lambda row: -abs(row[3]))
    if rows:
        name, before, after, part = rows[0]
        rows[0] = (name, before, after, part + change - math.fsum(row[3] for row in rows))
    frame = pd.DataFrame(rows, columns=["segment", "n_then", "n_now", "part"])
    frame["segment"] = frame["segment"].str.replace("_", " ")
    frame = frame.assign(customers=0, d_then=0.0, d_now=0.0, mix=0.0, rate=frame["part"])
    return frame[["segment", "customers", "n_then", "d_then", "n_now", "d_now", "mix", "rate", "part"]]


def _named(name: str, form: Form) -> bool:
    """Return whether the value (not only a number beside it) is made of a part."""
    words = "".join(c if c.isalnum() or c == "_" else " " for c in f"{form.quotient} {form.divisor}").split()
    return name in words


def _numbers(side: Side, slice_: Slice, form: Form, names: Sequence[str]) -> dict[str, float]:
    """Return the parts' values in a slice."""
    question = asked_of(side, slice_).question(())
    question.share(form.relations)
    writer = Writer(question)
    cells = []
    for place, name in enumerate(names):
        part = form.parts[name]
        cells.append(writer.cells(writer.base(part.over, part.only), {"it": part.measure.sql}, f"part{place}"))
    chosen = ", ".join(f"coalesce((SELECT max(it) FROM {cell} WHERE pno >= 0), 0)" for cell in cells)
    text = f"WITH {', '.join(writer.ctes)} SELECT {chosen}"
    row = side.con.execute(text, question.params.used(text)).fetchall()[0]
    return {name: float(value) for name, value in zip(names, row, strict=True)}


def _values(
    con: duckdb.DuckDBPyConnection,
    asked: Asked,
    form: Form,
    names: Sequence[str],
    moved: Sequence[str],
    then: dict[str, float],
    now: dict[str, float],
) -> dict[tuple[int, ...], float]:
    """Return the formula's value for each choice of which numbers are those of now (1) and which of before (0)."""
    question = asked.question(())
    choices = list(itertools.product((0, 1), repeat=len(moved)))
    known: dict[str, float] = {}
    rows: list[str] = []
    for choice in choices:
        taken = then | {name: now[name] for name, is_now in zip(moved, choice, strict=True) if is_now}
        bound = {f"known{len(rows)}_{place}": taken[name] for place, name in enumerate(names)}
        rows.append(f"({', '.join([str(len(rows)), *(f'CAST(${key} AS DOUBLE)' for key in bound)])})")
        known |= bound
    relation = form.relations[0]
    quotient = question.fill(form.quotient, relation)
    value = f"CAST({quotient} AS DOUBLE)"
    value += f" / nullif({question.fill(form.divisor, relation)}, 0)" if form.divisor else ""
    text = f"SELECT {value} FROM (VALUES {', '.join(rows)}) AS v({', '.join(['choice', *names])}) ORDER BY choice"
    found = con.execute(text, known | question.params.used(text)).fetchall()
    return {choice: math.nan if row[0] is None else float(row[0]) for choice, row in zip(choices, found, strict=True)}
