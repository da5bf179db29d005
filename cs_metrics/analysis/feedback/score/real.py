"""Is the difference of two scores more than chance gives? For NPS, shares and means, where people answer repeatedly.

Pure numpy and scipy: `compared` takes sums over accounts, one element a pair of groups, and knows no table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cs_metrics.analysis.survival.curve import holm

LEVEL = 0.05
# the share of all samples in which a difference called visible would be called real
POWER = 0.8
# below so many accounts in a group, a spread that must be estimated from them is a guess
FEWEST = 5
# Answers added to each group, as {worth: how many}: they keep a group in which all answered alike from being certain.
# NPS: Rocks (2016), The American Statistician 70: 365-372, in the test of Lewis and Sauro (2021),
# measuringu.com/nps-significance-test. Shares: Agresti and Caffo (2000), The American Statistician 54: 280-288.
ADDED: Mapping[str, Mapping[float, float]] = {
    "nps": {100.0: 0.75, 0.0: 1.5, -100.0: 0.75},
    "share": {1.0: 1.0, 0.0: 1.0},
    "mean": {},
}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Sums over the accounts of a group, an element each for as many groups as are compared.

    Account i gave n_i answers that add up to t_i: `accounts`, `n` = sum n_i, `total` = sum t_i, `nn` = sum n_i squared,
    `nt` = sum n_i t_i, `tt` = sum t_i squared, `fourth` = sum n_i to the fourth, `most` = the largest n_i.
    """

    accounts: Floats
    n: Floats
    total: Floats
    nn: Floats
    nt: Floats
    tt: Floats
    fourth: Floats
    most: Floats


@dataclass(frozen=True)
class Shared:
    """Sums over the accounts that answered in both groups: `accounts`, and of n_i n'_i, n_i t'_i, t_i n'_i, t_i t'_i,
    and n_i n'_i squared."""

    accounts: Floats
    nn: Floats
    nt: Floats
    tn: Floats
    tt: Floats
    squares: Floats


def compared(kind: str, one: Group, other: Group, shared: Shared, middle: float = 0.0) -> pd.DataFrame:
    """Return difference (other less one), low, high (95 %), p, error (the standard error), degrees; p NaN: not to tell.

    `kind`: "nps" (worth -100, 0, 100), "share" (0, 1) or "mean". The difference is that of the scores themselves;
    interval and p are of the scores with `ADDED`. Where every account answers once and in one group only, the normal
    distribution (NPS, shares) or Welch's t (means). Else answers of an account may be alike, in one group and across
    both: cluster-robust variance and covariance (Liang and Zeger 1986), t with the degrees of freedom that
    Satterthwaite (1946) gives when an account's answers are all alike, the careful end; no p below `FEWEST` accounts.
    `middle` was taken off every worth before it was summed, so that no digits are lost in the squares.
    """
    added = {worth - middle: count for worth, count in ADDED[kind].items()}
    repeated = (one.most > 1) | (other.most > 1) | (shared.accounts > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        lost, other_lost = _lost(one, added, repeated), _lost(other, added, repeated)
        mean, spread, size = _spread(one, added, lost)
        other_mean, other_spread, other_size = _spread(other, added, other_lost)
        both = shared.tt - other_mean * shared.tn - mean * shared.nt + mean * other_mean * shared.nn
        covariance = np.sqrt(lost * other_lost) * both / (size * other_size)
        variance = spread + other_spread - 2 * covariance
        error = np.sqrt(np.where(variance > 1e-12 * (spread + other_spread), variance, np.nan))
        weight, other_weight = spread / one.nn, other_spread / other.nn
        quarters = weight**2 * one.fourth + other_weight**2 * other.fourth + 2 * weight * other_weight * shared.squares
        degrees = np.maximum((spread + other_spread) ** 2 / quarters - 2, 1)
        degrees = np.where(repeated | (kind == "mean"), degrees, np.inf)
        enough = np.minimum(one.accounts, other.accounts) >= np.where(repeated | (kind == "mean"), FEWEST, 1)
        error = np.where(enough, error, np.nan)
        moved = other_mean - mean
        half = stats.t.ppf(1 - LEVEL / 2, degrees) * error
        p = 2 * stats.t.sf(np.abs(moved) / error, degrees)
        difference = other.total / other.n - one.total / one.n
    found = {"difference": difference, "low": moved - half, "high": moved + half, "p": p, "error": error}
    return pd.DataFrame({**found, "degrees": degrees})


def _lost(group: Group, added: Mapping[float, float], repeated: NDArray[np.bool_]) -> Floats:
    """Return what makes up for the mean being that of the same answers; with added answers and no repeats the
    published form has none of it."""
    return np.where(repeated | (not added), group.accounts / np.maximum(group.accounts - 1, 1), 1.0)


def _spread(group: Group, added: Mapping[float, float], lost: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the mean, its variance and the number of answers, each with the answers that are added."""
    size = group.n + sum(added.values())
    mean = (group.total + sum(worth * count for worth, count in added.items())) / size
    squares = np.maximum(group.tt - 2 * mean * group.nt + mean**2 * group.nn, 0.0)
    squares = lost * squares + sum(count * (worth - mean) ** 2 for worth, count in added.items())
    return mean, squares / size**2, size


def judged(found: pd.DataFrame) -> pd.DataFrame:
    """Add to `compared`: adjusted (p by Holm over all that have one), verdict, and visible.

    `verdict`: "real" (more than chance, among so many comparisons), "alone" (it would be, had nothing else been looked
    at), "open" (chance may have made it: not the same as no difference), "none" (too few answers to tell). `visible` is
    the difference that would be called real four times in five.
    """
    p = found["p"].to_numpy(dtype="float64")
    known = ~np.isnan(p)
    adjusted = np.full(len(p), np.nan)
    if known.any():
        adjusted[known] = holm(p[known])
    verdict = np.select([~known, adjusted < LEVEL, p < LEVEL], ["none", "real", "alone"], "open")
    level = LEVEL / max(int(known.sum()), 1)
    degrees = found["degrees"].to_numpy(dtype="float64")
    factor = stats.t.ppf(1 - level / 2, degrees) + stats.t.ppf(POWER, degrees)
    return found.assign(adjusted=adjusted, verdict=verdict, visible=factor * found["error"])


def sums(values: ArrayLike) -> Floats:
    """Return a column of sums as floats, null as 0."""
    return np.nan_to_num(np.asarray(values, dtype=np.float64))
