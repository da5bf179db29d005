"""What the Cohorts page asks of retention: what there is to ask of, and the question that the address holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from cs_metrics import analysis
from cs_metrics.analysis.cohorts import brackets
from pages._ui import door, filter_bar, formats, state
from pages._ui.filter_bar import Asked

KINDS = {
    "on": "In that period",
    "on_or_after": "Then or later",
    "on_or_before": "At least once by then",
    "streak": "In every period up to then",
    "brackets": "In ranges of periods",
}
GRAINS = {"hour": "Hourly", **filter_bar.GRAINS}
PERIODS = {"hour": 24, "day": 30, "week": 12, "month": 12, "quarter": 8, "year": 5}
MOST_PERIODS = 365
RANGES = "1, 2-3, 4-6, 7-12"
WEEKS = ("monday", "sunday", "saturday")
# more rows than that are not to be read
MOST_ROWS = 60


@dataclass(frozen=True)
class Activity:
    """What counts as staying: a table whose rows are activity, whose, and what of it is measured."""

    name: str
    label: str
    of: str
    unit: str
    needs: tuple[str, ...]
    value: str = "units"
    noun: str = "customer retention"


# The first of each table's own is what a reader most likely means by retention.
ACTIVITIES = (
    Activity("customers", "Customers: subscribed", "subscriptions", "customers", ("start_date",)),
    Activity(
        "revenue", "Revenue: recurring", "subscriptions", "customers", ("start_date", "amount"), "revenue",
        "revenue retention",
    ),
    Activity("payers", "Customers: paying", "mrr_snapshots", "customers", ("month",)),
    Activity(
        "payments", "Revenue: paid monthly", "mrr_snapshots", "customers", ("month", "mrr"), "revenue",
        "revenue retention",
    ),
    Activity("invoiced", "Customers: invoiced", "invoices", "customers", ("issued_on",)),
    Activity("stayed", "Customers: not left", "customers", "customers", ("churned_on",)),
    Activity(
        "orders", "Orders: customers who buy again", "orders", "customers", ("ordered_at", "customer_id"),
        noun="the share who buy again",
    ),
    Activity(
        "order_revenue", "Orders: revenue", "orders", "customers", ("ordered_at", "customer_id", "amount"), "revenue",
        "revenue from orders",
    ),
    Activity(
        "order_quantity", "Orders: quantity", "orders", "customers", ("ordered_at", "customer_id", "quantity"),
        "quantity", "quantity ordered",
    ),
    Activity(
        "usage", "Usage: users", "events", "users", ("occurred_at", "user_id"), noun="the share of users who come back"
    ),
    Activity(
        "usage_accounts", "Usage: customers", "events", "customers", ("occurred_at", "customer_id"),
        noun="the share of customers who come back",
    ),
    Activity(
        "usage_quantity", "Usage: quantity", "events", "customers", ("occurred_at", "customer_id", "quantity"),
        "quantity", "quantity used",
    ),
    Activity(
        "seats", "Subscriptions: quantity", "subscriptions", "customers", ("start_date", "quantity"), "quantity",
        "quantity subscribed",
    ),
    Activity(
        "milestones", "Milestones: customers", "milestones", "customers", ("reached_at", "customer_id"),
        noun="the share who reach another",
    ),
    Activity(
        "tickets", "Support: customers who write again", "tickets", "customers", ("created_at", "customer_id"),
        noun="the share who write again",
    ),
    Activity(
        "answers", "Surveys: customers who answer again", "survey_responses", "customers",
        ("responded_at", "customer_id"), noun="the share who answer again",
    ),
    Activity(
        "touchpoints", "Touchpoints: customers in touch", "touchpoints", "customers", ("occurred_at",),
        noun="the share in touch again",
    ),
)  # fmt: skip

# another table's rows, or a fact, that may start a cohort; with what they are called and the column they need
STARTS = {
    "customers": ("Sign-up", "signed_up_on"),
    "first_paid": ("First payment", ""),
    "subscriptions": ("First subscription", "start_date"),
    "orders": ("First order", "ordered_at"),
    "events": ("First use", "occurred_at"),
    "milestones": ("First milestone", "reached_at"),
    "survey_responses": ("First answer to a survey", "responded_at"),
    "tickets": ("First ticket", "created_at"),
    "touchpoints": ("First touchpoint", "occurred_at"),
    "opportunities": ("First deal", "created_at"),
    "leads": ("Becoming a lead", "created_at"),
    "users": ("A user's sign-up", "created_at"),
    "churn_events": ("Leaving", "churned_on"),
}


@dataclass(frozen=True)
class Question:
    """What the page asks of `View.retention`; `rows` is 'first' (cohorts by start), 'every' or an attribute, `by` the
    breakdown or '', `pick` the one of its segments that is shown, or '' for all."""

    activity: Activity
    arguments: Mapping[str, Any]
    wording: analysis.Wording
    rows: str
    by: str = ""
    pick: str = ""

    @property
    def grain(self) -> str:
        return self.wording.grain

    @property
    def by_start(self) -> bool:
        return self.wording.dated

    @property
    def steps(self) -> tuple[str, ...]:
        """What stands above the columns, where they are brackets."""
        return tuple(brackets.labels(self.wording.brackets)) if self.wording.kind == "brackets" else ()


def segment_key(value: Any) -> str:
    """Return a segment's value as the address names it."""
    return "unknown" if formats.is_missing(value) else str(value)


def activities() -> list[Activity]:
    """Return what can be asked of this version: the activities whose table has what they need."""
    mapped = door.mapped_columns()
    return [a for a in ACTIVITIES if set(a.needs) <= mapped.get(a.of, frozenset())]


def starts(activity: Activity) -> dict[str, str]:
    """Return what else than the activity itself may start a cohort in this version: the argument, and its name."""
    mapped = door.mapped_columns()
    return {
        name: label
        for name, (label, column) in STARTS.items()
        if name != activity.of and (column in mapped.get(name, frozenset()) if column else _pays(mapped))
    }


def _pays(mapped: Mapping[str, frozenset[str]]) -> bool:
    return any("amount" in mapped.get(table, frozenset()) for table in ("subscriptions", "orders"))


def splits(activity: Activity) -> dict[str, door.Attribute]:
    """Return the attributes that may make rows or segments: the customer's, and those of the activity's own rows."""
    return {a.name: a for a in door.splits((activity.of,)) if len(a.values) <= MOST_ROWS}


def chosen(name: str, known: Any, default: str) -> str:
    """Return a parameter of the address where it is one of `known`, else the default."""
    value = state.get(name)
    return value if value in known else default


def whole(name: str, default: int, most: int) -> int:
    """Return a parameter of the address that is a whole number from 1 to `most`, else the default."""
    raw = state.get(name)
    return int(raw) if raw.isdecimal() and len(raw) < 8 and 1 <= int(raw) <= most else default


def target() -> float | None:
    """Return the target that the address names in percent, as a share; None where it names none."""
    try:
        typed = float(state.get("target"))
    except ValueError:
        return None
    return typed / 100 if 0 <= typed <= 1000 else None


def activity_of(choices: list[Activity]) -> Activity:
    """Return the activity that the address names, or the first."""
    return next((a for a in choices if a.name == state.get("of")), choices[0])


def read(choices: list[Activity], asked: Asked) -> Question:
    """Return the whole question that the address asks. Raises QueryError where what was typed cannot be read."""
    activity = activity_of(choices)
    attributes = splits(activity)
    grain = chosen("grain", GRAINS, "month")
    kind = chosen("kind", KINDS, "on")
    rows = chosen("rows", ("every", *attributes), "first")
    by = chosen("by", attributes, "")
    given = asked.question.arguments()
    told: dict[str, Any] = {
        "of": activity.of,
        "unit": activity.unit,
        "value": activity.value,
        "kind": kind,
        "cohort": rows,
        "grain": grain,
        "calendar": state.get("rolling") != "yes",
        "minimum": whole("min", 1, 1_000_000),
        "start": state.get_json("start"),
        "back": state.get_json("back"),
    }
    if kind == "brackets":
        told["brackets"] = brackets.read(state.get("ranges") or RANGES)
    told |= _more(activity)
    week, zone = chosen("week", WEEKS, ""), chosen("tz", available_timezones(), "")
    settings = door.settings()
    wording = analysis.Wording(
        **told,
        currency=settings["currency"],
        settings={"week_starts": week or settings["week_starts"], "fiscal_year_starts": settings["fiscal_year_starts"]},
    )
    arguments = {
        **told,
        "periods": whole("periods", PERIODS[grain], MOST_PERIODS),
        "week_starts": week or None,
        "timezone": zone or None,
        "where": given["where"],
        "since": given["since"],
        "until": given["until"],
        **({"by": [by]} if by else {}),
    }
    return Question(activity, arguments, wording, rows, by, state.get("pick") if by else "")


def _more(activity: Activity) -> dict[str, Any]:
    """The rarer choices, each only where the address makes it."""
    told: dict[str, Any] = {}
    start = chosen("from", starts(activity), "")
    if start:
        told["start_of"] = start
    if state.get("gross") == "yes":
        told["amounts"] = "gross"
    if state.get("gaps") == "no":
        told["reactivation"] = False
    if state.get("accounts") == "parent":
        told["accounts"] = "parent"
    return told
