"""Deals, leads and trials, with what they became."""

from __future__ import annotations

from cs_metrics.facts.hours import hours
from cs_metrics.facts.model import Context, Fact, money


def _deal_sql(context: Context) -> str:
    return f"""
        SELECT opportunity_id, customer_id, coalesce(customer_id, _id) AS cluster,
               {context.local("created_at")} AS created_at, {context.local("closed_at")} AS closed_at,
               {money("amount", "1")} AS amount, lower(status) AS status, stage, lower(kind) AS kind,
               lower(source) AS source, is_strategic_referral, owner, _source, _row, _id
        FROM opportunities WHERE created_at IS NOT NULL"""


def _lead_sql(context: Context) -> str:
    return f"""
        SELECT lead_id, customer_id, coalesce(customer_id, _id) AS cluster,
               {context.local("created_at")} AS created_at, {context.local("first_contact_at")} AS first_contact_at,
               {context.local("trial_started_at")} AS trial_started_at,
               {context.local("converted_at")} AS converted_at, coalesce(is_pql, FALSE) AS is_pql, source, owner,
               {hours("created_at", "first_contact_at", context)} AS response_hours, _source, _row, _id
        FROM leads WHERE created_at IS NOT NULL"""


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
