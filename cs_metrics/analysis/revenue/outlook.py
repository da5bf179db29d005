"""Where recurring revenue goes from here if the coming months are like the last ones: a projection, and how well the
same projection would have done before."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from cs_metrics.analysis.revenue.flows import MOVES
from cs_metrics.analysis.revenue.futures import RATES, path, pooled, reach, sample, widened
from cs_metrics.analysis.revenue.movements import movements
from cs_metrics.analysis.revenue.record import FEWEST, accuracy, before, usable
from cs_metrics.errors import QueryError, did_you_mean

LONGEST = 60
PATHS = 2000


@dataclass(frozen=True)
class Outlook:
    """A projection. Where `reason` is not empty there is none, and the frames are empty.

    path: period (month), opening, new, reactivation, expansion, contraction, churn, closing, low, high.
    past: period, end: the complete months so far. rates: what the last `months` months give: new and reactivation in
    money a month, expansion, contraction and churn as shares of the MRR at a month's start, pooled (all lost / all at
    the start). assumed: those the path goes by. before: made (the month after which it was made), period, horizon,
    projected, low, high, actual, error (projected / actual - 1), inside. accuracy: horizon, n, error (median size),
    lean (mean error, above 0: too high), inside (share). widened:
    how many times as wide earlier misses make the last month's band.
    """

    path: pd.DataFrame = field(default_factory=pd.DataFrame)
    past: pd.DataFrame = field(default_factory=pd.DataFrame)
    rates: Mapping[str, float] = field(default_factory=dict)
    assumed: Mapping[str, float] = field(default_factory=dict)
    months: int = 0
    before: pd.DataFrame = field(default_factory=pd.DataFrame)
    accuracy: pd.DataFrame = field(default_factory=pd.DataFrame)
    widened: float = 1.0
    reason: str = ""


def outlook(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    ahead: int = 12,
    history: int = 12,
    assumptions: Mapping[str, float] | None = None,
    where: Mapping[str, Any] | None = None,
) -> Outlook:
    """Project MRR `ahead` months from the end of the last complete month, by the rates of the last `history` ones.

    MRR of the next month = MRR x (1 + expansion - contraction - churn) + new + reactivation; `assumptions` replaces
    any of the five. low and high hold 95 % of 2,000 simulated futures of months like those of the history (`reach` of
    `cs_metrics.analysis.revenue.futures`, with a fixed seed), widened by what earlier projections missed beyond that:
    rates drift, and their months alone do not show it. The path knows no season, no trend, and no price rise to come.
    `before` stands at each earlier month and does the same with what was known then, as today's data tell it. Raises
    QueryError, NotComputableError.
    """
    _within("ahead", ahead, 1, 36)
    _within("history", history, FEWEST, LONGEST)
    given = check_assumptions(assumptions)
    frame = movements(con, settings, as_of, grain="month", where=where)
    return project(frame[frame["complete"]].reset_index(drop=True), ahead, history, given)


def project(
    frame: pd.DataFrame, ahead: int = 12, history: int = 12, given: Mapping[str, float] | None = None
) -> Outlook:
    """Project from complete months of `movements`; `given` are checked assumptions. See `outlook`."""
    used = usable(frame, history)
    if len(used) < FEWEST:
        return Outlook(
            past=frame[["period", "end"]],
            reason=f"A projection needs {FEWEST} complete months that began with recurring revenue. "
            f"The data have {len(used)}.",
        )
    rates = pooled(used)
    assumed = {**rates, **(given or {})}
    last = frame.iloc[-1]
    ahead_of_it = path(float(last["end"]), assumed, ahead)
    ahead_of_it.insert(0, "period", [last["period"] + pd.DateOffset(months=n) for n in range(1, ahead + 1)])
    closing = ahead_of_it["closing"].to_numpy(dtype=float)
    down, up = reach(float(last["end"]), sample(used), assumed, closing, paths=PATHS, stream=0)
    record, drift = before(frame, history, ahead)
    ahead_of_it["low"] = closing * np.exp(-widened(down, drift))
    ahead_of_it["high"] = closing * np.exp(widened(up, drift))
    alone = down[-1] + up[-1]
    times = float(widened(down, drift)[-1] + widened(up, drift)[-1]) / alone if 0 < alone < np.inf else 1.0
    return Outlook(
        ahead_of_it, frame[["period", "end"]], rates, assumed, len(used), record, accuracy(record), times,
    )  # fmt: skip


def check_assumptions(assumptions: Mapping[str, float] | None) -> dict[str, float]:
    """Return assumptions as numbers. Raises QueryError for a name or a value that makes no sense."""
    checked = {}
    for name, value in (assumptions or {}).items():
        if name not in MOVES:
            raise QueryError(f"There is no assumption '{name}'. {did_you_mean(name, MOVES)}".rstrip())
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise QueryError(f"The assumption '{name}' is {value!r}. It is a number from 0 up.")
        if name in RATES and value > 1:
            raise QueryError(f"The assumption '{name}' is {value!r}. It is a share of a month's MRR, from 0 to 1.")
        checked[name] = float(value)
    if checked.get("contraction", 0) + checked.get("churn", 0) > 1:
        raise QueryError("Contraction and churn together cannot take more than all of a month's MRR.")
    return checked


def _within(name: str, value: Any, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise QueryError(f"'{name}' is {value!r}. It is a number of months from {least} to {most}.")


def in_percent(rates: Mapping[str, float]) -> dict[str, float]:
    """Return assumptions as a person writes them: money to the cent, shares in percent with two digits."""
    return {name: round(value * 100, 2) if name in RATES else round(value, 2) for name, value in rates.items()}


def from_percent(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return assumptions that a person wrote (see `in_percent`) as `outlook` takes them; it checks them."""
    numbers = {n: v for n, v in written.items() if isinstance(v, int | float) and not isinstance(v, bool)}
    return {
        name: numbers[name] / 100 if name in RATES and name in numbers else value for name, value in written.items()
    }
