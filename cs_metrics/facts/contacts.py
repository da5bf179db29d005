"""Contacts between the two companies, and the members of the community."""

from __future__ import annotations

from cs_metrics.facts.model import Context, Fact


def _touchpoint_sql(context: Context) -> str:
    """`review_key`: rows of one business review share it (without an id: the customer and the day)."""
    when = context.local("occurred_at")
    return f"""
        SELECT touchpoint_id, customer_id, contact_id, lower(contact_role) AS contact_role,
               lower(contact_level) AS contact_level, {when} AS occurred_at, lower(kind) AS kind,
               lower(direction) AS direction, invited, attended, response_hours, outcome, sentiment, referral_intent,
               introduction_asked, notes,
               coalesce(touchpoint_id, customer_id || ' ' || CAST(CAST({when} AS DATE) AS VARCHAR)) AS review_key,
               _source, _row, _id
        FROM touchpoints WHERE occurred_at IS NOT NULL"""


def _member_sql(context: Context) -> str:
    return f"""
        SELECT member_id, customer_id, {context.local("joined_at")} AS joined_at, {context.local("left_at")} AS left_at,
               _source, _row, _id
        FROM community_members WHERE joined_at IS NOT NULL"""


TOUCHPOINTS = Fact(
    "fact_touchpoint", "a contact between the two companies", _touchpoint_sql, "occurred_at", table="touchpoints"
)
MEMBERS = Fact(
    "fact_member", "a member of the community", _member_sql, "joined_at", unit="member_id", table="community_members"
)
