"""What comes before an expansion and after an activation: first uses, signals, first rises of MRR."""

from __future__ import annotations

from cs_metrics.facts.model import Context, Fact
from cs_metrics.facts.usage import event_rows


def _activation_sql(context: Context) -> str:
    """An account expands where its MRR steps up from more than nothing; `expanded_by`: by how much."""
    return """
        WITH activated AS (
            SELECT customer_id, reached_at AS activated_at, _source, _row, _id FROM fact_milestone
            WHERE milestone = 'activated'),
        rises AS (
            SELECT s.customer_id, s.begins, s.mrr - e.mrr AS rise
            FROM fact_mrr_step AS s JOIN fact_mrr_step AS e
              ON e.customer_id = s.customer_id AND e.ends = s.begins AND e.mrr > 0 AND s.mrr - e.mrr >= 0.005),
        grown AS (
            SELECT a.customer_id, min(r.begins) AS expanded_at, arg_min(r.rise, r.begins) AS expanded_by
            FROM activated AS a JOIN rises AS r ON r.customer_id = a.customer_id AND r.begins >= a.activated_at
            GROUP BY a.customer_id)
        SELECT a.customer_id, a.activated_at, g.expanded_at, g.expanded_by, a._source, a._row, a._id
        FROM activated AS a LEFT JOIN grown AS g ON g.customer_id = a.customer_id"""


def _first_use_sql(context: Context) -> str:
    return f"""
        SELECT customer_id, feature, min(occurred_at) AS first_at, arg_min(_source, occurred_at) AS _source,
               arg_min(_row, occurred_at) AS _row, arg_min(_id, occurred_at) AS _id
        FROM ({event_rows(context.settings)}) WHERE feature IS NOT NULL AND customer_id IS NOT NULL
        GROUP BY customer_id, feature"""


def _use_after_sql(context: Context) -> str:
    return f"""
        SELECT customer_id, activated_at, CAST(NULL AS VARCHAR) AS feature, CAST(NULL AS TIMESTAMP) AS used_at,
               _source, _row, _id
        FROM fact_activation
        UNION ALL
        SELECT a.customer_id, a.activated_at, e.feature, min(e.occurred_at), arg_min(e._source, e.occurred_at),
               arg_min(e._row, e.occurred_at), arg_min(e._id, e.occurred_at)
        FROM fact_activation AS a JOIN ({event_rows(context.settings)}) AS e
          ON e.customer_id = a.customer_id AND e.occurred_at >= a.activated_at
        WHERE e.feature IS NOT NULL GROUP BY a.customer_id, a.activated_at, e.feature"""


def _event_day_sql(context: Context) -> str:
    return f"""
        SELECT customer_id, event, CAST(day AS TIMESTAMP) AS day, count(*) AS events
        FROM ({event_rows(context.settings)}) WHERE customer_id IS NOT NULL GROUP BY customer_id, event, day"""


def _intent_sql(context: Context) -> str:
    """What came before the account's first activity is no signal of a customer. A deal that is closed and does not say
    when is none either, and counted by itself (kind undated)."""
    return f"""
        WITH begun AS (
            SELECT customer_id, min(begins) AS began_at, arg_min(_source, begins) AS _source,
                   arg_min(_row, begins) AS _row, arg_min(_id, begins) AS _id
            FROM fact_life GROUP BY customer_id),
        deals AS (
            SELECT customer_id, created_at, _source, _row, _id,
                   CASE WHEN status = 'open' OR closed_at IS NOT NULL THEN 'deal' ELSE 'undated' END AS kind
            FROM fact_deal WHERE kind IN ('upsell', 'cross_sell'))
        SELECT customer_id, began_at, 'start' AS kind, CAST(NULL AS VARCHAR) AS event,
               CAST(NULL AS TIMESTAMP) AS signal_at, _source, _row, _id
        FROM begun
        UNION ALL
        SELECT b.customer_id, b.began_at, 'event', e.event, min(e.occurred_at), arg_min(e._source, e.occurred_at),
               arg_min(e._row, e.occurred_at), arg_min(e._id, e.occurred_at)
        FROM begun AS b JOIN ({event_rows(context.settings)}) AS e
          ON e.customer_id = b.customer_id AND e.occurred_at >= b.began_at
        GROUP BY b.customer_id, b.began_at, e.event
        UNION ALL
        SELECT b.customer_id, b.began_at, d.kind, CAST(NULL AS VARCHAR), d.created_at, d._source, d._row, d._id
        FROM begun AS b JOIN deals AS d ON d.customer_id = b.customer_id AND d.created_at >= b.began_at"""


def _renewal_sql(context: Context) -> str:
    """An event or a touchpoint, whoever it came from."""
    return """
        WITH seen AS (
            SELECT customer_id, first_at AS seen_at FROM fact_user_day
            UNION ALL SELECT customer_id, last_at FROM fact_user_day
            UNION ALL SELECT customer_id, occurred_at FROM fact_touchpoint),
        used AS (
            SELECT c._id, min(s.seen_at) AS seen_at
            FROM fact_contract AS c JOIN seen AS s ON s.customer_id = c.customer_id AND s.seen_at >= c.renewed_at
            GROUP BY c._id)
        SELECT c.*, u.seen_at FROM fact_contract AS c LEFT JOIN used AS u ON u._id = c._id"""


ACTIVATION = Fact(
    "fact_activation",
    "an activated account, with the first rise of its MRR since",
    _activation_sql,
    "activated_at",
)
FIRST_USE = Fact("fact_first_use", "an account and a feature, with its first use", _first_use_sql, "first_at")
USE_AFTER = Fact(
    "fact_use_after",
    "an activated account (feature null), and each feature that it used since, with the first use of it",
    _use_after_sql,
    "activated_at",
)
EVENT_DAYS = Fact("fact_event_day", "an account and an event on a day on which it happened", _event_day_sql, "day")
INTENT = Fact(
    "fact_intent",
    "an account since its first activity (kind start), its first event of each name since, and its expansion deals "
    "since",
    _intent_sql,
    "began_at",
)
RENEWALS = Fact(
    "fact_renewal", "a contract with its end, what followed it, and the first contact since then", _renewal_sql, "ends"
)
