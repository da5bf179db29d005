"""Reading an answer: the frame of `View.compute`, whose rows are of the whole or of one of a KPI's items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from cs_metrics.kpis import KPI
from pages._ui import door

# What a row tells of its KPI; its other columns say where it stands: the period, the segment.
NUMBERS = ("item", "value", "numerator", "denominator", "n", "low", "high", "complete", "note")


def by_id(frame: pd.DataFrame, items: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the whole-range row (no period) of each KPI by its id: over all its items, or of the one that `items`
    names for it. Of a KPI that only divides a whole (see `divides`): of its largest item, if no other is named."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in frame[frame["period"].isna()].to_dict("records") if len(frame) else ():
        rows.setdefault(row["kpi"], []).append(row)
    return {each: _row(each, found, (items or {}).get(each)) for each, found in rows.items()}


def _row(kpi_id: str, found: Sequence[dict[str, Any]], item: str | None) -> dict[str, Any]:
    whole_row = next(row for row in found if is_whole(row["item"]))
    parts = [row for row in found if not is_whole(row["item"])]
    if item is None and not divides(door.kpi(kpi_id)):
        return whole_row
    # an answer's items come with the largest first
    named = [row for row in parts if item is None or row["item"] == item]
    return named[0] if named else whole_row if item is None else {**whole_row, "item": item, "value": None}


def is_whole(item: Any) -> bool:
    """Say whether a row of an answer is over all items: its `item` is missing."""
    return item is None or item != item


def of_item(frame: pd.DataFrame, found: KPI, item: str | None) -> pd.DataFrame:
    """Return the rows of one item; None: those over all items. Where there was something to count and none of it was
    the item's, it is 0, unless items have bases of their own."""
    whole = frame[frame["item"].isna()]
    if item is None:
        return whole
    # the numbers beside a value have no numerator: an item may be called like one of them
    mine = frame[(frame["item"] == item) & frame["numerator"].notna()]
    if any(form.own_base for form in found.forms):
        return mine
    keys = [name for name in frame.columns if name not in NUMBERS]
    both = whole.merge(mine[[*keys, "value", "numerator", "low", "high", "note"]], on=keys, how="left",
                       suffixes=("_whole", ""), indicator="_where")  # fmt: skip
    none = (both["_where"] == "left_only") & both["value_whole"].notna()
    both.loc[none, ["value", "numerator"]] = 0.0
    both["note"] = both["note"].fillna("")
    return both.assign(item=item)[frame.columns]


def divides(found: KPI) -> bool:
    """Say whether a KPI only divides a whole, which is always 1: its items are what it tells."""
    return any(form.item and form.numerator == form.denominator for form in found.forms)
