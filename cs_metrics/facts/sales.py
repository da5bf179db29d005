"""Deals and leads, with what they became."""

from __future__ import annotations

from cs_metrics.facts.model import Context, Fact, money


def _deal_sql(context: Context) -> str:
    return f"""
        SELECT opportunity_id, customer_id, {context.local("created_at")} AS created_at,
               {context.local("closed_at")} AS closed_at, {money("amount", "1")} AS amount, lower(status) AS status,
               stage, lower(kind) AS kind, lower(source) AS source, is_strategic_referral, owner, _source, _row, _id
        FROM opportunities WHERE created_at IS NOT NULL"""


def _lead_sql(context: Context) -> str:
    return f"""
        SELECT lead_id, customer_id, {context.local("created_at")} AS created_at,
               {context.local("first_contact_at")} AS first_contact_at,
               {context.local("trial_started_at")} AS trial_started_at,
               {context.local("converted_at")} AS converted_at, coalesce(is_pql, FALSE) AS is_pql, source, owner,
               _source, _row, _id
        FROM leads WHERE created_at IS NOT NULL"""


DEALS = Fact("fact_deal", "a deal", _deal_sql, "created_at", table="opportunities")
LEADS = Fact("fact_lead", "a lead or a trial", _lead_sql, "created_at", table="leads")
