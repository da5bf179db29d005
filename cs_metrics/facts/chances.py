"""What models learn from: what was seen of an account or a deal at a month's end, and what then became of it."""

from __future__ import annotations

from cs_metrics.facts.activity import FOREVER
from cs_metrics.facts.model import Context, Fact

SMOOTHING = 5
"""A rate of few closed deals is drawn towards that of all: as if so many more had closed at it."""


def _outcome_sql(context: Context) -> str:
    """Left: not active without a gap to the end of the horizon. Snapshots whose horizon is not over are not there."""
    days = int(context.settings["horizon_days"])
    return f"""
        WITH seen AS (
            SELECT customer_id, taken_at, taken_at + INTERVAL '{days}' DAY AS known_at, mrr FROM fact_signal),
        stayed AS (
            SELECT DISTINCT s.customer_id, s.taken_at FROM seen AS s
            JOIN fact_life AS l ON l.customer_id = s.customer_id AND l.begins < s.taken_at AND l.ends >= s.known_at),
        fell AS (
            SELECT DISTINCT s.customer_id, s.taken_at FROM seen AS s
            JOIN fact_mrr_step AS m ON m.customer_id = s.customer_id AND m.begins >= s.taken_at
             AND m.begins < s.known_at AND m.mrr < s.mrr - 0.005)
        SELECT s.customer_id, s.taken_at, s.known_at, t.customer_id IS NULL AS left_it,
               f.customer_id IS NOT NULL AS downgraded, t.customer_id IS NULL OR f.customer_id IS NOT NULL AS happened
        FROM seen AS s
        LEFT JOIN stayed AS t ON t.customer_id = s.customer_id AND t.taken_at = s.taken_at
        LEFT JOIN fell AS f ON f.customer_id = s.customer_id AND f.taken_at = s.taken_at
        WHERE s.known_at <= TIMESTAMP '{context.as_of}'"""


def _past(column: str) -> str:
    """The rate at which deals were won up to each snapshot, by one of their columns, drawn towards that of all."""
    return f"""
        SELECT c.taken_at, c.{column}, (c.won + {SMOOTHING} * a.rate) / (c.closed + {SMOOTHING}) AS rate
        FROM (SELECT taken_at, {column}, sum(won) AS won, count(*) AS closed
              FROM closed GROUP BY taken_at, {column}) AS c
        JOIN overall AS a ON a.taken_at = c.taken_at"""


def _deal_sql(context: Context) -> str:
    """A closed deal without the day it closed on is left out; an open one's is only hoped for. The stage is not seen:
    a file has only the last one."""
    rates = ", ".join(f"past_{name} AS ({_past(name)})" for name in ("owner", "source", "kind"))
    joins = " ".join(
        f"LEFT JOIN past_{n} ON past_{n}.taken_at = s.taken_at AND past_{n}.{n} IS NOT DISTINCT FROM d.{n}"
        for n in ("owner", "source", "kind")
    )
    chosen = ", ".join(f"coalesce(past_{n}.rate, a.rate) AS {n}_win_rate" for n in ("owner", "source", "kind"))
    return f"""
        WITH deals AS (
            SELECT *, CASE WHEN status = 'open' THEN {FOREVER} ELSE closed_at END AS over_at FROM fact_deal
            WHERE status = 'open' OR closed_at IS NOT NULL),
        closed AS (
            SELECT s.taken_at, d.owner, d.source, d.kind, CASE WHEN d.status = 'won' THEN 1.0 ELSE 0 END AS won
            FROM deals AS d JOIN fact_snapshot AS s ON d.over_at < s.taken_at),
        overall AS (SELECT taken_at, avg(won) AS rate FROM closed GROUP BY taken_at), {rates}
        SELECT s.taken_at, s.next_at, d.opportunity_id, d.customer_id, d.amount, d.kind, d.source, d.owner,
               d.created_at, (epoch(s.taken_at) - epoch(d.created_at)) / 86400 AS age_days, {chosen},
               CASE WHEN d.over_at < TIMESTAMP '{context.as_of}' THEN d.over_at END AS known_at,
               d.status = 'won' AS happened, d._source, d._row, d._id
        FROM deals AS d JOIN fact_snapshot AS s ON d.created_at < s.taken_at AND d.over_at >= s.taken_at
        LEFT JOIN overall AS a ON a.taken_at = s.taken_at {joins}"""


OUTCOMES = Fact(
    "fact_outcome",
    "a customer at a snapshot, and whether it left or paid less within the horizon",
    _outcome_sql,
    "taken_at",
)
OPEN_DEALS = Fact(
    "fact_deal_signal", "a deal open at a snapshot, with what was known of it", _deal_sql, "taken_at",
    unit="opportunity_id", table="opportunities",
)  # fmt: skip
