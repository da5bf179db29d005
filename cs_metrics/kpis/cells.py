"""From the cells that a statement returns to a KPI's values: empty cells filled, intervals, completeness."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cs_metrics.kpis import intervals, notes
from cs_metrics.kpis.ask import Asked
from cs_metrics.kpis.model import KPI, Form, Interval
from cs_metrics.kpis.spread import interval_of

Block = dict[str, NDArray[Any]]
"""Columns of equal length: kpi, item, pno, seg, 'by <name>' ..., value, numerator, denominator, n, low, high, ..."""


def _fill(frame: pd.DataFrame, keys: list[str], periods: list[int]) -> pd.DataFrame:
    """Return the cells with an empty one for every period in which a segment has none."""
    columns = [frame[name].tolist() for name in ("seg", *keys)]
    segments = list(dict.fromkeys(zip(*columns, strict=True))) if keys else [(1,)]
    place = {cell: i for i, cell in enumerate(zip(frame["pno"].tolist(), *columns, strict=True))}
    wanted = [(number, *segment) for segment in segments for number in periods]
    filled = frame.reindex([place.get(cell, -1) for cell in wanted]).reset_index(drop=True)
    for position, name in enumerate(("pno", "seg", *keys)):
        filled[name] = pd.Series([cell[position] for cell in wanted], dtype=object if name in keys else "int64")
    return filled


def named(block: Block, name: str) -> Block:
    """Return a block's values alone, as numbers beside another value: `item` is their name."""
    size = len(block["pno"])
    shown = {"item": np.full(size, name, dtype=object), "note": np.full(size, "", dtype=object)}
    return {**block, **shown, **{part: np.full(size, np.nan) for part in ("numerator", "denominator", "low", "high")}}


class Cells:
    """The cells of one statement. With `filled`, every segment that is seen has a cell in every period asked for."""

    def __init__(self, asked: Asked, frame: pd.DataFrame, by: tuple[str, ...], filled: bool = True) -> None:
        self.asked, self.by = asked, by
        keys = [f"b{i}" for i in range(1, len(by) + 1)]
        for key in keys:
            frame[key] = frame[key].astype(object).where(frame[key].notna(), None)
        frame = frame[frame["pno"] >= 0].reset_index(drop=True)
        self.frame = _fill(frame, keys, list(asked.periods)) if filled else frame
        self.keys = dict(zip(keys, by, strict=True))

    def _column(self, name: str) -> NDArray[np.float64]:
        return pd.to_numeric(self.frame[name]).to_numpy(dtype="float64", na_value=np.nan)

    def _constant(self, value: Any) -> NDArray[Any]:
        return np.full(len(self.frame), value, dtype=object)

    def block(self, kpi: KPI, form: Form, prefix: str) -> Block:
        """Return one KPI's values. Where there was nothing to count, counts are 0 and a quotient has no value."""
        items = "item" in self.frame
        block: Block = {"kpi": self._constant(kpi.id), "pno": self.frame["pno"].to_numpy(dtype="int64")}
        block["seg"] = self.frame["seg"].to_numpy(dtype="int64")
        block["item"] = self.frame["item"].to_numpy(dtype=object) if items else self._constant(None)
        for key, name in self.keys.items():
            block[f"by {name}"] = self.frame[key].to_numpy(dtype=object)
        for name in ("value", "numerator", "denominator", "n"):
            block[name] = self._column(f"{prefix}{name}")
        block["numerator"] = np.nan_to_num(block["numerator"])
        block["n"] = np.nan_to_num(block["n"])
        if form.divisor or form.denominator:
            block["denominator"] = np.nan_to_num(block["denominator"])
        elif not form.value:
            block["value"] = np.nan_to_num(block["value"])
        low, high = self._item_interval(form, prefix) if items else interval_of(form, self.frame, prefix)
        reach = notes.reach(self.asked, form)
        follow = int(self.asked.settings[kpi.follow]) if kpi.follow else 0
        periods = self.asked.periods
        complete = {number: period.complete(reach, follow) for number, period in periods.items()}
        for relation in form.relations:
            if relation.ahead:
                question = self.asked.question(self.by)
                complete = {n: whole and question.later(relation, n) <= reach for n, whole in complete.items()}
        begun = {number: period.start < reach for number, period in periods.items()}
        block["complete"] = np.array([complete[p] for p in block["pno"]], dtype=bool)
        block["value"] = np.where([begun[p] for p in block["pno"]], block["value"], np.nan)
        known = ~np.isnan(block["value"])
        block["low"], block["high"] = np.where(known, low, np.nan), np.where(known, high, np.nan)
        block["note"] = self._constant("")
        return block

    def left_out(self, form: Form, prefix: str) -> list[tuple[NDArray[Any], NDArray[Any]]]:
        """Return, for each kind of row that the form leaves out, how many in each cell, and what they come to."""
        found = []
        for j, out in enumerate(form.leaves_out):
            amount = self._column(f"{prefix}amount{j}") if out.amount else np.full(len(self.frame), np.nan)
            found.append((self._column(f"{prefix}out{j}"), amount))
        return found

    def beside(self, block: Block, name: str, column: str) -> Block:
        """Return a number beside the value as a block of its own, `item` its name; it has no interval."""
        return named({**block, "value": self._column(column)}, name)

    def _item_interval(self, form: Form, prefix: str) -> intervals.Pair:
        """An item with rows of its own has the interval that its form has; else an item's share that of independent
        cases, and other items none."""
        if form.own_base and form.over is not None:
            return interval_of(form, self.frame, prefix)
        if form.interval is Interval.WILSON:
            return intervals.wilson(self._column(f"{prefix}numerator"), self._column(f"{prefix}denominator"))
        nothing = np.full(len(self.frame), np.nan)
        return nothing, nothing
