"""The relations that KPIs count: each is a fact met with periods, with one row per what its grain says."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Extra, LeftOut, Relation

ACTIVITY = "@activity"
"""Stands for the table that says when customers are active: which one it is depends on the version."""
EVENTS = "@events"
"""Stands for one row per event, with its account and local time."""

NEEDS_MONEY = "subscriptions.amount|mrr_snapshots.mrr|invoices.amount"
NEEDS_LIFE = (
    "subscriptions.start_date|mrr_snapshots.mrr|invoices.amount|customers.churned_on|churn_events.churned_on"
    "|orders.customer_id|events.customer_id|users.customer_id"
)
"""What a form needs when any one of several columns will do."""

IN_PERIOD = "f.{0} >= p.starts AND f.{0} < p.ends"


def within(column: str) -> str:
    """Return the condition that a fact's time lies in the period."""
    return IN_PERIOD.format(column)


_AT_START = "f.begins < p.starts AND f.ends >= p.starts"
_AT_END = "f.begins < p.ends AND f.ends >= p.ends"

OPENING = Relation(
    name="opening",
    grain="a customer that was active at the start of the period or in it, with its states at both ends",
    source="fact_active",
    on="f.begins < p.ends AND f.ends >= p.starts AND f.ends > f.begins",
    columns=(
        f"f.active AND {_AT_START} AS is_start",
        f"f.active AND {_AT_END} AS is_end",
        "f.active AND f.begins < p.ends AND f.seen_until > p.starts AS is_in",
        f"CASE WHEN {_AT_START} THEN f.mrr ELSE 0 END AS at_start",
        f"CASE WHEN {_AT_END} THEN f.mrr ELSE 0 END AS at_end",
        "f.first_paid < p.starts AS paid_earlier",
        "CASE WHEN f.ends < p.ends THEN f.ends END AS ended",
    ),
    keys=("customer_id",),
    totals=(
        "bool_or(is_start) AS active_start",
        "bool_or(is_end) AS active_end",
        "bool_or(is_in) AS active_in",
        "coalesce(sum(at_start), 0) AS mrr_start",
        "coalesce(sum(at_end), 0) AS mrr_end",
        "coalesce(bool_or(paid_earlier), FALSE) AS paid_before",
        "max(ended) AS last_end",
    ),
    late=True,
    moment="f.starts",
    just_before=True,
    table=ACTIVITY,
    tables=(ACTIVITY,),
)
CLOSING = replace(OPENING, name="closing", moment="f.anchor")
TRAILING = replace(
    OPENING, name="trailing", trailing=12, grain="a customer in one of the 12 complete months up to the period's end"
)

LEAVINGS = replace(
    OPENING,
    name="leavings",
    moment="coalesce(f.last_end, f.ends)",
    extra=Extra(
        source="fact_leaving",
        on=within("left_at"),
        totals=("max_by(f.reason, f.left_at) AS reason_given",),
        row_source="fact_leaving",
    ),
    derived=("coalesce(reason_given, 'unknown') AS reason",),
)

_FEATURES = Extra(
    source="fact_feature_use",
    on=within("day"),
    totals=("count(*) AS feature_rows", "sum(f.uses) AS uses"),
    only="NOT :has_key_features OR f.feature IN (:key_features)",
    table="events",
    row_source=f"(SELECT * FROM ({EVENTS}) WHERE feature IS NOT NULL)",
)
FEATURE_ACCOUNTS = replace(
    OPENING,
    name="feature_accounts",
    grain="a customer active in the period, and whether it used a feature",
    extra=_FEATURES,
    tables=(ACTIVITY, "events"),
)
FEATURE_ITEMS = replace(
    FEATURE_ACCOUNTS,
    name="feature_items",
    grain="a customer active in the period and a feature that it used",
    extra=replace(_FEATURES, item="f.feature", inner=True),
)
REFERRING = replace(
    OPENING,
    name="referring",
    grain="a customer active in the period, and whether it made or joined a referral",
    extra=Extra(
        source="fact_referral",
        on="(f.made_at >= p.starts AND f.made_at < p.ends) OR (f.accepted_at >= p.starts AND f.accepted_at < p.ends)",
        totals=("count(*) AS referrals",),
        table="referrals",
        row_source="fact_referral",
    ),
    tables=(ACTIVITY, "referrals"),
)

BUYERS = Relation(
    name="buyers",
    grain="a customer that ordered in the period",
    source="fact_order",
    on=within("ordered_at"),
    columns=("f.order_key", "f.amount", "f.is_refund"),
    moment="f.ordered_at",
    keys=("customer_id",),
    totals=(
        "count(DISTINCT order_key) FILTER (WHERE NOT is_refund) AS orders",
        "coalesce(sum(amount), 0) AS amount",
    ),
    table="orders",
    tables=("orders",),
    row_source="fact_order_line",
)
GUEST_ORDERS = LeftOut(
    "sum(orders) FILTER (WHERE customer_id IS NULL)",
    "orders without a customer",
    "order without a customer",
    "sum(amount) FILTER (WHERE customer_id IS NULL)",
)

LIVES = Relation(
    name="lives",
    grain="a customer that was active before the period's end, with the days it has lived since its first start",
    source="fact_life",
    on="f.begins < p.ends",
    columns=("f.begins", "CASE WHEN f.ends < p.ends THEN f.ends ELSE p.ends END AS reached", "f.ends < p.ends AS over"),
    keys=("customer_id",),
    totals=(
        "(epoch(max(reached)) - epoch(min(begins))) / 86400 AS lived",
        "bool_and(over) AS ended",
    ),
    late=True,
    moment="f.anchor",
    just_before=True,
    table="",
    tables=(ACTIVITY,),
    splits=True,
    curve=True,
)

ANSWERS = Relation(
    name="answers",
    grain="an answer to a survey",
    source="fact_response",
    on=f"f.answered AND f.counts AND {within('responded_at')}",
    columns=(
        "f.survey", "f.score", "f.scale_min", "f.scale_max", "f.points", "f.common_score", "f.common_min",
        "f.common_max", "f.respondent", "f.cluster", "f.responded_at", "f.campaign", "f.comment",
    ),
    moment="f.responded_at",
    table="survey_responses",
    tables=("survey_responses",),
    unit="cluster",
)  # fmt: skip
LAST_ANSWERS = replace(
    ANSWERS,
    name="last_answers",
    grain="a respondent's last answer in the period (or the last of each campaign, or each answer: a setting)",
    columns=(*ANSWERS.columns, "f._source AS file", "f._row AS line", "f._id AS answer_id"),
    last=(
        "CASE :survey_rule WHEN 'all' THEN answer_id ELSE respondent END, "
        "CASE WHEN :survey_rule = 'per_survey' THEN campaign END",
        "responded_at DESC, file DESC, line DESC, answer_id DESC",
    ),
    splits=True,
    unit="respondent",
)
SENT = replace(
    ANSWERS,
    name="sent",
    grain="a survey sent",
    on=f"f.counts AND {within('sent_at')}",
    columns=("f.survey", "f.answered", "f.sent_at", "f.responded_at", "f.cluster"),
    moment="f.sent_at",
)
_TICKET = (
    "f.ticket_id", "f.created_at", "f.first_response_at", "f.resolved_at", "f.replies", "f.reopened", "f.cost",
    "f.response_hours", "f.resolution_hours", "f.cluster", "f.satisfaction",
)  # fmt: skip
TICKETS_CREATED = Relation(
    name="tickets_created",
    grain="a ticket created in the period",
    source="fact_ticket",
    on=within("created_at"),
    columns=_TICKET,
    moment="f.created_at",
    table="tickets",
    tables=("tickets",),
    unit="cluster",
)
TICKETS_RESOLVED = replace(
    TICKETS_CREATED,
    name="tickets_resolved",
    grain="a ticket resolved in the period",
    on=within("resolved_at"),
    moment="f.resolved_at",
)
COSTS = Relation(
    name="costs",
    grain="an amount spent",
    source="fact_cost",
    on=within("incurred_at"),
    columns=("f.kind", "f.amount", "f.incurred_at"),
    moment="f.incurred_at",
    table="costs",
    tables=("costs",),
)
REFERRALS_MADE = Relation(
    name="referrals_made",
    grain="a referral made in the period",
    source="fact_referral",
    on=within("made_at"),
    columns=("f.made_at", "f.converted_at", "f.referred_customer_id"),
    moment="f.made_at",
    table="referrals",
    tables=("referrals",),
)

USERS_30 = Relation(
    name="users_30",
    grain="a user seen in the 30 days to the period's end",
    source="fact_user_day",
    on="f.day >= p.ends - INTERVAL '30' DAY AND f.day < p.ends AND f.user_id IS NOT NULL",
    columns=("f.user_id", "f.day"),
    moment="p.ends",
    just_before=True,
    keys=("user_id",),
    totals=("count(DISTINCT day) AS active_days",),
    table="events",
    tables=("events",),
    row_source=EVENTS,
    splits=True,
    unit="user_id",
)
USERS_IN = replace(
    USERS_30,
    name="users_in",
    grain="a user seen in the period, with the days on which it was",
    on=f"f.user_id IS NOT NULL AND {within('day')}",
    moment="f.day",
    just_before=False,
)

SIGNUPS = Relation(
    name="signups",
    grain="a customer that signed up in the period",
    source="fact_signup",
    on=within("signed_up_at"),
    columns=("f.signed_up_at", "f.first_value_at", "f.exceeded_value_at", "f.activated_at"),
    moment="f.signed_up_at",
    table="milestones",
    tables=("milestones",),
)
ONBOARDINGS = Relation(
    name="onboardings",
    grain="a customer that started onboarding in the period",
    source="fact_onboarding",
    on=within("started_at"),
    columns=("f.started_at", "f.completed_at"),
    moment="f.started_at",
    table="milestones",
    tables=("milestones",),
)
