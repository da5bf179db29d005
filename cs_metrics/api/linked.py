"""What the reader of a link may ask of a version."""

from __future__ import annotations

from typing import Any

from cs_metrics.api.answers import Answers
from cs_metrics.api.view import View
from cs_metrics.errors import NotAllowedError

SMALL_CELLS: frozenset[str] = frozenset()
"""The methods that know how to hide small cells."""


class Linked(View):
    """A view in the hands of whoever opened a link."""

    def __init__(self, *args: Any, least: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.least = least

    def __getattribute__(self, name: str) -> Any:
        asks = not name.startswith("_") and callable(getattr(Answers, name, None))
        if asks and name not in SMALL_CELLS and object.__getattribute__(self, "__dict__").get("least"):
            raise NotAllowedError("This link shows no small cells, and that cannot be shown without them.")
        return super().__getattribute__(name)
