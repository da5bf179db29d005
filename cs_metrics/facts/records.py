"""Facts of which a row is a row of a table, with its durations worked out and its instants in local time."""

from __future__ import annotations

from cs_metrics.facts.hours import hours
from cs_metrics.facts.model import Context, Fact, money


def _response_sql(context: Context) -> str:
    """An answer has a score within its scale and a date. Scales default by survey; where the answers of the effort
    survey come on several scales they are brought to 1-7. `activated_at` is the respondent's: the user's where it is
    known who answered, else the account's."""
    return f"""
        WITH scaled AS (
            SELECT r.*, coalesce(r.customer_id, u.customer_id) AS account,
                   coalesce(r.scale_min, CASE WHEN r.survey = 'nps' THEN 0 WHEN r.survey IN
                       ('csat', 'ces', 'onboarding', 'post_activation') THEN 1 END) AS low,
                   coalesce(r.scale_max, CASE r.survey WHEN 'nps' THEN 10 WHEN 'ces' THEN 7
                       WHEN 'csat' THEN 5 WHEN 'onboarding' THEN 5 WHEN 'post_activation' THEN 5 END) AS high
            FROM survey_responses AS r LEFT JOIN dim_users AS u ON u.user_id = r.user_id),
        mixed AS (
            SELECT survey, count(DISTINCT struct_pack(low := low, high := high)) AS scales FROM scaled
            WHERE score IS NOT NULL AND responded_at IS NOT NULL AND low < high AND score BETWEEN low AND high
            GROUP BY survey)
        SELECT s.account AS customer_id, s.user_id, s.survey, s.campaign, s.channel, s.score, s.comment,
               s.low AS scale_min, s.high AS scale_max, s.high - s.low + 1 AS points,
               coalesce(s.user_id, s.account, s._id) AS respondent, coalesce(s.account, s.user_id, s._id) AS cluster,
               coalesce(s.respondent_type, 'customer') = 'customer' AS counts,
               s.score IS NOT NULL AND s.responded_at IS NOT NULL AND s.low < s.high
                   AND s.score BETWEEN s.low AND s.high
                   AND (s.survey <> 'nps' OR (s.high = 10 AND s.low IN (0, 1))) AS answered,
               CASE WHEN m.scales > 1 THEN 1 + 6 * (s.score - s.low) / nullif(s.high - s.low, 0)
                    ELSE s.score END AS common_score,
               CASE WHEN m.scales > 1 THEN 1 ELSE s.low END AS common_min,
               CASE WHEN m.scales > 1 THEN 7 ELSE s.high END AS common_max,
               {context.local("s.sent_at")} AS sent_at, {context.local("s.responded_at")} AS responded_at,
               CASE WHEN s.user_id IS NULL THEN g.activated_at ELSE p.activated_at END AS activated_at,
               s._source, s._row, s._id
        FROM scaled AS s LEFT JOIN mixed AS m ON m.survey = s.survey
        LEFT JOIN fact_user AS p ON p.user_id = s.user_id LEFT JOIN fact_signup AS g ON g.customer_id = s.account"""


def _ticket_sql(context: Context) -> str:
    return f"""
        WITH timed AS (
            SELECT *, {context.local("created_at")} AS created, {context.local("first_response_at")} AS responded,
                   {context.local("resolved_at")} AS resolved FROM tickets)
        SELECT ticket_id, customer_id, coalesce(customer_id, _id) AS cluster, created AS created_at,
               responded AS first_response_at, resolved AS resolved_at, replies, coalesce(reopened, 0) > 0 AS reopened,
               cost, satisfaction, product, lower(status) AS status,
               {hours("created_at", "first_response_at", context)} AS response_hours,
               {hours("created_at", "resolved_at", context)} AS resolution_hours, _source, _row, _id
        FROM timed"""


def _referral_sql(context: Context) -> str:
    """A conversion is dated by its own column; where no row has one, by the referred customer's first activity."""
    return f"""
        WITH first_active AS (SELECT customer_id, min(begins) AS begins FROM fact_active GROUP BY 1),
        dated AS (SELECT count(converted_at) > 0 AS known FROM referrals)
        SELECT r.referrer_customer_id AS customer_id, r.referred_customer_id, r.referred_lead_id,
               {context.local("r.prompted_at")} AS prompted_at, {context.local("r.interacted_at")} AS interacted_at,
               {context.local("r.accepted_at")} AS accepted_at, {context.local("r.made_at")} AS made_at,
               {context.local("r.incentive_shown_at")} AS incentive_shown_at,
               CASE WHEN d.known THEN {context.local("r.converted_at")} ELSE a.begins END AS converted_at,
               coalesce(r.is_strategic, FALSE) AS is_strategic, r._source, r._row, r._id
        FROM referrals AS r CROSS JOIN dated AS d
        LEFT JOIN first_active AS a ON a.customer_id = r.referred_customer_id"""


def _cost_sql(context: Context) -> str:
    return f"""
        SELECT customer_id, CAST(incurred_on AS TIMESTAMP) AS incurred_at, lower(kind) AS kind,
               {money("amount", "1")} AS amount, _source, _row, _id FROM costs WHERE incurred_on IS NOT NULL"""


def _step_sql(context: Context) -> str:
    """The account's own rows go before its users'; of several the first reached. The users table tells the activation
    of users without such a milestone."""
    return f"""
        WITH known AS (
            SELECT coalesce(m.customer_id, u.customer_id) AS customer_id, m.user_id, m.milestone,
                   {context.local("m.reached_at")} AS reached_at, m._source, m._row, m._id
            FROM milestones AS m LEFT JOIN dim_users AS u ON u.user_id = m.user_id WHERE m.reached_at IS NOT NULL),
        steps AS (
            SELECT * FROM known
            UNION ALL
            SELECT customer_id, user_id, 'activated', activated_at, _source, _row, NULL FROM dim_users
            WHERE activated_at IS NOT NULL AND user_id NOT IN
                (SELECT user_id FROM known WHERE milestone = 'activated' AND user_id IS NOT NULL)),
        own AS (
            SELECT *, bool_or(user_id IS NULL) OVER (PARTITION BY customer_id, milestone) AS has_own
            FROM steps WHERE customer_id IS NOT NULL)
        SELECT customer_id, milestone, min(reached_at) AS reached_at, arg_min(_source, reached_at) AS _source,
               arg_min(_row, reached_at) AS _row, arg_min(_id, reached_at) AS _id
        FROM own WHERE user_id IS NULL OR NOT has_own GROUP BY customer_id, milestone"""


def _signup_sql(context: Context) -> str:
    """The table's date, then the milestone, then the first event."""
    return """
        WITH acted AS (SELECT customer_id, min(first_at) AS happened_at FROM fact_user_day GROUP BY 1),
        step AS (SELECT customer_id,
                        min(reached_at) FILTER (WHERE milestone = 'signed_up') AS signed_up_at,
                        min(reached_at) FILTER (WHERE milestone = 'first_value') AS first_value_at,
                        min(reached_at) FILTER (WHERE milestone = 'exceeded_value') AS exceeded_value_at,
                        min(reached_at) FILTER (WHERE milestone = 'activated') AS activated_at,
                        arg_min(_source, reached_at) FILTER (WHERE milestone = 'first_value') AS _source,
                        arg_min(_row, reached_at) FILTER (WHERE milestone = 'first_value') AS _row,
                        arg_min(_id, reached_at) FILTER (WHERE milestone = 'first_value') AS _id
                 FROM fact_milestone GROUP BY 1)
        SELECT d.customer_id,
               coalesce(CAST(c.signed_up_on AS TIMESTAMP), s.signed_up_at, a.happened_at) AS signed_up_at,
               s.first_value_at, s.exceeded_value_at, s.activated_at,
               coalesce(s._source, c._source) AS _source, coalesce(s._row, c._row) AS _row, s._id
        FROM dim_customer_ids AS d
        LEFT JOIN dim_customer_rows AS c ON c.customer_id = d.customer_id
        LEFT JOIN step AS s ON s.customer_id = d.customer_id
        LEFT JOIN acted AS a ON a.customer_id = d.customer_id"""


def _onboarding_sql(context: Context) -> str:
    """Started: for the account, else its users, the earliest of its own reached_at, its started_at, or the started_at
    of the completion."""
    reached, started = context.local("reached_at"), context.local("started_at")
    return f"""
        WITH steps AS (
            SELECT customer_id, user_id, _source, _row, _id,
                   CASE WHEN milestone = 'onboarding_started' THEN least({reached}, {started}) ELSE {started} END
                       AS began_at
            FROM milestones WHERE milestone IN ('onboarding_started', 'onboarding_completed')),
        own AS (SELECT *, bool_or(user_id IS NULL) OVER (PARTITION BY customer_id) AS has_own
                FROM steps WHERE began_at IS NOT NULL AND customer_id IS NOT NULL),
        started AS (
            SELECT customer_id, min(began_at) AS started_at, arg_min(_source, began_at) AS _source,
                   arg_min(_row, began_at) AS _row, arg_min(_id, began_at) AS _id
            FROM own WHERE user_id IS NULL OR NOT has_own GROUP BY customer_id)
        SELECT s.customer_id, s.started_at, m.reached_at AS completed_at, s._source, s._row, s._id
        FROM started AS s LEFT JOIN fact_milestone AS m
          ON m.customer_id = s.customer_id AND m.milestone = 'onboarding_completed'"""


RESPONSES = Fact(
    "fact_response", "a survey sent to one person", _response_sql, "responded_at", table="survey_responses"
)
TICKETS = Fact("fact_ticket", "a support case", _ticket_sql, "created_at", table="tickets")
REFERRALS = Fact("fact_referral", "an ask or a referral, of its referrer", _referral_sql, "made_at", table="referrals")
COSTS = Fact("fact_cost", "an amount spent", _cost_sql, "incurred_at", table="costs")
MILESTONES = Fact(
    "fact_milestone", "a customer's first reaching of a milestone", _step_sql, "reached_at", table="milestones"
)
SIGNUPS = Fact("fact_signup", "a customer with its sign-up and what it reached after", _signup_sql, "signed_up_at")
ONBOARDINGS = Fact(
    "fact_onboarding", "a customer that started onboarding", _onboarding_sql, "started_at", table="milestones"
)
