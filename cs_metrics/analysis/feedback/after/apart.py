"""Values of what followed with their intervals, and whether categories differ in them, corrected for all compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cs_metrics.analysis.feedback.after.measures import MEASURES
from cs_metrics.analysis.survival.curve import holm
from cs_metrics.kpis import intervals

LEVEL = 0.05
_COLUMNS = ("measure", "category", "n", "happened", "x", "y", "value", "low", "high", "waiting", "apart")
_PAIRS = ("measure", "one", "other", "difference", "low", "high", "p", "adjusted", "differs")


def valued(sums: pd.DataFrame) -> pd.DataFrame:
    """Add value, low and high to sums over accounts (n, x, y, xx, xy, yy): Wilson's interval for a share, for a mean or
    a ratio the linearised variance between accounts with Student's t (`intervals.clustered`), none below 2 accounts."""
    if sums.empty:
        return pd.DataFrame(columns=list(_COLUMNS))
    frame = sums.copy()
    kinds = frame["measure"].map(lambda name: MEASURES[name].kind)
    frame["value"] = frame["y"] / frame["x"].where(frame["x"] > 0)
    low, high = intervals.clustered(
        frame["n"], frame["x"], frame["y"], frame["xx"], frame["xy"], frame["yy"], (0.0, np.inf)
    )
    share_low, share_high = intervals.wilson(frame["y"], frame["n"])
    share = (kinds == "share").to_numpy()
    frame["low"], frame["high"] = np.where(share, share_low, low), np.where(share, share_high, high)
    less = np.where(kinds == "change", 1.0, 0.0)
    for column in ("value", "low", "high"):
        frame[column] = frame[column] - less
    return frame


def compared(frame: pd.DataFrame, categories: Sequence[str], minimum: int) -> pd.DataFrame:
    """Compare each two categories in each measure: measure, one, other, difference, low, high, p, adjusted, differs.

    Shares by Fisher's exact test with Newcombe's interval of the difference; means and ratios by Welch's test on the
    variance between accounts. Holm's correction (1979) over all pairs of all measures: where nothing differs, at most 5
    of 100 such tables name a pair. Categories of fewer than `minimum` accounts, and those without any spread, are not
    compared.
    """
    made: list[dict[str, Any]] = []
    for name in dict.fromkeys(frame["measure"]) if len(frame) else ():
        rows = frame[frame["measure"] == name].set_index("category").to_dict("index")
        for one, other in combinations(categories, 2):
            if min(rows[one]["n"], rows[other]["n"]) < max(minimum, 2):
                continue
            test = _shares if MEASURES[name].kind == "share" else _ratios
            found = test(rows[one], rows[other])
            if found is not None:
                made.append({"measure": name, "one": one, "other": other} | found)
    if not made:
        return pd.DataFrame(columns=list(_PAIRS))
    pairs = pd.DataFrame(made)
    pairs["adjusted"] = holm(pairs["p"].to_numpy())
    pairs["differs"] = pairs["adjusted"] < LEVEL
    return pairs[list(_PAIRS)]


def _shares(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, float]:
    cells = [[int(r["y"]), int(r["n"] - r["y"])] for r in (one, other)]
    low, high = intervals.difference(one["y"], one["n"], other["y"], other["n"])
    return {
        "difference": one["value"] - other["value"],
        "low": float(low),
        "high": float(high),
        "p": float(stats.fisher_exact(cells).pvalue),
    }


def _ratios(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, float] | None:
    """Welch (1947), Biometrika 34: 28-35, on the linearised variances of two ratios of sums. None without spread."""
    if not (one["x"] > 0 and other["x"] > 0):
        return None
    parts = []
    for row in (one, other):
        ratio, n = row["y"] / row["x"], row["n"]
        spread = max(row["yy"] - 2 * ratio * row["xy"] + ratio**2 * row["xx"], 0.0)
        parts.append((ratio, n / (n - 1) * spread / row["x"] ** 2, n - 1))
    (first, v1, d1), (second, v2, d2) = parts
    if v1 + v2 <= 1e-15 * max(first, second, 1.0) ** 2:
        return None
    degrees = (v1 + v2) ** 2 / (v1**2 / d1 + v2**2 / d2)
    error = float(np.sqrt(v1 + v2))
    reach = float(stats.t.ppf(0.5 + intervals.LEVEL / 2, degrees)) * error
    gap = first - second
    return {
        "difference": gap,
        "low": gap - reach,
        "high": gap + reach,
        "p": float(2 * stats.t.sf(abs(gap) / error, degrees)),
    }
