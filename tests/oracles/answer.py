"""What an oracle answers, and the 95 % intervals of rulings.md, from their formulas."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats


class Answer(NamedTuple):
    """A value and its parts. None: no value (an empty base), or no such part (a count's denominator)."""

    value: float | None
    numerator: float | None
    denominator: float | None
    n: int
    interval: tuple[float, float] | None = None


def count(numerator: float) -> Answer:
    """A count: n is the numerator, there is no denominator, no interval."""
    return Answer(float(numerator), float(numerator), None, int(numerator))


def ratio(numerator: float, denominator: float, n: int, interval: tuple[float, float] | None = None) -> Answer:
    """A ratio; without a value where the denominator is 0."""
    if denominator == 0:
        return Answer(None, float(numerator), float(denominator), int(n), None)
    return Answer(float(numerator) / float(denominator), float(numerator), float(denominator), int(n), interval)


def share(numerator: int, denominator: int) -> Answer:
    """A share of things that are counted once each."""
    return ratio(numerator, denominator, denominator, wilson(numerator, denominator))


def share_of_rows(flags: pd.Series, clusters: pd.Series) -> Answer:
    """A share of rows of which several may belong to one customer."""
    interval = cr1(flags.astype(float), clusters) if repeats(clusters) else wilson(int(flags.sum()), len(flags))
    return ratio(int(flags.sum()), len(flags), len(flags), interval)


def mean(values: pd.Series, clusters: pd.Series) -> Answer:
    """A mean of rows of which several may belong to one customer."""
    interval = cr1(values, clusters) if repeats(clusters) else student(values)
    return ratio(values.sum(), len(values), len(values), interval)


def median(values: pd.Series) -> Answer:
    """A median; numerator and denominator are those of the mean."""
    values = values.dropna()
    middle = float(np.median(values)) if len(values) else None
    return Answer(middle, float(values.sum()), float(len(values)), len(values), order_statistics(values))


def repeats(clusters: pd.Series) -> bool:
    return bool(clusters.dropna().duplicated().any())


def wilson(k: int, n: int) -> tuple[float, float] | None:
    if n == 0:
        return None
    z = stats.norm.ppf(0.975)
    p = k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return float(middle - half), float(middle + half)


def student(values: pd.Series) -> tuple[float, float] | None:
    n = len(values)
    if n < 2:
        return None
    half = stats.t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n)
    return float(np.mean(values) - half), float(np.mean(values) + half)


def cr1(values: pd.Series, clusters: pd.Series) -> tuple[float, float] | None:
    """A mean's interval, cluster-robust: V = G/(G-1) * sum over clusters of (sum of residuals)^2 / n^2; t with G-1."""
    own = pd.Series([f"row {i}" for i in range(len(values))], index=values.index)
    names = clusters.astype(object).where(clusters.notna(), own)
    residuals = (values - values.mean()).groupby(names).sum()
    g = len(residuals)
    if g < 2:
        return None
    variance = g / (g - 1) * (residuals**2).sum() / len(values) ** 2
    half = stats.t.ppf(0.975, g - 1) * np.sqrt(variance)
    return float(values.mean() - half), float(values.mean() + half)


def order_statistics(values: pd.Series) -> tuple[float, float] | None:
    """x(j), x(n+1-j) with the largest j whose coverage 1 - 2 P(Binomial(n, 1/2) <= j-1) is at least 95 %."""
    n = len(values)
    if n < 6:
        return None
    ordered = np.sort(values.to_numpy(float))
    j = max(j for j in range(1, n // 2 + 1) if 1 - 2 * stats.binom.cdf(j - 1, n, 0.5) >= 0.95)
    return float(ordered[j - 1]), float(ordered[n - j])


def nps_interval(promoters: int, detractors: int, n: int) -> tuple[float, float] | None:
    """Adjusted Wald: 3 answers added (3/4 promoters, 3/2 passives, 3/4 detractors)."""
    if n == 0:
        return None
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = stats.norm.ppf(0.975) * np.sqrt((p + d - (p - d) ** 2) / (n + 3))
    return 100 * float(p - d - half), 100 * float(p - d + half)


def jackknife(numerators: pd.Series, denominators: pd.Series) -> tuple[float, float] | None:
    """A ratio of sums over customers, each left out once; t with n - 1."""
    n = len(denominators)
    if n < 2 or denominators.sum() == 0:
        return None
    up, down = numerators.to_numpy(float), denominators.to_numpy(float)
    rest = down.sum() - down
    if (rest == 0).any():
        return None
    without = (up.sum() - up) / rest
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    half = stats.t.ppf(0.975, n - 1) * error
    middle = up.sum() / down.sum()
    return float(middle - half), float(middle + half)
