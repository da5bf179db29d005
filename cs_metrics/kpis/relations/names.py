"""What relations share: the names that stand for tables, the columns that forms need, and conditions."""

from __future__ import annotations

ACTIVITY = "@activity"
"""Stands for the table that says when customers are active: which one it is depends on the version."""
REVENUE = "@revenue"
"""Stands for the table that revenue comes from: that of recurring revenue, else orders."""
EVENTS = "@events"
"""Stands for one row per event, with its account and local time."""

NEEDS_MONEY = "subscriptions.amount|mrr_snapshots.mrr|invoices.amount"
NEEDS_REVENUE = f"{NEEDS_MONEY}|orders.amount"
NEEDS_LIFE = (
    "subscriptions.start_date|mrr_snapshots.mrr|invoices.amount|customers.churned_on|churn_events.churned_on"
    "|orders.customer_id|events.customer_id|users.customer_id"
)
"""What a form needs when any one of several columns will do."""

IN_PERIOD = "f.{0} >= p.starts AND f.{0} < p.ends"


def within(column: str) -> str:
    """Return the condition that a fact's time lies in the period."""
    return IN_PERIOD.format(column)
