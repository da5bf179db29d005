"""Filters as the JSON that stands in a URL, in a saved segment and in a shared link; put together and said in words."""

from __future__ import annotations

from typing import Any

Where = dict[str, Any]
_WORDS = {
    "=": "is",
    "!=": "is not",
    "in": "is",
    "not in": "is not",
    ">": "over",
    ">=": "at least",
    "<": "under",
    "<=": "at most",
    "contains": "contains",
    "starts": "starts with",
}


def both(first: Where, second: Where) -> Where:
    """Return the filter that asks for both."""
    if not first or not second:
        return dict(first or second)
    if not set(first) & set(second):
        return {**first, **second}
    return {"not": {"any": [{"not": first}, {"not": second}]}}


def others(where: Where) -> Where:
    """Return the filter of everyone else."""
    return {"not": where}


def search(text: str, named: bool) -> Where:
    """Return the filter for customers whose id (or name, where there are names) contains a text."""
    text = text.strip()
    if not text:
        return {}
    by_id = {"customer_id": {"contains": text}}
    return {"any": [{"name": {"contains": text}}, by_id]} if named else by_id


def sentence(where: Where) -> str:
    """Return the filter as a person says it: "plan is Pro or Team, and seats at least 10"."""
    return ", and ".join(_condition(k, v) for k, v in where.items()) or "everyone"


def _condition(name: str, test: Any) -> str:
    if name == "any":
        return "(" + " or ".join(sentence(w) for w in test) + ")"
    if name == "not":
        return f"not ({sentence(test)})"
    if isinstance(test, dict):
        return " and ".join(_operation(name, op, operand) for op, operand in test.items())
    return f"{name} is {_values(test)}"


def _operation(name: str, op: str, operand: Any) -> str:
    if operand is None:
        return f"{name} is unknown" if op in ("is", "=") else f"{name} is known"
    return f"{name} {_WORDS.get(op, op)} {_values(operand)}"


def _values(operand: Any) -> str:
    if isinstance(operand, (list, tuple)):
        return " or ".join("unknown" if v is None else str(v) for v in operand)
    return str(operand)
