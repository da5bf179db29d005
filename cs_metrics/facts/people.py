"""Users with their sign-up, activation and first actions, and the customers that somebody referred."""

from __future__ import annotations

from cs_metrics.facts.model import Context, Fact
from cs_metrics.facts.usage import event_rows


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


def _action_sql(context: Context) -> str:
    """Which event is the key one is asked later, so every event is here. What came before the sign-up is no action of
    a new user. `_id` is the user's, whose attributes a filter means; `_source` and `_row` are the event's."""
    return f"""
        SELECT e.user_id, u.customer_id, u.signed_up_at, e.event, CAST(e.day AS TIMESTAMP) AS day,
               min(e.occurred_at) AS first_at,
               row_number() OVER (PARTITION BY e.user_id, e.event ORDER BY e.day) AS number,
               arg_min(e._source, e.occurred_at) AS _source, arg_min(e._row, e.occurred_at) AS _row, u._id
        FROM ({event_rows(context.settings)}) AS e JOIN fact_user AS u ON u.user_id = e.user_id
        WHERE e.occurred_at >= u.signed_up_at
        GROUP BY e.user_id, u.customer_id, u.signed_up_at, u._id, e.event, e.day"""


def _discovery_sql(context: Context) -> str:
    """`session`: the number of the user's session in which it was; the session begun last of those it may belong to."""
    return f"""
        WITH uses AS (
            SELECT * FROM ({event_rows(context.settings)}) WHERE feature IS NOT NULL AND user_id IS NOT NULL
            QUALIFY row_number() OVER (PARTITION BY user_id, feature ORDER BY occurred_at, _id) = 1)
        SELECT e.user_id, u.customer_id, u.signed_up_at, e.feature, e.occurred_at AS first_at, s.number AS session,
               e._source, e._row, u._id
        FROM uses AS e JOIN fact_user AS u ON u.user_id = e.user_id
        LEFT JOIN fact_session AS s ON s.user_id = e.user_id AND s.started_at <= e.occurred_at
              AND s.session_id IS NOT DISTINCT FROM e.session_id
        QUALIFY row_number() OVER (PARTITION BY e.user_id, e.feature ORDER BY s.number DESC) = 1"""


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
ACTIONS = Fact("fact_action", "a user and an event on a day since its sign-up, the days numbered", _action_sql,
               "first_at", unit="user_id", table="users")  # fmt: skip
DISCOVERIES = Fact("fact_discovery", "a user and a feature, with its first use ever", _discovery_sql, "first_at",
                   unit="user_id", table="users")  # fmt: skip
REFERRED = Fact("fact_referred", "a customer that was referred", _referred_sql)
