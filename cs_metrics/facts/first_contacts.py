"""How long somebody waited for us: from a lead, a conversion or the end of onboarding to our first contact."""

from __future__ import annotations

from cs_metrics.facts.hours import hours
from cs_metrics.facts.model import Context, Fact
from cs_metrics.sql import literal

_OURS = "SELECT customer_id, occurred_at FROM touchpoints WHERE lower(direction) = 'ours' AND occurred_at IS NOT NULL"


def _onboarded_sql(context: Context) -> str:
    """Instants are compared as they are stored (UTC), where an hour that the clocks repeat is two."""
    return f"""
        WITH own AS (
            SELECT *, bool_or(user_id IS NULL) OVER (PARTITION BY customer_id) AS has_own FROM milestones
            WHERE milestone = 'onboarding_completed' AND reached_at IS NOT NULL AND customer_id IS NOT NULL),
        done AS (
            SELECT customer_id, min(reached_at) AS reached_at, arg_min(_source, reached_at) AS _source,
                   arg_min(_row, reached_at) AS _row, arg_min(_id, reached_at) AS _id
            FROM own WHERE user_id IS NULL OR NOT has_own GROUP BY customer_id),
        met AS (
            SELECT d.customer_id, d.reached_at, d._source, d._row, d._id, min(t.occurred_at) AS occurred_at
            FROM done AS d LEFT JOIN ({_OURS}) AS t ON t.customer_id = d.customer_id AND t.occurred_at >= d.reached_at
            GROUP BY d.customer_id, d.reached_at, d._source, d._row, d._id)
        SELECT customer_id, {context.local("reached_at")} AS completed_at,
               {context.local("occurred_at")} AS contacted_at,
               {hours("reached_at", "occurred_at", context)} AS contact_hours, _source, _row, _id
        FROM met"""


def _conversion_sql(context: Context) -> str:
    """A lead; of a customer its first lead, and its sign-up where it has none. The contact is the lead's own or our
    first touchpoint since, whichever came first."""
    return f"""
        WITH led AS (
            SELECT customer_id, created_at, first_contact_at, _source, _row, _id,
                   row_number() OVER (PARTITION BY coalesce(customer_id, _id), customer_id IS NULL
                                      ORDER BY created_at, _source, _row, _id) AS number
            FROM leads WHERE created_at IS NOT NULL),
        begun AS (
            SELECT customer_id, created_at, first_contact_at, _source, _row, _id FROM led WHERE number = 1
            UNION ALL
            SELECT customer_id, {_midnight("signed_up_on", context)}, NULL, _source, _row, NULL FROM dim_customer_rows
            WHERE signed_up_on IS NOT NULL
              AND customer_id NOT IN (SELECT customer_id FROM led WHERE customer_id IS NOT NULL)),
        met AS (
            SELECT b.customer_id, b.created_at, b.first_contact_at, b._source, b._row, b._id,
                   least(b.first_contact_at, min(t.occurred_at)) AS contact_at
            FROM begun AS b
            LEFT JOIN ({_OURS}) AS t ON t.customer_id = b.customer_id AND t.occurred_at >= b.created_at
            GROUP BY b.customer_id, b.created_at, b.first_contact_at, b._source, b._row, b._id)
        SELECT customer_id, {context.local("created_at")} AS converted_at,
               {context.local("contact_at")} AS contacted_at,
               {hours("created_at", "contact_at", context)} AS contact_hours, _source, _row, _id
        FROM met"""


def _midnight(day: str, context: Context) -> str:
    """Return the SQL of the instant (UTC) at which a day begins in the workspace's zone."""
    start = f"CAST({day} AS TIMESTAMP)"
    zone = context.settings["timezone"]
    return start if zone == "UTC" else f"timezone('UTC', timezone({literal(zone)}, {start}))"


ONBOARDED = Fact(
    "fact_onboarded",
    "a customer that completed onboarding, with our first touchpoint since",
    _onboarded_sql,
    "completed_at",
    table="milestones",
)
CONVERSIONS = Fact(
    "fact_conversion",
    "a lead, or a customer that was none, with our first contact since",
    _conversion_sql,
    "converted_at",
    table="leads",
)
