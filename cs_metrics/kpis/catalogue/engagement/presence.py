"""Is the product used? KPIs of engagement."""

from __future__ import annotations

from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, Measure, count
from cs_metrics.kpis.relations.usage import USERS_30, USERS_IN

CATEGORY = "Engagement"
HEALTH = "Customer Health and Engagement"

MONTHLY_ACTIVE_USERS = KPI(
    id="monthly_active_users",
    name="Monthly Active Users",
    also=("MAU",),
    category=CATEGORY,
    kind=Kind.SNAPSHOT,
    unit="count",
    better="higher",
    area=HEALTH,
    forms=(
        Form(
            over=USERS_30,
            needs=("events.occurred_at", "events.user_id"),
            numerator=count(),
            n="count(*)",
            base="users in the 30 days",
            words="{numerator:user} with an event in the 30 days up to the end",
        ),
    ),
    doc=Doc(
        definition="How many different users did something in the 30 days up to the end of the period.",
        formula="distinct users with an event in [end - 30 days, end)",
        insight="The reach of the product among people, whatever they pay.",
        risks="One click a month counts as much as daily work, and a person with two logins counts twice. Events "
        "without a user are not in it.",
    ),
)

STICKINESS = KPI(
    id="stickiness",
    name="Stickiness",
    also=("DAU/MAU", "MAU/DAU"),
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    forms=(
        Form(
            over=USERS_IN,
            needs=("events.occurred_at", "events.user_id"),
            numerator=Measure(
                "coalesce(sum(CAST(active_days AS DOUBLE) / nullif(days, 0)), 0)",
                "CAST(active_days AS DOUBLE) / nullif(days, 0)",
            ),
            denominator=count(),
            interval=Interval.MEAN,
            base="users in the period",
            words="{numerator} active users on an average day / {denominator:user} in the period",
        ),
    ),
    doc=Doc(
        definition="On how large a share of the period's days a user of the period was active, on average.",
        formula="mean daily active users / distinct users in the period; days without any use count",
        insight="Whether use is a habit: 20 % of a month is about every fifth day, a working week is 71 %.",
        risks="Grains do not compare: a month's and a week's stickiness are different numbers. A product that is "
        "needed once a month cannot be sticky and may still be valued.",
    ),
)

KPIS = (MONTHLY_ACTIVE_USERS, STICKINESS)
