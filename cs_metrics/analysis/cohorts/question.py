"""A retention question: what is asked, checked once, so that the SQL built from it can trust every word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from cs_metrics.analysis.cohorts.legal import Words, checked
from cs_metrics.analysis.cohorts.sources import FIRST_PAID, SIGN_UP, SPANS, UNITS, filled_column
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.facts.clock import Clock
from cs_metrics.periods import instant
from cs_metrics.settings import resolve
from cs_metrics.sql import quote

MOST_PERIODS = 1_000
BRACKETS = ((1, 1), (2, 3), (4, 6), (7, 12))


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
    start_of: str
    start_minimum: int
    gross: bool
    reactivation: bool
    parents: bool
    within: dict[str, Any]

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
    def apart(self) -> bool:
        """Whether another table's rows start than those that are coming back."""
        return self.start_of != self.of

    @property
    def spans(self) -> bool:
        """Whether activity is a stretch: then a unit is back where it is active at the period's end."""
        return self.of in SPANS

    @property
    def unbroken(self) -> bool:
        """Whether a period counts only where every one before it, from k = 1, did."""
        return self.kind == "streak" or (not self.reactivation and self.kind in ("on", "on_or_after"))

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


def _whole(name: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise QueryError(f"Retention: '{name}' is a whole number from {low} to {high:,}, not {value!r}.")
    return value


def _ranges(brackets: Sequence[Sequence[int]] | None) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for pair in BRACKETS if brackets is None else brackets:
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
    workspace_zone = str(resolve(settings)["timezone"])
    start_of = asked.get("start_of")
    words = checked(
        Words(
            of=asked["of"],
            unit=asked["unit"],
            grain=asked["grain"],
            kind=asked["kind"],
            cohort=str(asked["cohort"]),
            value=asked["value"],
            calendar=bool(asked["calendar"]),
            amounts=asked.get("amounts", "net"),
            reactivation=bool(asked.get("reactivation", True)),
            accounts=asked.get("accounts", "each"),
            start_of=start_of,
            start_minimum=_whole("start_minimum", asked.get("start_minimum", 1), 1, 1_000_000),
            filtered=bool(asked.get("start")),
            bracketed=asked.get("brackets") is not None,
            other_zone=values["timezone"] != workspace_zone,
        )
    )
    clock = Clock(words.grain, values)
    _needs(con, words)
    end = table_as_of or instant(as_of, "as_of")
    since, until = asked.get("since"), asked.get("until")
    cut = None
    if until is not None:
        moment = instant(until, "until")
        cut = clock.number(moment)
        cut -= clock.start(cut) == moment
    return Question(
        of=words.of,
        unit=words.unit,
        kind=words.kind,
        cohort=words.cohort,
        periods=_whole("periods", asked["periods"], 1, MOST_PERIODS),
        minimum=_whole("minimum", asked["minimum"], 1, 1_000_000),
        value=words.value,
        calendar=words.calendar,
        brackets=_ranges(asked["brackets"]) if words.kind == "brackets" else (),
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
        start_of=words.starting,
        start_minimum=words.start_minimum,
        gross=words.amounts == "gross",
        reactivation=words.reactivation,
        parents=words.accounts == "parent",
        within=dict(asked.get("within") or {}),
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


def _needs(con: duckdb.DuckDBPyConnection, words: Words) -> None:
    """Raise NotComputableError where a table that is asked for is empty or lacks what it is told by."""
    missing = _lacking(con, words.of, filled_column(words.of), words.unit)
    if words.apart and words.start_of == SIGN_UP:
        if not con.execute("SELECT count(signed_up_at) FROM fact_signup").fetchall()[0][0]:
            missing.append("customers.signed_up_on")
    elif words.apart and words.start_of == FIRST_PAID:
        paid = "SELECT count(first_paid) FROM fact_active", "SELECT count(*) FROM fact_order WHERE amount > 0"
        if not any(con.execute(query).fetchall()[0][0] for query in paid):
            missing += ["subscriptions.amount", "orders.amount"]
    elif words.apart:
        missing += _lacking(con, words.starting, filled_column(words.starting), words.unit)
    if words.accounts == "parent":
        missing += _lacking(con, "customers", "parent_customer_id", "customers")
    if missing:
        about = words.of if not words.apart else f"{words.of} after {words.starting}"
        needs = list(dict.fromkeys(missing))
        raise NotComputableError(f"Retention of {about} is not computable: needs {', '.join(needs)}.", needs)


def _lacking(con: duckdb.DuckDBPyConnection, table: str, filled: str, unit: str) -> list[str]:
    columns = (filled, UNITS[unit])
    row = con.execute(f"SELECT count({quote(filled)}), count({quote(UNITS[unit])}) FROM {quote(table)}").fetchall()[0]
    missing = [f"{table}.{name}" for name, count in zip(columns, row, strict=True) if not count]
    # an event of a user is one of the user's account
    return [] if missing == ["events.customer_id"] else missing
