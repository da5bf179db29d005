"""Users with their sign-up and activation, and the customers that somebody referred."""

from __future__ import annotations

from cs_metrics.facts.model import Context, Fact


def _user_sql(context: Context) -> str:
    """Sign-up: the table's date, then the milestone, then the first event. Activated: the milestone, then the table."""
    when = context.local("reached_at")
    return f"""
        WITH acted AS (SELECT user_id, arg_min(customer_id, first_at) AS customer_id, min(first_at) AS first_at,
                              min(day) AS first_day
                       FROM fact_user_day WHERE user_id IS NOT NULL GROUP BY 1),
        step AS (SELECT user_id, arg_min(customer_id, reached_at) AS customer_id,
                        min({when}) FILTER (WHERE milestone = 'signed_up') AS signed_up_at,
                        min({when}) FILTER (WHERE milestone = 'activated') AS activated_at,
                        arg_min(_source, reached_at) AS _source, arg_min(_row, reached_at) AS _row
                 FROM milestones WHERE user_id IS NOT NULL AND reached_at IS NOT NULL GROUP BY 1),
        ids AS (SELECT user_id FROM dim_users UNION SELECT user_id FROM acted UNION SELECT user_id FROM step),
        placed AS (SELECT e.user_id, arg_min(e._source, e.occurred_at) AS _source,
                          arg_min(e._row, e.occurred_at) AS _row
                   FROM events AS e WHERE e.user_id IS NOT NULL GROUP BY 1)
        SELECT i.user_id, coalesce(u.customer_id, s.customer_id, a.customer_id) AS customer_id, u.role, u.seniority,
               coalesce(u.created_at, s.signed_up_at, a.first_at) AS signed_up_at,
               coalesce(s.activated_at, u.activated_at) AS activated_at, a.first_at AS first_event_at,
               coalesce(u._source, s._source, p._source) AS _source, coalesce(u._row, s._row, p._row) AS _row, u._id
        FROM ids AS i LEFT JOIN dim_users AS u ON u.user_id = i.user_id
        LEFT JOIN step AS s ON s.user_id = i.user_id
        LEFT JOIN acted AS a ON a.user_id = i.user_id
        LEFT JOIN placed AS p ON p.user_id = i.user_id"""


def _referred_sql(context: Context) -> str:
    """Named by the customers table, or by a referral, whatever became of it."""
    return """
        WITH named AS (
            SELECT customer_id, _source, _row, _id, 1 AS place FROM dim_customer_rows WHERE referred_by IS NOT NULL
            UNION ALL
            SELECT referred_customer_id, _source, _row, _id, 2 FROM referrals WHERE referred_customer_id IS NOT NULL)
        SELECT customer_id, _source, _row, _id FROM named
        QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY place, _source, _row, _id) = 1"""


PEOPLE = Fact("fact_user", "a user, with its sign-up and activation", _user_sql, "signed_up_at", unit="user_id",
              table="users")  # fmt: skip
REFERRED = Fact("fact_referred", "a customer that was referred", _referred_sql)
