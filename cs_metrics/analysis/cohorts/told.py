"""Retention in plain words: what is asked, what a cell says, and when a cell that is not over will be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from cs_metrics.analysis.cohorts.question import SPANS
from cs_metrics.facts.clock import Clock
from cs_metrics.kpis.where import sentence as filter_sentence

_SETTINGS = {"week_starts": "monday", "fiscal_year_starts": 1}
# a table: what starts, what stays, and what it is called where it is the same thing once more
_DEEDS = {
    "orders": ("ordered", "ordered", "ordered again"),
    "events": ("used the product", "used the product", "used it again"),
    "survey_responses": ("answered a survey", "answered a survey", "answered one again"),
    "tickets": ("wrote to support", "wrote to support", "wrote again"),
    "milestones": ("reached a milestone", "reached a milestone", "reached another"),
    "touchpoints": ("were in touch", "were in touch", "were in touch again"),
    "opportunities": ("had a deal opened", "had a deal opened", "had another opened"),
    "community_members": ("joined the community", "joined the community", "joined again"),
    "mentions": ("spoke of the company", "spoke of the company", "spoke of it again"),
    "subscriptions": ("subscribed", "were subscribed", "were still subscribed"),
    "mrr_snapshots": ("paid", "were paying", "were still paying"),
    "invoices": ("were invoiced", "were invoiced", "were still invoiced"),
    "customers": ("signed up", "had not left", "had not left"),
    # what only starts
    "users": ("signed up", "", ""),
    "leads": ("became a lead", "", ""),
    "churn_events": ("left", "", ""),
    "first_paid": ("paid", "", ""),
}
# what a customer does once, or is told of once: nothing comes before it
_ONCE = ("signed up", "joined the community", "became a lead")


@dataclass(frozen=True)
class Wording:
    """What a triangle was asked, as far as its sentences go; the names are those of `retention`'s arguments.

    `currency`: put behind amounts of revenue; `settings`: where weeks and fiscal years begin.
    """

    of: str = "orders"
    unit: str = "customers"
    grain: str = "month"
    kind: str = "on"
    cohort: str = "first"
    value: str = "units"
    calendar: bool = True
    minimum: int = 1
    brackets: Sequence[Sequence[int]] = ()
    start: Mapping[str, Any] = field(default_factory=dict)
    back: Mapping[str, Any] = field(default_factory=dict)
    start_of: str | None = None
    reactivation: bool = True
    amounts: str = "net"
    accounts: str = "each"
    currency: str = ""
    settings: Mapping[str, Any] = field(default_factory=lambda: _SETTINGS)

    @property
    def dated(self) -> bool:
        """Whether a row is a period in which its members started."""
        return self.cohort in ("first", "every")

    @property
    def named(self) -> bool:
        """Whether a cell is one period of the calendar, which has a name."""
        return self.dated and self.calendar

    @property
    def units(self) -> str:
        """What is counted: customers, users, or accounts (each with its child accounts)."""
        return "accounts" if self.accounts == "parent" else self.unit

    @property
    def clock(self) -> Clock:
        return Clock(self.grain, {**_SETTINGS, **self.settings})

    def edges(self, k: int) -> tuple[int, int]:
        """The first and the last period that belong to a cell."""
        if self.kind != "brackets" or k == 0:
            return k, k
        low, high = self.brackets[k - 1]
        return low, high


def period(start: Any, grain: str) -> str:
    """A period in a sentence: 'March 2025', 'Q1 2025', 'the week of 3 March 2025', '3 March 2025', '2025'."""
    at = pd.Timestamp(start)
    day = f"{at.day} {at:%B %Y}"
    if grain == "quarter" and at.month % 3 == 1:
        return f"Q{at.month // 3 + 1} {at.year}"
    if grain == "year" and at.month == 1:
        return str(at.year)
    if grain == "hour":
        return f"the hour from {at:%H:%M} on {day}"
    if grain in ("week", "quarter", "year"):
        return f"the {grain} of {day}"
    return day if grain == "day" else f"{at:%B %Y}"


def due(cell: Mapping[str, Any], words: Wording) -> datetime | None:
    """The (exclusive) end that the data must reach for a cell to be complete; None where it is, or always is.

    Of rolling periods it is the latest possible: that of a member who started at the very end of the cohort's period.
    """
    if cell["complete"] or not words.dated or pd.isna(cell["cohort"]):
        return None
    clock = words.clock
    own = clock.number(pd.Timestamp(cell["last"] if _several(cell) else cell["cohort"]).to_pydatetime())
    _, last = words.edges(int(cell["k"]))
    return clock.start(own + last + (1 if words.calendar else 2))


def due_words(cell: Mapping[str, Any], words: Wording) -> str:
    """When a cell will be complete: 'complete once the data reach the end of 31 March 2025'; '' where it is."""
    end = due(cell, words)
    if end is None:
        return ""
    if words.grain == "hour" and end.time() != datetime.min.time():
        return f"complete once the data reach {end:%H:%M} on {_day(end)}"
    by = "" if words.calendar else " at the latest"
    return f"complete once the data reach the end of {_day(end - timedelta(days=1))}{by}"


def question(words: Wording) -> str:
    """What is asked: 'Of the customers who first ordered in a month, the share who ordered again in each later one.'"""
    grain = words.grain
    article = "an" if grain == "hour" else "a"
    each = f"each later {grain}" if words.named else f"each {grain} after their start"
    when = {
        "on": f"{'at the end of' if words.of in SPANS else _inside(grain)} {each}",
        "on_or_after": f"{_inside(grain)} {each}, or after it",
        "on_or_before": f"{'at least once' if words.value == 'units' else 'in all'} by the end of {each}",
        "streak": f"in every {grain} up to {each}",
        "brackets": f"in {grain}s {_listed(words.brackets)} after their start",
    }[words.kind]
    begun = (
        f"who {_started(words)} {_inside(grain)} {article} {grain}" if words.dated else f"of each {_noun(words.cohort)}"
    )
    if words.value == "units":
        return f"Of the {words.units} {begun}, the share who {_came(words)} {when}."
    thing = "revenue" if words.value == "revenue" else "quantity"
    first = f"in that {grain}" if words.dated and words.calendar else f"in their first {grain}"
    return (
        f"Of the {thing} that the {words.units} {begun} brought {first}, the share they brought {when}{_capped(words)}."
    )


def sentence(cell: Mapping[str, Any], words: Wording | None = None) -> str:
    """A cell in plain words: 'Of the 48 customers who first paid in March 2025, 39 were still paying at the end of June
    2025: 81 %; chance alone moves this between 68 % and 90 %.'

    `cell`: a row of `retention`; of `pooled` (then it has `cohorts`, their number); or of `laid_out` (then it may have
    `last`, the last of the cohorts that are one row).
    """
    words = words or Wording()
    eligible, retained, k = int(cell["eligible"]), int(cell["retained"]), int(cell["k"])
    who = _who(cell, words, eligible)
    if not eligible:
        return f"No {who}: no data."
    if k == 0:
        return f"{eligible:,} {who}."
    came = f"{retained:,} {_came(words)} {_when(cell, words)}"
    value, low, high = cell["value"], cell.get("low"), cell.get("high")
    chance = ""
    if low is not None and high is not None and not pd.isna(low):
        chance = f"; chance alone moves this between {percent(low)} and {percent(high)}"
    if words.value == "units":
        said = f"Of the {eligible:,} {who}, {came}: {percent(value)}{chance}."
    elif pd.isna(value):
        said = f"Of the {eligible:,} {who}, {came}; they brought nothing in their first {words.grain}: no data."
    elif "base" not in cell:
        when = _when(cell, words)
        said = (
            f"{when[0].upper()}{when[1:]} the {eligible:,} {who} brought {percent(value)} of what they brought at first"
        )
        said += f"; {retained:,} {_came(words)}."
    else:
        unit = f" {words.currency}" if words.currency and words.value == "revenue" else ""
        said = (
            f"The {eligible:,} {who} brought {_amount(cell['base'])}{unit} at first; {came}, and brought "
            f"{_amount(cell['amount'])}{unit}: {percent(value)}{chance}."
        )
    until = due_words(cell, words) if "cohorts" not in cell else ""
    return f"{said} So far: {until}." if until else said


def percent(share: float) -> str:
    """A share as a sentence has it: '81 %', '3.4 %'."""
    if 0.995 <= share < 1:
        # what is not all is never called all
        return f"{min(round(100 * share, 1), 99.9)} %"
    return f"{100 * share:.{1 if 0 < abs(share) < 0.095 else 0}f} %"


def _who(cell: Mapping[str, Any], words: Wording, count: int) -> str:
    unit = words.units.removesuffix("s") if count == 1 else words.units
    if "cohorts" in cell:
        n = int(cell["cohorts"])
        over = (
            f"{words.grain} {words.edges(int(cell['k']))[1]} is over"
            if int(cell["k"])
            else f"first {words.grain} is over"
        )
        many = "the one cohort" if n == 1 else f"the {n} cohorts"
        return f"{unit} of {many} whose {over}" if words.dated else f"{unit} of {many}"
    cohort = cell["cohort"]
    if _several(cell):
        first, last = period(cohort, words.grain), period(cell["last"], words.grain)
        return f"{unit} who {_started(words)} between {first} and {last}"
    if isinstance(cohort, datetime | date | pd.Timestamp):
        return f"{unit} who {_started(words)} {_inside(words.grain)} {period(cohort, words.grain)}"
    if cohort is None or pd.isna(cohort):
        return f"{unit} of no known {_noun(words.cohort)}"
    return f"{unit} with {_noun(words.cohort)} '{cohort}'"


def _several(cell: Mapping[str, Any]) -> bool:
    """Whether a row of the triangle is several cohorts put together (see `layout`)."""
    return "last" in cell and not pd.isna(cell["last"])


def _when(cell: Mapping[str, Any], words: Wording) -> str:
    """The period of a cell by its name in the calendar, or counted from the start."""
    low, high = words.edges(int(cell["k"]))
    span = words.of in SPANS
    if (
        words.named
        and not _several(cell)
        and "cohorts" not in cell
        and isinstance(cell["cohort"], datetime | date | pd.Timestamp)
    ):
        clock = words.clock
        own = clock.number(pd.Timestamp(cell["cohort"]).to_pydatetime())
        first, last = (period(clock.start(own + n), words.grain) for n in (low, high))
        between = f"between {first} and {last}"
        own_words, inside = "", _inside(words.grain)
    else:
        first, last = f"{words.grain} {low}", f"{words.grain} {high}"
        between = f"in {words.grain}s {low} to {high}"
        own_words, inside = " after their start", _inside(words.grain)
    return {
        "on": f"{'at the end of' if span else inside} {last}{own_words}",
        "on_or_after": f"{inside} {last}{own_words} or later",
        "on_or_before": f"at least once by the end of {last}{own_words}",
        "streak": f"in every {words.grain} up to {last}{own_words}",
        "brackets": f"{inside + ' ' + first if low == high else between}{own_words}",
    }[words.kind]


def _started(words: Wording) -> str:
    deed = _DEEDS[(words.start_of or words.of)][0]
    only = f" ({filter_sentence(words.start)})" if words.start else ""
    if words.cohort == "every" or deed in _ONCE:
        return deed + only
    return (deed.replace("were ", "were first ", 1) if deed.startswith("were ") else f"first {deed}") + only


def _came(words: Wording) -> str:
    """What staying is called; 'again' only where it is what they began with."""
    _, plain, again = _DEEDS[words.of]
    same = words.start_of in (None, words.of) and dict(words.start) == dict(words.back)
    deed = again if same else plain
    if words.back:
        deed = f"{plain} ({filter_sentence(words.back)})"
    unbroken = "" if words.reactivation or words.kind == "streak" else " without a break"
    return deed + (f" (in {words.minimum} rows or more)" if words.minimum > 1 else "") + unbroken


def _capped(words: Wording) -> str:
    return ", none counted for more than it brought at first" if words.amounts == "gross" else ""


def _inside(grain: str) -> str:
    return "on" if grain == "day" else "in"


def _noun(attribute: str) -> str:
    return attribute.rsplit(".", 1)[-1].replace("_", " ")


def _listed(brackets: Sequence[Sequence[int]]) -> str:
    return ", ".join(str(low) if low == high else f"{low} to {high}" for low, high in brackets)


def _amount(number: Any) -> str:
    return f"{float(number):,.0f}"


def _day(when: datetime) -> str:
    return f"{when.day} {when:%B %Y}"
