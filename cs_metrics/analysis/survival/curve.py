"""Survival: how long customers stay (Kaplan and Meier), half of them at least, and whether groups differ (log-rank).

The estimates and the test are those of statsmodels (`duration.survfunc`), which is imported when first asked: it takes
a second. Its numbers agree with those of lifelines (see the tests).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cs_metrics.kpis import intervals

Floats = NDArray[np.float64]
_Z = float(stats.norm.ppf(0.975))
# beyond it pairs say nothing a person could read
MOST_GROUPS = 24
_HALF = 0.5 + 1e-9  # rounding must not push a half past the half
COLUMNS = ("t", "at_risk", "events", "censored", "survival", "low", "high")


@dataclass(frozen=True)
class LogRank:
    """Whether groups differ: the statistic (chi-square of groups - 1 `degrees`) and p; `pairs` one, other, statistic,
    p, adjusted (Holm over all pairs), longer (the group of fewer leavings than expected were all alike), groups as in
    `grouped`. `left_out`: groups too small to be compared, with their sizes."""

    statistic: float
    degrees: int
    p: float
    pairs: pd.DataFrame
    left_out: dict[Any, int] = field(default_factory=dict)


def kaplan_meier(times: ArrayLike, events: ArrayLike) -> pd.DataFrame:
    """The Kaplan-Meier estimate at 0 and at each time that occurs: t, at_risk, events, censored, survival, low, high.

    `times`: how long each was observed, `events`: whether it then ended (True) or goes on. The 95 % interval is that of
    log(-log S) with Greenwood's variance (Kalbfleisch and Prentice, 1980); where nobody has left yet, and it is not
    defined, Wilson's of the customers at risk, and where everybody has, from 0 to the last upper end.
    """
    values, ended = np.asarray(times, dtype=np.float64), np.asarray(events, dtype=bool)
    at, place = np.unique(np.append(values, 0.0), return_inverse=True)
    place = place[:-1]
    counted = pd.DataFrame(
        {
            "t": at,
            "events": np.bincount(place, weights=ended, minlength=len(at)).astype(np.int64),
            "censored": np.bincount(place, weights=~ended, minlength=len(at)).astype(np.int64),
        }
    )
    gone = (counted["events"] + counted["censored"]).cumsum().shift(fill_value=0)
    counted.insert(1, "at_risk", len(values) - gone)
    return estimated(counted)


def estimated(table: pd.DataFrame) -> pd.DataFrame:
    """A life table (t, at_risk, events, censored) with its survival, low and high."""
    t = table["t"].to_numpy()
    survival, low, high = np.ones(len(t)), np.full(len(t), np.nan), np.full(len(t), np.nan)
    if int(table["events"].sum()):
        from statsmodels.duration.survfunc import SurvfuncRight

        ended = np.repeat([True, False], [int(table["events"].sum()), int(table["censored"].sum())])
        times = np.concatenate([np.repeat(t, table["events"]), np.repeat(t, table["censored"])])
        # everyone's leaving at the first instant divides by zero within
        with np.errstate(all="ignore"):
            found = SurvfuncRight(times, ended.astype(float))
        place = np.searchsorted(found.surv_times, t, side="right") - 1
        seen = place >= 0
        survival[seen] = np.asarray(found.surv_prob)[place[seen]]
        error = np.zeros(len(t))
        error[seen] = np.asarray(found.surv_prob_se)[place[seen]]
        inside = (survival > 0) & (survival < 1)
        # on the scale of log(-log S) the error is that of log S by log S
        reach = np.exp(_Z * error[inside] / (survival[inside] * np.abs(np.log(survival[inside]))))
        low[inside], high[inside] = survival[inside] ** reach, survival[inside] ** (1 / reach)
    whole = survival == 1
    low[whole], high[whole] = intervals.wilson(table["at_risk"][whole], table["at_risk"][whole])
    for row in np.flatnonzero(survival == 0):
        low[row], high[row] = 0.0, high[row - 1] if row else 1.0
    made = table.assign(survival=survival, low=low, high=high)
    return made[[c for c in table.columns if c not in COLUMNS] + list(COLUMNS)]


def curves(table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """`estimated` of each group of a life table."""
    parts = [estimated(group) for _, group in grouped(table, by)]
    return pd.concat(parts, ignore_index=True) if parts else table.assign(survival=0.0, low=0.0, high=0.0)


def grouped(table: pd.DataFrame, by: Sequence[str]) -> list[tuple[tuple[Any, ...], pd.DataFrame]]:
    """The groups of a frame in their order, each with its values (None where missing); without `by` the frame itself,
    and nothing of an empty one."""
    if not by:
        return [((), table)] if len(table) else []
    found: list[tuple[tuple[Any, ...], pd.DataFrame]] = []
    for key, group in table.groupby(list(by), dropna=False, sort=False):
        values: tuple[Any, ...] = key
        found.append((tuple(None if pd.isna(v) else v for v in values), group))
    return found


def medians(curve: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """A row a group: <by>, customers, left, median, low, high, longest, last: the first t at which half have left, and
    where the ends of the curve's interval cross the half; null where they have not yet. `longest`: the last t that is
    known, `last`: the survival there."""
    made = []
    for key, group in grouped(curve, by):
        values = dict(zip(by, key, strict=True))
        at = {name: _first(group, name) for name in ("survival", "low", "high")}
        made.append(
            values
            | {
                "customers": int(group["at_risk"].iloc[0]),
                "left": int(group["events"].sum()),
                "median": at["survival"],
                "low": at["low"],
                "high": at["high"],
                "longest": float(group["t"].iloc[-1]),
                "last": float(group["survival"].iloc[-1]),
            }
        )
    columns = [*by, "customers", "left", "median", "low", "high", "longest", "last"]
    return pd.DataFrame(made, columns=columns)


def _first(group: pd.DataFrame, column: str) -> float:
    """The first t at which a column is down to the half; before the first leaving there is no such t."""
    reached = group[(group[column] <= _HALF) & (group["survival"] < 1)]
    return float(reached["t"].iloc[0]) if len(reached) else float("nan")


def log_rank(table: pd.DataFrame, by: Sequence[str], minimum: int = 1) -> LogRank | None:
    """Compare the groups of a life table: log-rank over all of them, and over each pair with Holm's correction (1979).

    Groups of fewer than `minimum` are left out, and beyond MOST_GROUPS the smallest. None where fewer than two groups
    are left, or nobody has left any.
    """
    parts = dict(grouped(table, by))
    sizes = {key: int(group["at_risk"].iloc[0]) for key, group in parts.items()}
    ranked = sorted(sizes, key=lambda key: -sizes[key])
    kept = [key for key in ranked if sizes[key] >= minimum][:MOST_GROUPS]
    if len(kept) < 2 or not sum(int(parts[key]["events"].sum()) for key in kept):
        return None
    overall = _tested([parts[key] for key in kept])
    pairs = []
    for one, other in combinations(kept, 2):
        statistic, p, excess = _tested([parts[one], parts[other]])
        pairs.append(
            {"one": one, "other": other, "statistic": statistic, "p": p, "longer": one if excess < 0 else other}
        )
    frame = pd.DataFrame(pairs)
    frame.insert(4, "adjusted", holm(frame["p"].to_numpy()))
    left_out = {key: size for key, size in sizes.items() if key not in kept}
    return LogRank(overall[0], len(kept) - 1, overall[1], frame, left_out)


def _tested(groups: Sequence[pd.DataFrame]) -> tuple[float, float, float]:
    """The statistic, p, and how many more of the first group left than if all groups were alike."""
    from statsmodels.duration.survfunc import survdiff

    times, ended, group = [], [], []
    for number, part in enumerate(groups):
        t = part["t"].to_numpy()
        times += [np.repeat(t, part["events"]), np.repeat(t, part["censored"])]
        ended += [np.ones(int(part["events"].sum())), np.zeros(int(part["censored"].sum()))]
        group.append(np.full(int(part[["events", "censored"]].to_numpy().sum()), number))
    left = pd.concat(groups).groupby("t")["events"].sum()
    # who leaves later is at risk at every time before, whether the group has a row there or not
    at_risk = [part.set_index("t")["at_risk"].reindex(left.index).bfill().fillna(0) for part in groups]
    excess = float(groups[0]["events"].sum() - (at_risk[0] / sum(at_risk) * left).sum())
    try:
        statistic = float(survdiff(np.concatenate(times), np.concatenate(ended), np.concatenate(group))[0])
    except np.linalg.LinAlgError:  # a group whose members were all gone before anyone left
        return float("nan"), 1.0, excess
    if not np.isfinite(statistic):
        return float("nan"), 1.0, excess
    # its own p is 1 - cdf, which loses the small ones
    return statistic, float(stats.chi2.sf(statistic, len(groups) - 1)), excess


def holm(p: ArrayLike) -> Floats:
    """p-values corrected for their number, so that of all true 'no difference' none is called one in 95 of 100 looks.

    Holm (1979), Scandinavian Journal of Statistics 6: 65-70.
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * (len(values) - np.arange(len(values))))
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
