"""Compare the engine's frames with the oracles, cell by cell; a difference is one line a person can act on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import pandas as pd

from . import ORACLES, Answer, Data

PARTS = ("value", "numerator", "denominator", "n")
MONTHS = {"month": 1, "quarter": 3}
ALL = slice(None)
POSSIBLE = {
    "net_promoter_score": (-100.0, 100.0),
    "customer_effort_score": (1.0, 7.0),
    "sentiment": (-1.0, 1.0),
    "onboarding_satisfaction_score": (0.0, 100.0),
    "customer_feedback_score_post_activation": (0.0, 100.0),
}
# whose items are made by a library (themes of texts): the contract says that there are some, not which
OWN_ITEMS = ("qualitative_customer_feedback",)


def periods(data: Data, grain: str, months: int = 30) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """The periods of a grain that end with the one in which as-of lies; `months` long in all."""
    step = MONTHS[grain]
    last = (data.as_of - pd.Timedelta(seconds=1)).to_period("M" if step == 1 else "Q").to_timestamp()
    starts = [last - pd.DateOffset(months=step * back) for back in reversed(range(months // step))]
    return [(start, start + pd.DateOffset(months=step)) for start in starts]


def plain(value: object) -> object:
    """None for every kind of null."""
    return None if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)) else value


def same(ours: object, theirs: object) -> bool:
    if ours is None or theirs is None:
        return ours is None and theirs is None
    return math.isclose(float(ours), float(theirs), rel_tol=1e-6, abs_tol=1e-3 if abs(float(ours)) > 100 else 1e-6)  # type: ignore[arg-type]


def engine_cells(frame: pd.DataFrame, by: str | None) -> dict[tuple, dict]:
    """(kpi, period, segment, item) -> the row."""
    rows = frame.to_dict("records")
    return {
        (r["kpi"], pd.Timestamp(r["period"]), plain(r[by]) if by else None, plain(r["item"])): {
            k: plain(v) for k, v in r.items()
        }
        for r in rows
    }


def segments(frame: pd.DataFrame, data: Data, by: str | None) -> list:
    """Every value of the attribute, in the raw table and in the engine's answer; None for the rows without one."""
    if by is None:
        return [None]
    table, column = by.split(".", 1) if "." in by else ("customers", by)
    values = set(data[table][column].dropna()) | set(frame[by].dropna())
    if by == "plan":
        values |= set(data["subscriptions"]["plan"].dropna())
    return [*sorted(values), None]


def oracle_cells(
    data: Data, kpi: str, spans: list[tuple[pd.Timestamp, pd.Timestamp]], by: str | None, values: list
) -> Iterator[tuple[tuple, Answer]]:
    for start, end in spans:
        for value in values:
            keep = None if by is None else (by, value)
            answer = data.remember(("answer", kpi, start, end, keep), partial(ORACLES[kpi], data, start, end, keep))
            for item, one in (answer if isinstance(answer, dict) else {None: answer}).items():
                yield (kpi, start, value, item), one


def differences(
    frame: pd.DataFrame, data: Data, kpi: str, grain: str, by: str | None = None, every: slice = ALL
) -> list[str]:
    """What differs, one line a cell; a cell that one side lacks differs when the other has a base in it. `every`:
    which of the periods are looked at."""
    spans = periods(data, grain)[every]
    own = frame[(frame["kpi"] == kpi) & frame["period"].isin([start for start, _ in spans])]
    engine = engine_cells(own, by)
    found = []
    for key, ours in oracle_cells(data, kpi, spans, by, segments(frame, data, by)):
        theirs = engine.pop(key, None)
        if theirs is None:
            if ours.n:
                found.append(f"{describe(key, by)}: oracle {ours[:4]}, engine has no row")
            continue
        wrong = [p for p in PARTS if not same(getattr(ours, p), theirs[p]) and not empty(ours, p, theirs[p])]
        if wrong:
            engine_parts = tuple(theirs[p] for p in PARTS)
            found.append(f"{describe(key, by)}: {', '.join(wrong)}; oracle {ours[:4]}, engine {engine_parts}")
    for key, theirs in engine.items():
        if theirs["n"] and not (kpi in OWN_ITEMS and key[3] is not None):
            engine_parts = tuple(theirs[p] for p in PARTS)
            found.append(f"{describe(key, by)}: oracle has no such cell, engine {engine_parts}")
    return found


def interval_differences(frame: pd.DataFrame, data: Data, kpi: str, grain: str) -> list[str]:
    """Intervals of the whole; the engine may clip its own to what is possible."""
    engine = engine_cells(frame[frame["kpi"] == kpi], None)
    found = []
    for key, ours in oracle_cells(data, kpi, periods(data, grain), None, [None]):
        theirs = engine.get(key)
        if theirs is None or ours.interval is None:
            continue
        low, high = ours.interval
        bounds = (theirs["low"], theirs["high"])
        least, most = POSSIBLE.get(kpi, (0.0, 1.0))
        fits_low = same(low, bounds[0]) or same(max(low, least), bounds[0])
        fits_high = same(high, bounds[1]) or same(min(high, most), bounds[1])
        if not (fits_low and fits_high):
            found.append(f"{describe(key, None)} n {ours.n}: oracle {low:.6f} to {high:.6f}, engine {bounds}")
    return found


def empty(ours: Answer, part: str, theirs: object) -> bool:
    """Without a base a part may be 0 or null: there is nothing to say."""
    return ours.value is None and part != "value" and not (getattr(ours, part) or 0) and not (theirs or 0)


def describe(key: tuple, by: str | None) -> str:
    kpi, period, segment, item = key
    where = f" {by}={segment!r}" if by else ""
    return f"{kpi} {period:%Y-%m-%d}{where}{f' item={item!r}' if item is not None else ''}"
