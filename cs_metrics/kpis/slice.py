"""What is asked: a grain, a breakdown, a filter, a range; a plain value that a URL can carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.kpis.where import names
from cs_metrics.periods import Period, check_grain, instant, periods


@dataclass(frozen=True)
class Slice:
    """A question about KPIs. `grain` None: the whole range as one period. `until` is exclusive.

    `since` and `until` are ISO dates or None (from the first activity, to the data's as-of instant). `definitions`
    are settings that differ from the workspace's; `as_of` an earlier 'now'.
    """

    grain: str | None = None
    by: tuple[str, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    since: str | None = None
    until: str | None = None
    definitions: Mapping[str, Any] = field(default_factory=dict)
    as_of: str | None = None

    def __post_init__(self) -> None:
        if self.grain is not None:
            check_grain(self.grain)
        if len(set(self.by)) != len(self.by):
            raise QueryError(f"The breakdown names an attribute twice: {', '.join(self.by)}.")
        names(self.where)
        for name in ("since", "until", "as_of"):
            if getattr(self, name) is not None:
                instant(getattr(self, name), name)

    @classmethod
    def of(
        cls,
        grain: str | None = None,
        by: str | Sequence[str] | None = None,
        where: Mapping[str, Any] | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> Slice:
        """Return a slice from what a caller writes: one name or several in `by`, dates of any kind."""
        chosen = (by,) if isinstance(by, str) else tuple(by or ())
        dates = [None if d is None else instant(d, n).isoformat() for n, d in
                 (("since", since), ("until", until), ("as_of", as_of))]  # fmt: skip
        return cls(grain, chosen, dict(where or {}), dates[0], dates[1], dict(definitions or {}), dates[2])

    def to_json(self) -> dict[str, Any]:
        """Return the slice as a plain dict without what is at its default."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items() if v}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Slice:
        """Return the slice that `to_json` wrote. Raises QueryError for what it does not know."""
        known = [f.name for f in fields(cls)]
        for name in values:
            if name not in known:
                raise QueryError(f"A slice has no '{name}'. {did_you_mean(name, known)}")
        return cls.of(**values)

    def range(self, first: datetime | None, as_of: datetime) -> Period:
        """Return [since, until), with the data's own ends where one is open."""
        end = instant(self.until, "until") if self.until else as_of
        start = instant(self.since, "since") if self.since else min(first or end, end - timedelta(days=1))
        start = start.replace(hour=0, minute=0, second=0, microsecond=0) if not self.since else start
        if start >= end:
            raise QueryError(f"'since' ({start:%Y-%m-%d}) is not before 'until' ({end:%Y-%m-%d}).")
        return Period(start, end)

    def periods(self, whole: Period, settings: Mapping[str, Any]) -> list[Period]:
        """Return the periods of the grain that overlap the range; none without a grain."""
        return periods(self.grain, whole.start, whole.end, settings) if self.grain else []
