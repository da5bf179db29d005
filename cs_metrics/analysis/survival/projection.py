"""The projection of a cohort by the shifted-beta-geometric model: who has stayed so far, told on into the future.

Fader and Hardie (2007), 'How to project customer retention', Journal of Interactive Marketing 21 (1): 76-90. Each
customer leaves with a chance of its own at the end of every period, always the same; over customers that chance is
beta(alpha, beta). Those likely to leave do so first, so that the rate falls with age though nobody changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

from cs_metrics.errors import NotComputableError

Floats = NDArray[np.float64]
FEWEST_PERIODS, FEWEST_EVENTS = 3, 5
_DROP = float(stats.chi2.ppf(0.95, 1)) / 2
_DIRECTIONS = 180
_EDGE = 14.0  # of a logit: one in a million


@dataclass(frozen=True)
class Fit:
    """A fitted model: `alpha` and `beta`, how many periods and customers it was fitted on, and `region`, the (alpha,
    beta) on the border of what a likelihood-ratio test does not reject at 95 %."""

    alpha: float
    beta: float
    periods: int
    customers: int
    events: int
    region: Floats

    def survival(self, t: ArrayLike) -> Floats:
        """The share still here after t periods."""
        return _survival(np.array([[self.alpha, self.beta]]), t)[0]

    def band(self, t: ArrayLike) -> tuple[Floats, Floats]:
        """The 95 % band of `survival` (profile likelihood): its least and its most over the region."""
        every = np.vstack([_survival(self.region, t), self.survival(t)])
        return every.min(axis=0), every.max(axis=0)

    def remaining(self, age: int = 0) -> tuple[float, float, float]:
        """How many more periods a customer who has stayed `age` of them is expected to, with its 95 % interval.

        Infinite where alpha <= 1: the model then has a core that never leaves. Who has stayed `age` periods leaves with
        a chance from beta(alpha, beta + age)."""
        pairs = self._older(age)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.where(pairs[:, 0] > 1, (pairs.sum(axis=1) - 1) / (pairs[:, 0] - 1), np.inf)
        return float(found[-1]), float(found.min()), float(found.max())

    def within(self, periods: int, age: int = 0) -> tuple[float, float, float]:
        """How many of the next `periods` such a customer is expected to stay, with its 95 % interval."""
        found = _survival(self._older(age), np.arange(periods)).sum(axis=1)
        return float(found[-1]), float(found.min()), float(found.max())

    def staying(self, age: int, periods: int) -> tuple[float, float, float]:
        """Of those who have stayed `age` periods, the share still here `periods` later, with its 95 % interval."""
        found = _survival(self._older(age), [periods])[:, 0]
        return float(found[-1]), float(found.min()), float(found.max())

    def _older(self, age: int) -> Floats:
        return np.vstack([self.region, [[self.alpha, self.beta]]]) + np.array([[0.0, float(age)]])


@dataclass(frozen=True)
class Projection:
    """What `project` returns. `curve`: t, survival (known; null beyond), known_low, known_high, at_risk, projected,
    low, high. `held_out`: t, known, projected, low, high, error of the periods kept from a second fit, `earlier`, of
    the first of them; null where too little is known for one. `fits`: the chance of leavings as far from
    the model as these, if it were right (chi-square); null where too few periods have enough of them."""

    fit: Fit
    curve: pd.DataFrame
    earlier: Fit | None
    held_out: pd.DataFrame
    fits: float

    @property
    def known(self) -> pd.Series:
        """The last row of the curve that is known."""
        return self.curve[self.curve["survival"].notna()].iloc[-1]

    @property
    def mean_error(self) -> float:
        """The mean distance between projected and known on the periods held out, of the whole (0.02: two points)."""
        return float(self.held_out["error"].abs().mean()) if len(self.held_out) else float("nan")


def _survival(pairs: Floats, t: ArrayLike) -> Floats:
    a, b = pairs[:, :1], pairs[:, 1:]
    return np.exp(special.betaln(a, b + np.asarray(t, dtype=np.float64)) - special.betaln(a, b))


def _pair(x: Floats) -> Floats:
    """(alpha, beta) from the logits of the mean chance to leave and of the spread between customers."""
    mean, spread = special.expit(x[..., 0]), special.expit(x[..., 1])
    size = (1 - spread) / spread
    return np.stack([mean * size, (1 - mean) * size], axis=-1)


def _likelihood(x: Floats, t: Floats, at_risk: Floats, events: Floats) -> Floats:
    """The log-likelihood at logits x, (..., 2). Of those at risk in period t the share alpha / (alpha + beta + t - 1)
    leaves: Fader and Hardie's eq. 8; the product over periods is their eq. B3, with any censoring."""
    pair = _pair(x)[..., None]
    alpha, beta = pair[..., 0, :], pair[..., 1, :]
    size = alpha + beta + t - 1
    return np.asarray((events * np.log(alpha / size) + (at_risk - events) * np.log((beta + t - 1) / size)).sum(axis=-1))


def fit(at_risk: ArrayLike, events: ArrayLike) -> Fit:
    """Fit the model by maximum likelihood. `at_risk` and `events` of period 1, 2, ...: who began it and who left in it.

    Raises NotComputableError for fewer than 3 periods or 5 leavings.
    """
    n, d = np.asarray(at_risk, dtype=np.float64), np.asarray(events, dtype=np.float64)
    n, d = n[n > 0], d[n > 0]
    if len(n) < FEWEST_PERIODS or d.sum() < FEWEST_EVENTS:
        raise NotComputableError(
            f"A projection needs at least {FEWEST_PERIODS} periods of life that are known and {FEWEST_EVENTS} "
            f"customers who left; here are {len(n)} and {int(d.sum()):,}."
        )
    t = np.arange(1, len(n) + 1, dtype=np.float64)

    def loss(x: Floats) -> float:
        return -float(_likelihood(np.clip(x, -_EDGE, _EDGE), t, n, d))

    start = special.logit(np.clip(d.sum() / n.sum(), 1e-6, 1 - 1e-6))
    found = [
        optimize.minimize(
            loss, [start + shift, spread], method="Nelder-Mead",
            options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000},
        )
        for shift, spread in ((0.0, -3.0), (1.0, 0.0), (0.5, -8.0))
    ]  # fmt: skip
    best = np.clip(min(found, key=lambda f: float(f.fun)).x, -_EDGE, _EDGE)
    alpha, beta = _pair(best)
    region = _pair(_border(best, t, n, d))
    return Fit(float(alpha), float(beta), len(n), int(n[0]), int(d.sum()), region)


def _border(best: Floats, t: Floats, n: Floats, d: Floats) -> Floats:
    """Where the log-likelihood has fallen by half of chi-square's 95 % point, in every direction from its top.

    Where it never does (customers may all be alike), the edge of the plane stands for it. The directions are those of
    an ellipse as wide and as high as the region, which may be a hundred times higher than wide."""
    axes = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    far = _reached(best, axes, t, n, d)
    angle = np.linspace(0, 2 * np.pi, _DIRECTIONS, endpoint=False)
    way = np.stack([np.cos(angle) * max(far[:2].max(), 1e-6), np.sin(angle) * max(far[2:].max(), 1e-6)], axis=-1)
    return np.asarray(best + way * _reached(best, way, t, n, d)[:, None])


def _reached(best: Floats, way: Floats, t: Floats, n: Floats, d: Floats) -> Floats:
    """How many steps `way` from the top stay in the region, for each direction."""
    top = float(_likelihood(best, t, n, d))
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(way > 0, (_EDGE - best) / way, np.where(way < 0, (-_EDGE - best) / way, np.inf)).min(axis=1)
    inner, outer = np.zeros(len(way)), np.maximum(room, 0.0)
    # growing steps find the first crossing, halving then places it
    step = np.minimum(0.02, outer)
    for _ in range(24):
        fallen = top - _likelihood(best + way * step[:, None], t, n, d) > _DROP
        inner, outer = np.where(fallen, inner, step), np.where(fallen, np.minimum(outer, step), outer)
        step = np.where(fallen, step, np.minimum(step * 1.6, outer))
    for _ in range(40):
        middle = (inner + outer) / 2
        fallen = top - _likelihood(best + way * middle[:, None], t, n, d) > _DROP
        inner, outer = np.where(fallen, inner, middle), np.where(fallen, middle, outer)
    return inner


def project(curve: pd.DataFrame, ahead: int = 12, fitted: int | None = None) -> Projection:
    """Project a curve with a row for every t from 0 (t, at_risk, events, survival, low, high) `ahead` periods on.

    The model is fitted on all that is known; a second time on the first `fitted` periods (by default two thirds of
    them), to be compared with the rest. Raises NotComputableError as `fit` does.
    """
    known = curve[curve["at_risk"] > 0]
    later = known[known["t"] > 0]
    whole = fit(later["at_risk"], later["events"])
    t = np.arange(0, int(known["t"].max()) + ahead + 1)
    low, high = whole.band(t)
    made = pd.DataFrame({"t": t, "projected": whole.survival(t), "low": low, "high": high})
    seen = known.rename(columns={"low": "known_low", "high": "known_high"})
    made = made.merge(seen[["t", "survival", "known_low", "known_high", "at_risk"]], on="t", how="left")
    first = fitted if fitted is not None else int(np.ceil(len(later) * 2 / 3))
    earlier, held = None, made.head(0)
    if FEWEST_PERIODS <= first < len(later) and later["events"].head(first).sum() >= FEWEST_EVENTS:
        earlier = fit(later["at_risk"].head(first), later["events"].head(first))
        held = made[(made["t"] > first) & made["survival"].notna()].copy()
        held["projected"] = earlier.survival(held["t"])
        held["low"], held["high"] = earlier.band(held["t"])
    held = held.rename(columns={"survival": "known"})
    held["error"] = held["projected"] - held["known"]
    columns = ["t", "known", "known_low", "known_high", "projected", "low", "high", "error", "at_risk"]
    order = ["t", "survival", "known_low", "known_high", "at_risk", "projected", "low", "high"]
    fits = _fits(whole, later["at_risk"].to_numpy(), later["events"].to_numpy())
    return Projection(whole, made[order], earlier, held[columns].reset_index(drop=True), fits)


def _fits(found: Fit, at_risk: Floats, events: Floats) -> float:
    """Pearson's chi-square of leavings against those of the model, neighbouring periods put together until 5 are
    expected; two parameters were fitted."""
    hazard = found.alpha / (found.alpha + found.beta + np.arange(len(at_risk)))
    expected, spread = at_risk * hazard, at_risk * hazard * (1 - hazard)
    total, parts, last = 0.0, 0, 0
    for place in range(1, len(at_risk) + 1):
        if expected[last:place].sum() >= FEWEST_EVENTS:
            total += (events[last:place].sum() - expected[last:place].sum()) ** 2 / spread[last:place].sum()
            parts, last = parts + 1, place
    return float(stats.chi2.sf(total, parts - 2)) if parts > 2 else float("nan")
