"""How often 'Is this change real?' calls a change real where nothing changed, and how often it finds one that is there.

    python -m tests.simulations.is_real [--runs 1000]

Each data set is one survey at several points (periods or segments); each point is compared with the next and p is
corrected for their number. `once`: everybody answers once. `often`: accounts give one to four answers at each point,
and those of an account are alike. `again`: the same accounts answer at every point, as often and as alike. No database.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cs_metrics.analysis.feedback.score.real import Group, Shared, compared, judged

SEED = 20_260_601
KINDS = ("nps", "share", "mean")
DESIGNS = ("once", "often", "again")
ACCOUNTS = (15, 60, 200)
COMPARISONS = (1, 2, 5, 12)
# where a standard normal leaning is cut into what an answer is worth, from the lowest up
CUTS = {"nps": (-0.84, 0.0), "share": (-0.84,), "mean": (-1.8, -1.3, -0.8, -0.3, 0.3, 1.0)}
WORTH = {"nps": (-100.0, 0.0, 100.0), "share": (0.0, 1.0), "mean": (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)}
# how much the leaning of all moves where an effect is planted, in standard deviations of one answer
SHIFT = 0.6
# the part of an answer's variance that is its account's own
ALIKE = 0.4


@dataclass(frozen=True)
class Case:
    """One kind of data set: its statistic, its design, accounts at each point, and how many neighbours are compared."""

    kind: str
    design: str
    accounts: int
    comparisons: int


def answers(draw: np.random.Generator, case: Case, runs: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Return how many answers each account gave and what they add up to: arrays of run, account and point. From the
    middle point on every leaning is `shift` higher."""
    points = case.comparisons + 1
    shape = (runs, case.accounts, points)
    most = 1 if case.design == "once" else 4
    each = draw.integers(1, most + 1, shape)
    own = draw.standard_normal((*shape[:2], 1) if case.design == "again" else shape)
    moved = np.where(np.arange(points) > (points - 1) // 2, shift, 0.0)
    total = np.zeros(shape)
    part = 0.0 if case.design == "once" else ALIKE
    for answer in range(most):
        leaning = np.sqrt(part) * own + np.sqrt(1 - part) * draw.standard_normal(shape) + moved
        worth = np.asarray(WORTH[case.kind])[np.searchsorted(CUTS[case.kind], leaning)]
        total += np.where(answer < each, worth, 0.0)
    return each.astype(float), total


def decided(case: Case, n: np.ndarray, t: np.ndarray) -> pd.DataFrame:
    """Return `judged` of every data set's neighbours, with its number (run) and the pair's."""
    runs, accounts, points = n.shape

    def group(chosen: slice) -> Group:
        k, s = n[:, :, chosen], t[:, :, chosen]
        parts = (k.sum(axis=1), s.sum(axis=1), (k * k).sum(axis=1), (k * s).sum(axis=1), (s * s).sum(axis=1),
                 (k**4).sum(axis=1), k.max(axis=1))  # fmt: skip
        flat = [part.ravel() for part in parts]
        return Group(np.full(len(flat[0]), float(accounts)), *flat)

    one, other = slice(0, points - 1), slice(1, points)
    a, b, c, d = n[:, :, one], n[:, :, other], t[:, :, one], t[:, :, other]
    if case.design == "again":
        sums = [x.sum(axis=1).ravel() for x in (a * b, a * d, c * b, c * d, a * a * b * b)]
        shared = Shared(np.full(len(sums[0]), float(accounts)), *sums)
    else:
        shared = Shared(*(np.zeros(runs * (points - 1)) for _ in range(6)))
    found = compared(case.kind, group(one), group(other), shared)
    found["run"] = np.repeat(np.arange(runs), points - 1)
    found["pair"] = np.tile(np.arange(points - 1), runs)
    return pd.concat([judged(part) for _, part in found.groupby("run")])


def simulate(cases: list[Case], runs: int, shift: float = SHIFT, seed: int = SEED) -> pd.DataFrame:
    """Return a line for each case: false (the share of data sets without any change in which one is called real),
    covered (of the 95 % intervals, the share that holds no change), power (the share in which the planted change is
    called real), first (in which it has the smallest p), wrong (in which another one is called real)."""
    lines = []
    for number, case in enumerate(cases):
        draw = np.random.default_rng([seed, number])
        null = decided(case, *answers(draw, case, runs, 0.0))
        planted = decided(case, *answers(draw, case, runs, shift))
        known = null["p"].notna()
        hit = planted[planted["pair"] == case.comparisons // 2].set_index("run")
        others = planted[planted["pair"] != case.comparisons // 2]
        lines.append({
            "statistic": case.kind, "answers": case.design, "accounts": case.accounts, "compared": case.comparisons,
            "false": null["verdict"].eq("real").groupby(null["run"]).any().mean(),
            "covered": ((null["low"] <= 0) & (null["high"] >= 0))[known].mean(),
            "power": hit["verdict"].eq("real").mean(),
            "first": (hit["p"] <= planted.groupby("run")["p"].min()).mean(),
            "wrong": others["verdict"].eq("real").groupby(others["run"]).any().mean() if len(others) else 0.0,
        })  # fmt: skip
    return pd.DataFrame(lines)


def every_case() -> list[Case]:
    return [Case(k, d, a, c) for k in KINDS for d in DESIGNS for a in ACCOUNTS for c in COMPARISONS]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulations.is_real", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="data sets of each kind, without and with a change")
    runs = parser.parse_args(arguments).runs
    found = simulate(every_case(), runs)
    shown = found.copy()
    shown[["false", "covered", "power", "first", "wrong"]] *= 100
    print(f"{runs:,} data sets of each kind without a change, and as many with one planted ({SHIFT:g} standard "
          "deviations of one answer, from the middle point on). In %.\n")  # fmt: skip
    print(shown.round(1).to_string(index=False))
    over = found[found["false"] > 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs)]
    print(f"\nLargest rate of false changes: {100 * found['false'].max():.1f} % (5 % are allowed; in {len(over)} of "
          f"{len(found)} kinds it is more than chance puts above 5 %).")  # fmt: skip


if __name__ == "__main__":
    main()
