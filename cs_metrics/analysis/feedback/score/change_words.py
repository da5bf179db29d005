"""Changes of a score in plain words: sentences that a person can read out, and that never take silence for a no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cs_metrics.analysis.cohorts.told import period
from cs_metrics.analysis.survival.words import group_name

_SCORES = {"nps": "nps", "csat": "share"}


@dataclass(frozen=True)
class Told:
    """What is compared, as far as its words and its statistics go: a survey's score or the share of one category,
    between periods of a grain or (None) between segments."""

    survey: str
    measure: str = "score"
    grain: str | None = None

    @property
    def kind(self) -> str:
        """How it is tested: see `real.compared`."""
        return _SCORES.get(self.survey, "mean") if self.measure == "score" else "share"

    def point(self, row: Mapping[Any, Any]) -> str:
        """Return a point's name: that of its period, or of its segment."""
        return period(row["start"], self.grain) if self.grain else group_name(row["key"])

    def digits(self, row: Mapping[Any, Any]) -> int:
        """Return how many decimals the numbers of a pair have: as many for the interval as for the difference."""
        size = max(abs(row[name]) for name in ("difference", "low", "high")) * self.scale
        return 0 if self.kind == "nps" or size >= 20 else 1 if self.kind == "share" or size >= 5 else 2

    @property
    def scale(self) -> int:
        """By what a value is multiplied to be told: shares are told in percentage points."""
        return 100 if self.kind == "share" else 1

    def amount(self, x: float, digits: int) -> str:
        """Return the size of a difference with its unit: '12 points', '3.4 percentage points'."""
        shown = f"{abs(x) * self.scale:.{digits}f}"
        unit = "percentage point" if self.kind == "share" else "point"
        return f"{shown} {unit}{'' if float(shown) == 1 else 's'}"


def sentence(row: Mapping[Any, Any], told: Told, comparisons: int, unfinished: Sequence[str] = ()) -> str:
    """Return the verdict on a pair of `changes` in words.

    'The rise of 12 points from May 2026 to June 2026 is more than chance would give (2 to 22; 4 comparisons looked
    at).' `unfinished` names the periods of the pair that are not over.
    """
    looked = "1 comparison" if comparisons == 1 else f"{comparisons:,} comparisons"
    late = f" {' and '.join(unfinished)} {'is' if len(unfinished) == 1 else 'are'} not over." if unfinished else ""
    if row["verdict"] == "none":
        between = f"{row['one']} ({int(row['n_one']):,}) and {row['other']} ({int(row['n_other']):,})"
        return f"Cannot tell: too few answers, or too few accounts, to compare {between}.{late}"
    digits = told.digits(row)
    what, ends = _what(row, told, digits), _ends(row, told, digits)
    if row["verdict"] == "real":
        return f"{what[0].upper()}{what[1:]} is more than chance would give ({ends}; {looked} looked at).{late}"
    if row["verdict"] == "alone":
        return (
            f"Cannot tell: by itself {what} would be more than chance gives ({ends}), but among {looked} one like it "
            f"is no surprise.{late}"
        )
    low, high = (_moved(row[end], row, told, digits) for end in ("low", "high"))
    return (
        f"Cannot tell: chance alone may have made {what}. Anything from {low} to {high} fits the answers ({looked} "
        f"looked at). With so many answers only a difference of some {told.amount(row['visible'], digits)} or more "
        f"would be seen.{late}"
    )


def summary(pairs: pd.DataFrame, told: Told, which: str) -> str:
    """Return how many of the pairs of `changes` are real: 'Of 11 neighbouring months compared, 2 differ by more than
    chance gives.' Never that the others are alike."""
    things = f"{told.grain}s" if told.grain else "segments"
    looked = int(pairs["p"].notna().sum())
    if not looked:
        return f"There are no two {things} with enough answers to compare."
    kind = f"neighbouring {things}" if which == "neighbours" else things
    real, few = int((pairs["verdict"] == "real").sum()), len(pairs) - looked
    pair = "pair" if looked == 1 else "pairs"
    said = f"Of {looked:,} {pair} of {kind} compared, {f'{real:,}' if real else 'none'} "
    said += f"{'differs' if real <= 1 else 'differ'} by more than chance gives"
    rest = "; of the others nobody can tell." if real else ", which does not say that they are alike."
    said += rest if looked > real else "."
    return said + (f" {few:,} more {'has' if few == 1 else 'have'} too few answers." if few else "")


def _what(row: Mapping[Any, Any], told: Told, digits: int) -> str:
    """'the rise of 12 points from May 2026 to June 2026', 'the gap of 12 points between Team and Basic'."""
    size = told.amount(row["difference"], digits)
    if float(size.split(" ")[0]) == 0:
        least = told.amount(10.0**-digits / told.scale, digits)
        return f"the difference of less than {least} between {row['one']} and {row['other']}"
    if told.grain is None:
        return f"the gap of {size} between {row['other']} and {row['one']}"
    return f"the {'rise' if row['difference'] > 0 else 'fall'} of {size} from {row['one']} to {row['other']}"


def _ends(row: Mapping[Any, Any], told: Told, digits: int) -> str:
    """Return the interval of a difference by its size: a fall of 12 has '2 to 22' as a rise has."""
    low, high = (row["low"], row["high"]) if row["difference"] >= 0 else (-row["high"], -row["low"])
    return f"{low * told.scale:.{digits}f} to {high * told.scale:.{digits}f}"


def _moved(x: float, row: Mapping[Any, Any], told: Told, digits: int) -> str:
    if told.grain is None:
        above, below = (row["other"], row["one"]) if x >= 0 else (row["one"], row["other"])
        return f"{above} {told.amount(x, digits)} above {below}"
    return f"a {'fall' if x < 0 else 'rise'} of {told.amount(x, digits)}"
