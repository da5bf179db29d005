"""What goes with a score, in words: the groups that were compared, and what the comparison says."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from cs_metrics.analysis.feedback.drivers.drivers import YES, Drivers
from pages._ui import door, formats

OTHERS = "the others"
_VERDICTS = {True: "more than chance", False: "may be chance"}


def labels() -> dict[str, str]:
    """Return the attributes' labels by their names; of those that are called alike, with whose they are."""
    known = door.attributes()
    times = Counter(
        a.label.casefold() for a in known if a.table in ("customers", "users", "survey_responses", "tickets")
    )
    return {a.name: a.label if times[a.label.casefold()] < 2 else f"{a.label} ({a.of})" for a in known}


def segment(value: Any) -> str:
    """Return a segment as it is called: the missing value has a name too."""
    if value is None or formats.is_missing(value):
        return "(none)"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def fact(row: dict[str, Any], named: dict[str, str]) -> str:
    """Return what a fact is called: an attribute by its label, others by their own words."""
    return named.get(row["name"], row["name"]) if row["kind"] == "attribute" else str(row["name"])


def title(row: dict[str, Any], named: dict[str, str]) -> str:
    """Return a comparison in short: 'Region: EMEA', 'Used Exports in the 90 days before', 'Hours ...: the most'."""
    if row["form"] == "flag":
        return fact(row, named) if row["segment"] == YES else f"{fact(row, named)}: no"
    return f"{fact(row, named)}: {groups(row)[0]}"


def groups(row: dict[str, Any]) -> tuple[str, str]:
    """Return the two groups that were compared: 'EMEA' and 'the others', 'yes' and 'no', '62 h and more' and 'up to
    24 h'."""
    if row["form"] == "category":
        return {"true": "yes", "false": "no"}.get(row["segment"], segment(row["segment"])), OTHERS
    if row["form"] == "flag":
        return "yes", "no"
    low, high = float(row["low_cut"]), float(row["high_cut"])
    above, below = f"{_amount(high, row['unit'])} and more", f"up to {_amount(low, row['unit'])}"
    if high == math.nextafter(low, math.inf):
        # one value against all above it, or all below: it is the one that can be written short
        if len(repr(low)) < len(repr(high)):
            above = f"above {_amount(low, row['unit'])}"
        else:
            below = f"below {_amount(high, row['unit'])}"
    return above, below


def _amount(value: float, unit: str) -> str:
    return formats.value(value, unit) if unit in ("hours", "days") else formats.number(value)


def difference(row: dict[str, Any], unit: str) -> str:
    """Return the effect in points, with its sign."""
    told = formats.change(row["effect"], 0.0, unit)
    return told[1] if told else formats.NOTHING


def between(row: dict[str, Any], unit: str) -> str:
    """Return the interval of the effect in points."""
    ends = [formats.change(row[end], 0.0, unit) for end in ("low", "high")]
    return " to ".join(end[1].removesuffix(" pts") for end in ends if end)


def verdict(row: dict[str, Any]) -> str:
    """Return whether a comparison says more than chance would."""
    return _VERDICTS[bool(row["named"])]


def sentence(row: dict[str, Any], named: dict[str, str], unit: str) -> str:
    """Return what a comparison says: 'Region: 7 for EMEA, 40 for the others; -32 pts (95 % interval ...); ...'."""
    one, other = groups(row)
    scores = f"{formats.value(row['value'], unit)} for {one}, {formats.value(row['other_value'], unit)} for {other}"
    n = f"{formats.count(row['n'])} and {formats.count(row['other_n'])} answers"
    return f"{fact(row, named)}: {scores}; {difference(row, unit)} (95 % interval {between(row, unit)}); {n}"


def headline(found: Drivers) -> str:
    """Return how many facts go with the score more than chance would make."""
    facts, named = len(found.found), int(found.found["named"].sum())
    answers = formats.plural(found.answers, "answer")
    if not facts:
        return f"{answers.capitalize()}: too few to compare anything."
    if not named:
        return f"None of {formats.plural(facts, 'fact')} goes with the score more than chance would make it."
    goes = "goes" if named == 1 else "go"
    return (
        f"{formats.count(named)} of {formats.plural(facts, 'fact')} {goes} with the score more than chance would make."
    )
