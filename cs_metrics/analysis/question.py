"""A retention question: what is asked, checked once, so that the SQL built from it can trust every word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from cs_metrics.errors import NotComputableError, QueryError, did_you_mean
from cs_metrics.facts.clock import Clock
from cs_metrics.periods import instant
from cs_metrics.schema import TABLES
from cs_metrics.settings import resolve
from cs_metrics.sql import quote

KINDS = ("on", "on_or_after", "on_or_before", "streak", "brackets")
UNITS = {"customers": "customer_id", "users": "user_id"}
VALUES = ("units", "revenue", "quantity")
# tables whose rows are stretches: active at a period's end; the name of their source of activity
SPANS = {
    "subscriptions": "subscriptions",
    "mrr_snapshots": "mrr_snapshots",
    "invoices": "invoices",
    "customers": "churned_on",
}
# tables whose rows happen at a moment, and the column that says when
POINTS = {
    "orders": "ordered_at",
    "events": "occurred_at",
    "survey_responses": "responded_at",
    "tickets": "created_at",
    "milestones": "reached_at",
    "touchpoints": "occurred_at",
    "opportunities": "created_at",
    "community_members": "joined_at",
    "mentions": "occurred_at",
}
MONEY = {"orders", "opportunities", "subscriptions", "mrr_snapshots", "invoices"}
QUANTITY = {"orders", "events", "subscriptions"}
MOST_PERIODS = 1_000
_BRACKETS = ((1, 1), (2, 3), (4, 6), (7, 12))


@dataclass(frozen=True)
class Question:
    """What `retention` was asked. `now` is the number of the period in which the as-of instant lies, `open` that of
    the last period that has begun; `first` and `last` cut the cohorts (numbers of periods, both counted in)."""

    of: str
    unit: str
    kind: str
    cohort: str
    periods: int
    minimum: int
    value: str
    calendar: bool
    brackets: tuple[tuple[int, int], ...]
    by: tuple[str, ...]
    where: dict[str, Any]
    start: dict[str, Any]
    back: dict[str, Any]
    settings: dict[str, Any]
    as_of: datetime
    clock: Clock
    first: int | None
    last: int | None
    own_zone: bool
    own_as_of: bool

    @property
    def now(self) -> int:
        return self.clock.number(self.as_of)

    @property
    def open(self) -> int:
        return self.now - 1 if self.clock.start(self.now) == self.as_of else self.now

    @property
    def by_attribute(self) -> bool:
        return self.cohort not in ("first", "every")

    @property
    def partial(self) -> bool:
        """Whether the members of a cohort reach a cell at different times: only those whose window is over count."""
        return self.by_attribute or not self.calendar

    @property
    def steps(self) -> tuple[tuple[int, int, int], ...]:
        """The cells after k = 0: (k, the first period that belongs to it, the last)."""
        if self.kind == "brackets":
            return tuple((n, low, high) for n, (low, high) in enumerate(self.brackets, start=1))
        return tuple((k, k, k) for k in range(1, self.periods + 1))


def _choice(name: str, value: Any, known: Sequence[str]) -> str:
    if value not in known:
        raise QueryError(f"Retention: there is no {name} '{value}'. {did_you_mean(str(value), known)}")
    return str(value)


def _whole(name: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise QueryError(f"Retention: '{name}' is a whole number from {low} to {high:,}, not {value!r}.")
    return value


def _ranges(brackets: Sequence[Sequence[int]] | None) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for pair in _BRACKETS if brackets is None else brackets:
        if len(pair) != 2:
            raise QueryError(f"Retention: a bracket is a first and a last period, [4, 7]; not {list(pair)}.")
        low, high = (_whole("brackets", p, 1, MOST_PERIODS) for p in pair)
        if low > high or (found and low <= found[-1][1]):
            raise QueryError(f"Retention: brackets go up and do not overlap; [{low}, {high}] does not follow.")
        found.append((low, high))
    if not found:
        raise QueryError("Retention: 'brackets' needs at least one, as [[1, 3], [4, 7]].")
    return tuple(found)


def _names(by: str | Sequence[str] | None) -> tuple[str, ...]:
    names = (by,) if isinstance(by, str) else tuple(by or ())
    if len(set(names)) != len(names):
        raise QueryError(f"Retention: 'by' names one attribute twice: {', '.join(names)}.")
    return names


def ask(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    table_as_of: datetime | None = None,
    **asked: Any,
) -> Question:
    """Check what was asked and return the question. `table_as_of`: where the table's own data end, when it is stale.

    Raises QueryError for what does not exist, NotComputableError where the table is empty or lacks a column.
    """
    more = {k: asked[k] for k in ("week_starts", "timezone") if asked.get(k) is not None}
    values = resolve(settings, more)
    of = _choice("table of activity", asked["of"], [*POINTS, *SPANS])
    unit = _choice("unit", asked["unit"], list(UNITS))
    kind = _choice("kind", asked["kind"], KINDS)
    value = _choice("value", asked["value"], VALUES)
    clock = Clock(asked["grain"], values)
    _needs(con, of, unit, value, clock)
    if value != "units" and kind == "streak":
        raise QueryError("Retention: a streak is of units; choose kind 'on' for revenue or quantity.")
    if of in SPANS and not asked["calendar"]:
        raise QueryError(
            f"Retention: {of} are active at a period's end; rolling periods need orders, events or the like."
        )
    workspace_zone = str(resolve(settings)["timezone"])
    end = table_as_of or instant(as_of, "as_of")
    since, until = asked.get("since"), asked.get("until")
    cut = None
    if until is not None:
        moment = instant(until, "until")
        cut = clock.number(moment)
        cut -= clock.start(cut) == moment
    return Question(
        of=of,
        unit=unit,
        kind=kind,
        cohort=str(asked["cohort"]),
        periods=_whole("periods", asked["periods"], 1, MOST_PERIODS),
        minimum=_whole("minimum", asked["minimum"], 1, 1_000_000),
        value=value,
        calendar=bool(asked["calendar"]),
        brackets=_ranges(asked["brackets"]) if kind == "brackets" else (),
        by=_names(asked.get("by")),
        where=dict(asked.get("where") or {}),
        start=dict(asked.get("start") or {}),
        back=dict(asked.get("back") or {}),
        settings=values,
        as_of=_moved(end, workspace_zone, values["timezone"]),
        clock=clock,
        first=clock.number(instant(since, "since")) if since is not None else None,
        last=cut,
        own_zone=values["timezone"] == workspace_zone,
        own_as_of=_is_built(con, instant(as_of, "as_of")),
    )


def _moved(moment: datetime, here: str, there: str) -> datetime:
    """The same instant on another zone's clock."""
    if here == there:
        return moment

    return moment.replace(tzinfo=ZoneInfo(here)).astimezone(ZoneInfo(there)).replace(tzinfo=None)


def _is_built(con: duckdb.DuckDBPyConnection, as_of: datetime) -> bool:
    """Whether the facts were built with this as-of."""
    row = con.execute("SELECT value FROM fact_info WHERE key = 'as_of'").fetchall()
    return bool(row) and datetime.fromisoformat(row[0][0]) == as_of


def _needs(con: duckdb.DuckDBPyConnection, of: str, unit: str, value: str, clock: Clock) -> None:
    columns = {c.name for c in TABLES[of].columns}
    if UNITS[unit] not in columns:
        raise QueryError(f"Retention: {of} do not name {unit}; ask for customers.")
    if value == "revenue" and of not in MONEY:
        raise QueryError(f"Retention: {of} have no amount; revenue needs {', '.join(sorted(MONEY))}.")
    if value == "quantity" and of not in QUANTITY:
        raise QueryError(f"Retention: {of} have no quantity; that needs {', '.join(sorted(QUANTITY))}.")
    if of in SPANS and clock.grain == "hour":
        raise QueryError(f"Retention: {of} begin and end on days; choose a grain of day or longer.")
    filled = POINTS.get(of) or {"customers": "churned_on", "mrr_snapshots": "month", "invoices": "issued_on"}.get(
        of, "start_date"
    )
    row = con.execute(f"SELECT count({quote(filled)}), count({quote(UNITS[unit])}) FROM {quote(of)}").fetchall()[0]
    missing = [f"{of}.{name}" for name, count in zip((filled, UNITS[unit]), row, strict=True) if not count]
    if of == "events" and unit == "customers" and missing == ["events.customer_id"]:
        missing = []
    if missing:
        raise NotComputableError(f"Retention of {of} is not computable: needs {', '.join(missing)}.", missing)
