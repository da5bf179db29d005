"""How often the projection's 95 % band holds the truth: `python -m tests.simulations.projection [--runs 400]`.

Cohorts are drawn from the model itself: each customer its own chance to leave, from beta(alpha, beta), or the same one
for all. Eight periods are known; counted is whether the band at the 8th, 16th and 32nd holds the true share. The target
is 92 to 98 % for cohorts of 500 and more.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy import special

from cs_metrics.analysis.survival.projection import fit
from cs_metrics.errors import NotComputableError

KNOWN, AGES = 8, (8, 16, 32)
TRUTHS: tuple[tuple[float, float | None], ...] = (
    (0.668, 3.806), (0.704, 1.182), (0.3, 2.0), (2.0, 20.0), (20.0, 180.0), (0.05, None),
)  # fmt: skip


def covered(alpha: float, beta: float | None, *, customers: int, runs: int, seed: int) -> list[bool]:
    """Whether the band holds the true share, for each run and age. `beta` None: all leave with the chance `alpha`."""
    rng = np.random.default_rng(seed)
    ages = np.asarray(AGES, dtype=float)
    truth = (1 - alpha) ** ages
    if beta is not None:
        truth = np.exp(special.betaln(alpha, beta + ages) - special.betaln(alpha, beta))
    found: list[bool] = []
    for _ in range(runs):
        chance = np.full(customers, alpha) if beta is None else rng.beta(alpha, beta, customers)
        life = rng.geometric(np.maximum(chance, 1e-12))
        at_risk = [int((life >= t).sum()) for t in range(1, KNOWN + 1)]
        events = [int((life == t).sum()) for t in range(1, KNOWN + 1)]
        try:
            low, high = fit(at_risk, events).band(ages)
        except NotComputableError:  # hardly anybody left: the app projects nothing then
            continue
        found += [bool(inside) for inside in (low <= truth) & (truth <= high)]
    return found


def main() -> None:
    """Print the coverage of each truth and size."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--runs", type=int, default=400)
    reader.add_argument("--sizes", type=int, nargs="+", default=[100, 500, 2000])
    asked = reader.parse_args()
    print(f"{'truth':>22} {'customers':>10} {'runs':>6} " + " ".join(f"{f'age {a}':>8}" for a in AGES))
    for size in asked.sizes:
        every = []
        for number, (alpha, beta) in enumerate(TRUTHS):
            hits = np.array(covered(alpha, beta, customers=size, runs=asked.runs, seed=number)).reshape(-1, len(AGES))
            name = f"all leave at {alpha}" if beta is None else f"beta({alpha}, {beta})"
            shares = " ".join(f"{share:8.1%}" for share in hits.mean(axis=0))
            print(f"{name:>22} {size:>10,} {len(hits):>6} {shares}", flush=True)
            every.append(hits.mean())
        print(f"{'mean':>22} {size:>10,} {'':>6} {np.mean(every):8.1%}", flush=True)


if __name__ == "__main__":
    main()
