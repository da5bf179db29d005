"""One projection: the rates that a history gives, the path by them, and how far months like it may lead astray."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cs_metrics.analysis.revenue.flows import MOVES

Numbers = NDArray[np.float64]
AMOUNTS = ("new", "reactivation")
RATES = ("expansion", "contraction", "churn")
LEVEL = 0.95
SEED = 20_260_101
Z = float(stats.norm.ppf((1 + LEVEL) / 2))
# without it a dozen months know no month beyond their own extremes, and one month ahead the band is too narrow
_BLUR = 0.5


def sample(used: pd.DataFrame) -> Numbers:
    """Return a row a month: new, reactivation, expansion, contraction, churn; the last three over the month's start."""
    amounts = used[list(AMOUNTS)].to_numpy(dtype=float)
    rates = used[list(RATES)].to_numpy(dtype=float) / used[["start"]].to_numpy(dtype=float)
    return np.hstack([amounts, rates])


def pooled(used: pd.DataFrame) -> dict[str, float]:
    """Return what a month brings: the mean new and won back, and the rates as all lost over all there was to lose."""
    started = float(used["start"].sum())
    amounts = {name: float(used[name].mean()) for name in AMOUNTS}
    return amounts | {name: float(used[name].sum()) / started for name in RATES}


def path(level: float, assumed: Mapping[str, float], ahead: int) -> pd.DataFrame:
    """Return a row a month ahead: opening, the five movements, closing."""
    rows, opening = [], level
    for _ in range(ahead):
        moves = {name: assumed[name] * (opening if name in RATES else 1) for name in MOVES}
        closing = opening + sum(moves[n] for n in ("new", "reactivation", "expansion"))
        closing -= moves["contraction"] + moves["churn"]
        rows.append({"opening": opening, **moves, "closing": closing})
        opening = closing
    return pd.DataFrame(rows)


def reach(
    level: float,
    months: Numbers,
    assumed: Mapping[str, float],
    closing: Numbers,
    *,
    paths: int,
    stream: int,
) -> tuple[Numbers, Numbers]:
    """Return how far below and above `closing` the 95 % interval reaches in each month ahead, as logarithms.

    An iterated bootstrap (Efron and Tibshirani, 1993): each of `paths` futures draws its months from a history that is
    itself drawn anew, smoothed, and scaled to what is assumed. What a bootstrap of n months falls short of is put
    right as in a Student interval: t(n - 1) for the normal quantile, and n - 1 for n in the variance. `stream` keeps
    the draws of several projections apart.
    """
    random = np.random.default_rng([SEED, stream])
    count, ahead = len(months), len(closing)
    wanted = np.array([assumed[name] for name in MOVES])
    means = months.mean(axis=0)
    scaled = np.where(means > 0, months * (wanted / np.where(means > 0, means, 1.0)), wanted)
    known = random.integers(count, size=(paths, count))
    drawn, other = (
        np.take_along_axis(known, random.integers(count, size=(paths, ahead)), axis=1) for _ in range(2)
    )  # fmt: skip
    blur = _BLUR * random.normal(size=(paths, ahead, 1))
    coming = np.maximum(scaled[drawn] + blur * (scaled - scaled.mean(axis=0))[other], 0.0)
    kept = 1 + coming[..., 2] - np.minimum(coming[..., 3] + coming[..., 4], 1.0)
    gained = coming[..., 0] + coming[..., 1]
    mrr = np.full(paths, level)
    levels = np.empty((paths, ahead))
    for step in range(ahead):
        mrr = mrr * kept[:, step] + gained[:, step]
        levels[:, step] = mrr
    low, high = np.quantile(levels, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    few = float(stats.t.ppf((1 + LEVEL) / 2, count - 1)) / Z * (count / (count - 1)) ** 0.5
    return few * _log_ratio(closing, low), few * _log_ratio(high, closing)


def widened(arm: Numbers, drift: float) -> Numbers:
    """Return one arm of the interval, widened by an error that grows with each month ahead; see `record.drift`."""
    ahead = np.arange(1, len(arm) + 1)
    return np.sqrt(arm**2 + Z**2 * drift * ahead**2)


def _log_ratio(larger: Numbers, smaller: Numbers) -> Numbers:
    """Return log(larger / smaller), not below 0: the interval holds its own middle. Infinite where it reaches zero."""
    found = np.full(len(larger), np.inf)
    known = (larger > 0) & (smaller > 0)
    found[known] = np.maximum(np.log(larger[known] / smaller[known]), 0.0)
    found[(larger <= 0) & (smaller <= 0)] = 0.0
    return found
