"""How often the 95 % band of the outlook holds what comes: `python -m tests.simulations.outlook [--runs 200]`.

Twenty-four months are known, twelve come, drawn from one known process: 'months' (each drawn alike and by itself),
'customers' (each comes, grows, shrinks and leaves by chance), 'skewed' (rare large months), 'weather' (good and bad
months come in runs). Those are stationary, and the target is 90 to 98 % over all horizons. 'growing' is not: new
business grows by 4 % a month, which the projection does not know; its figure is what that costs.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from cs_metrics.analysis.revenue.outlook import project

KNOWN, AHEAD = 24, 12
STATIONARY = ("months", "customers", "skewed", "weather")
KINDS = (*STATIONARY, "growing")
SHOWN = (1, 3, 6, 12)


def _months(kind: str, rng: np.random.Generator) -> list[tuple[float, ...]]:
    """Draw movements as shares of the month's start, new business in money."""
    mrr = float(rng.uniform(20_000, 100_000))
    usual, runs, rows = 0.04 * mrr, np.zeros(2), []
    for number in range(KNOWN + AHEAD):
        back, contraction = 0.0, 0.005
        if kind == "weather":
            runs = 0.6 * runs + 0.32 * rng.normal(size=2)
            new, expansion, churn = usual * np.exp(runs[0]), 0.01, 0.02 * np.exp(runs[1])
        elif kind == "skewed":
            new, expansion, churn = np.array([usual, 0.01, 0.02]) * rng.lognormal(-0.5, 1.0, 3)
        else:
            grown = 1.04**number if kind == "growing" else 1.0
            new, back = grown * rng.gamma(4, usual / 4), rng.gamma(1, usual / 20)
            expansion, contraction, churn = rng.beta(3, 147), rng.beta(2, 198), rng.beta(5, 245)
        moves = (new, back, expansion * mrr, contraction * mrr, churn * mrr)
        rows.append((mrr, *moves, mrr + sum(moves[:3]) - sum(moves[3:])))
        mrr = rows[-1][-1]
    return rows


def _customers(rng: np.random.Generator) -> list[tuple[float, ...]]:
    """Draw customers: 8 come a month, one in 40 leaves, some grow, a few shrink; amounts are lognormal."""
    paid, rows = rng.lognormal(5, 1, 300), []
    for _ in range(KNOWN + AHEAD):
        start = paid.sum()
        stays = rng.random(len(paid)) >= 0.025
        churn, paid = paid[~stays].sum(), paid[stays]
        chance, size = rng.random(len(paid)), rng.uniform(0.1, 0.4, len(paid))
        up, down = paid * size * (chance < 0.03), paid * size * (chance > 0.99)
        new = rng.lognormal(5, 1, rng.poisson(8))
        paid = np.concatenate([paid + up - down, new])
        rows.append((start, new.sum(), 0.0, up.sum(), down.sum(), churn, paid.sum()))
    return rows


def held(kind: str, runs: int, seed: int) -> np.ndarray:
    """Return whether the band holds what came: a row a run, a column a month ahead."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    names = ["start", "new", "reactivation", "expansion", "contraction", "churn", "end"]
    inside = []
    for _ in range(runs):
        frame = pd.DataFrame(_customers(rng) if kind == "customers" else _months(kind, rng), columns=names)
        frame.insert(0, "period", pd.date_range("2022-01-01", periods=len(frame), freq="MS"))
        ahead = project(frame.head(KNOWN), AHEAD).path
        came = frame["end"].to_numpy()[KNOWN:]
        inside.append((came >= ahead["low"]) & (came <= ahead["high"]))
    return np.array(inside)


def main() -> None:
    """Print the coverage of each process, by horizon."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--runs", type=int, default=200)
    reader.add_argument("--seed", type=int, default=1)
    asked = reader.parse_args()
    print(f"{'process':>12} {'runs':>6} {'all':>8} " + " ".join(f"{f'{n} ahead':>9}" for n in SHOWN))
    every = []
    for kind in KINDS:
        found = held(kind, asked.runs, asked.seed)
        shares = " ".join(f"{found[:, n - 1].mean():9.1%}" for n in SHOWN)
        print(f"{kind:>12} {asked.runs:>6} {found.mean():8.1%} {shares}", flush=True)
        if kind in STATIONARY:
            every.append(found.mean())
    print(f"{'stationary':>12} {'':>6} {np.mean(every):8.1%}", flush=True)


if __name__ == "__main__":
    main()
