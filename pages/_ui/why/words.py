"""How 'Why did it move?' is said: numbers in the KPI's unit, the tables' columns."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from cs_metrics.analysis.why.explain import Explained
from cs_metrics.kpis import KPI
from cs_metrics.reports.why import Wording
from pages._ui import door, formats

SCALES = {"share": 100.0, "score": 1.0}
"""The units whose differences are said in points, and how many points one is."""
MOST_DIGITS = 5


def wording(kpi: KPI, names: tuple[str, str], groups: bool) -> Wording:
    """Return how the reader's numbers and the two sides are said."""
    currency = door.settings()["currency"]
    labels = {a.name: a.label for a in door.attributes()}
    word = "for" if groups else "in"
    return Wording(
        name=kpi.name,
        unit=kpi.unit,
        before=f"{word} {names[0]}",
        now=f"{word} {names[1]}",
        value=lambda value: formats.value(value, kpi.unit, currency),
        gap=lambda size: gap(size, kpi.unit),
        signed=lambda size: signed(size, kpi.unit),
        count=formats.number,
        label=lambda name: labels.get(name, name),
        groups=groups,
    )


def gap(size: float, unit: str, digits: int = 1) -> str:
    """Return how large a difference of two values is: '2.6 points', '$1,200'. `digits`: those of points."""
    if unit in SCALES:
        return f"{formats.number(abs(size) * SCALES[unit], digits)} points"
    return formats.value(abs(size), unit, door.settings()["currency"])


def signed(size: float, unit: str, digits: int = 1) -> str:
    """Return a difference with its sign; none where it rounds to nothing."""
    said = gap(size, unit, digits)
    return said if said == gap(0.0, unit, digits) else ("+" if size > 0 else "−") + said


def _fine(parts: pd.Series, unit: str) -> int:
    """Return the digits of points that show two figures of the largest part: one of thousands of customers makes
    hundredths of a point, which would all be told as 0.0."""
    largest = float(parts.abs().max()) * SCALES.get(unit, 1.0) if len(parts) else 0.0
    return min(MOST_DIGITS, max(1, 1 - math.floor(math.log10(largest)))) if largest > 0 else 1


def parts_table(kpi: KPI, found: Explained, names: tuple[str, str]) -> pd.DataFrame:
    """Return the parts as a person reads them."""
    parts, unit = found.parts, kpi.unit
    shown: dict[str, Any] = {"Segment": parts["segment"].tolist()}
    for name, side in zip(names, ("then", "now"), strict=True):
        if found.kind == "quotient":
            shown[name] = [_quotient(n, d, unit) for n, d in zip(parts[f"n_{side}"], parts[f"d_{side}"], strict=True)]
        else:
            say = formats.number if found.kind == "formula" else lambda v: formats.value(v, unit, _currency())
            shown[name] = [say(value) for value in parts[f"n_{side}"]]
    heads = {"mix": "Who is in the base", "rate": "How they behave"}
    if found.kind == "sum":
        heads = {"mix": "Came or went", "rate": "There on both sides"}
    for column, head in (*heads.items(), ("part", "Part of the change")):
        if found.kind != "formula" or column == "part":
            shown[head] = [signed(value, unit) for value in parts[column]]
    if found.kind == "formula":
        shown["Number"] = shown.pop("Segment")
        return pd.DataFrame(shown)[["Number", *names, "Part of the change"]]
    return pd.DataFrame(shown)


def _quotient(n: float, d: float, unit: str) -> str:
    if not d:
        return "not in the base"
    value = formats.value(n / d, unit, _currency())
    counted = f"{formats.number(n)} of {formats.number(d)}" if unit == "share" else f"n {formats.number(d)}"
    return f"{value} ({counted})"


def _currency() -> str:
    return str(door.settings()["currency"])


def ranking_table(found: Explained) -> pd.DataFrame:
    """Return the attributes that were looked at as a person reads them."""
    labels = {a.name: f"{a.label}" for a in door.attributes()}
    frame = found.attributes
    return pd.DataFrame(
        {
            "Attribute": [labels.get(name, name) for name in frame["attribute"]],
            "Values": frame["segments"].tolist(),
            "Beyond chance": [formats.number(s, 1) if math.isfinite(s) else formats.NOTHING for s in frame["score"]],
            "Chance": [formats.value(p, "share") for p in frame["p"]],
            "Stands out": ["yes" if named else "no" for named in frame["named"]],
            "By": ["who is in the base" if m > r else "how they behave"
                   for m, r in zip(frame["mix_score"], frame["rate_score"], strict=True)],
            "Note": frame["note"].tolist(),
        }
    )  # fmt: skip


def accounts_table(kpi: KPI, frame: pd.DataFrame, names: tuple[str, str]) -> pd.DataFrame:
    """Return customers as a person reads them."""
    below = bool((frame["d_then"] != 0).any() or (frame["d_now"] != 0).any())
    shown: dict[str, Any] = {"Customer": [who if who is not None else "(no customer)" for who in frame["customer_id"]]}
    if "name" in frame:
        shown["Name"] = frame["name"].tolist()
    for name, side in zip(names, ("then", "now"), strict=True):
        pairs = zip(frame[f"n_{side}"], frame[f"d_{side}"], strict=True)
        shown[name] = [
            "not in the base" if below and not d and not n
            else f"{formats.number(n)} of {formats.number(d)}" if below else formats.number(n)
            for n, d in pairs
        ]  # fmt: skip
    digits = _fine(frame["part"], kpi.unit)
    shown["Part of the change"] = [signed(part, kpi.unit, digits) for part in frame["part"]]
    return pd.DataFrame(shown)


def accounts_note(kpi: KPI, own: pd.DataFrame, shown: int) -> str:
    """Return what the customers come to together, and those that are not listed."""
    total = signed(float(own["part"].sum()), kpi.unit)
    rest = own.iloc[shown:]
    if rest.empty:
        return f"Together they make {total}."
    others = f"{formats.plural(len(rest), 'other')} ({signed(float(rest['part'].sum()), kpi.unit)})"
    return f"Listed are the {shown} that make most; with {others} they make {total}."
