"""What relations share: the names that stand for tables, the columns that forms need, and conditions."""

from __future__ import annotations

from collections.abc import Mapping

ACTIVITY = "@activity"
"""Stands for the table that says when customers are active: which one it is depends on the version."""
REVENUE = "@revenue"
"""Stands for the table that revenue comes from: that of recurring revenue, else orders."""
EVENTS = "@events"
"""Stands for one row per event, with its account and local time."""


def _any(source: str, found: Mapping[str, tuple[str, ...]]) -> str:
    """Return the need for what the version's source asks for: which source it is, `fact_info` says."""
    return "|".join(f"{source}={name}&{way}" for name, ways in found.items() for way in ways)


_RECURRING = ("invoices.is_recurring", "invoices.period_start&invoices.period_end")
_ACTED = ("orders.customer_id", "events.customer_id", "events.user_id&users.customer_id")
MONEY: dict[str, tuple[str, ...]] = {
    "subscriptions": ("subscriptions.amount",),
    "mrr_snapshots": ("mrr_snapshots.mrr",),
    "invoices": _RECURRING,
}
"""What each source of money needs; the first that has rows is the source."""
LIFE: dict[str, tuple[str, ...]] = {
    "subscriptions": ("subscriptions.start_date",),
    "mrr_snapshots": ("mrr_snapshots.mrr",),
    "invoices": _RECURRING,
    "churned_on": tuple(
        f"{left}&{start}"
        for left in ("customers.churned_on", "churn_events.churned_on")
        for start in ("customers.signed_up_on", "milestones.reached_at", *_ACTED[1:])
    ),
    "activity": _ACTED,
}
"""What each source of activity needs, likewise."""
_ENDS = {"subscriptions": ("subscriptions.end_date", "settings.churn_dated=scheduled&subscriptions.cancelled_on")}

NEEDS_LIFE = _any("activity_source", LIFE)
"""When customers are active."""
NEEDS_LEAVING = _any("activity_source", LIFE | _ENDS)
"""When customers are active and when they leave: subscriptions without an end would say that nobody ever does."""
NEEDS_MONEY = _any("money_source", MONEY)
"""What customers pay."""
NEEDS_LOSSES = _any("money_source", MONEY | _ENDS)
"""What customers pay and stop paying: without an end no MRR is ever lost."""
NEEDS_REVENUE = f"{NEEDS_MONEY}|orders.amount"

IN_PERIOD = "f.{0} >= p.starts AND f.{0} < p.ends"


def within(column: str) -> str:
    """Return the condition that a fact's time lies in the period."""
    return IN_PERIOD.format(column)
