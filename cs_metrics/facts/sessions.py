"""Sessions: stretches in which a user, or an account that nobody is told apart in, kept at it."""

from __future__ import annotations

from cs_metrics.facts.model import Context, Fact
from cs_metrics.facts.usage import event_rows

_NAMED_SILENCE = 86_400  # one session_id that is used again a day later is another session


def _session_sql(context: Context) -> str:
    """Silence counts from the latest end so far, in seconds of UTC: a night on which clocks change is no longer.

    `number` counts a user's sessions from 1, in the order in which they start. The row is that of the first event.
    """
    gap = 60 * int(context.settings["session_gap_minutes"])
    thread = "PARTITION BY who, session_id ORDER BY seconds_at, _id"
    return f"""
        WITH acts AS (
            SELECT *, seconds_at + greatest(coalesce(duration_seconds, 0), 0) AS seconds_to,
                   CASE WHEN user_id IS NOT NULL THEN 'user ' || user_id
                        WHEN customer_id IS NOT NULL THEN 'account ' || customer_id ELSE 'nobody' END AS who
            FROM ({event_rows(context.settings)})),
        told AS (
            SELECT *, max(seconds_to) OVER ({thread} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach
            FROM acts),
        begun AS (
            SELECT *, CASE WHEN seconds_at - reach <= CASE WHEN session_id IS NULL THEN {gap} ELSE {_NAMED_SILENCE} END
                      THEN 0 ELSE 1 END AS begins
            FROM told),
        parted AS (SELECT *, sum(begins) OVER ({thread} ROWS UNBOUNDED PRECEDING) AS part FROM begun),
        summed AS (
            SELECT who, session_id, max(user_id) AS user_id, max(customer_id) FILTER (WHERE begins = 1) AS customer_id,
                   min(occurred_at) AS started_at, min(seconds_at) AS began,
                   max(seconds_to) - min(seconds_at) AS seconds, count(*) AS events,
                   max(_source) FILTER (WHERE begins = 1) AS _source, max(_row) FILTER (WHERE begins = 1) AS _row,
                   max(_id) FILTER (WHERE begins = 1) AS _id
            FROM parted GROUP BY who, session_id, part)
        SELECT customer_id, user_id, session_id, started_at, seconds, events,
               CASE WHEN user_id IS NOT NULL
                    THEN row_number() OVER (PARTITION BY who ORDER BY began, _id) END AS number,
               _source, _row, _id
        FROM summed"""


SESSIONS = Fact("fact_session", "a session", _session_sql, "started_at", unit="user_id", table="events")
