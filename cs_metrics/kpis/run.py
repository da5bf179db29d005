"""Running KPIs: a row for each KPI, period and segment, with all that keeps a value from standing alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from cs_metrics.kpis import notes
from cs_metrics.kpis.ask import Asked, check_names, find, form_of, settle, settled
from cs_metrics.kpis.cells import Block, Cells, named
from cs_metrics.kpis.compile import Statement, aside, compile_cells, compile_formula, compile_items, together
from cs_metrics.kpis.model import KPI, Form
from cs_metrics.kpis.slice import Slice
from cs_metrics.sql import Params

MOST = 6
"""So many parts one statement answers. With 28 of them the sample company's states took 13 s; in fives and sixes, 4."""
NUMBERS = ("value", "numerator", "denominator", "n", "low", "high")
Chosen = tuple[KPI, Form]


def compute(
    con: duckdb.DuckDBPyConnection,
    ids: Sequence[str],
    slice_: Slice | None = None,
    settings: Mapping[str, Any] | None = None,
    as_of: Any = None,
    *,
    totals: bool = False,
    beside: bool = False,
    own: Mapping[str, KPI] | None = None,
) -> pd.DataFrame:
    """Return kpi, item, period, <by...>, value, numerator, denominator, n, low, high, complete, note.

    `period` is the period's start; without a grain it is null: the whole range as one period. `item` null is the whole.
    `totals` adds the rows over all segments and over the whole range, and two columns that tell them apart: `level`
    ('period' or 'range') and `total` (over all segments). `beside` adds the numbers shown beside a value (a median's
    mean, p90 and open cases) as rows whose `item` is their name. `own`: the workspace's own KPIs, by their ids.
    Raises QueryError, NotComputableError.
    """
    asked = settle(con, slice_ or Slice(), settings, as_of, with_range=totals)
    chosen = [(kpi, form_of(kpi, asked.available)) for kpi in (find(i, own) for i in dict.fromkeys(ids))]
    check_names(asked, [form for _, form in chosen])
    chosen = [(kpi, settled(form, asked)) for kpi, form in chosen]
    blocks = [block for group in _facts(asked, chosen, totals) for block in _run(con, asked, group, beside)]
    for kpi, form in chosen if beside else ():
        for name, other in form.aside.items():
            for group in _facts(asked, [(kpi, other)], totals):
                blocks += [named(block, name) for block in _run(con, asked, group, False)]
    return _tidy(asked, blocks, [kpi.id for kpi, _ in chosen], totals)


@dataclass(frozen=True)
class Part:
    """KPIs that one part of a statement answers: of one relation and one `only`, or a single formula."""

    chosen: tuple[Chosen, ...]
    by: tuple[str, ...]
    sets: bool


def _facts(asked: Asked, chosen: Sequence[Chosen], totals: bool) -> list[list[Part]]:
    """Return the KPIs in parts, and those together that read one fact: one statement answers them.

    Where a fact is read in more ways than `MOST`, by several statements: planning one grows faster than its size.
    """
    groups: dict[tuple[str, ...], list[Chosen]] = {}
    for kpi, form in chosen:
        key = (form.over.name, form.only) if form.over else (kpi.id,)
        groups.setdefault(key, []).append((kpi, form))
    facts: dict[str, list[Part]] = {}
    for group in groups.values():
        parts = [Part(tuple(group), by, sets) for by, sets in _levels(asked, group, totals)]
        facts.setdefault(group[0][1].relations[0].source, []).extend(parts)
    return [parts[i : i + MOST] for parts in facts.values() for i in range(0, len(parts), MOST)]


def _levels(asked: Asked, group: Sequence[Chosen], totals: bool) -> list[tuple[tuple[str, ...], bool]]:
    """Return the breakdowns to ask by, and whether the whole comes with the segments in one statement."""
    by = asked.slice.by
    if not by or not totals:
        return [(by, False)]
    question = asked.question(by)
    if any(question.splits(r) for _, form in group for r in form.relations):
        return [(by, False), ((), False)]
    return [(by, True)]


def _run(con: duckdb.DuckDBPyConnection, asked: Asked, parts: Sequence[Part], beside: bool) -> list[Block]:
    statements = _compiled(asked, parts, beside)
    frames = iter(_fetch(con, statements))
    blocks = []
    for part in parts:
        statement, frame = next(frames)
        cells = Cells(asked, frame, part.by)
        left_out = notes.without_customer(con, asked, part.chosen)
        for prefix, (kpi, form) in zip(statement.prefixes, part.chosen, strict=True):
            block = cells.block(kpi, form, prefix)
            block["note"] = notes.of_cells(asked, form, block, cells.left_out(form, prefix), left_out)
            blocks.append(block)
            if beside:
                own = [(j, b) for j, b in enumerate(form.beside) if b.over is None]
                blocks += [cells.beside(block, b.name, f"{prefix}beside{j}") for j, b in own]
                for b in (b for b in form.beside if b.over is not None):
                    other, frame = next(frames)
                    rest = Cells(asked, frame, part.by)
                    found = rest.block(kpi, aside(form, b), other.prefixes[0])
                    blocks.append(rest.beside(found, b.name, f"{other.prefixes[0]}value"))
            if form.item:
                statement_of_items, frame = next(frames)
                items = Cells(asked, frame, part.by, filled=False)
                blocks.append(items.block(kpi, form, statement_of_items.prefixes[0]))
    return blocks


def _compiled(asked: Asked, parts: Sequence[Part], beside: bool) -> list[Statement]:
    """Return the statements of the parts in their order; each is followed, form by form, by those of the numbers beside
    it that are of other rows, and of its items."""
    params = Params()
    found: list[Statement] = []
    for part in parts:
        forms = [form for _, form in part.chosen]
        number = sum(len(one.forms) for one in found)
        question = replace(asked.question(part.by), params=params)
        if forms[0].over is None:
            found.append(compile_formula(question, forms[0], part.sets, number))
        else:
            found.append(compile_cells(question, forms, part.sets, number=number))
        for form in forms:
            for b in (b for b in form.beside if beside and b.over is not None):
                number = sum(len(one.forms) for one in found)
                question = replace(asked.question(part.by), params=params)
                found.append(compile_cells(question, [aside(form, b)], part.sets, False, number))
            if form.item:
                number = sum(len(one.forms) for one in found)
                question = replace(asked.question(part.by), params=params)
                found.append(compile_items(question, form, part.sets, number=number))
    return found


def _fetch(con: duckdb.DuckDBPyConnection, statements: Sequence[Statement]) -> list[tuple[Statement, pd.DataFrame]]:
    """Return each statement with its rows; they are asked as one."""
    asked = together(statements)
    frame = con.execute(asked.text, asked.values).df()
    found = []
    for number, statement in enumerate(statements):
        own = frame[frame["part"] == number].reset_index(drop=True)
        found.append((statement, own if statement.items else own.drop(columns="item", errors="ignore")))
    return found


def _tidy(asked: Asked, blocks: Sequence[Block], order: Sequence[str], totals: bool) -> pd.DataFrame:
    by = list(asked.slice.by)
    names = ("kpi", "item", "pno", "seg", *NUMBERS, "complete", "note")
    columns = {name: np.concatenate([block[name] for block in blocks]) for name in names}
    for name in by:
        nothing = [np.full(len(block["pno"]), None, dtype=object) for block in blocks]
        columns[f"by {name}"] = np.concatenate([b.get(f"by {name}", n) for b, n in zip(blocks, nothing, strict=True)])
    ranks = {kpi: i for i, kpi in enumerate(order)}
    sorts: list[tuple[Any, ...]] = []
    for i in range(len(columns["kpi"])):
        segment = tuple((columns[f"by {name}"][i] is None, str(columns[f"by {name}"][i])) for name in by)
        item = columns["item"][i]
        ranked = (ranks[columns["kpi"][i]], columns["seg"][i], item is not None, columns["pno"][i])
        sorts.append((*ranked, segment, -np.nan_to_num(columns["numerator"][i]), str(item)))
    places = sorted(range(len(sorts)), key=sorts.__getitem__)
    chosen = {name: column[places] for name, column in columns.items()}
    starts = {number: period.start for number, period in asked.periods.items() if number > 0}
    frame = pd.DataFrame({"kpi": chosen["kpi"], "item": pd.Series(chosen["item"], dtype=object)})
    frame["period"] = pd.Series([starts.get(p) for p in chosen["pno"]], dtype="datetime64[us]")
    for name in by:
        frame[name] = pd.Series(chosen[f"by {name}"], dtype=object)
    for name in NUMBERS:
        frame[name] = chosen[name]
    frame["n"] = np.nan_to_num(chosen["n"]).round().astype("int64")
    frame["complete"] = chosen["complete"].astype(bool)
    frame["note"] = chosen["note"]
    if totals:
        frame["level"] = np.where(chosen["pno"] == 0, "range", "period")
        frame["total"] = (chosen["seg"] == 1) if by else True
    return frame
