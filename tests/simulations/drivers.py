"""How often drivers name a fact where none has an effect, and how often they name the planted one first.

    python -m tests.simulations.drivers [--runs 1000] [--planted 200]

Each run makes the answers of a survey by accounts that answer one to six times and think alike, with thirty facts of
which some hang together (a country lies in a region, who uses one feature uses others), and asks the statistics alone:
no database. Without an effect at most `LEVEL` of the data sets may name anything.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from cs_metrics.analysis.feedback.drivers.drivers import LEVEL, LOWER, NO, UPPER, YES, Judged, judge, thirds
from cs_metrics.analysis.feedback.drivers.sums import sums_of

ACCOUNTS = 500
MINIMUM_N = 30
Draw = np.random.Generator
Numbers = np.ndarray


@dataclass(frozen=True)
class Answers:
    """`account` of each answer, and its `facts` by name: codes of a category, booleans, or numbers (NaN: unknown)."""

    account: Numbers
    facts: dict[str, Numbers]


def answers(draw: Draw, accounts: int = ACCOUNTS, often: float = 1.2) -> Answers:
    """Return the answers of so many accounts, each 1 + Poisson(`often`) of them, with facts that mean nothing."""
    account = np.repeat(np.arange(accounts), 1 + draw.poisson(often, accounts))
    size = len(account)
    region = draw.choice(4, accounts, p=[0.40, 0.33, 0.17, 0.10])
    active = draw.normal(size=accounts)
    tickets = draw.poisson(draw.gamma(1.2, 1.5, accounts)[account])
    some = tickets > 0
    hours = np.where(some, draw.lognormal(3.5, 0.8, size), np.nan)
    of_account = {
        "region": region,
        "country": region * 5 + draw.choice(5, accounts, p=[0.4, 0.25, 0.15, 0.12, 0.08]),
        "plan": draw.choice(4, accounts, p=[0.4, 0.3, 0.2, 0.1]),
        "segment": draw.choice(3, accounts, p=[0.5, 0.35, 0.15]),
        "industry": draw.choice(8, accounts),
        "csm": draw.choice(9, accounts),
        "channel of acquisition": draw.choice(6, accounts),
        "strategic": draw.random(accounts) < 0.1,
        "onboarding completed": draw.random(accounts) < 0.8,
        "days to first value": draw.lognormal(3, 0.7, accounts),
        "days since sign-up": draw.uniform(30, 900, accounts),
    }
    facts = {name: values[account] for name, values in of_account.items()}
    facts |= {
        "channel": draw.choice(2, size, p=[0.7, 0.3]),
        "campaign": draw.choice(12, size),
        "seniority": draw.choice(4, size),
        "role": draw.choice(5, size),
        "activated": draw.random(size) < 0.75,
        "days of use": draw.poisson(np.exp(1.5 + 0.5 * active[account])).astype(float),
        "tickets": tickets.astype(float),
        "hours to resolve": hours,
        "hours to a first answer": np.where(some, hours * draw.lognormal(-2, 0.5, size), np.nan),
        "rating": np.where(some & (draw.random(size) < 0.5), draw.integers(1, 6, size), np.nan),
        "reopened": some & (draw.random(size) < 0.1),
        "a ticket was open": some & (draw.random(size) < 0.15),
    }
    for number in range(7):
        facts[f"feature {number}"] = active[account] + draw.normal(size=size) > stats.norm.isf(0.2 + 0.1 * number) * 1.4
    return Answers(account, facts)


def standard(values: Numbers) -> Numbers:
    """Return numbers in standard deviations from their mean, 0 where they are unknown."""
    logs = np.log(values)
    return np.nan_to_num((logs - np.nanmean(logs)) / np.nanstd(logs))


def nps(mood: Numbers) -> Numbers:
    return np.where(mood > 0.0, 100.0, np.where(mood < -0.7, -100.0, 0.0))


def csat(mood: Numbers) -> Numbers:
    return (mood > stats.norm.isf(0.82)).astype(float)


def hardly_unhappy(mood: Numbers) -> Numbers:
    return (mood > stats.norm.isf(0.96)).astype(float)


def ces(mood: Numbers) -> Numbers:
    return np.clip(np.round(5.2 + 1.3 * mood), 1, 7)


SURVEYS: dict[str, Callable[[Numbers], Numbers]] = {"NPS": nps, "CSAT": csat, "CES": ces}
EFFECTS: dict[str, tuple[str, Callable[[Answers], Numbers]]] = {
    "a region is discontent": ("region", lambda a: np.where(a.facts["region"] == 1, -0.7, 0.0)),
    "users of a feature are content": ("feature 3", lambda a: np.where(a.facts["feature 3"], 0.6, 0.0)),
    "slow tickets displease": ("hours to resolve", lambda a: -0.6 * standard(a.facts["hours to resolve"])),
}


def named(made: Answers, worth: Numbers) -> Judged:
    """Return what the drivers' statistics say of answers; the number of a driver is its place among the facts."""
    codes, labels = [], []
    for values in made.facts.values():
        if values.dtype == float:
            known = values[~np.isnan(values)]
            cuts = thirds(known.min(), *np.quantile(known, [1 / 3, 2 / 3], method="inverted_cdf"), known.max())
            assert cuts is not None
            codes.append(np.where(values <= cuts[0], 0, np.where(values >= cuts[1], 1, -1)))
        else:
            codes.append(values.astype(int))
        labels.append((NO, YES) if values.dtype == bool else (LOWER, UPPER) if values.dtype == float else range(99))
    sums = sums_of(made.account, worth, np.array(codes))
    sums["segment"] = [str(labels[d][one]) for d, one in zip(sums["driver"], sums["segment"], strict=True)]
    return judge(sums, MINIMUM_N)


def once(seed: list[int], survey: Callable[[Numbers], Numbers], effect: str, **size: float) -> tuple[float, ...]:
    """Return of one data set whether anything is named, whether the planted fact is, first of all, and the share of
    the 95 % intervals that hold 0."""
    draw = np.random.default_rng(seed)
    made = answers(draw, **size)
    account = draw.normal(0, 0.5, int(made.account.max()) + 1)
    cause, push = EFFECTS.get(effect, ("", None))
    mood = account[made.account] + draw.normal(0, np.sqrt(0.75), len(made.account))
    every = named(made, survey(mood + (push(made) if push else 0.0))).comparisons
    said = every[every["named"].astype(bool)]
    first = list(made.facts)[int(said.iloc[0]["driver"])] if len(said) else ""
    return float(len(said) > 0), float(bool(cause) and first == cause), float((every["low"] * every["high"] < 0).mean())


def simulate(runs: int, planted: int, seed: int = 1) -> pd.DataFrame:
    """Return a row for each survey without an effect and with each: survey, effect, runs, named (data sets in which
    anything is), first (in which the planted fact is named before all others), held (the share of all 95 % intervals
    that hold 0, where it is the truth)."""
    nulls = {**{name: (one, {}) for name, one in SURVEYS.items()},
             "CSAT of 96 %": (hardly_unhappy, {}),
             "NPS, few accounts answer often": (nps, {"accounts": 80, "often": 9.0})}  # fmt: skip
    asked = [(name, "none", one, size, runs) for name, (one, size) in nulls.items()]
    asked += [(name, effect, one, {}, planted) for effect in EFFECTS for name, one in SURVEYS.items()]
    rows = []
    for place, (name, effect, survey, size, times) in enumerate(asked):
        found = np.array([once([seed, place, run], survey, effect, **size) for run in range(times)])
        held = found[:, 2].mean() if effect == "none" else np.nan
        rows.append([name, effect, times, int(found[:, 0].sum()), int(found[:, 1].sum()), held])
    return pd.DataFrame(rows, columns=["survey", "effect", "runs", "named", "first", "held"])


def main() -> None:
    """Print the table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--runs", type=int, default=1000)
    reader.add_argument("--planted", type=int, default=200)
    reader.add_argument("--seed", type=int, default=1)
    asked = reader.parse_args()
    found = simulate(asked.runs, asked.planted, asked.seed)
    found["named %"] = (100 * found["named"] / found["runs"]).round(1)
    found["first %"] = (100 * found["first"] / found["runs"]).where(found["effect"] != "none").round(1)
    found["held"] = (100 * found["held"]).round(1)
    found = found.rename(columns={"held": "intervals hold 0 %"})
    print(found.to_string(index=False, na_rep=""))
    print(f"\nAt most {100 * LEVEL:g} % of the data sets without an effect may name anything.")


if __name__ == "__main__":
    main()
