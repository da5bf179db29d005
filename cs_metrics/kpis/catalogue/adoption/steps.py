"""Do customers get going? KPIs of adoption."""

from __future__ import annotations

from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, Measure, count
from cs_metrics.kpis.relations.names import NEEDS_LIFE
from cs_metrics.kpis.relations.steps import ONBOARDINGS, SIGNUPS
from cs_metrics.kpis.relations.usage import FEATURE_ACCOUNTS, FEATURE_ITEMS

CATEGORY = "Adoption"
HEALTH = "Customer Health and Engagement"

_REACHED = "first_value_at < :as_of AND first_value_at >= signed_up_at"
_DAYS = f"CASE WHEN {_REACHED} THEN (epoch(first_value_at) - epoch(signed_up_at)) / 86400 END"

_COMPLETED = (
    "completed_at >= started_at AND completed_at < :as_of "
    "AND completed_at <= started_at + :onboarding_window_days * INTERVAL '1' DAY"
)
_BACKWARDS = "completed_at < started_at"

FEATURE_ADOPTION_RATE = KPI(
    id="feature_adoption_rate",
    name="Feature Adoption Rate",
    also=("product adoption rate",),
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    forms=(
        Form(
            over=FEATURE_ACCOUNTS,
            items=FEATURE_ITEMS,
            item="item",
            every_item=True,
            needs=(NEEDS_LIFE, "events.feature"),
            numerator=count("active_in AND feature_rows > 0"),
            denominator=count("active_in"),
            interval=Interval.WILSON,
            base="active accounts",
            words="{numerator:account} that used it / {denominator:active account}",
        ),
    ),
    doc=Doc(
        definition="The share of the accounts active in the period that used a feature in it: any of the key features "
        "for the whole (any feature where none is chosen), and each of them by itself.",
        formula="accounts active in the period that used the feature / accounts active in the period",
        insight="Which parts of the product are found, and which are paid for without being used.",
        risks="One use counts as adoption. A feature that only some plans include is measured against everyone: "
        "break it down by plan.",
    ),
)

TIME_TO_FIRST_VALUE = KPI(
    id="time_to_first_value",
    name="Time to First Value",
    also=("Time to Value", "TTV"),
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="days",
    better="lower",
    area=HEALTH,
    stage="onboarding",
    forms=(
        Form(
            over=SIGNUPS,
            needs=(
                "milestones.reached_at",
                "customers.signed_up_on|milestones.reached_at",
            ),
            value=f"median({_DAYS})",
            numerator=Measure(f"coalesce(sum({_DAYS}), 0)", _DAYS),
            denominator=Measure(f"count({_DAYS})", f"CASE WHEN ({_DAYS}) IS NULL THEN 0 ELSE 1 END"),
            interval=Interval.MEDIAN,
            base="accounts of the period that reached first value",
            words="{value} is the middle of {denominator:time} from sign-up to first value; mean {mean:days}, nine "
            "in ten within {p90:days}, {open:account} not there yet",
            beside=(
                Beside("mean", f"avg({_DAYS})", "days"),
                Beside("p90", f"quantile_cont({_DAYS}, 0.9)", "days"),
                Beside("open", "count(*) FILTER (WHERE first_value_at IS NULL OR first_value_at >= :as_of)", "count"),
            ),
            leaves_out=(
                LeftOut(
                    "count(*) FILTER (WHERE first_value_at < signed_up_at)",
                    "accounts with first value before sign-up",
                    "account with first value before sign-up",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="How many days pass from sign-up to the first value of the accounts that signed up in the period: "
        "the median, with mean and 90th percentile beside it.",
        formula="first-value milestone - sign-up, accounts signed up in the period; who is not there yet is open",
        insight="How long a new customer waits for what it came for; the slow tenth shows where onboarding stalls.",
        risks="Recent periods look better than they will be: only the quick ones have arrived yet. Watch the number "
        "that is still open.",
    ),
)

ONBOARDING_COMPLETION_RATE = KPI(
    id="onboarding_completion_rate",
    name="Onboarding Completion Rate",
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    stage="onboarding",
    leading=True,
    follow="onboarding_window_days",
    forms=(
        Form(
            over=ONBOARDINGS,
            needs=("milestones.milestone", "milestones.reached_at|milestones.started_at"),
            numerator=count(_COMPLETED),
            denominator=count(f"NOT coalesce({_BACKWARDS}, FALSE)"),
            interval=Interval.WILSON,
            base="accounts that started onboarding",
            words="{numerator:account} that completed it within {onboarding_window_days:day} / {denominator:account} "
            "that started onboarding",
            leaves_out=(
                LeftOut(
                    f"count(*) FILTER (WHERE {_BACKWARDS})",
                    "onboardings completed before they started",
                    "onboarding completed before it started",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="The share of the accounts that started onboarding in the period that completed it within the "
        "window (90 days).",
        formula="accounts completing onboarding within the window of their start / accounts starting in the period",
        insight="An early sign of retention: who does not get through the start rarely stays.",
        risks="The last three months are incomplete, since their accounts still have time. What 'completed' means is "
        "whatever the milestone says.",
    ),
)

KPIS = (FEATURE_ADOPTION_RATE, TIME_TO_FIRST_VALUE, ONBOARDING_COMPLETION_RATE)
