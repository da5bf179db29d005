"""How often a 95 % interval holds the truth: `python -m tests.simulations.coverage [--runs 4000]`.

Every kind of interval that the app shows, on data drawn from a known truth, over a grid of truths and sizes. The same
functions are called as the engine calls them, with the same sums; only the data are made here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cs_metrics.kpis import intervals

SIZES = (10, 30, 100, 1000)
LARGE = 100
SEED = 20261122
Draw = Callable[[np.random.Generator, int, int], intervals.Pair]


@dataclass(frozen=True)
class Case:
    """A kind of interval on data of one truth: `draw(random, runs, n)` returns the intervals of `runs` data sets."""

    kind: str
    label: str
    truth: float
    draw: Draw


def _shares() -> Iterator[Case]:
    for p in (0.02, 0.05, 0.1, 0.3, 0.5, 0.8, 0.95):
        yield Case("share", f"{p:.0%}", p, lambda r, runs, n, p=p: intervals.wilson(r.binomial(n, p, runs), n))


def _retention() -> Iterator[Case]:
    for stays, k in ((0.98, 1), (0.95, 3), (0.9, 6), (0.8, 12)):
        yield Case(
            "retention cell",
            f"{1 - stays:.0%} leave a period, cell {k}",
            stays**k,
            lambda r, runs, n, q=1 - stays, k=k: intervals.wilson((r.geometric(q, (runs, n)) > k).sum(axis=1), n),
        )


def _nps() -> Iterator[Case]:
    for shares in ((0.5, 0.3, 0.2), (0.3, 0.5, 0.2), (0.1, 0.3, 0.6), (0.8, 0.15, 0.05), (0.34, 0.33, 0.33)):
        yield Case(
            "NPS",
            "{:.0%} / {:.0%} / {:.0%}".format(*shares),
            100 * (shares[0] - shares[2]),
            lambda r, runs, n, s=shares: intervals.nps(*r.multinomial(n, s, runs).T),
        )


SKEWED: tuple[tuple[str, float, float, Callable[..., np.ndarray]], ...] = (
    ("normal", 0.0, 0.0, lambda r, size: r.normal(0, 1, size)),
    ("gamma, shape 4", 4.0, 3.672061, lambda r, size: r.gamma(4, 1, size)),
    ("exponential", 1.0, float(np.log(2)), lambda r, size: r.exponential(1, size)),
    ("lognormal, sigma 0.7", float(np.exp(0.245)), 1.0, lambda r, size: r.lognormal(0, 0.7, size)),
    ("lognormal, sigma 1", float(np.exp(0.5)), 1.0, lambda r, size: r.lognormal(0, 1, size)),
)
"""Label, mean, median, and how to draw: what times, amounts and durations look like."""


def _means() -> Iterator[Case]:
    def draw(random: np.random.Generator, runs: int, n: int, values: Callable[..., np.ndarray]) -> intervals.Pair:
        x = values(random, (runs, n))
        return intervals.mean(n, x.sum(axis=1), (x * x).sum(axis=1))

    for label, mean, _, values in SKEWED:
        yield Case("mean of skewed data", label, mean, lambda r, runs, n, v=values: draw(r, runs, n, v))


def _medians() -> Iterator[Case]:
    def draw(random: np.random.Generator, runs: int, n: int, values: Callable[..., np.ndarray]) -> intervals.Pair:
        found = np.array([intervals.median(row)[1:] for row in values(random, (runs, n))])
        return found[:, 0], found[:, 1]

    for label, _, median, values in SKEWED:
        yield Case("median", label, median, lambda r, runs, n, v=values: draw(r, runs, n, v))


def _jackknifed(total: np.ndarray, base: np.ndarray) -> intervals.Pair:
    """The interval of a ratio of sums over customers, from the values that it takes without one of them."""
    t, w = total.sum(axis=1, keepdims=True), base.sum(axis=1, keepdims=True)
    left = (t - total) / (w - base) - t / w
    return intervals.jackknife((t / w)[:, 0], total.shape[1], left.sum(axis=1), (left * left).sum(axis=1))


def _ratios() -> Iterator[Case]:
    """Net revenue retention of customers of unequal size: each leaves, shrinks, stays or grows."""
    factors = np.array([0.0, 0.7, 1.0, 1.4])
    for label, chances in (("few leave", (0.05, 0.1, 0.65, 0.2)), ("many leave", (0.3, 0.1, 0.5, 0.1))):
        for sigma in (0.5, 1.0):

            def draw(
                random: np.random.Generator, runs: int, n: int, s: float = sigma, p: tuple[float, ...] = chances
            ) -> intervals.Pair:
                base = random.lognormal(6, s, (runs, n))
                return _jackknifed(base * random.choice(factors, (runs, n), p=p), base)

            yield Case("money ratio", f"{label}, sizes' sigma {sigma}", float(factors @ np.array(chances)), draw)


def _differences() -> Iterator[Case]:
    for p, q in ((0.1, 0.1), (0.05, 0.2), (0.5, 0.6), (0.9, 0.7)):
        yield Case(
            "difference of shares",
            f"{p:.0%} and {q:.0%}",
            p - q,
            lambda r, runs, n, p=p, q=q: intervals.difference(r.binomial(n, p, runs), n, r.binomial(n, q, runs), n),
        )


def _repeats() -> Iterator[Case]:
    """Respondents who answer several times, each with a leaning of its own; n is the number of answers on average."""
    for mean, strength in ((0.3, 2.0), (0.5, 5.0), (0.7, 1.0)):
        for answers in (2, 4):

            def draw(
                random: np.random.Generator,
                runs: int,
                n: int,
                m: float = mean,
                s: float = strength,
                each: int = answers,
            ) -> intervals.Pair:
                people = max(2, n // each)
                counts = 1 + random.poisson(each - 1, (runs, people))
                yes = random.binomial(counts, random.beta(m * s, (1 - m) * s, (runs, people)))
                sums = (x.sum(axis=1) for x in (counts, yes, counts * counts, counts * yes, yes * yes))
                return intervals.clustered(people, *sums, bounds=(0.0, 1.0))

            yield Case("repeat respondents", f"{mean:.0%}, {answers} answers, leaning {strength:g}", mean, draw)


def cases() -> list[Case]:
    """Every kind of interval with its truths."""
    kinds = (_shares, _retention, _nps, _means, _medians, _ratios, _differences, _repeats)
    return [case for kind in kinds for case in kind()]


def simulate(runs: int, seed: int = SEED) -> pd.DataFrame:
    """Return kind, truth (its label), n, coverage (of the intervals that exist), none (the share that does not)."""
    lines = []
    for case in cases():
        for n in SIZES:
            low, high = case.draw(np.random.default_rng([seed, n]), runs, n)
            known = ~np.isnan(low)
            inside = (low[known] <= case.truth) & (case.truth <= high[known])
            lines.append((case.kind, case.label, n, inside.mean() if known.any() else np.nan, 1 - known.mean()))
    return pd.DataFrame(lines, columns=["kind", "truth", "n", "coverage", "none"])


def by_kind(found: pd.DataFrame) -> pd.DataFrame:
    """The mean coverage of each kind (rows) at each n (columns)."""
    return found.pivot_table("coverage", "kind", "n", sort=False)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulations.coverage", description=__doc__)
    parser.add_argument("--runs", type=int, default=4000, help="data sets for each truth and size")
    found = simulate(parser.parse_args(arguments).runs)
    table = found.pivot_table("coverage", ["kind", "truth"], "n", sort=False)
    print("How often a 95 % interval holds the truth, in %.\n")
    print((100 * table).round(1).to_string())
    print("\nMean over the truths:\n")
    print((100 * by_kind(found)).round(1).to_string())


if __name__ == "__main__":
    main()
