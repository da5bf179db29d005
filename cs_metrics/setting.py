"""One setting: its name, default, kind and help, and the check that a value fits it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from cs_metrics import score_rules
from cs_metrics.errors import QueryError, as_written, did_you_mean


@cache
def _zones() -> frozenset[str]:
    """Every zone's name; reading them from disk takes longer than most KPIs."""
    return frozenset(available_timezones())


@dataclass(frozen=True)
class Setting:
    """One setting. `kind`: int, float, bool, text, choice, names (a list of strings), zone, files (the name of a
    source by what it is believed about), or scores (the rules of the scores: see `score_rules`)."""

    name: str
    default: Any
    kind: str
    help: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    facts: bool = False
    group: str = "KPIs"

    def check(self, value: Any) -> Any:
        """Return `value` in its own type, or raise QueryError with what is allowed."""
        if self.kind in ("int", "float"):
            try:
                number = float(value)
            except (TypeError, ValueError, OverflowError):
                raise QueryError(f"Setting '{self.name}': {as_written(value)} is not a number.") from None
            if not math.isfinite(number):
                raise QueryError(f"Setting '{self.name}': {value!r} is not a number.")
            if isinstance(value, bool) or (self.kind == "int" and number != int(number)):
                raise QueryError(f"Setting '{self.name}': {value!r} is not a whole number.")
            low, high = self.minimum, self.maximum
            if (low is not None and number < low) or (high is not None and number > high):
                raise QueryError(f"Setting '{self.name}': {value!r} is not between {low} and {high}.")
            return int(number) if self.kind == "int" else number
        if self.kind == "bool":
            if not isinstance(value, bool):
                raise QueryError(f"Setting '{self.name}': {value!r} is neither true nor false.")
            return value
        if self.kind == "names":
            if isinstance(value, str) or not isinstance(value, Iterable) or not all(isinstance(v, str) for v in value):
                raise QueryError(f"Setting '{self.name}' takes a list of names, not {as_written(value)}.")
            for name in value:
                if self.choices and name not in self.choices:
                    raise QueryError(f"Setting '{self.name}': {name!r} is unknown. {did_you_mean(name, self.choices)}")
            return list(value)
        if self.kind == "files":
            if not isinstance(value, Mapping) or not all(v and isinstance(v, str) for v in value.values()):
                raise QueryError(f"Setting '{self.name}' takes the name of a source for each attribute, not {value!r}.")
            return {str(name): value[name] for name in sorted(value)}
        if self.kind == "scores":
            return score_rules.check(value)
        known = _zones() if self.kind == "zone" else self.choices
        if not isinstance(value, str):
            raise QueryError(f"Setting '{self.name}': {as_written(value)} is not a text.")
        if self.kind in ("choice", "zone") and value not in known:
            raise QueryError(f"Setting '{self.name}': {value!r} is unknown. {did_you_mean(str(value), known)}")
        return value
