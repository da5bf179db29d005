"""The settings of a workspace: name, default, kind, help; in one tuple, so that page, docs and checks cannot differ.

`facts` is true where a change must rebuild the facts; the others act when a KPI is asked.
A set of values is a plain dict; `resolve` fills in the defaults and checks it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cs_metrics import score_rules
from cs_metrics.definitions import DISAGREEMENTS
from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.setting import Setting

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

SETTINGS: tuple[Setting, ...] = (
    Setting("timezone", "UTC", "zone", "The zone in which days, weeks and months begin.", facts=True, group="Calendar"),
    Setting(
        "week_starts",
        "monday",
        "choice",
        "The first day of the week.",
        choices=("monday", "sunday", "saturday"),
        group="Calendar",
    ),
    Setting(
        "fiscal_year_starts",
        1,
        "int",
        "The first month of the fiscal year, 1 to 12.",
        minimum=1,
        maximum=12,
        group="Calendar",
    ),
    Setting(
        "response_hours",
        "calendar",
        "choice",
        "Whether the hours until a response or a resolution are all hours, or business hours in the workspace's zone.",
        choices=("calendar", "business"),
        facts=True,
        group="Calendar",
    ),
    Setting(
        "business_day_starts",
        9,
        "int",
        "The hour at which a business day begins.",
        minimum=0,
        maximum=23,
        facts=True,
        group="Calendar",
    ),
    Setting(
        "business_day_ends",
        17,
        "int",
        "The hour at which a business day ends.",
        minimum=1,
        maximum=24,
        facts=True,
        group="Calendar",
    ),
    Setting(
        "business_days",
        ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "names",
        "The days on which business hours run; public holidays are not known.",
        choices=WEEKDAYS,
        facts=True,
        group="Calendar",
    ),
    Setting(
        "currency",
        "USD",
        "text",
        "The currency in which money is shown, and into which rates convert.",
        facts=True,
        group="Money",
    ),
    Setting(
        "activity_source",
        "auto",
        "choice",
        "Which table says when a customer is active; 'auto' takes the first that has rows.",
        choices=("auto", "subscriptions", "mrr_snapshots", "invoices", "churned_on", "activity"),
        facts=True,
        group="Definitions",
    ),
    Setting(
        "activity_window_days",
        90,
        "int",
        "Where nothing says when a customer left: it counts as active for so many days after an order or event.",
        minimum=1,
        maximum=3650,
        facts=True,
        group="Definitions",
    ),
    *(d.setting for d in DISAGREEMENTS),
    Setting(
        "plan_source",
        "subscriptions",
        "choice",
        "Which plan a customer has where the files disagree: that of its subscriptions or of the customers table.",
        choices=("subscriptions", "customers"),
        facts=True,
        group="Definitions",
    ),
    Setting(
        "believed_files",
        {},
        "files",
        "Which customer file to believe about an attribute where several say different things, by the attribute; "
        "without one the file that was loaded last.",
        facts=True,
        group="Definitions",
    ),
    Setting("follow_days", 90, "int", "How long after an event its consequence still counts.", minimum=1, maximum=3650),
    Setting("trial_days", 30, "int", "How long a trial may take to become paid.", minimum=1, maximum=3650),
    Setting(
        "renewal_grace_days",
        30,
        "int",
        "How long after its end a contract may still be renewed.",
        minimum=0,
        maximum=3650,
    ),
    Setting("lookback_days", 90, "int", "How far back an answer or a check-in still counts.", minimum=1, maximum=3650),
    Setting("horizon_days", 90, "int", "How far ahead a risk is estimated.", minimum=1, maximum=3650, facts=True),
    Setting("early_days", 7, "int", "What 'early' means for a new user, in days.", minimum=1, maximum=3650),
    Setting(
        "regular_weeks",
        3,
        "int",
        "In how many of the last 4 weeks a regular user used the feature.",
        minimum=1,
        maximum=4,
    ),
    Setting(
        "activation_window_days", 30, "int", "How long after sign-up activation still counts.", minimum=1, maximum=3650
    ),
    Setting(
        "onboarding_window_days",
        90,
        "int",
        "How long onboarding may take to count as completed.",
        minimum=1,
        maximum=3650,
    ),
    Setting(
        "referral_window_days",
        90,
        "int",
        "How long after a referral its conversion still counts.",
        minimum=1,
        maximum=3650,
    ),
    Setting(
        "response_days",
        14,
        "int",
        "How long after a survey is sent its response rate is still incomplete.",
        minimum=0,
        maximum=365,
    ),
    Setting("gross_margin", 1.0, "float", "Gross margin, as a share of revenue (0.8 is 80 %).", minimum=0, maximum=1),
    Setting(
        "top_box",
        0,
        "int",
        "How many of the top answers count as satisfied; 0 chooses by the size of the scale.",
        minimum=0,
        maximum=5,
    ),
    Setting("ces_easy_end", "high", "choice", "Which end of an effort score means 'easy'.", choices=("high", "low")),
    Setting(
        "advocacy_kinds",
        ["testimonial", "case_study", "reference", "review", "introduction"],
        "names",
        "Touchpoints that count as advocacy.",
        facts=True,
    ),
    Setting("key_event", "", "text", "The event that shows a user has got going."),
    Setting("key_features", [], "names", "Features that matter most."),
    Setting("expansion_features", [], "names", "Features that come before an expansion.", facts=True),
    Setting("intent_events", [], "names", "Events that show an intent to buy more.", facts=True),
    Setting("key_milestones", [], "names", "Milestones that together mean 'activated'.", facts=True),
    Setting("habit_times", 3, "int", "On how many days the key action makes a habit.", minimum=2, maximum=30),
    Setting(
        "drop_off_steps",
        ["signed_up", "onboarding_started", "onboarding_completed", "activated", "first_value"],
        "names",
        "The steps of the drop-off rate in their order: milestones, or events where no milestone has the name.",
        facts=True,
    ),
    Setting(
        "drop_off_window_days",
        30,
        "int",
        "How long the next step may take before a user counts as dropped off.",
        minimum=1,
        maximum=3650,
    ),
    Setting(
        "cohort_age",
        3,
        "int",
        "How many periods after its first one a cohort's retention is read.",
        minimum=1,
        maximum=60,
    ),
    Setting(
        "churn_cost_factor",
        12,
        "int",
        "How many months of lost MRR a churned customer costs.",
        minimum=0,
        maximum=120,
        group="Money",
    ),
    Setting(
        "churn_cost_with_cac",
        True,
        "bool",
        "The cost of churn includes acquiring a replacement.",
        group="Money",
    ),
    Setting(
        "one_off_in_revenue",
        False,
        "bool",
        "Revenue of a period includes one-off charges.",
        group="Definitions",
    ),
    Setting(
        "session_gap_minutes",
        30,
        "int",
        "So long a silence ends a session, where events carry no session of their own.",
        minimum=1,
        maximum=1440,
        facts=True,
    ),
    Setting("login_events", [], "names", "The events that are a login; none chosen: any event is.", facts=True),
    Setting(
        "activation_level",
        "users",
        "choice",
        "Whether the activation rate counts users or accounts.",
        choices=("users", "accounts"),
        group="Definitions",
    ),
    Setting(
        "check_in_outcome",
        "retention",
        "choice",
        "What check-ins are compared by.",
        choices=("retention", "expansion", "usage"),
    ),
    Setting(
        "follow_up_days",
        7,
        "int",
        "How long after its activation a user may take to come back.",
        minimum=1,
        maximum=3650,
    ),
    Setting(
        "early_sessions",
        0,
        "int",
        "A new user's first so many sessions count as early too; 0: only its first days.",
        minimum=0,
        maximum=100,
    ),
    Setting(
        "readiness_threshold",
        70,
        "int",
        "From this score on an account counts as ready to expand, or to refer.",
        minimum=0,
        maximum=100,
    ),
    Setting(
        "scores",
        score_rules.DEFAULTS,
        "scores",
        "How each score is made: its components, what each reads, its weight and its rule.",
        group="Scores",
    ),
    Setting(
        "changes_kept",
        100_000,
        "int",
        "How many values that reading and repairs changed in a sheet are kept one by one, with what stood in the file; "
        "beyond, only their number is. For what is loaded from now on.",
        minimum=0,
        maximum=1_000_000_000,
        group="Loading",
    ),
    Setting(
        "minimum_n", 30, "int", "Below this base a value is shown greyed.", minimum=1, maximum=100_000, group="Display"
    ),
    Setting(
        "mask_contacts",
        True,
        "bool",
        "E-mail addresses and phone numbers in texts are masked wherever texts are shown or downloaded.",
        group="Display",
    ),
    Setting(
        "fresh_days",
        7,
        "int",
        "A table whose latest activity is older than this, compared with the others, is stale.",
        minimum=0,
        maximum=3650,
        facts=True,
    ),
)

BY_NAME: dict[str, Setting] = {s.name: s for s in SETTINGS}

# what earlier releases called a setting: its name now, and what each of its values became
RENAMED: dict[str, tuple[str, Mapping[Any, Any]]] = {
    "cancelled_ends": ("churn_dated", {True: "scheduled", False: "end", None: None}),
}


def today(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as this release names them; one that stands there under its new name too goes before its old."""
    found = {name: value for name, value in values.items() if name not in RENAMED}
    for old, (name, meanings) in RENAMED.items():
        if old in values and name not in found:
            said = values[old]
            found[name] = meanings.get(said, said) if isinstance(said, str | bool | None) else said
    return found


def resolve(values: Mapping[str, Any] | None = None, over: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return every setting's value: the defaults, then `values`, then `over`, each checked."""
    result = {s.name: s.default for s in SETTINGS}
    for layer in (values or {}, over or {}):
        for name, value in today(layer).items():
            if name not in BY_NAME:
                raise QueryError(f"There is no setting '{name}'. {did_you_mean(name, BY_NAME)}")
            result[name] = BY_NAME[name].check(value)
    if result["response_hours"] == "business":
        if result["business_day_starts"] >= result["business_day_ends"]:
            raise QueryError("Setting 'business_day_ends': a business day must end after it begins.")
        if not result["business_days"]:
            raise QueryError("Setting 'business_days': business hours need at least one day.")
    return result


def facts_key(values: Mapping[str, Any]) -> str:
    """Return a short name for the settings that facts depend on: two sets with the same key share their facts.

    A version kept from an earlier release knows nothing of later settings: it was built as by their defaults.
    """
    held = today(values)
    relevant = {s.name: held.get(s.name, s.default) for s in SETTINGS if s.facts}
    return hashlib.sha256(json.dumps(relevant, sort_keys=True).encode()).hexdigest()[:12]
