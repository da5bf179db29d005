"""How near the weighted score comes to the truth, and how often chance is taken for a difference between those who
answered and those who did not. `python -m tests.simulations.heard` prints both tables.

A base of accounts has a region and a size, each with its own score; who answers depends on them, or does not. The truth
is the score that all would give. Every run goes through the functions that the app uses.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
import pandas as pd

from cs_metrics.analysis.feedback.heard.likeness import judge
from cs_metrics.analysis.feedback.heard.weighted import interval
from cs_metrics.analysis.feedback.heard.weights import weigh

REGIONS = np.array([0.4, 0.3, 0.2, 0.1])
SIZES = np.array([0.5, 0.3, 0.2])
# of an account in each region (rows) and size (columns): the shares of promoters and of detractors
PROMOTERS = np.array([0.55, 0.45, 0.35, 0.20])[:, None] + np.array([0.0, 0.05, 0.15])
DETRACTORS = np.array([0.10, 0.20, 0.30, 0.45])[:, None] - np.array([0.0, 0.02, 0.05])
DEPENDS = np.array([0.10, 0.06, 0.04, 0.025])[:, None] * np.array([1.0, 1.3, 1.8])
NOT = np.full((4, 3), 0.07)
BASE = 6_000
Draw = np.random.Generator


def answers(draw: Draw, chance: np.ndarray, survey: str, repeated: bool) -> tuple[pd.DataFrame, float]:
    """Return the cells of one data set, and the score that everybody would give."""
    shares = REGIONS[:, None] * SIZES
    base = np.round(shares * BASE)
    rows = []
    for r in range(4):
        for s in range(3):
            told = draw.binomial(int(base[r, s]), chance[r, s])
            times = 1 + draw.poisson(0.6, told) if repeated else np.ones(told, dtype=int)
            # whoever answers several times is mostly of the same mind
            lean = np.repeat(draw.random(told), times)
            own = np.where(draw.random(len(lean)) < 0.7, lean, draw.random(len(lean))) if repeated else lean
            p, d = PROMOTERS[r, s], DETRACTORS[r, s]
            worth = np.where(own < p, 1.0, np.where(own > 1 - d, -1.0, 0.0))
            if survey == "nps":
                worth *= 100
            elif survey == "csat":
                worth = (worth > 0).astype(float)
            else:
                worth = 4 + 2 * worth + draw.normal(0, 0.7, len(worth))
            sums = np.bincount(np.repeat(np.arange(told), times), weights=worth, minlength=told)
            rows.append({
                "region": f"region {r}", "size": f"size {s}", "base": base[r, s], "answers": len(worth), "units": told,
                "total": worth.sum(), "nn": (times**2).sum(), "nt": (times * sums).sum(), "tt": (sums**2).sum(),
                "good": (worth > 0).sum(), "middle": (worth == 0).sum(), "bad": (worth < 0).sum(),
            })  # fmt: skip
    mean = {"nps": 100 * (PROMOTERS - DETRACTORS), "csat": PROMOTERS, "ces": 4 + 2 * (PROMOTERS - DETRACTORS)}[survey]
    return pd.DataFrame(rows), float((mean * base).sum() / base.sum())


def by_region(cells: pd.DataFrame) -> pd.DataFrame:
    return cells.drop(columns="size").groupby("region", as_index=False).sum()


CASES: dict[str, tuple[str, np.ndarray, bool, str]] = {
    "NPS, answering depends on region and size": ("nps", DEPENDS, False, "cells"),
    "the same, by both margins (raking)": ("nps", DEPENDS, False, "margins"),
    "NPS, accounts answer several times": ("nps", DEPENDS, True, "cells"),
    "CSAT, answering depends on both": ("csat", DEPENDS, False, "cells"),
    "effort, answering depends on both": ("ces", DEPENDS, False, "cells"),
    "NPS, answering depends on nothing": ("nps", NOT, False, "cells"),
}


def weighted(runs: int, seed: int = 1) -> pd.DataFrame:
    """Return for each case: answers (the mean n), raw_off and weighted_off (mean distance from the truth), nearer (the
    share of runs in which the weighted score is), raw_covers and covers (of the truth, by their 95 % intervals)."""
    lines = []
    for name, (survey, chance, repeated, method) in CASES.items():
        found = []
        for run in range(runs):
            cells, truth = answers(np.random.default_rng([seed, run]), chance, survey, repeated)
            made = weigh(cells, ["region", "size"], rake=method == "margins")
            one = cells.drop(columns=["region", "size"]).sum().to_frame().T
            raw = weigh(one, [])
            low, high = interval(survey, made, cells, made.weights)
            raw_low, raw_high = interval(survey, raw, one, raw.weights)
            found.append([
                cells["answers"].sum(), abs(raw.value - truth), abs(made.value - truth),
                abs(made.value - truth) < abs(raw.value - truth), raw_low <= truth <= raw_high, low <= truth <= high,
            ])  # fmt: skip
        lines.append([name, *np.array(found, dtype=float).mean(axis=0)])
    columns = ["case", "answers", "raw_off", "weighted_off", "nearer", "raw_covers", "covers"]
    return pd.DataFrame(lines, columns=columns).round(3)


def accounts(draw: Draw, chance: Callable[[dict[str, np.ndarray]], np.ndarray], size: int) -> pd.DataFrame:
    """Return the counts of accounts by five attributes, of those who answered and of the others."""
    made = {f"attribute {k}": draw.choice(k + 2, size, p=draw.dirichlet(np.full(k + 2, 4.0))) for k in range(5)}
    heard = draw.random(size) < chance(made)
    pieces = []
    for k, (name, values) in enumerate(made.items()):
        counts = [np.bincount(values[who], minlength=k + 2) for who in (heard, ~heard)]
        told = pd.DataFrame({"attribute": name, "value": np.arange(k + 2), "heard": counts[0], "others": counts[1]})
        pieces.append(told[(told["heard"] + told["others"]) > 0])
    return pd.concat(pieces, ignore_index=True)


def likeness(runs: int, seed: int = 1) -> pd.DataFrame:
    """Return for each case how often some attribute is said to differ, and how often the planted one."""
    cases: dict[str, tuple[Callable[[dict[str, np.ndarray]], np.ndarray], int]] = {
        "nothing, 60 accounts": (lambda made: np.full(60, 0.4), 60),
        "nothing, 500 accounts": (lambda made: np.full(500, 0.4), 500),
        "nothing, 5,000 accounts": (lambda made: np.full(5000, 0.1), 5000),
        "one value answers half as often, 500": (lambda made: np.where(made["attribute 2"] == 0, 0.25, 0.5), 500),
    }
    lines = []
    for name, (chance, size) in cases.items():
        names = [f"attribute {k}" for k in range(5)]
        draws = (np.random.default_rng([seed, run]) for run in range(runs))
        said = [judge(accounts(draw, chance, size), names, 10) for draw in draws]
        told = [set(one.tests.loc[one.tests["differs"].fillna(False).astype(bool), "attribute"]) for one in said]
        share = np.mean([bool(found) for found in told])
        lines.append([name, runs, share, np.mean(["attribute 2" in found for found in told])])
    return pd.DataFrame(lines, columns=["depends on", "runs", "differs_said", "attribute_2_said"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    runs = parser.parse_args().runs
    print(weighted(runs).to_string(index=False))
    print()
    print(likeness(runs).to_string(index=False))
