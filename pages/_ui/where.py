"""Filters as the JSON that stands in a URL, in a saved segment and in a shared link; put together."""

from __future__ import annotations

from typing import Any

from cs_metrics.kpis.where import sentence

__all__ = ["Where", "both", "others", "search", "sentence"]

Where = dict[str, Any]


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
