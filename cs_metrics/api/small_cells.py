"""Cells of few are not shown, nor as many others as it takes that those cannot be worked out by subtraction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cs_metrics.errors import NotAllowedError

if TYPE_CHECKING:
    from cs_metrics.api.linked import Linked

PLAIN = frozenset({"dimensions", "kpis", "report_periods", "tables", "unlocks"})
"""The methods whose answers have no cells."""


def answer(view: Linked, name: str, method: Callable[..., Any], asked: Mapping[str, Any]) -> Any:
    """Return the answer of a method of a view without its small cells. Raises NotAllowedError where it cannot be."""
    if name not in PLAIN:
        raise NotAllowedError(f"This link shows no cells of fewer than {view.least}, and that cannot be shown without.")
    return method(**asked)
