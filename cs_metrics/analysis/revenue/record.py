"""How earlier projections did: each is made again with what was known then, and what came is laid beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from cs_metrics.analysis.revenue.futures import LEVEL, Numbers, Z, path, pooled, reach, sample, widened

FEWEST = 6
"""Fewer complete months than that, and there is no projection."""
PATHS = 500
# so many misses of the expected size stand before the first: a single early miss is no record yet
_PRIOR = 6
# neighbouring projections share most of their months: a record tells as much as a few misses, so by Student's t
_FEW = float(stats.t.ppf((1 + LEVEL) / 2, 6) / Z) ** 2
# a business that came to nothing missed by a factor of a hundred, not of infinity
_MOST = float(np.log(100))


def usable(known: pd.DataFrame, history: int) -> pd.DataFrame:
    """Return the months a projection goes by: the last `history` that began with recurring revenue."""
    return known[known["start"] > 0].tail(history)


def before(frame: pd.DataFrame, history: int, ahead: int) -> tuple[pd.DataFrame, float]:
    """Stand at the end of each earlier month of `movements`, project by what lay behind it, lay what came beside it.

    Returns the rows (made, period, horizon, projected, low, high, actual, error, inside), none where no month can be
    stood at; and the drift by which the next projection is widened. Each band was widened by the record as it was then.
    """
    ends = frame["end"].to_numpy(dtype=float)
    periods = frame["period"]
    found, seen, misses = [], [np.empty(0, dtype=int)], [np.empty(0)]
    for at in range(len(frame) - 1):
        used = usable(frame.iloc[: at + 1], history)
        if len(used) < FEWEST:
            continue
        reached = min(ahead, len(frame) - 1 - at)
        assumed = pooled(used)
        closing = path(ends[at], assumed, reached)["closing"].to_numpy(dtype=float)
        down, up = reach(ends[at], sample(used), assumed, closing, paths=PATHS, stream=at + 1)
        then = _drift(np.concatenate(misses)[np.concatenate(seen) <= at])
        actual = ends[at + 1 : at + 1 + reached]
        low, high = closing * np.exp(-widened(down, then)), closing * np.exp(widened(up, then))
        found.append(
            pd.DataFrame({
                "made": periods.iloc[at], "period": periods.iloc[at + 1 : at + 1 + reached].to_numpy(),
                "horizon": np.arange(1, reached + 1), "projected": closing, "low": low, "high": high, "actual": actual,
            })
        )  # fmt: skip
        seen.append(np.arange(at + 1, at + 1 + reached))
        misses.append(_excess(closing, actual, (down + up) / 2))
    if not found:
        return pd.DataFrame(), 0.0
    rows = pd.concat(found, ignore_index=True)
    rows["error"] = (rows["projected"] / rows["actual"].where(rows["actual"] > 0) - 1).astype(float)
    # the same sum in another order differs in its last digits
    room = 1e-9 * rows["actual"].abs()
    rows["inside"] = (rows["actual"] >= rows["low"] - room) & (rows["actual"] <= rows["high"] + room)
    return rows, _drift(np.concatenate(misses))


def _excess(closing: Numbers, actual: Numbers, arm: Numbers) -> Numbers:
    """Return by how much the squared error of the logarithm exceeds what the band allows for, over the squared horizon:
    rates that are off by so much a month are off by twice as much after two. Null where nothing was projected."""
    horizon = np.arange(1, len(closing) + 1)
    known = (closing > 0) & np.isfinite(arm)
    missed = np.full(len(closing), _MOST)
    both = known & (actual > 0)
    missed[both] = np.clip(np.log(actual[both] / closing[both]), -_MOST, _MOST)
    return np.where(known, (missed**2 - (np.minimum(arm, _MOST) / Z) ** 2) / horizon**2, np.nan)


def _drift(excess: Numbers) -> float:
    """Return the variance of the monthly rates that the months themselves do not show, as earlier misses tell it."""
    told = excess[~np.isnan(excess)]
    return _FEW * max(0.0, float(told.sum()) / (len(told) + _PRIOR))


def accuracy(rows: pd.DataFrame) -> pd.DataFrame:
    """Sum up the rows of `before` by horizon: horizon, n, error (median size), lean (mean), inside (share)."""
    if rows.empty:
        return pd.DataFrame()
    sized = rows.assign(size=rows["error"].abs())
    summed = sized.groupby("horizon").agg(
        n=("inside", "size"), error=("size", "median"), lean=("error", "mean"), inside=("inside", "mean")
    )
    return summed.reset_index()


def record_words(found: pd.DataFrame) -> list[str]:
    """Return what `Outlook.accuracy` says in a sentence or two: how far off, to which side, how often in the band."""
    last = found.iloc[-1]
    months = f"{int(last['horizon'])} month{'' if last['horizon'] == 1 else 's'}"
    said = []
    if pd.notna(last["error"]):
        side = "too high" if last["lean"] > 0 else "too low"
        said.append(
            f"{months.capitalize()} ahead, half of the {int(last['n'])} earlier projections missed by "
            f"{last['error']:.0%} or more; on average they were {abs(last['lean']):.0%} {side}."
        )
    held = round(float((found["inside"] * found["n"]).sum()))
    count = int(found["n"].sum())
    kept = held / count
    verdict = (
        "about as often as it says"
        if kept >= 0.9
        else "less often than it says: take the band as too narrow"
        if kept >= 0.5
        else "far less often than it says: do not rely on the band"
    )
    said.append(f"The 95 % band held what came in {held} of {count} cases over all horizons ({kept:.0%}), {verdict}.")
    return said
