"""Scores as SQL: from the signals in a row to its points, component by component; and how a score is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cs_metrics.score_rules import BUILT_ON, SIGNALS, Rules
from cs_metrics.sql import Params, literal

_LETTERS = ((85, "A"), (70, "B"), (55, "C"), (40, "D"), (25, "E"), (0, "F"))
_COLOURS = ((70, "green", "happy"), (40, "yellow", "neutral"), (0, "red", "sad"))
GOOD, POOR = 70, 40
"""From the one on an account is well (green); below the other it is not (red)."""


@dataclass(frozen=True)
class Grade:
    """A score as people like to see it."""

    letter: str
    colour: str
    face: str


def grade(score: float | None) -> Grade | None:
    """Return the letter (A to F), colour (green, yellow, red) and face (happy, neutral, sad) of a score of 0 to 100."""
    if score is None or score != score:
        return None
    letter = next((letter for least, letter in _LETTERS if score >= least), "F")
    _, colour, face = next((shown for shown in _COLOURS if score >= shown[0]), _COLOURS[-1])
    return Grade(letter, colour, face)


def standing(frame: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return each account's score, letter, colour, face and rank (1: the best; equal scores share one), the lowest
    score first. `frame`: of `compute` by the account (column `unit`)."""
    found = frame[frame["item"].isna() & frame["value"].notna()].sort_values(["value", unit])
    grades = [grade(value) for value in found["value"]]
    return pd.DataFrame(
        {
            unit: found[unit].to_numpy(),
            "score": found["value"].to_numpy(),
            "letter": [g.letter if g else None for g in grades],
            "colour": [g.colour if g else None for g in grades],
            "face": [g.face if g else None for g in grades],
            "rank": found["value"].rank(method="min", ascending=False).astype("int64").to_numpy(),
        }
    )


def moved(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return component, before, now and change of a score, the largest change first; the changes sum to that of the
    score. A component that has no data at one of the two added nothing then. Frames: of `compute` over one range."""
    parts = [
        frame[frame["item"].notna()].set_index("item")["value"].astype(float).fillna(0.0) for frame in (before, now)
    ]
    both = pd.concat(parts, axis=1, keys=["before", "now"]).fillna(0.0).rename_axis("component").reset_index()
    both["change"] = both["now"] - both["before"]
    return both.sort_values(["change", "component"], key=lambda c: -c.abs() if c.name == "change" else c,
                            ignore_index=True)  # fmt: skip


def signal_columns() -> tuple[str, ...]:
    """Return the columns of a row of `fact_signal` that scores read."""
    signals = [name for name, signal in SIGNALS.items() if signal.of == "account"]
    return (*signals, *(f"{name}_rank" for name in signals if SIGNALS[name].ranked))


def unread(score: str, scores: Mapping[str, Rules]) -> list[str]:
    """Return the columns of signals that a score does not read: they say nothing about it."""
    read = _read(score, scores)
    return [name for name in signal_columns() if name not in read]


def _read(score: str, scores: Mapping[str, Rules]) -> set[str]:
    rules = [rule for rule in scores[score].values() if rule["weight"]]
    signals = {rule["signal"] for rule in rules}
    ranks = {f"{rule['signal']}_rank" for rule in rules if rule["rule"] == "rank"}
    return signals | ranks | (_read(BUILT_ON, scores) if BUILT_ON in signals else set())


def steps(score: str, scores: Mapping[str, Rules], params: Params, items: bool) -> Iterator[str]:
    """Return the SELECTs, each over the one before ({0}), that bring `points` and `with_data` (the share of the weight
    that had data) to the rows of a score. `items`: a row for each component instead, `points` its part in the score,
    so that they sum to it; those without data are not there."""
    rules = {name: rule for name, rule in scores[score].items() if rule["weight"]}
    if BUILT_ON in {rule["signal"] for rule in rules.values()}:
        # the score that this one is built on comes first, as one more signal
        inner = {name: rule for name, rule in scores[BUILT_ON].items() if rule["weight"]}
        yield _pointed(inner, params, "health_")
        yield f"SELECT *, {_mean(inner, params, 'health_')} AS {BUILT_ON} FROM {{0}}"
    yield _pointed(rules, params)
    yield f"SELECT *, nullif({_sum(rules, params, known=True)}, 0) AS weight_known FROM {{0}}"
    if not items:
        total = params.add(float(sum(rule["weight"] for rule in rules.values())))
        yield (
            f"SELECT *, ({_sum(rules, params)}) / weight_known AS points, "
            f"coalesce(weight_known, 0) / CAST({total} AS DOUBLE) AS with_data FROM {{0}}"
        )
        return
    parts = " ".join(
        f"WHEN {literal(name)} THEN {_weight(rule, params)} * {name}_points / f.weight_known"
        for name, rule in rules.items()
    )
    names = ", ".join(f"({literal(name)})" for name in rules)
    part = f"CASE c.item {parts} END AS points"
    yield f"SELECT f.*, c.item, {part} FROM {{0}} AS f CROSS JOIN (VALUES {names}) AS c(item)"
    yield "SELECT * FROM {0} WHERE points IS NOT NULL"


def _pointed(rules: Rules, params: Params, prefix: str = "") -> str:
    points = ", ".join(f"{points_sql(rule, params)} AS {prefix}{name}_points" for name, rule in rules.items())
    return f"SELECT *, {points} FROM {{0}}"


def _weight(rule: Mapping[str, Any], params: Params) -> str:
    return f"CAST({params.add(float(rule['weight']))} AS DOUBLE)"


def _sum(rules: Rules, params: Params, prefix: str = "", known: bool = False) -> str:
    """The weights of the components with data, summed; times their points, unless `known`."""
    return " + ".join(
        f"CASE WHEN {prefix}{name}_points IS NULL THEN 0 ELSE {_weight(rule, params)}"
        + ("" if known else f" * {prefix}{name}_points")
        + " END"
        for name, rule in rules.items()
    )


def _mean(rules: Rules, params: Params, prefix: str) -> str:
    return f"({_sum(rules, params, prefix)}) / nullif({_sum(rules, params, prefix, known=True)}, 0)"


def points_sql(rule: Mapping[str, Any], params: Params) -> str:
    """Return the SQL that brings a rule's signal to 0-100; null where the signal is."""
    signal = rule["signal"]
    if rule["rule"] == "rank":
        return f"{signal}_rank" if rule["better"] == "higher" else f"100 - {signal}_rank"

    def number(value: float) -> str:
        return f"CAST({params.add(float(value))} AS DOUBLE)"

    if rule["rule"] == "target":
        reached = f"CAST({signal} AS DOUBLE) / {number(rule['target'])}"
        return f"CASE WHEN {signal} IS NULL THEN NULL ELSE 100 * greatest(0, least(1, {reached})) END"
    rungs = " ".join(
        f"WHEN {signal} >= {number(start)} THEN {number(points)}" for start, points in rule["steps"][:0:-1]
    )
    return f"CASE WHEN {signal} IS NULL THEN NULL {rungs} ELSE {number(rule['steps'][0][1])} END"
