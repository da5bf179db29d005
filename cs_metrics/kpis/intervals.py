"""95 % intervals: what chance alone could make of a value. Pure numpy and scipy, one call for a whole column.

Every function takes numbers or arrays (broadcast against each other) and returns `(low, high)`, two float arrays with
NaN where there is no interval. No function draws random numbers, and none knows a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

LEVEL = 0.95
_TAIL = (1 - LEVEL) / 2
_Z = float(stats.norm.ppf(1 - _TAIL))

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]


def _floats(*values: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in values)))


def _around(value: Floats, variance: Floats, degrees: Floats, known: NDArray[np.bool_]) -> Pair:
    """Student t around `value`. Rounding can push a variance of zero just below it."""
    with np.errstate(invalid="ignore", divide="ignore"):
        t = stats.t.ppf(1 - _TAIL, np.where(known, degrees, 1.0))
        half = t * np.sqrt(np.maximum(variance, 0.0))
    return np.where(known, value - half, np.nan), np.where(known, value + half, np.nan)


def wilson(k: ArrayLike, n: ArrayLike) -> Pair:
    """A share of counted things: k of n. NaN for n = 0.

    Wilson (1927), JASA 22: 209-212, the score interval without continuity correction.
    """
    k, n = _floats(k, n)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = k / n
        centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * np.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    known = n > 0
    # at k = 0 and k = n the exact ends are 0 and 1; the subtraction leaves 1e-17 of them
    low = np.where(k == 0, 0.0, centre - half)
    high = np.where(k == n, 1.0, centre + half)
    return np.where(known, np.clip(low, 0, 1), np.nan), np.where(known, np.clip(high, 0, 1), np.nan)


def difference(k: ArrayLike, n: ArrayLike, other_k: ArrayLike, other_n: ArrayLike) -> Pair:
    """The difference of two independent shares, k of n less other_k of other_n. NaN where either base is empty.

    Newcombe (1998), Statistics in Medicine 17: 873-890, method 10: from the Wilson interval of each.
    """
    k, n, other_k, other_n = _floats(k, n, other_k, other_n)
    low, high = wilson(k, n)
    other_low, other_high = wilson(other_k, other_n)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, q = k / n, other_k / other_n
    below = np.sqrt((p - low) ** 2 + (other_high - q) ** 2)
    above = np.sqrt((high - p) ** 2 + (q - other_low) ** 2)
    return p - q - below, p - q + above


def nps(promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike) -> Pair:
    """The Net Promoter Score, -100 to 100, from its three counts. NaN without answers.

    Adjusted Wald: three answers are added, 3/4, 3/2 and 3/4, to the variance and the centre of the interval, never to
    the value. Rocks (2016), The American Statistician 70: 365-372.
    """
    promoters, passives, detractors = _floats(promoters, passives, detractors)
    known = promoters + passives + detractors > 0
    p, q, d = promoters + 0.75, passives + 1.5, detractors + 0.75
    n = p + q + d
    score = (p - d) / n
    half = _Z * np.sqrt(((p + d) / n - score**2) / n)
    low, high = np.maximum(score - half, -1) * 100, np.minimum(score + half, 1) * 100
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def mean(n: ArrayLike, total: ArrayLike, squares: ArrayLike) -> Pair:
    """A mean, from the count, the sum and the sum of squares of independent values. NaN below n = 2.

    Student (1908), Biometrika 6: 1-25. The sums of values less a constant give the same width with fewer lost digits.
    """
    n, total, squares = _floats(n, total, squares)
    known = (n >= 2) & np.isfinite(total) & np.isfinite(squares)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = (squares - total**2 / n) / (n - 1) / n
        value = total / n
    return _around(value, variance, n - 1, known)


def mean_difference(
    n: ArrayLike, value: ArrayLike, variance: ArrayLike, other_n: ArrayLike, other_value: ArrayLike,
    other_variance: ArrayLike,
) -> Pair:  # fmt: skip
    """The difference of the means of two independent groups (the first less the other), from counts, means and the
    variances of the values. NaN where a group has fewer than two, or neither varies.

    Welch (1947), Biometrika 34: 28-35: each group its own variance, Student t on Satterthwaite's degrees of freedom.
    """
    n, value, variance, other_n, other_value, other_variance = _floats(
        n, value, variance, other_n, other_value, other_variance
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        one, other = variance / n, other_variance / other_n
        degrees = (one + other) ** 2 / (one**2 / (n - 1) + other**2 / (other_n - 1))
    return _around(value - other_value, one + other, degrees, (n >= 2) & (other_n >= 2) & (one + other > 0))


def clustered(
    clusters: ArrayLike,
    n: ArrayLike,
    total: ArrayLike,
    nn: ArrayLike,
    nt: ArrayLike,
    tt: ArrayLike,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Pair:
    """A mean or share, total / n, where a customer counts several times: robust to what one customer's rows share.

    With n_i rows and a sum of t_i in cluster i: `n` = sum of n_i, `total` = sum of t_i, `nn` = sum of n_i squared,
    `nt` = sum of n_i t_i, `tt` = sum of t_i squared. `bounds` cuts the interval (0 and 1 for a share, -100 and 100 for
    NPS with t_i in hundreds). NaN below two clusters.

    CR1 with t on clusters - 1 degrees: Liang and Zeger (1986), Biometrika 73: 13-22; Cameron and Miller (2015), Journal
    of Human Resources 50: 317-372 (for a mean, their factor is K / (K - 1)).
    """
    k, n, total, nn, nt, tt = _floats(clusters, n, total, nn, nt, tt)
    known = (k >= 2) & (n > 0) & np.isfinite(total)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = total / n
        variance = k / (k - 1) * (tt - 2 * value * nt + value**2 * nn) / n**2
    low, high = _around(value, variance, k - 1, known)
    return np.clip(low, *bounds), np.clip(high, *bounds)


def around(
    value: ArrayLike, variance: ArrayLike, degrees: ArrayLike, bounds: tuple[float, float] = (-np.inf, np.inf)
) -> Pair:
    """An estimate whose variance is known from elsewhere: Student t on `degrees` around it, cut at `bounds`. NaN where
    the variance is not known, or without a degree of freedom."""
    value, variance, degrees = _floats(value, variance, degrees)
    known = np.isfinite(value) & np.isfinite(variance) & (degrees > 0)
    low, high = _around(value, variance, degrees, known)
    return np.clip(low, *bounds), np.clip(high, *bounds)


def mean_life(value: ArrayLike, variance: ArrayLike, leavings: ArrayLike) -> Pair:
    """A mean life under a survival curve, restricted at the longest observed, from Greenwood's variance of the area.
    NaN while nobody has left: the curve has not begun to fall. Never below 0.

    Klein and Moeschberger (2003), Survival Analysis, 4.5: normal around the area.
    """
    value, variance, leavings = _floats(value, variance, leavings)
    known = (leavings > 0) & np.isfinite(value) & np.isfinite(variance)
    half = _Z * np.sqrt(np.where(known, variance, 0.0))
    return np.where(known, np.maximum(value - half, 0.0), np.nan), np.where(known, value + half, np.nan)


def median_ranks(n: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The ranks (from 1) of the two sorted values around a median of n: j and n + 1 - j, both 0 below n = 6.

    j is the largest whose coverage, by the binomial distribution, is at least 95 %. Conover (1999), Practical
    Nonparametric Statistics, 3rd edition, section 3.2.
    """
    size = np.atleast_1d(np.asarray(n)).astype(np.int64)
    j = stats.binom.ppf(_TAIL, np.maximum(size, 1), 0.5).astype(np.int64)
    # ppf gives the first count whose cdf reaches the tail; rank j leaves cdf(j - 1) outside on each side
    j = np.where(stats.binom.cdf(j, size, 0.5) <= _TAIL, j + 1, j)
    j = np.where((size >= 6) & (j >= 1), j, 0)
    high = np.where(j > 0, size + 1 - j, 0)
    shape = np.shape(n)
    return j.reshape(shape), high.reshape(shape)


@lru_cache(maxsize=10_000)
def _ranks(n: int) -> tuple[int, int]:
    """The ranks of `median_ranks` for one n: a table has many medians of the same few sizes."""
    low, high = median_ranks(n)
    return int(low), int(high)


def median(values: ArrayLike) -> tuple[float, float, float]:
    """The median of a list of values and its interval by order statistics; NaN for an end that does not exist."""
    data = np.sort(np.asarray(values, dtype=np.float64))
    data = data[~np.isnan(data)]
    if not data.size:
        return (float("nan"),) * 3
    low, high = _ranks(data.size)
    value = quantile(data, 0.5)
    return value, float(data[low - 1]) if low else float("nan"), float(data[high - 1]) if high else float("nan")


def jackknife(value: ArrayLike, n: ArrayLike, total: ArrayLike, squares: ArrayLike) -> Pair:
    """A ratio of sums over n customers, from the n values it takes with one customer left out. NaN below n = 2.

    `total` and `squares` are the sum and the sum of squares of (left-out value - c) for any constant c: with `value`
    as c no digits are lost for a million customers. t with n - 1 degrees, around `value` itself, uncorrected for bias.
    Tukey (1958); Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 11.
    """
    value, n, total, squares = _floats(value, n, total, squares)
    known = (n >= 2) & np.isfinite(value) & np.isfinite(total) & np.isfinite(squares)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = (n - 1) / n * (squares - total**2 / n)
    return _around(value, variance, n - 1, known)


def quantile(values: ArrayLike, q: float) -> float:
    """The q-quantile with linear interpolation, R's type 7; NaN without values.

    Hyndman and Fan (1996), The American Statistician 50: 361-365. DuckDB's `quantile_cont` is the same.
    """
    data = np.asarray(values, dtype=np.float64)
    data = data[~np.isnan(data)]
    return float(np.quantile(data, q, method="linear")) if data.size else float("nan")


def overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool | None:
    """Return whether the intervals (low, high) of two results overlap: chance alone could then explain the difference.
    None where one of them has no interval."""
    if any(result[end] is None or np.isnan(result[end]) for result in (one, other) for end in ("low", "high")):
        return None
    return bool(one["low"] <= other["high"] and other["low"] <= one["high"])
