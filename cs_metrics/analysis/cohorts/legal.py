"""Which retention questions make sense: every illegal combination in one table, each with the reason in a sentence.

A rule looks at the words of a question alone, so a page can tell before it asks: `refusal(of="events", ...)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cs_metrics.analysis.cohorts.sources import (
    ACTIVITIES,
    BY_DAY,
    FIRST_PAID,
    MONEY,
    ONCE,
    QUANTITY,
    SIGN_UP,
    SPANS,
    STARTING,
    UNITS,
    names_users,
)
from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.facts.clock import GRAINS

KINDS = ("on", "on_or_after", "on_or_before", "streak", "brackets")
VALUES = ("units", "revenue", "quantity")
AMOUNTS = ("net", "gross")
ACCOUNTS = ("each", "parent")
_NAMES = {SIGN_UP: "sign-ups", FIRST_PAID: "first payments"}


@dataclass(frozen=True)
class Words:
    """A question's words, each known by itself. `filtered`: `start` is not empty; `bracketed`: brackets are given;
    `other_zone`: the time zone is not the workspace's."""

    of: str = "orders"
    unit: str = "customers"
    grain: str = "month"
    kind: str = "on"
    cohort: str = "first"
    value: str = "units"
    calendar: bool = True
    amounts: str = "net"
    reactivation: bool = True
    accounts: str = "each"
    start_of: str | None = None
    start_minimum: int = 1
    filtered: bool = False
    bracketed: bool = False
    other_zone: bool = False

    @property
    def starting(self) -> str:
        """The table whose rows start; `of` itself unless another is named."""
        return self.start_of or self.of

    @property
    def apart(self) -> bool:
        """Whether another table starts than the one that is coming back."""
        return self.start_of is not None and self.start_of != self.of


Rule = tuple[Callable[[Words], bool], Callable[[Words], str]]


def _starts_named(asked: Words) -> str:
    return _NAMES.get(asked.starting, asked.starting)


RULES: tuple[Rule, ...] = (
    (
        lambda w: w.unit == "users" and not names_users(w.of),
        lambda w: f"{w.of} do not name users; ask for customers.",
    ),
    (
        lambda w: w.unit == "users" and w.apart and not names_users(w.starting),
        lambda w: f"{_starts_named(w)} do not name users; start users with start_of='users', events or milestones.",
    ),
    (
        lambda w: w.unit == "users" and w.accounts == "parent",
        lambda w: "parent accounts are of customers; a user belongs to one account.",
    ),
    (
        lambda w: w.value == "revenue" and w.of not in MONEY,
        lambda w: f"{w.of} have no amount; revenue needs {', '.join(sorted(MONEY))}.",
    ),
    (
        lambda w: w.value == "quantity" and w.of not in QUANTITY,
        lambda w: f"{w.of} have no quantity; that needs {', '.join(sorted(QUANTITY))}.",
    ),
    (
        lambda w: w.value != "units" and w.kind == "streak",
        lambda w: "a streak is of units; for revenue or quantity without gaps choose kind 'on' and reactivation=False.",
    ),
    (
        lambda w: w.amounts == "gross" and w.value == "units",
        lambda w: "gross caps amounts; choose value 'revenue' or 'quantity', or leave amounts at 'net'.",
    ),
    (
        lambda w: w.amounts == "gross" and w.kind != "on",
        lambda w: "gross holds one period's amount against the first period's; choose kind 'on'.",
    ),
    (
        lambda w: not w.reactivation and w.kind == "on_or_before",
        lambda w: (
            "kind 'on_or_before' counts who came at least once by then, however late; "
            "to leave out those who had been away choose 'on', 'streak' or 'brackets'."
        ),
    ),
    (
        lambda w: w.bracketed and w.kind != "brackets",
        lambda w: f"brackets belong to kind 'brackets', not to '{w.kind}'.",
    ),
    (
        lambda w: w.of in SPANS and w.grain == "hour",
        lambda w: f"{w.of} begin and end on days; choose a grain of day or longer.",
    ),
    (
        lambda w: w.apart and w.starting in BY_DAY and w.grain == "hour",
        lambda w: f"{_starts_named(w)} are dated by day; choose a grain of day or longer.",
    ),
    (
        lambda w: w.of in SPANS and w.other_zone,
        lambda w: f"{w.of} are dated by day, and a day has no time zone; leave 'timezone' out.",
    ),
    (
        lambda w: w.apart and w.starting in (*BY_DAY, *ONCE) and w.other_zone,
        lambda w: f"{_starts_named(w)} are dated on the workspace's own clock; leave 'timezone' out.",
    ),
    (
        lambda w: w.apart and w.starting == FIRST_PAID and w.filtered,
        lambda w: "a first payment takes no filter 'start'; name the table, as start_of='orders' or 'subscriptions'.",
    ),
    (
        lambda w: w.start_minimum > 1 and w.apart and (w.starting in ONCE or w.starting == w.unit == "users"),
        lambda w: f"{_NAMES.get(w.starting, 'users signing up')} happen once; leave 'start_minimum' at 1.",
    ),
)


def choice(name: str, value: Any, known: Sequence[str]) -> str:
    """Return a word that is known, or raise QueryError with the nearest."""
    if value not in known:
        raise QueryError(f"Retention: there is no {name} '{value}'. {did_you_mean(str(value), known)}")
    return str(value)


def checked(words: Words) -> Words:
    """Return a question's words when each is known and no rule refuses them together. Raises QueryError."""
    choice("table of activity", words.of, ACTIVITIES)
    choice("unit", words.unit, list(UNITS))
    choice("kind", words.kind, KINDS)
    choice("value", words.value, VALUES)
    choice("kind of amounts", words.amounts, AMOUNTS)
    choice("way to count accounts", words.accounts, ACCOUNTS)
    if words.start_of is not None:
        choice("start", words.start_of, STARTING)
    if words.grain not in GRAINS:
        raise QueryError(f"There is no grain '{words.grain}'. {did_you_mean(words.grain, GRAINS)}")
    reason = refused(words)
    if reason:
        raise QueryError(f"Retention: {reason}")
    return words


def refused(words: Words) -> str | None:
    """Return why these words cannot be asked together, or None."""
    return next((says(words) for holds, says in RULES if holds(words)), None)


def refusal(**words: Any) -> str | None:
    """Return why `retention` refuses these of its words together, in a sentence, or None where it answers.

    Takes: of, unit, grain, kind, cohort, value, calendar, amounts, reactivation, accounts, start_of, start_minimum, and
    what the rest comes to: filtered (`start` given), bracketed, other_zone. Looks at no data: a page greys out a choice
    by it. Raises QueryError for a word that does not exist.
    """
    try:
        checked(Words(**words))
    except QueryError as error:
        if refused(Words(**words)) is None:
            raise
        return str(error)
    return None
