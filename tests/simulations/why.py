"""How often the search behind 'Why did it move?' names the planted cause, and how often it names one in pure noise.

    python -m tests.simulations.why [--runs 100]

Each run makes a company of 800 customers with eight attributes (a country lies in a region, a CSM has thirty values,
sizes differ in level) and two periods, plants one cause or none, and asks the search alone: no database.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
import pandas as pd

from cs_metrics.analysis.why.search import LEVEL, search
from cs_metrics.analysis.why.split import SIDES

CUSTOMERS = 800
LEAVE = {"small": 0.08, "middle": 0.05, "large": 0.02}
Company = dict[str, np.ndarray]
Draw = np.random.Generator


def company(draw: Draw, customers: int = CUSTOMERS) -> Company:
    """Return eight attributes of so many customers."""
    region = draw.choice(["AMER", "APAC", "EMEA", "LATAM"], customers, p=[0.4, 0.2, 0.3, 0.1])
    place = draw.integers(1, 6, customers)
    return {
        "region": region,
        "country": np.array([f"{r} {n}" for r, n in zip(region, place, strict=True)]),
        "plan": draw.choice(["Basic", "Pro", "Team"], customers, p=[0.5, 0.3, 0.2]),
        "size": draw.choice(list(LEAVE), customers, p=[0.5, 0.3, 0.2]),
        "industry": draw.choice([f"industry {i}" for i in range(8)], customers),
        "csm": draw.choice([f"csm {i}" for i in range(30)], customers),
        "channel": draw.choice([f"channel {i}" for i in range(6)], customers),
        "partner": draw.choice(["yes", "no"], customers, p=[0.3, 0.7]),
    }


def leaving(draw: Draw, made: Company, more: np.ndarray) -> np.ndarray:
    """Return who leaves of a base, at the rate of its size and `more`."""
    rate = np.array([LEAVE[size] for size in made["size"]])
    return draw.random(len(rate)) < np.clip(rate + more, 0, 1)


def churn(draw: Draw, more: Callable[[Company], np.ndarray], newcomers: dict[str, str] | None = None) -> tuple:
    """Two periods of churn: who left in the first is not in the base of the second, where as many came, of whom
    `newcomers` says what they are."""
    made = company(draw)
    left = leaving(draw, made, np.zeros(CUSTOMERS))
    came = company(draw, 1_000 if newcomers else int(left.sum()))
    came |= {name: np.full(len(came[name]), value) for name, value in (newcomers or {}).items()}
    there = {name: np.concatenate([made[name][~left], came[name]]) for name in made}
    gone = leaving(draw, there, more(there))
    none, old = np.zeros(len(came["size"])), np.ones(CUSTOMERS)
    everyone = {name: np.concatenate([made[name], came[name]]) for name in made}
    now = np.concatenate([(~left).astype(float), np.ones(len(none))])
    left_now = np.zeros(len(now))
    left_now[now > 0] = gone
    return everyone, np.column_stack(
        [np.concatenate([left, none]), np.concatenate([old, none]), left_now, now]
    ), True  # fmt: skip


def money(draw: Draw, more: Callable[[Company], np.ndarray]) -> tuple:
    """Two periods of net revenue retention: what customers paid at a period's end over what they paid at its start."""
    made = company(draw)
    start = draw.lognormal(6, 1, CUSTOMERS)
    middle = start * draw.lognormal(0, 0.15, CUSTOMERS)
    end = middle * draw.lognormal(0, 0.15, CUSTOMERS) * (1 + more(made))
    return made, np.column_stack([middle, start, end, middle]), True


def tickets(draw: Draw, more: Callable[[Company], np.ndarray]) -> tuple:
    """Two periods of a count: tickets of customers who differ in how many they write."""
    made = company(draw)
    often = draw.gamma(1, 2, CUSTOMERS)
    none = np.zeros(CUSTOMERS)
    return made, np.column_stack(
        [draw.poisson(often).astype(float), none, draw.poisson(often * (1 + more(made))).astype(float), none]
    ), False  # fmt: skip


def where(attribute: str, value: str, amount: float) -> Callable[[Company], np.ndarray]:
    return lambda made: np.where(made[attribute] == value, amount, 0.0)


def everywhere(amount: float) -> Callable[[Company], np.ndarray]:
    return lambda made: np.full(len(made["size"]), amount)


def any_of_eight(draw: Draw) -> tuple[str, tuple]:
    """One value of one attribute, any of the eight, loses 30 points more of its customers (a small one: 70)."""
    made = company(draw)
    attribute = str(draw.choice(list(made)))
    values, counts = np.unique(made[attribute], return_counts=True)
    most = str(values[counts.argmax()])
    return attribute, churn(draw, where(attribute, most, 0.3 if counts.max() > 90 else 0.7))


EFFECTS: dict[str, Callable[[Draw], tuple[str, tuple]]] = {
    "one segment's churn rises by 25 points": lambda d: ("region", churn(d, where("region", "EMEA", 0.25))),
    "one country's churn rises by 50 points": lambda d: ("country", churn(d, where("country", "AMER 2", 0.5))),
    "one of eight attributes, drawn": any_of_eight,
    "the base shifts: 1,000 small ones come": lambda d: ("size", churn(d, everywhere(0.0), {"size": "small"})),
    "money: one segment pays 20 % less": lambda d: ("plan", money(d, where("plan", "Pro", -0.2))),
    "a count: one segment writes twice as much": lambda d: ("channel", tickets(d, where("channel", "channel 3", 1.0))),
    "noise: nothing changes": lambda d: ("", churn(d, everywhere(0.0))),
    "noise: all rise by 5 points": lambda d: ("", churn(d, everywhere(0.05))),
    "noise: money": lambda d: ("", money(d, everywhere(0.0))),
    "noise: a count rises by a fifth": lambda d: ("", tickets(d, everywhere(0.2))),
}  # fmt: skip


def named(made: Company, values: np.ndarray, quotient: bool, deals: int) -> str:
    """Return the attribute that the search names; '' where it names none."""
    numbers = pd.DataFrame(values, columns=list(SIDES))
    ranked = search({name: numbers.assign(segment=labels) for name, labels in made.items()}, quotient, deals)
    return str(ranked.iloc[0]["attribute"]) if ranked.iloc[0]["p"] <= LEVEL else ""


def simulate(runs: int, deals: int, seed: int = 1) -> pd.DataFrame:
    """Return for each effect: effect, planted (whether there is a cause), runs, named (a cause), right (the planted
    one; in noise: none)."""
    rows = []
    for effect, make in EFFECTS.items():
        found = []
        for run in range(runs):
            cause, (made, values, quotient) = make(np.random.default_rng([seed, run]))
            found.append((cause, named(made, values, quotient, deals)))
        right = sum(cause == said for cause, said in found)
        rows.append([effect, bool(found[0][0]), runs, sum(bool(said) for _, said in found), right])
    return pd.DataFrame(rows, columns=["effect", "planted", "runs", "named", "right"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--deals", type=int, default=999)
    print(simulate(**vars(parser.parse_args())).to_string(index=False))
