"""Which attribute explains a change: how far its segments moved apart, against what chance alone would make of it.

For each attribute it is asked whether the segments' own values changed differently: all of them (Cochran's Q), or one
against the rest (the largest deviation); and whether the base shifted between segments of different value. The answers
are held against those of the same data with the customers' outcomes dealt out anew among the labels, a fixed number of
times. All attributes share each deal, and an attribute counts only where it beats the best that any of them reached in
a deal: so neither many attributes nor an attribute of many values find a pattern in noise more often than `LEVEL`.
Westfall and Young (1993), Resampling-Based Multiple Testing, chapter 2 (single-step maxT); statistics divided by their
own standard error, so that segments may differ in level and spread: Chung and Romano (2013), Annals of Statistics 41:
484-507.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cs_metrics.analysis.why.split import SIDES

LEVEL = 0.01
"""An attribute is named when chance alone reaches as much in less than one of a hundred such searches."""
DEALS = 999
FEW_DEALS = 199
"""So many are enough to see that nothing stands out: then no more are made."""
PROMISING = 0.05
MOST_DEALT = 4_000
"""So many customers are dealt out; of more a sample: what chance makes of these statistics hardly hangs on how many."""
MATERIAL = 0.25
"""A shift of the base explains a change only where it makes at least this much of it, and of its standard error."""
COLUMNS = ["attribute", "segments", "score", "p", "rate_score", "mix_score", "mix"]
_PRIOR = 10.0
"""A segment's own spread counts against the common one as its customers do against so many."""
_SEED = 20_240_229
_CHUNK = 4_000_000
_EQUAL = 1e-9
"""Scores that differ by less are equal: sums of doubles in parallel differ in their last digits."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    """An attribute: `codes` number the segment of each row of `values` (n_then, d_then, n_now, d_now)."""

    codes: NDArray[np.int64]
    values: Floats
    segments: int


def search(units: Mapping[str, pd.DataFrame], quotient: bool, deals: int = DEALS) -> pd.DataFrame:
    """Return a row for each attribute, the one that explains most first: attribute, segments, score, p, rate_score,
    mix_score, mix.

    `units`: for each attribute a frame of `segment`, n_then, d_then, n_now, d_now, a row for each customer and segment.
    `score`: how far the statistic lies above what chance makes of it, in its standard deviations; it does not grow with
    the number of segments alone. `p`: how often chance alone makes the best of all attributes as good. `mix`: what the
    shift of the base between the segments makes of the change.
    """
    labelled = {name: _labelled(frame) for name, frame in units.items()}
    labelled = {name: each for name, each in labelled.items() if each.segments > 1}
    if not labelled:
        return none()[COLUMNS]
    first = _ranked(labelled, quotient, min(deals, FEW_DEALS))
    return first if deals <= FEW_DEALS or first["p"].min() > PROMISING else _ranked(labelled, quotient, deals)


def _ranked(labelled: Mapping[str, Labelled], quotient: bool, deals: int) -> pd.DataFrame:
    alike: dict[bytes, list[str]] = {}
    for name, each in labelled.items():
        alike.setdefault(each.values.tobytes(), []).append(name)
    dealt = {name: found for names in alike.values()
             for name, found in _dealt({n: labelled[n] for n in names}, quotient, deals).items()}  # fmt: skip
    rows, best = [], np.full(deals, -np.inf)
    for name, each in labelled.items():
        *found, shift = (float(one.item()) for one in _statistics(_summed(each), quotient))
        scores = []
        for statistic, chance in zip(found, dealt[name], strict=True):
            score, best = _score(statistic, chance, best)
            scores.append(score)
        rate_score, mix_score = max(scores[:2]), scores[2]
        if abs(shift) < MATERIAL * _size(each, quotient):
            mix_score = -np.inf
        rows.append([name, each.segments, max(rate_score, mix_score), np.nan, rate_score, mix_score, shift])
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["p"] = [(1 + int((best >= score - _EQUAL).sum())) / (deals + 1) for score in frame["score"]]
    return frame.sort_values("score", ascending=False, kind="stable").reset_index(drop=True)


def none() -> pd.DataFrame:
    """Return the frame of a search that had nothing to look at."""
    return pd.DataFrame(columns=[*COLUMNS, "named", "note"]).astype({"named": bool})


def _labelled(frame: pd.DataFrame) -> Labelled:
    values = frame[list(SIDES)].to_numpy(float)
    there = (values != 0).any(axis=1)
    codes, found = pd.factorize(frame["segment"].to_numpy()[there], use_na_sentinel=False)
    return Labelled(codes.astype(np.int64), values[there], len(found))


def _size(each: Labelled, quotient: bool) -> float:
    """Return the change, or its standard error where that is more."""
    n0, d0, n1, d1 = each.values.T
    if not quotient:
        return float(abs(n1.sum() - n0.sum()))
    before, now = n0.sum() / d0.sum(), n1.sum() / d1.sum()
    influence = (n1 - now * d1) / d1.sum() - (n0 - before * d0) / d0.sum()
    return float(max(abs(now - before), np.sqrt(influence @ influence)))


def _moments(values: Floats) -> Floats:
    """Return for each row what the statistics are sums of: the four numbers and their products in pairs."""
    pairs = [values[:, i] * values[:, j] for i in range(4) for j in range(i, 4)]
    return np.column_stack([values, *pairs])


def _summed(each: Labelled) -> Floats:
    moments = _moments(each.values)
    sums = np.zeros((each.segments, 1, moments.shape[1]))
    np.add.at(sums[:, 0], each.codes, moments)
    return sums


def _dealt(alike: Mapping[str, Labelled], quotient: bool, deals: int) -> dict[str, tuple[Floats, ...]]:
    """Return the statistics for every deal of the outcomes among the labels, for attributes of the same rows."""
    draw = np.random.default_rng(_SEED)
    moments = _moments(next(iter(alike.values())).values)
    size = len(moments)
    chosen = draw.choice(size, MOST_DEALT, replace=False) if size > MOST_DEALT else np.arange(size)
    moments = moments[chosen]
    labels = []
    for each in alike.values():
        labels.append(np.zeros((each.segments, len(chosen))))
        labels[-1][each.codes[chosen], np.arange(len(chosen))] = 1.0
    together, ends = np.vstack(labels), np.cumsum([len(one) for one in labels])[:-1]
    at_once = max(1, _CHUNK // moments.size)
    found: dict[str, list[tuple[Floats, ...]]] = {name: [] for name in alike}
    for start in range(0, deals, at_once):
        order = np.array([draw.permutation(len(chosen)) for _ in range(min(at_once, deals - start))])
        sums = together @ moments[order.T].reshape(len(chosen), -1)
        sums = sums.reshape(len(together), len(order), -1)
        for name, own in zip(alike, np.split(sums, ends), strict=True):
            found[name].append(_statistics(own, quotient)[:-1])
    return {name: tuple(np.concatenate(parts) for parts in zip(*many, strict=True)) for name, many in found.items()}


def _statistics(sums: Floats, quotient: bool) -> tuple[Floats, Floats, Floats, Floats]:
    """Return, for each deal, how far the segments' changes lie apart (Cochran's Q), how far the farthest does (squared,
    standardised), the squared standardised shift of the base, and that shift in the KPI's unit. `sums`: segment, deal,
    moment."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return _of_quotient(sums) if quotient else _of_sum(sums)


def _of_quotient(sums: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    n0, d0, n1, d1, nn0, nd0, n01, n0d1, dd0, d0n1, d01, nn1, nd1, dd1 = np.moveaxis(sums, -1, 0)
    below0, below1 = d0.sum(axis=0), d1.sum(axis=0)
    value0, value1 = n0.sum(axis=0) / below0, n1.sum(axis=0) / below1
    r0, r1 = n0 / d0, n1 / d1
    own = (nn1 - 2 * r1 * nd1 + r1**2 * dd1) / d1**2 + (nn0 - 2 * r0 * nd0 + r0**2 * dd0) / d0**2
    own = own - 2 * (n01 - r1 * n0d1 - r0 * d0n1 + r0 * r1 * d01) / (d0 * d1)
    spread0 = (nn0 - 2 * value0 * nd0 + value0**2 * dd0).sum(axis=0) / dd0.sum(axis=0)
    spread1 = (nn1 - 2 * value1 * nd1 + value1**2 * dd1).sum(axis=0) / dd1.sum(axis=0)
    common = spread1 * dd1 / d1**2 + spread0 * dd0 / d0**2
    weight = np.minimum(d0**2 / dd0, d1**2 / dd1)
    variance = (weight * own + _PRIOR * common) / (weight + _PRIOR)
    both = (d0 > 0) & (d1 > 0) & (variance > 0)
    precision = np.where(both, 1 / variance, 0.0)
    moved = np.where(both, r1 - r0, 0.0)
    whole = precision.sum(axis=0)
    level = (precision * moved).sum(axis=0) / whole
    apart = precision * (moved - level) ** 2
    # a segment against the others: its own weight in the level is taken out
    alone = np.where(both & (precision < whole), apart * whole / (whole - precision), 0.0)
    known = np.stack([np.isfinite(r0), np.isfinite(r1)])
    own_value = np.where(known[0], r0, 0.0) + np.where(known[1], r1, 0.0)
    distance = own_value / np.maximum(known.sum(axis=0), 1) - (value0 + value1) / 2
    shift = (distance * (d1 / below1 - d0 / below0)).sum(axis=0)
    chance = (distance**2 * (dd1 / below1**2 + dd0 / below0**2 - 2 * d01 / (below0 * below1))).sum(axis=0)
    mix = np.where(chance > 0, shift**2 / chance, 0.0)
    return np.nan_to_num(apart.sum(axis=0)), np.nan_to_num(alone.max(axis=0)), np.nan_to_num(mix), shift


def _of_sum(sums: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Of a sum: which segments grew more or less than the whole did, n1 - (N1 / N0) n0."""
    n0, _, n1, _, nn0, _, n01, _, _, _, _, nn1, _, _ = np.moveaxis(sums, -1, 0)
    growth = np.nan_to_num(n1.sum(axis=0) / n0.sum(axis=0), posinf=0.0, neginf=0.0)
    more = n1 - growth * n0
    squares = nn1 - 2 * growth * n01 + growth**2 * nn0
    share = (np.abs(n0) + np.abs(n1)) / (np.abs(n0) + np.abs(n1)).sum(axis=0)
    variance = 0.5 * squares + 0.5 * share * squares.sum(axis=0)
    apart = np.nan_to_num(np.where(variance > 0, more**2 / variance, 0.0))
    none = np.zeros(apart.shape[1])
    return apart.sum(axis=0), apart.max(axis=0), none, none


def _score(statistic: float, dealt: Floats, best: Floats) -> tuple[float, Floats]:
    """Return the score of a statistic and the best scores of each deal so far. The cube root of a sum of squares is
    nearly normal: Wilson and Hilferty (1931), PNAS 17: 684-688."""
    root = np.cbrt(dealt)
    centre, spread = float(root.mean()), float(root.std())
    if spread <= 0:
        return -np.inf, best
    return float((np.cbrt(statistic) - centre) / spread), np.maximum(best, (root - centre) / spread)
