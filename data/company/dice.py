"""Chance that is the same on every machine and every Python: one stream per name, built on random() alone.

Other methods of `random` may change their algorithm between releases, and libm's log and exp differ between systems;
sqrt and the four operations are exact by IEEE 754.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import sqrt
from typing import TypeVar

SEED = "tidewise-2026"
T = TypeVar("T")


class Dice:
    """A stream of chance named by what it decides: changing one thing leaves all others as they were."""

    def __init__(self, *names: object) -> None:
        self.roll = random.Random("/".join([SEED, *map(str, names)])).random

    def chance(self, share: float) -> bool:
        return self.roll() < share

    def below(self, limit: int) -> int:
        return int(self.roll() * limit)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + int(self.roll() * (high - low + 1))

    def pick(self, things: Sequence[T]) -> T:
        return things[self.below(len(things))]

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        left = self.below(sum(weight for _, weight in choices))
        for thing, weight in choices:
            left -= weight
            if left < 0:
                return thing
        raise AssertionError("weights are positive")

    def bell(self) -> float:
        """Return a number from 0 to 1 that is mostly near the middle."""
        return (self.roll() + self.roll() + self.roll()) / 3

    def skewed(self, median: int) -> int:
        """Return a whole number >= 1 with a long tail to the right: nine in ten are below 2.8 medians."""
        u = self.roll()
        return max(1, int(median * sqrt(u / (1.02 - u))))
