"""Running KPIs: a row for each KPI, period and segment, with all that keeps a value from standing alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from cs_metrics.kpis import notes
from cs_metrics.kpis.ask import Asked, check_names, find, form_of, settle, settled
from cs_metrics.kpis.cells import Block, Cells
from cs_metrics.kpis.compile import Statement, compile_cells, compile_formula, compile_items
from cs_metrics.kpis.model import KPI, Form
from cs_metrics.kpis.slice import Slice

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
) -> pd.DataFrame:
    """Return kpi, item, period, <by...>, value, numerator, denominator, n, low, high, complete, note.

    `period` is the period's start; without a grain it is null: the whole range as one period. `item` null is the whole.
    `totals` adds the rows over all segments and over the whole range, and two columns that tell them apart: `level`
    ('period' or 'range') and `total` (over all segments). `beside` adds the numbers shown beside a value (a median's
    mean, p90 and open cases) as rows whose `item` is their name. Raises QueryError, NotComputableError.
    """
    asked = settle(con, slice_ or Slice(), settings, as_of, with_range=totals)
    chosen = [(kpi, form_of(kpi, asked.available)) for kpi in (find(i) for i in dict.fromkeys(ids))]
    check_names(asked, [form for _, form in chosen])
    chosen = [(kpi, settled(form, asked)) for kpi, form in chosen]
    blocks: list[Block] = []
    for group in _groups(chosen):
        for by, sets in _levels(asked, group, totals):
            blocks += _run(con, asked, group, by, sets, beside)
    return _tidy(asked, blocks, [kpi.id for kpi, _ in chosen], totals)


def _groups(chosen: Sequence[Chosen]) -> list[list[Chosen]]:
    """Return the KPIs in groups that one statement answers: of one relation and one `only`."""
    groups: dict[tuple[str, ...], list[Chosen]] = {}
    for kpi, form in chosen:
        key = (form.over.name, form.only) if form.over else (kpi.id,)
        groups.setdefault(key, []).append((kpi, form))
    return list(groups.values())


def _levels(asked: Asked, group: Sequence[Chosen], totals: bool) -> list[tuple[tuple[str, ...], bool]]:
    """Return the breakdowns to ask by, and whether the whole comes with the segments in one statement."""
    by = asked.slice.by
    if not by or not totals:
        return [(by, False)]
    question = asked.question(by)
    if any(question.splits(r) for _, form in group for r in form.relations):
        return [(by, False), ((), False)]
    return [(by, True)]


def _run(
    con: duckdb.DuckDBPyConnection,
    asked: Asked,
    group: Sequence[Chosen],
    by: tuple[str, ...],
    sets: bool,
    beside: bool,
) -> list[Block]:
    forms = [form for _, form in group]
    if forms[0].over is None:
        statement = compile_formula(asked.question(by), forms[0], sets)
    else:
        statement = compile_cells(asked.question(by), forms, sets)
    cells = Cells(asked, _fetch(con, statement), by)
    left_out = notes.without_customer(con, asked, group)
    blocks = []
    for i, (kpi, form) in enumerate(group):
        block = cells.block(kpi, form, f"v{i}_")
        block["note"] = notes.of_cells(asked, form, block, cells.left_out(form, f"v{i}_"), left_out)
        blocks.append(block)
        if beside:
            blocks += [cells.beside(block, b.name, f"v{i}_beside{j}") for j, b in enumerate(form.beside)]
        if form.item:
            items = Cells(asked, _fetch(con, compile_items(asked.question(by), form, sets)), by, filled=False)
            blocks.append(items.block(kpi, form, "v0_"))
    return blocks


def _fetch(con: duckdb.DuckDBPyConnection, statement: Statement) -> pd.DataFrame:
    return con.execute(statement.text, statement.values).df()


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
