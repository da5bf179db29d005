"""Weighting answers so that they stand for all accounts: post-stratification and raking, from counts of cells.

A cell holds the accounts, and the answers, that share their values of the attributes that are weighted by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_ROUNDS = 1000
_NEAR = 1e-9
_OFF = 1e-4

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Weighted:
    """Answers weighted to the base. `weights`: of each answer of a cell (0 without answers), `target`: accounts of the
    base that each cell's answers stand for; `value`: the weighted mean; `variance` of it, on `degrees`; `effective`:
    the number of equally weighted answers that carry as much; `covered`: the share of the base whose values have
    answers; `off`: how far a margin is from the base's, where raking cannot meet all (0: it does)."""

    weights: Floats
    target: Floats
    value: float
    variance: float
    degrees: float
    effective: float
    covered: float
    off: float


def weigh(cells: pd.DataFrame, names: Sequence[str], *, rake: bool = False) -> Weighted:
    """Weigh the answers of cells: <names>, base (accounts), answers, units (respondents or accounts that answered),
    total (sum of what answers are worth), nn, nt, tt (sums over units of n_i squared, n_i t_i, t_i squared).

    Post-stratification: an answer of cell h weighs N_h / n_h; Holt and Smith (1979), JRSS A 142: 33-46. With `rake` the
    cells' margins are met one after the other until all hold; Deming and Stephan (1940), Annals of Mathematical
    Statistics 11: 427-444. Values without an answer are left out, with their accounts. The weights sum to the accounts
    that are covered.

    The variance is that of the weighted residuals by unit, from the cell's mean, or under raking from the weighted fit
    of the margins (Deville and Saerndal, 1992, JASA 87: 376-382), each blown up by what the fit took from it; a
    cell with one unit takes the variance of the others; its degrees of freedom are Satterthwaite's (1946), Biometrics
    2: 110-114. Effective: Kish (1965), Survey Sampling, 11.7: (sum w)^2 /
    sum w^2.
    """
    base, n, units = (cells[c].to_numpy("float64") for c in ("base", "answers", "units"))
    inside = base > 0
    margins = [pd.factorize(cells[name], use_na_sentinel=False)[0] for name in names]
    if rake:
        for codes in margins:
            inside &= (np.bincount(codes, weights=n) > 0)[codes]
    else:
        inside &= n > 0
    sample = inside & (n > 0)
    covered = float(base[inside].sum() / base.sum()) if base.sum() else 0.0
    nothing = np.zeros(len(cells))
    if not sample.any():
        nan = float("nan")
        return Weighted(nothing, nothing, nan, nan, nan, nan, 0.0, 0.0)
    w, off = _raked(base, n, inside, margins) if rake else (np.where(sample, base / np.where(n > 0, n, 1), 0.0), 0.0)
    whole = float((w * n).sum())
    mean = cells["total"].to_numpy("float64") / np.where(n > 0, n, 1)
    value = float((w * n * mean).sum() / whole)
    fit, taken, columns = _fitted(mean, w * n, w, margins if rake else None)
    nn, nt, tt = (cells[c].to_numpy("float64") for c in ("nn", "nt", "tt"))
    squares = np.maximum(tt - 2 * fit * nt + fit**2 * nn, 0.0)
    # what the fit took of a unit's residual: of an answer's, times the answers of a unit
    taken = np.where(sample, taken * n / np.where(units > 0, units, 1), 0.0)
    alone = sample & (taken > 1 - 1e-6)
    blown = np.where(alone | ~sample, 0.0, squares / np.where(alone, 1.0, 1 - taken))
    told = units[sample & ~alone].sum()
    pooled = blown.sum() / told if told else float("nan")
    parts = np.where(alone, pooled * units, blown)
    spread = w[sample] ** 2 * parts[sample] / whole**2
    variance = float(spread.sum())
    told_by = float((spread**2 / np.maximum(units[sample] - 1, 1)).sum())
    degrees = min(variance**2 / told_by, float(units[sample].sum() - columns)) if told_by > 0 else float("nan")
    effective = whole**2 / float((w**2 * n).sum())
    return Weighted(w, w * n, value, variance, degrees, effective, covered, off)


def _raked(
    base: Floats, n: Floats, inside: NDArray[np.bool_], margins: Sequence[NDArray[np.int64]]
) -> tuple[Floats, float]:
    """Return each cell's weight of an answer, and how far the worst margin is off, as a share of its target."""
    w = np.where(inside & (n > 0), 1.0, 0.0)
    targets = [np.bincount(codes, weights=np.where(inside, base, 0.0)) for codes in margins]
    off = 0.0
    for _ in range(_ROUNDS):
        off = 0.0
        for codes, target in zip(margins, targets, strict=True):
            held = np.bincount(codes, weights=w * n, minlength=len(target))
            with np.errstate(invalid="ignore", divide="ignore"):
                factor = np.where(held > 0, target / held, 0.0)
            known = target > 0
            off = max(off, float(np.abs(held[known] / target[known] - 1).max(initial=0.0)))
            w = w * factor[codes]
        if off < _NEAR:
            break
    return w, off if off > _OFF else 0.0


def _fitted(
    mean: Floats, mass: Floats, w: Floats, margins: Sequence[NDArray[np.int64]] | None
) -> tuple[Floats, Floats, int]:
    """Return each cell's fitted mean, the leverage of an answer in it, and how many numbers were fitted.

    Without margins each cell has its own mean."""
    sample = mass > 0
    if margins is None:
        n = np.where(sample, mass / np.where(w > 0, w, 1), 1.0)
        return mean, np.where(sample, 1 / n, 0.0), int(sample.sum())
    columns = [np.ones(len(mean))]
    for codes in margins:
        columns += [(codes == value).astype("float64") for value in np.unique(codes[sample])[1:]]
    x = np.column_stack(columns)
    root = np.sqrt(mass)
    u, s, _ = np.linalg.svd(x[sample] * root[sample, None], full_matrices=False)
    u = u[:, s > 1e-10 * s.max()]
    fit, taken = mean.copy(), np.zeros(len(mean))
    fit[sample] = (u @ (u.T @ (root * mean)[sample])) / root[sample]
    # the leverage of the cell, shared by its answers
    taken[sample] = (u**2).sum(axis=1) * w[sample] / mass[sample]
    return fit, taken, u.shape[1]
