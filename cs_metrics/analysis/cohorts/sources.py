"""The tables that retention counts from: whose rows start a unit, whose rows are coming back, and what they carry."""

from __future__ import annotations

from cs_metrics.schema import TABLES

UNITS = {"customers": "customer_id", "users": "user_id"}
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
FIRST_PAID = "first_paid"
SIGN_UP = "customers"
# what only ever starts: tables that happen at a moment, and the two facts that a customer has once
STARTS = {"users": "created_at", "leads": "created_at", "churn_events": "churned_on"}
ONCE = (SIGN_UP, FIRST_PAID)
ACTIVITIES = (*POINTS, *SPANS)
STARTING = tuple(dict.fromkeys((*POINTS, *SPANS, *STARTS, FIRST_PAID)))
MONEY = frozenset({"orders", "opportunities", "subscriptions", "mrr_snapshots", "invoices"})
QUANTITY = frozenset({"orders", "events", "subscriptions"})
# dated by the day: neither hours nor a time zone say anything about them
BY_DAY = frozenset({*SPANS, "churn_events"})


def names_users(table: str) -> bool:
    """Whether the rows of a table (or a fact) say which user they are of."""
    return table in TABLES and any(c.name == "user_id" for c in TABLES[table].columns)


def filled_column(table: str) -> str:
    """The column without which a table tells nothing: when its rows happen, or begin."""
    spans = {"customers": "churned_on", "mrr_snapshots": "month", "invoices": "issued_on"}
    return POINTS.get(table) or STARTS.get(table) or spans.get(table, "start_date")
