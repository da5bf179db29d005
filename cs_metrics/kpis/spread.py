"""What intervals are made from, as SQL: plain sums over the rows, and sums over customers where rows share them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cs_metrics.kpis import intervals
from cs_metrics.kpis.base import Base
from cs_metrics.kpis.model import Form, Interval

if TYPE_CHECKING:
    from cs_metrics.kpis.compile import Writer

_OPEN = (-np.inf, np.inf)
_CLUSTERED = (Interval.CLUSTER, Interval.JACKKNIFE, Interval.NPS)


def row_parts(form: Form) -> tuple[str, str]:
    """Return the SQL of a row's part in the numerator and in the denominator."""
    numerator = form.each or (form.numerator.each if form.numerator else "0")
    denominator = form.weight or (form.denominator.each if form.denominator else "1")
    return numerator, denominator


def spread_columns(form: Form) -> dict[str, str]:
    """Return the aggregates over rows that the form's interval needs."""
    each, _ = row_parts(form)
    value = f"CAST({each} AS DOUBLE)"
    if form.interval is Interval.MEAN:
        return {"count": f"count({each})", "sum": f"sum({value})", "squares": f"sum({value} * {value})"}
    if form.interval is Interval.MEDIAN:
        return {"list": f"list({value}) FILTER (WHERE {each} IS NOT NULL)"}
    if form.interval is Interval.CURVE:
        return {"area": "sum(area)", "variance": "sum(variance)", "leavings": "sum(gone)"}
    if form.interval is Interval.NPS:
        return {name: f"count(*) FILTER (WHERE {value} {test})" for name, test in
                (("promoters", "> 0"), ("passives", "= 0"), ("detractors", "< 0"))}  # fmt: skip
    if form.scale:
        return {"lowest": f"min({form.scale[0]})", "highest": f"max({form.scale[1]})"}
    if form.interval is Interval.DIFFERENCE:
        return {
            f"{name}{group}": f"coalesce({sql} FILTER (WHERE {form.weight} = {group}), 0)"
            for group in (1, 0)
            for name, sql in (("good", f"sum({value})"), ("of", f"count({each})"))
        }
    return {}


def spread_ctes(writer: Writer, base: Base, forms: Sequence[Form], first: int = 0) -> tuple[str, list[str]]:
    """Add the sums over units (customers, respondents) of each form that needs them; return joins and columns.

    `first`: the number of the first form, in the names of the columns.
    """
    units: dict[str, list[int]] = {}
    for i, form in enumerate(forms, start=first):
        if form.interval in _CLUSTERED:
            units.setdefault(form.unit or base.relation.unit, []).append(i)
    joins, columns = "", []
    fill = writer.question.fill
    for number, (unit, chosen) in enumerate(units.items(), start=1):
        parts = []
        single = base.relation.keys == (unit,)
        for i in chosen:
            t, w = (f"CAST({part} AS DOUBLE)" for part in row_parts(forms[i - first]))
            m = f"CASE WHEN {w} <> 0 THEN 1 ELSE 0 END"
            parts += [f"{v if single else f'sum({v})'} AS {n}{i}" for n, v in (("t", t), ("w", w), ("m", m))]
        by_unit, whole, name = f"units{number}", f"sums{number}", f"spread{number}"
        filled = [fill(part, base.relation) for part in parts]
        if single:
            select = _single(writer, base, filled)
        else:
            shown, grouping = writer.groups(unit)
            select = f"SELECT {', '.join([shown, unit, *filled])}\n  FROM {base.name} GROUP BY {grouping}"
        writer.ctes.append(f"{by_unit} AS (\n  {select})")
        keys = ", ".join(writer.keys)
        sums = ", ".join(f"sum(t{i}) AS st{i}, sum(w{i}) AS sw{i}" for i in chosen)
        writer.ctes.append(f"{whole} AS (\n  SELECT {keys}, {sums} FROM {by_unit} GROUP BY {keys})")
        measured = []
        for i in chosen:
            # the value without one customer, less the value: (t / w) w_i - t_i over w - w_i, with no digits lost
            left = f"(s.st{i} / nullif(s.sw{i}, 0) * u.w{i} - u.t{i}) / nullif(s.sw{i} - u.w{i}, 0)"
            counts = f"FILTER (WHERE u.w{i} <> 0 OR u.t{i} <> 0)"
            measured += [
                f"count(*) {counts} AS v{i}_units", f"max(u.m{i}) AS v{i}_most", f"sum(u.t{i}) AS v{i}_t",
                f"sum(u.w{i}) AS v{i}_w", f"sum(u.t{i} * u.t{i}) AS v{i}_tt", f"sum(u.t{i} * u.w{i}) AS v{i}_tw",
                f"sum(u.w{i} * u.w{i}) AS v{i}_ww", f"sum({left}) {counts} AS v{i}_left",
                f"sum({left} * {left}) {counts} AS v{i}_left_squares",
            ]  # fmt: skip
        unit_keys = ", ".join(f"u.{k}" for k in writer.keys)
        writer.ctes.append(
            f"{name} AS (\n  SELECT {unit_keys}, {', '.join(measured)}\n  FROM {by_unit} AS u "
            f"JOIN {whole} AS s ON {writer.on('u', 's')} GROUP BY {unit_keys})"
        )
        joins += f"\nLEFT JOIN {name} ON {writer.on('cells', name)}"
        columns += [f"{name}.{m.rsplit(' AS ', 1)[1]}" for m in measured]
    return joins, columns


def _single(writer: Writer, base: Base, parts: list[str]) -> str:
    """Return the units of a base that has one row for each: no need to group a row by itself."""
    columns = writer.breakdown
    segment = "0" if columns else "1"
    item = [f"{writer.item} AS item"] if writer.item else []
    select = f"SELECT {', '.join(['pno', f'{segment} AS seg', *columns, *item, *parts])}\n  FROM {base.name}"
    if columns and writer.sets:
        nothing = [*(f"NULL AS {b}" for b in columns), *item]
        select += f"\n  UNION ALL SELECT {', '.join(['pno', '1', *nothing, *parts])}\n  FROM {base.name}"
    return select


def interval_of(form: Form, cells: pd.DataFrame, prefix: str) -> intervals.Pair:
    """Return low and high of a form for every cell of a statement's result."""

    def column(name: str) -> np.ndarray:
        return cells[f"{prefix}{name}"].to_numpy(dtype="float64", na_value=np.nan)

    def clustered(bounds: tuple[float, float]) -> intervals.Pair:
        units, weights, sums = column("units"), column("w"), column("t")
        return intervals.clustered(units, weights, sums, column("ww"), column("tw"), column("tt"), bounds)

    if form.interval is Interval.WILSON:
        return intervals.wilson(column("numerator"), column("denominator"))
    if form.interval is Interval.MEAN:
        low, high = intervals.mean(column("count"), column("sum"), column("squares"))
        return np.clip(low, *(form.bounds or _OPEN)), np.clip(high, *(form.bounds or _OPEN))
    if form.interval is Interval.MEDIAN:
        found = [intervals.median(v if isinstance(v, list | np.ndarray) else []) for v in cells[f"{prefix}list"]]
        pairs = np.array([(low, high) for _, low, high in found], dtype="float64").reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]
    if form.interval is Interval.DIFFERENCE:
        low, high = intervals.difference(column("good1"), column("of1"), column("good0"), column("of0"))
        return 100 * low, 100 * high
    if form.interval is Interval.CURVE:
        return intervals.mean_life(column("area"), column("variance"), column("leavings"))
    if form.interval is Interval.JACKKNIFE:
        low, high = intervals.jackknife(column("value"), column("units"), column("left"), column("left_squares"))
        return np.clip(low, *(form.bounds or _OPEN)), np.clip(high, *(form.bounds or _OPEN))
    if form.interval in (Interval.NPS, Interval.CLUSTER):
        # who answers once is no cluster: the interval for independent answers is the sharper one
        repeated = column("most") > 1
        if form.interval is Interval.NPS:
            alone = intervals.nps(column("promoters"), column("passives"), column("detractors"))
            among = clustered((-100.0, 100.0))
        else:
            among = clustered(form.bounds or _OPEN)
            alone = intervals.wilson(column("numerator"), column("denominator")) if form.bounds == (0.0, 1.0) else among
        low, high = np.where(repeated, among[0], alone[0]), np.where(repeated, among[1], alone[1])
        if form.scale:
            low, high = np.clip(low, column("lowest"), None), np.clip(high, None, column("highest"))
        return low, high
    nothing = np.full(len(cells), np.nan)
    return nothing, nothing
