"""Whether a theme grows: its share of the texts now against the share before, beyond what chance and a few talkative
accounts would make of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from cs_metrics.analysis.survival.curve import holm

LEVEL = 0.05


def growth(frame: pd.DataFrame) -> pd.DataFrame:
    """Add to themes: change (of the share of texts), p, is_new, is_growing, is_falling.

    Takes of each stretch (now, earlier) the theme's texts (x, `now`), all texts (`now_n`), the accounts that wrote
    (`now_accounts`), and over accounts the sums of x squared, of x times all its texts m, and of m squared (`now_xx`,
    `now_xm`, `now_mm`); and `unheard`: nobody wrote of it before now.

    p: Fisher's exact test, two-sided, on counts divided by the design effect: how much more the theme's share varies
    between accounts than if each text were an account's own (Rao and Scott 1992, Biometrics 48: 577-585); corrected for
    the number of themes by Holm. Null where one of the stretches has no texts.
    """
    x, y, n, m = (frame[name].to_numpy(dtype="float64") for name in ("now", "earlier", "now_n", "earlier_n"))
    with np.errstate(invalid="ignore", divide="ignore"):
        change = x / n - y / m
    p = np.full(len(frame), np.nan)
    known = (n > 0) & (m > 0)
    effect = np.maximum(_effect(frame, "now"), _effect(frame, "earlier"))
    for row in np.flatnonzero(known):
        a, b, c, d = np.rint(np.array([x[row], n[row] - x[row], y[row], m[row] - y[row]]) / effect[row])
        p[row] = stats.fisher_exact([[a, b], [c, d]]).pvalue
    if known.any():
        p[known] = holm(p[known])
    grows = (p < LEVEL) & (change > 0)
    unheard = frame["unheard"].fillna(False).to_numpy(dtype=bool)
    return frame.assign(
        change=change, p=p, is_new=grows & unheard, is_growing=grows & ~unheard, is_falling=(p < LEVEL) & (change < 0)
    )


def _effect(frame: pd.DataFrame, stretch: str) -> np.ndarray:
    """How much more a share varies than that of as many independent texts; 1 or more."""
    x, n, k, xx, xm, mm = (
        frame[name].fillna(0).to_numpy(dtype="float64")
        for name in (stretch, *(f"{stretch}_{part}" for part in ("n", "accounts", "xx", "xm", "mm")))
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        share = x / n
        clustered = k / (k - 1) * (xx - 2 * share * xm + share**2 * mm) / n**2
        effect = clustered / (share * (1 - share) / (n - 1))
    # of one account nobody knows how much accounts differ: all its texts count as one
    effect = np.where(k == 1, n, effect)
    return np.where(np.isfinite(effect), np.maximum(effect, 1.0), 1.0)
