"""Whom to believe about who has left: the subscriptions, the accounts, or the leavings that were recorded.

Where the subscriptions are not believed, their ends are no leavings by themselves: the customer goes on with what it
had last until the source that is believed says it left, or until its next subscription begins; and all that it has ends
where that source says so. A source that says nothing of a customer leaves it to the subscriptions.
"""

from __future__ import annotations

from cs_metrics.facts.model import Context
from cs_metrics.sql import quote

FOREVER = "TIMESTAMP '9999-12-31 00:00:00'"
_KEPT = "product, cancel_reason"


def believed(rows: str, context: Context) -> str:
    """Return the SELECT of stretches of activity with their ends as the believed source says; `rows` is the SELECT of
    those that the subscriptions say."""
    if context.leaving == "subscriptions":
        return rows
    told = _accounts(context) if context.leaving == "accounts" else _RECORDED
    about = "SELECT customer_id FROM " + ("dim_customer_rows" if context.leaving == "accounts" else "own GROUP BY 1")
    return f"""
        WITH own AS ({rows}),
        told AS ({told}),
        ordered AS (
            SELECT *, lag(leaves) OVER moments AS left_before, lag(happened_at) OVER moments AS before_at
            FROM told WHERE happened_at IS NOT NULL
            WINDOW moments AS (PARTITION BY customer_id ORDER BY happened_at, leaves DESC)),
        known AS ({about}),
        reached AS (
            SELECT *, max(ends) OVER (PARTITION BY customer_id ORDER BY begins, ends
                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach
            FROM own WHERE ends > begins),
        numbered AS (
            SELECT *, sum(CASE WHEN begins <= reach THEN 0 ELSE 1 END)
                      OVER (PARTITION BY customer_id ORDER BY begins, ends, _id) AS number
            FROM reached),
        stretches AS (
            SELECT customer_id, number, max(ends) AS over_at,
                   lead(min(begins)) OVER (PARTITION BY customer_id ORDER BY number) AS next_begins
            FROM numbered GROUP BY customer_id, number),
        drawn AS (
            SELECT n.*, CASE WHEN k.customer_id IS NULL OR n.ends < s.over_at THEN n.ends
                             ELSE coalesce(s.next_begins, {FOREVER}) END AS far
            FROM numbered AS n JOIN stretches AS s ON s.customer_id = n.customer_id AND s.number = n.number
            LEFT JOIN known AS k ON k.customer_id = n.customer_id),
        pieces AS (
            SELECT *, begins AS since FROM drawn
            UNION ALL
            SELECT d.*, o.happened_at FROM drawn AS d JOIN ordered AS o ON o.customer_id = d.customer_id
             AND NOT o.leaves AND o.left_before AND o.before_at > d.begins AND o.happened_at < d.far),
        cuts AS (
            SELECT p._id, p.since, min(o.happened_at) AS left_at FROM pieces AS p
            JOIN ordered AS o ON o.customer_id = p.customer_id AND o.leaves AND o.happened_at > p.since
            GROUP BY p._id, p.since),
        dated AS (
            SELECT p.*, least(p.far, coalesce(c.left_at, {FOREVER})) AS over_at FROM pieces AS p
            LEFT JOIN cuts AS c ON c._id = p._id AND c.since = p.since)
        SELECT customer_id, since AS begins, over_at AS ends, over_at AS seen_until, mrr, active, {_KEPT},
               lapsed AND over_at = ends AS lapsed, _source, _row, _id FROM dated
        UNION ALL
        SELECT customer_id, begins, ends, seen_until, mrr, active, {_KEPT}, lapsed, _source, _row, _id
        FROM own WHERE ends <= begins"""


_RECORDED = """
            SELECT customer_id, CAST(churned_on AS TIMESTAMP) AS happened_at,
                   NOT coalesce(is_reactivation, FALSE) AS leaves
            FROM churn_events WHERE customer_id IS NOT NULL"""


def _accounts(context: Context) -> str:
    """A flag without a date: the customer left with its latest recorded leaving or ended subscription; where it began
    another one since, on the last day of the data."""
    dated = """
            SELECT customer_id, CAST(churned_on AS TIMESTAMP) AS happened_at, TRUE AS leaves
            FROM dim_customer_rows WHERE churned_on IS NOT NULL"""
    if not context.left_flag:
        return dated
    last_day = f"CAST({context.instant()} AS TIMESTAMP) - INTERVAL '1' DAY"
    return f"""{dated}
            UNION ALL
            SELECT c.customer_id, CASE WHEN greatest(k.left_at, o.ended_at) > o.begun_at
                       THEN greatest(k.left_at, o.ended_at) ELSE {last_day} END, TRUE
            FROM dim_customer_rows AS c
            LEFT JOIN (SELECT customer_id, max(CAST(churned_on AS TIMESTAMP)) AS left_at FROM churn_events
                       WHERE NOT coalesce(is_reactivation, FALSE) GROUP BY customer_id) AS k
                   ON k.customer_id = c.customer_id
            LEFT JOIN (SELECT customer_id, max(CASE WHEN ends < {FOREVER} THEN ends END) AS ended_at,
                              max(begins) AS begun_at FROM own GROUP BY customer_id) AS o
                   ON o.customer_id = c.customer_id
            WHERE c.{quote(context.left_flag)} AND c.churned_on IS NULL"""
