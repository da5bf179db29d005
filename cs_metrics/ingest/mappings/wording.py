"""A mapping's rule in plain words, for the person who looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNITS = ("seconds", "minutes", "hours", "days", "weeks", "milliseconds")


def in_words(spec: Any) -> str:
    """Return what a rule (a source column's name or the JSON of rules.py) does: 'minutes after created_at'."""
    if not isinstance(spec, Mapping):
        return str(spec)
    if "constant" in spec:
        return f"'{spec['constant']}'"
    if "months_before" in spec:
        return f"{spec['months_before']} months before {spec.get('anchor') or 'a date still to be said'}"
    if "flag" in spec:
        said = [str(k) for k, v in (spec.get("values") or {}).items() if v]
        when = spec.get("date") or "a date still to be said"
        return f"{when} where {spec['flag']} is {' or '.join(said) or 'yes'}"
    if "through" in spec:
        return f"found through {spec['through']}"
    parts = [] if isinstance(spec.get("from"), str) else [f"{' + '.join(spec.get('from') or ())}"]
    if spec.get("unit"):
        parts.append(
            f"{spec['unit']} {'after' if spec.get('after') else 'before'} {spec.get('after') or spec.get('before')}"
        )
    if spec.get("divide"):
        parts.append(f"divided by {spec['divide']:g}")
    if spec.get("times"):
        parts.append(f"times {spec['times']}")
    if spec.get("values"):
        parts.append(", ".join(f"{k} is {_word(v)}" for k, v in list(spec["values"].items())[:6]))
    if spec.get("day_first") is not None:
        parts.append("day first" if spec["day_first"] else "month first")
    if spec.get("epoch"):
        parts.append(f"{spec['epoch']} since 1970")
    if spec.get("decimal"):
        parts.append(f"decimal {spec['decimal']}")
    if spec.get("part"):
        parts.append(f"the {spec['part']} of the amount")
    if spec.get("shift_days"):
        parts.append(f"{spec['shift_days']:+d} day")
    return ", ".join(parts)


def _word(value: Any) -> str:
    if value is None:
        return "nothing"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
