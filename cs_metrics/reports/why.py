"""Why a KPI moved, in three sentences that can be read out in a meeting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cs_metrics.analysis.why.explain import Explained

MOST = 0.5
"""A part is 'most of it' from this share of the change on."""


@dataclass(frozen=True)
class Wording:
    """How the reader's numbers and sides are said.

    `value` says a value of the KPI, `gap` the size of a difference of two ('2.6 points'), `signed` the same with its
    sign, `count` a number, `label` an attribute by its name. `before` and `now` are the sides ('in Feb 2026', 'for
    EMEA'), `groups`: they are two groups, not two periods. `name` and `unit` are the KPI's.
    """

    name: str
    unit: str
    before: str
    now: str
    value: Callable[[float], str]
    gap: Callable[[float], str]
    signed: Callable[[float], str]
    count: Callable[[float], str]
    label: Callable[[str], str]
    groups: bool = False


def sentences(found: Explained, say: Wording) -> list[str]:
    """Return what moved, what makes most of it, and what is left: at most three sentences."""
    told = [_moved(found, say), *([_most(found, say)] if len(found.parts) else []), _rest(found, say)]
    if not found.change and not found.by and not found.restated:
        told = told[:1]  # of a change that is none nothing stands out, and nothing is left
    return [sentence for sentence in told if sentence]


def _moved(found: Explained, say: Wording) -> str:
    start = found.then or found.before
    was, now = say.value(start["value"]), say.value(found.now["value"])
    name = f"The mean of {say.name}" if found.of == "mean" else say.name
    if say.groups:
        said = f"{name} is {now} {say.now} and {was} {say.before}"
    elif was == now:
        return f"{name} is {now} {say.now}, as {say.before}: there is next to nothing to explain."
    else:
        verb = "rose" if found.change > 0 else "fell"
        said = f"{name} {verb} from {was} {say.before} to {now} {say.now}, by {say.gap(found.change)}"
    if not found.before["complete"] or not found.now["complete"]:
        said += ", though the period is not over"
    if found.clear is None:
        return f"{said}."
    between = f"95 % interval {say.signed(found.low)} to {say.signed(found.high)}"
    if found.clear:
        return f"{said}, which is more than chance alone would make ({between})."
    return f"{said}, which chance alone could make ({between})."


def _most(found: Explained, say: Wording) -> str:
    if found.kind == "formula":
        first = _records(found.parts)[0]
        numbers = f"{first['segment']}, which went from {say.count(first['n_then'])} to {say.count(first['n_now'])}"
        return f"{_share(found, first['part'])}, {say.gap(first['part'])}, comes from its {numbers}."
    if not found.by:
        nothing = "No attribute stands out: dealt out by chance, its segments would differ as much."
        return nothing if len(found.attributes) else ""
    if _is_mix(found):
        return _shifted(found, say)
    first = leading(found)
    what = f"{' and '.join(say.label(name) for name in found.by)} {first['segment']}"
    return f"{_share(found, first['part'])}, {say.gap(first['part'])}, is {what}{_how(found, first, say)}."


def leading(found: Explained) -> dict[str, Any]:
    """Return the part that the sentences name: the largest shift of the base where that is what was found; else the
    largest part of those that pull the way in which the KPI moved, and of all, where none does."""
    if _is_mix(found):
        return _records(found.parts.sort_values("mix", key=abs, ascending=False, kind="stable"))[0]
    same = found.parts[found.parts["part"] * (found.change - found.restated) > 0]
    return _records(same if len(same) else found.parts)[0]


def _is_mix(found: Explained) -> bool:
    """Return whether the search named its attribute for the shift of the base, not for how segments behave."""
    return found.found and bool(found.attributes["mix_score"].iloc[0] > found.attributes["rate_score"].iloc[0])


def _shifted(found: Explained, say: Wording) -> str:
    row, whole = leading(found), found.parts[["d_then", "d_now"]].sum()
    shares = [_percent(row[name] / whole[name]) for name in ("d_then", "d_now")]
    label = " and ".join(say.label(name) for name in found.by)
    return (
        f"What explains most is who is in the base, by {label}: {row['segment']} was {shares[0]} of it {say.before} "
        f"and {shares[1]} {say.now}."
    )


def _records(parts: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in parts.to_dict("records")]


def _share(found: Explained, part: float) -> str:
    share = part / found.change if found.change else 0.0
    if share > 1:
        return "More than all of it"
    if share >= MOST:
        return "Most of it"
    return "The largest part" if share > 0 else "The largest part, against the change"


def _how(found: Explained, row: dict[str, Any], say: Wording) -> str:
    if found.kind == "sum":
        return f": {say.value(row['n_then'])} {say.before}, {say.value(row['n_now'])} {say.now}"
    if not row["d_then"] or not row["d_now"]:
        there = "now" if row["d_now"] else "before"
        return f", which is in the base only {say.now if there == 'now' else say.before}"
    below = found.parts[["d_then", "d_now"]].sum()
    if abs(row["mix"]) > abs(row["rate"]):
        share = (row["d_then"] / below["d_then"], row["d_now"] / below["d_now"])
        return f", which went from {_percent(share[0])} to {_percent(share[1])} of the base"
    then, now = (row[f"n_{side}"] / row[f"d_{side}"] for side in ("then", "now"))
    counted = ""
    if say.unit == "share" and float(row["n_then"]).is_integer() and float(row["n_now"]).is_integer():
        counted = "".join(
            f"{say.count(row[f'n_{side}'])} of {say.count(row[f'd_{side}'])}{end}"
            for side, end in (("then", ", then "), ("now", ""))
        )
        counted = f" ({counted})"
    return f", where it went from {say.value(then)} to {say.value(now)}{counted}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _rest(found: Explained, say: Wording) -> str:
    mix, rate = (say.signed(float(found.parts[name].sum())) for name in ("mix", "rate"))
    said = []
    if found.kind == "quotient" and found.by:
        said = [f"who is in the base accounts for {mix}", f"how they behave for {rate}"]
    elif found.kind == "sum":
        said = [f"customers who came or went account for {mix}", f"those there on both sides for {rate}"]
    if found.then is not None:
        said.append(f"what a later upload changed about the past for {say.signed(found.restated)}")
    return f"In all, {', '.join(said[:-1])}{' and ' if said[:-1] else ''}{said[-1]}." if said else ""
