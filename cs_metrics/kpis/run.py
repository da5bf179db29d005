"""Running KPIs: a row for each KPI, period and segment, with all that keeps a value from standing alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from cs_metrics.kpis import intervals, notes
from cs_metrics.kpis.ask import Asked, check_names, find, form_of, settle
from cs_metrics.kpis.compile import Statement, compile_cells, compile_formula, compile_items
from cs_metrics.kpis.model import KPI, Form, Interval
from cs_metrics.kpis.slice import Slice
from cs_metrics.kpis.spread import interval_of

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
    frames = []
    for group in _groups(chosen):
        for by, sets in _levels(asked, group, totals):
            frames += _run(con, asked, group, by, sets, beside)
    return _tidy(asked, frames, [kpi.id for kpi, _ in chosen], totals)


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
) -> list[pd.DataFrame]:
    forms = [form for _, form in group]
    if forms[0].over is None:
        statement = compile_formula(asked.question(by), forms[0], sets)
    else:
        statement = compile_cells(asked.question(by), forms, sets)
    cells = _fetch(con, statement)
    left_out = notes.without_customer(con, asked, group)
    frames = []
    for i, (kpi, form) in enumerate(group):
        frame = _frame(asked, kpi, form, cells, f"v{i}_", by)
        frame["note"] = notes.of_cells(asked, kpi, form, frame, left_out)
        frames.append(frame)
        if beside:
            frames += _beside(frame, form, cells, f"v{i}_", by)
        if form.item:
            items = _fetch(con, compile_items(asked.question(by), form, sets))
            item_frame = _frame(asked, kpi, form, items, "v0_", by, items=True)
            item_frame["note"] = ""
            frames.append(item_frame)
    return frames


def _fetch(con: duckdb.DuckDBPyConnection, statement: Statement) -> pd.DataFrame:
    return con.execute(statement.text, statement.values).df()


def _frame(
    asked: Asked,
    kpi: KPI,
    form: Form,
    cells: pd.DataFrame,
    prefix: str,
    by: tuple[str, ...],
    items: bool = False,
) -> pd.DataFrame:
    """Return one KPI's cells, the empty ones filled in, with completeness and interval."""
    keys = [f"b{i}" for i in range(1, len(by) + 1)]
    columns = ["pno", "seg", *keys, *(["item"] if items else []), *(c for c in map(str, cells) if c.startswith(prefix))]
    frame = cells[columns].copy()
    for key in keys:
        frame[key] = frame[key].astype(object).where(frame[key].notna(), None)
    if not items:
        frame = _fill(asked, frame, keys)
    frame = frame[frame["pno"] >= 0].reset_index(drop=True)
    low, high = interval_of(form, frame, prefix) if not items else _item_interval(form, frame, prefix)
    result = frame[["pno", "seg", *keys]].rename(columns=dict(zip(keys, by, strict=True)))
    result["kpi"] = kpi.id
    result["item"] = frame["item"].astype(object) if items else None
    for name in ("value", "numerator", "denominator", "n"):
        result[name] = pd.to_numeric(frame[f"{prefix}{name}"]).astype("float64")
    has_denominator = bool(form.divisor or form.denominator)
    result[["numerator", "n"]] = result[["numerator", "n"]].fillna(0.0)
    if has_denominator:
        result["denominator"] = result["denominator"].fillna(0.0)
    elif not form.value:
        result["value"] = result["value"].fillna(0.0)
    known = result["value"].notna().to_numpy()
    result["low"], result["high"] = np.where(known, low, np.nan), np.where(known, high, np.nan)
    reach = notes.reach(asked, form)
    follow = int(asked.settings[kpi.follow]) if kpi.follow else 0
    result["complete"] = [asked.periods[p].complete(reach, follow) for p in result["pno"]]
    begun = np.array([asked.periods[p].start < reach for p in result["pno"]], dtype=bool)
    result.loc[~begun, "value"] = np.nan
    outs = [c for c in map(str, frame) if c.startswith((f"{prefix}out", f"{prefix}amount"))]
    result[[c.removeprefix(prefix) for c in outs]] = frame[outs]
    return result


def _fill(asked: Asked, frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Add the cells without rows: every period of every segment that is seen in some period."""
    seen = frame[["seg", *keys]].drop_duplicates() if keys else pd.DataFrame({"seg": [1]})
    wanted = seen.merge(pd.DataFrame({"pno": list(asked.periods)}), how="cross")
    return wanted.merge(frame, how="left", on=["pno", "seg", *keys])


def _item_interval(form: Form, frame: pd.DataFrame, prefix: str) -> intervals.Pair:
    """An item's share has the interval of independent cases; other items have none."""
    if form.interval is Interval.WILSON:
        counted = (frame[f"{prefix}{name}"].to_numpy("float64") for name in ("numerator", "denominator"))
        return intervals.wilson(*counted)
    nothing = np.full(len(frame), np.nan)
    return nothing, nothing


def _beside(
    frame: pd.DataFrame, form: Form, cells: pd.DataFrame, prefix: str, by: tuple[str, ...]
) -> list[pd.DataFrame]:
    """Return the numbers beside a value as rows of their own; they have no interval."""
    keys = [f"b{i}" for i in range(1, len(by) + 1)]
    marked = cells[["pno", "seg", *keys]].rename(columns=dict(zip(keys, by, strict=True)))
    for name in by:
        marked[name] = marked[name].astype(object).where(marked[name].notna(), None)
    frames = []
    for j, shown in enumerate(form.beside):
        extra = marked.assign(beside=pd.to_numeric(cells[f"{prefix}beside{j}"]).astype("float64"))
        found = frame.merge(extra, how="left", on=["pno", "seg", *by])
        found = found.assign(item=shown.name, value=found["beside"], numerator=np.nan, denominator=np.nan)
        frames.append(found.assign(low=np.nan, high=np.nan, note="").drop(columns="beside"))
    return frames


def _tidy(asked: Asked, frames: list[pd.DataFrame], order: list[str], totals: bool) -> pd.DataFrame:
    by = list(asked.slice.by)
    frame = pd.concat([f.dropna(axis=1, how="all") for f in frames if len(f)], ignore_index=True)
    for name in ("item", "note", *by, *NUMBERS):
        if name not in frame:
            frame[name] = "" if name == "note" else (np.nan if name in NUMBERS else None)
    for name in ("item", *by):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    starts = {number: period.start for number, period in asked.periods.items() if number > 0}
    frame["period"] = pd.to_datetime(frame["pno"].map(starts)).astype("datetime64[us]")
    frame["n"] = frame["n"].fillna(0).round().astype("int64")
    frame["note"] = frame["note"].fillna("")
    frame["complete"] = frame["complete"].astype(bool)
    frame["level"] = np.where(frame["pno"] == 0, "range", "period")
    frame["total"] = (frame["seg"] == 1) if by else True
    ranks = {kpi: i for i, kpi in enumerate(order)}
    frame["rank"], frame["whole"] = frame["kpi"].map(ranks), frame["item"].notna()
    for number, name in enumerate(by):
        frame[f"sort{number}"] = frame[name].map(lambda v: (v is None, str(v)))
    frame = frame.sort_values(
        ["rank", "total", "whole", "pno", *(f"sort{i}" for i in range(len(by))), "numerator", "item"],
        ascending=[True, True, True, True, *(True for _ in by), False, True],
        kind="stable",
    )
    columns = ["kpi", "item", "period", *by, *NUMBERS, "complete", "note"]
    return frame[[*columns, *(["level", "total"] if totals else [])]].reset_index(drop=True)
