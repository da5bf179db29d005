"""The cells of a retention triangle against something: their own row, another cohort, a target."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cs_metrics.analysis.cohorts.told import percent
from cs_metrics.errors import QueryError
from cs_metrics.kpis import intervals

MODES = ("absolute", "row", "cohort", "target")


@dataclass(frozen=True)
class Compared:
    """`frame`: with `shade` (row: 0 the row's lowest to 1 its highest; cohort, target: -1 to 1, 0 as what it is held
    against; none where there is nothing to hold it against, or the cell is not over) and `beside` (the comparison in
    words). `reach`: the difference, as a share, from which on a shade is 1: nine in ten are smaller."""

    frame: pd.DataFrame
    mode: str
    reach: float = 1.0


def compared(frame: pd.DataFrame, mode: str, cohort: Any = None, target: float | None = None) -> Compared:
    """Hold the cells of a triangle (one, no breakdown) against their own row, a `cohort` or a `target` (a share).

    'row' spans the lowest and the highest complete cell after the start. Only what is complete is compared; 'beyond
    chance' is said where the 95 % interval of the difference (cohort; Newcombe 1998) or of the cell (target) leaves
    zero or the target out. Raises QueryError where the cohort or the target is missing.
    """
    if mode not in MODES:
        raise QueryError(f"Colours are {', '.join(MODES)}; there is no '{mode}'.")
    data = frame.assign(shade=float("nan"), beside="")
    if mode == "absolute":
        return Compared(data.assign(shade=data["value"].astype(float)), mode)
    if mode == "row":
        return Compared(_in_row(data), mode)
    if mode == "target":
        if target is None or not math.isfinite(target):
            raise QueryError("Colours against a target need one: type a percentage.")
        data["gap"] = data["value"].astype(float) - target
        data["beside"] = [
            _said(row["gap"], f"the target of {percent(target)}", _outside(row, target), row)
            for row in data.to_dict("records")
        ]
    else:
        data = _against(data, cohort)
    # a cell that is not over would look like a collapse
    data["gap"] = data["gap"].where(data["complete"] & (data["k"] > 0))
    gaps = data["gap"].abs().dropna()
    # one cell far out would leave the others pale; whole steps of 5 points, so that a colour keeps its meaning when a
    # month is added
    most = float(gaps.quantile(0.9)) if len(gaps) else 0.0
    reach = max(0.05, math.ceil(round(most * 20, 9)) / 20)
    return Compared(data.assign(shade=(data["gap"] / reach).clip(-1, 1)).drop(columns="gap"), mode, reach)


def _in_row(data: pd.DataFrame) -> pd.DataFrame:
    whole = data[data["complete"] & (data["k"] > 0) & data["value"].notna()]
    ends = whole.groupby("cohort", dropna=False)["value"].agg(["min", "max"]).astype(float)
    low, high = (data["cohort"].map(ends[end]) for end in ("min", "max"))
    span = (high - low).where(high > low)
    shade = ((data["value"].astype(float) - low) / span).clip(0, 1)
    # a row of one value has no lowest and highest
    shade = shade.where(span.notna() | low.isna(), 0.5)
    return data.assign(shade=shade.where(data["complete"] & (data["k"] > 0) & data["value"].notna()))


def _against(data: pd.DataFrame, cohort: Any) -> pd.DataFrame:
    same = data["cohort"].isna() if cohort is None else data["cohort"] == cohort
    if not same.any():
        raise QueryError("Colours against a cohort need one that is shown: choose it from the list.")
    other = data[same & data["complete"]].set_index("k")
    data["gap"] = data["value"].astype(float) - data["k"].map(other["value"].astype(float))
    money = "base" in data
    beside = []
    for row in data.to_dict("records"):
        beyond = None
        if row["k"] in other.index and not money:
            there = other.loc[row["k"]]
            low, high = intervals.difference(row["retained"], row["eligible"], there["retained"], there["eligible"])
            beyond = bool(low > 0 or high < 0)
        beside.append(_said(row["gap"], "that cohort", beyond, row))
    return data.assign(beside=beside)


def _outside(row: Mapping[Any, Any], target: float) -> bool | None:
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return None
    return not row["low"] <= target <= row["high"]


def _said(gap: float, than: str, beyond: bool | None, row: Mapping[Any, Any]) -> str:
    if pd.isna(gap) or row["k"] == 0 or not row["complete"]:
        return ""
    points = round(100 * gap, 1) + 0.0
    size = f"{abs(points):.0f}" if abs(points) >= 10 else f"{abs(points):.1f}"
    said = f"{size} points {'above' if points > 0 else 'below'} {than}" if points else f"as {than}"
    if beyond is None or not points:
        return said
    return f"{said}, {'beyond chance' if beyond else 'could be chance'}"
