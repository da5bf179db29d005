"""What groups of answers sum to, cluster by cluster, and what follows: a score's interval, the gap between two groups.

A cluster is what shares its answers' luck: an account (its people think alike), or a respondent. A row of sums is a
group of answers of one driver (an attribute, a fact): those of other groups of the driver are its rest. Of cluster c
with n_c answers that add up to t_c in the group, and N_c, T_c in the driver: clusters (number of c), alone (those with
no answer in the rest), n, t, s (squares of single answers), nn, nt, tt (sums of n_c^2, n_c t_c, t_c^2), n_n, n_t, t_n,
t_t (of n_c N_c, n_c T_c, t_c N_c, t_c T_c), part (of n_c / N_c) and most (the largest n_c). All that is computed here
follows from these, so that a million answers stay in the database.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cs_metrics.kpis import intervals
from cs_metrics.kpis.model import Form, Interval

Floats = NDArray[np.float64]
COLUMNS = (
    "clusters", "alone", "n", "t", "s", "nn", "nt", "tt", "n_n", "n_t", "t_n", "t_t", "part", "most", "up", "down",
)  # fmt: skip
GAPS = (
    "n", "clusters", "value", "other_n", "other_clusters", "other_value", "effect", "low", "high", "t", "degrees", "p",
)  # fmt: skip
_SUMS = (
    "count(*) AS clusters, count(*) FILTER (WHERE n = nc) AS alone, sum(n) AS n, sum(t) AS t, sum(s) AS s, "
    "sum(n * n) AS nn, sum(n * t) AS nt, sum(t * t) AS tt, sum(n * nc) AS n_n, sum(n * tc) AS n_t, sum(t * nc) AS t_n, "
    "sum(t * tc) AS t_t, sum(n / nc) AS part, max(n) AS most, sum(up) AS up, sum(down) AS down"
)


def sums_sql(source: str, groups: Sequence[str], cluster: str, nulls: bool) -> str:
    """Return the SELECT of the sums of every group of every driver: driver (its place), segment (text) and COLUMNS.

    `source` has the answers: `cluster`, worth, and a column for each of `groups`. `nulls`: the answers of no group are
    one too; else they are left out of the driver.
    """
    selects = []
    for place, column in enumerate(groups):
        known = "" if nulls else f" WHERE {column} IS NOT NULL"
        cells = (
            f"SELECT {cluster} AS c, {column} AS g, CAST(count(*) AS DOUBLE) AS n, "
            "CAST(sum(worth) AS DOUBLE) AS t, CAST(sum(worth * worth) AS DOUBLE) AS s, "
            "count(*) FILTER (WHERE worth > 0) AS up, count(*) FILTER (WHERE worth < 0) AS down "
            f"FROM {source}{known} GROUP BY 1, 2"
        )
        whole = "SELECT c, sum(n) AS nc, sum(t) AS tc FROM cells GROUP BY 1"
        both = (
            f"WITH cells AS MATERIALIZED ({cells}), whole AS ({whole}) "
            "SELECT cells.*, nc, tc FROM cells JOIN whole USING (c)"
        )
        selects.append(f"SELECT {place} AS driver, CAST(g AS VARCHAR) AS segment, {_SUMS} FROM ({both}) GROUP BY g")
    return "\nUNION ALL\n".join(selects)


def sums_of(cluster: NDArray[np.int64], worth: Floats, groups: NDArray[np.int64]) -> pd.DataFrame:
    """Return the same from arrays: driver, segment (its number) and COLUMNS. Of each answer its cluster, what it adds
    to the score, and in each row of `groups` (a driver) its group, all numbered from 0; -1: not known, left out."""
    drivers, size = groups.shape
    clusters, segments = int(cluster.max()) + 1, int(groups.max()) + 1
    driver = np.repeat(np.arange(drivers), size)
    group, known = groups.ravel(), groups.ravel() >= 0
    place = ((driver * clusters + np.tile(cluster, drivers)) * segments + group)[known]
    value = np.tile(worth, drivers)[known]
    cells, inverse = np.unique(place, return_inverse=True)
    held, driver = cells // segments, cells // segments // clusters
    n = np.bincount(inverse).astype(float)
    t, s, up, down = (np.bincount(inverse, v) for v in (value, value * value, value > 0, value < 0))
    nc, tc = np.bincount(held, n)[held], np.bincount(held, t)[held]
    summed = {
        "clusters": np.ones(len(n)), "alone": n == nc, "n": n, "t": t, "s": s, "nn": n * n, "nt": n * t, "tt": t * t,
        "n_n": n * nc, "n_t": n * tc, "t_n": t * nc, "t_t": t * tc, "part": n / nc, "up": up, "down": down,
    }  # fmt: skip
    keys, where = np.unique(driver * segments + cells % segments, return_inverse=True)
    most = np.zeros(len(keys))
    np.maximum.at(most, where, n)
    found = {name: np.bincount(where, one) for name, one in summed.items()} | {"most": most}
    return pd.DataFrame({"driver": keys // segments, "segment": keys % segments} | {c: found[c] for c in COLUMNS})


def score(form: Form, sums: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Return value, low and high of each group, as the survey's KPI has them: its interval goes by clusters where one
    of them has several answers in the group."""
    clusters, n, t, nn, nt, tt, most = _columns(sums, "clusters", "n", "t", "nn", "nt", "tt", "most")
    bounds = (-100.0, 100.0) if form.interval is Interval.NPS else form.bounds or (-np.inf, np.inf)
    low, high = intervals.clustered(clusters, n, t, nn, nt, tt, bounds)
    alone = (low, high)
    if form.interval is Interval.NPS:
        up, down = _columns(sums, "up", "down")
        alone = intervals.nps(up, n - up - down, down)
    elif form.bounds == (0.0, 1.0):
        alone = intervals.wilson(t, n)
    return t / n, np.where(most > 1, low, alone[0]), np.where(most > 1, high, alone[1])


def gaps(sums: pd.DataFrame) -> pd.DataFrame:
    """Return of each group how it stands to the rest of its `driver`: n, clusters, value, other_n, other_clusters,
    other_value, effect (value less other_value), low, high, t, degrees, p. NaN where there is no rest.

    Welch's t of two means (1947, Biometrika 34: 28-35) whose variances are robust to what the answers of a cluster
    share (CR1: Liang and Zeger, 1986, Biometrika 73: 13-22) and allow for clusters with answers on both sides. Never
    less than what the spread of all answers would make by itself were there no gap, with the correlation of answers
    in a cluster that they show (one-way analysis of variance, by moments): thirty answers that happen to be alike are
    no proof that all are.
    """
    n, t, s, nn, nt, tt = _columns(sums, "n", "t", "s", "nn", "nt", "tt")
    n_n, n_t, t_n, t_t, k, alone = _columns(sums, "n_n", "n_t", "t_n", "t_t", "clusters", "alone")
    whole, total, squares, all_nn, all_nt, all_tt, all_k = (
        _totals(sums, values) for values in (n, t, s, n_n, t_n, t_t, sums["part"].to_numpy(dtype="float64"))
    )
    m, o, ko = whole - n, total - t, np.rint(all_k) - alone
    mm, mo, oo = all_nn - 2 * n_n + nn, all_nt - n_t - t_n + nt, all_tt - 2 * t_t + tt
    nm, to, no, tm = n_n - nn, t_t - tt, n_t - nt, t_n - nt
    with np.errstate(invalid="ignore", divide="ignore"):
        own, other = t / n, o / m
        of_own = k / (k - 1) * np.maximum(tt - 2 * own * nt + own**2 * nn, 0) / n**2
        of_other = ko / (ko - 1) * np.maximum(oo - 2 * other * mo + other**2 * mm, 0) / m**2
        shared = (to - other * tm - own * no + own * other * nm) / (n * m)
        robust = of_own + of_other - 2 * shared
        spread, alike = _spread(whole, total, squares, all_nn, all_nt, all_tt)
        even = ((1 - alike) * n + alike * nn) / n**2 + ((1 - alike) * m + alike * mm) / m**2 - 2 * alike * nm / (n * m)
        variance = np.maximum(np.maximum(robust, spread * even), 0)
        degrees = (of_own + of_other) ** 2 / (of_own**2 / (k - 1) + of_other**2 / (ko - 1))
        degrees = np.where(np.isfinite(degrees), degrees, np.minimum(k, ko) - 1)
        effect = own - other
        known = (k >= 2) & (ko >= 2) & (variance > 0)
        ratio = np.where(known, effect / np.sqrt(variance), np.nan)
        half = stats.t.ppf((1 + intervals.LEVEL) / 2, degrees) * np.sqrt(variance)
        p = np.where(known, 2 * stats.t.sf(np.abs(ratio), degrees), np.nan)
        low, high = np.where(known, effect - half, np.nan), np.where(known, effect + half, np.nan)
    values = (n, k, own, m, ko, other, effect, low, high, ratio, degrees, p)
    return pd.DataFrame(dict(zip(GAPS, values, strict=True)), index=sums.index)


def explained(sums: pd.DataFrame) -> Floats:
    """Return of each group's `driver` the share of the answers' variance that lies between its groups."""
    n, t, s = _columns(sums, "n", "t", "s")
    level = _totals(sums, t) ** 2 / _totals(sums, n)
    spread = _totals(sums, s) - level
    between = _totals(sums, t**2 / n) - level
    return np.divide(between, spread, out=np.zeros(len(n)), where=spread > 0)


def _spread(n: Floats, t: Floats, s: Floats, nn: Floats, nt: Floats, tt: Floats) -> tuple[Floats, Floats]:
    """Return the variance of single answers, and how much two of one cluster correlate (0 to 1)."""
    mean = t / n
    variance = np.maximum((s - t * mean) / (n - 1), 0)
    between = tt - 2 * mean * nt + mean**2 * nn
    alike = np.where((variance > 0) & (nn > n), (between / variance - n) / (nn - n), 0)
    return variance, np.clip(alike, 0, 1)


def _totals(sums: pd.DataFrame, values: Floats) -> Floats:
    """Return of each group the sum over the groups of its driver."""
    codes = sums["driver"].to_numpy(dtype="int64")
    return np.bincount(codes, values)[codes] if len(codes) else values


def _columns(sums: pd.DataFrame, *names: str) -> list[Floats]:
    return [sums[name].to_numpy(dtype="float64") for name in names]
