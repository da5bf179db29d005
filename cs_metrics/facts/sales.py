"""Deals, leads and trials, with what they became."""

from __future__ import annotations

from cs_metrics.facts.hours import hours
from cs_metrics.facts.model import Context, Fact, money

_REFERRAL = "(^|[^a-z0-9])referr(al|als|ed)([^a-z0-9]|$)"


def _deal_sql(context: Context) -> str:
    """From a referral: its source says so, or its flag of a strategic one. Strategic: the flag; where nobody set it,
    whether a strategic referral named the customer."""
    return f"""
        WITH named AS (
            SELECT DISTINCT referred_customer_id FROM referrals
            WHERE is_strategic AND referred_customer_id IS NOT NULL)
        SELECT d.opportunity_id, d.customer_id, coalesce(d.customer_id, d._id) AS cluster,
               {context.local("d.created_at")} AS created_at, {context.local("d.closed_at")} AS closed_at,
               {money("d.amount", "1")} AS amount, lower(d.status) AS status, d.stage, lower(d.kind) AS kind,
               lower(d.source) AS source, d.is_strategic_referral,
               coalesce(d.is_strategic_referral, FALSE)
                   OR coalesce(regexp_matches(lower(d.source), '{_REFERRAL}'), FALSE) AS from_referral,
               coalesce(d.is_strategic_referral, n.referred_customer_id IS NOT NULL) AS is_strategic,
               d.owner, d._source, d._row, d._id
        FROM opportunities AS d LEFT JOIN named AS n ON n.referred_customer_id = d.customer_id"""


def _lead_sql(context: Context) -> str:
    return f"""
        SELECT lead_id, customer_id, coalesce(customer_id, _id) AS cluster,
               {context.local("created_at")} AS created_at, {context.local("first_contact_at")} AS first_contact_at,
               {context.local("trial_started_at")} AS trial_started_at,
               {context.local("converted_at")} AS converted_at, coalesce(is_pql, FALSE) AS is_pql, source, owner,
               {hours("created_at", "first_contact_at", context)} AS response_hours, _source, _row, _id
        FROM leads"""


def _trial_sql(context: Context) -> str:
    """A trial became paid with the customer's first paid subscription that begins with or after it."""
    return """
        WITH trials AS (
            SELECT customer_id, product, CAST(start_date AS TIMESTAMP) AS trial_started_at, _source, _row, _id
            FROM subscriptions WHERE is_trial AND customer_id IS NOT NULL AND start_date IS NOT NULL)
        SELECT t.customer_id, t.product, t.trial_started_at, min(a.begins) AS converted_at, t._source, t._row, t._id
        FROM trials AS t LEFT JOIN fact_active AS a
          ON a.customer_id = t.customer_id AND a.mrr > 0 AND a.ends > a.begins AND a.begins >= t.trial_started_at
        GROUP BY t.customer_id, t.product, t.trial_started_at, t._source, t._row, t._id"""


DEALS = Fact("fact_deal", "a deal", _deal_sql, "created_at", table="opportunities")
LEADS = Fact("fact_lead", "a lead or a trial", _lead_sql, "created_at", table="leads")
TRIALS = Fact("fact_trial", "a trial among the subscriptions", _trial_sql, "trial_started_at", table="subscriptions")
