"""The way through a list of steps: who reached one, and when the next."""

from __future__ import annotations

from cs_metrics.facts.model import Context, Fact
from cs_metrics.facts.usage import event_rows
from cs_metrics.sql import literal

_NOBODY = "SELECT CAST(NULL AS INTEGER) AS position, CAST(NULL AS VARCHAR) AS step WHERE FALSE"


def _drop_off_sql(context: Context) -> str:
    """A name that milestones have is a milestone, else an event; steps that nobody reached are left out.

    A step is reached once, the first time; the next one counts at or after it. The unit is the user where every step
    tells its user, else the account: its own rows go before those of its users.
    """
    names = list(dict.fromkeys(context.settings["drop_off_steps"]))
    listed = ", ".join(f"({position}, {literal(name)})" for position, name in enumerate(names, start=1))
    chosen = f"SELECT * FROM (VALUES {listed}) AS v(position, step)" if names else _NOBODY
    any_of = ", ".join(literal(name) for name in names) or "NULL"
    return f"""
        WITH chosen AS ({chosen}),
        seen AS (
            SELECT m.milestone AS step, coalesce(m.customer_id, u.customer_id) AS customer_id, m.user_id,
                   {context.local("m.reached_at")} AS happened_at, m._source, m._row, m._id
            FROM milestones AS m LEFT JOIN dim_users AS u ON u.user_id = m.user_id WHERE m.reached_at IS NOT NULL
            UNION ALL
            SELECT event, customer_id, user_id, occurred_at, _source, _row, _id FROM ({event_rows(context.settings)})
            WHERE event IN ({any_of})
              AND event NOT IN (SELECT milestone FROM milestones WHERE reached_at IS NOT NULL)),
        asked AS (SELECT s.*, c.position FROM seen AS s JOIN chosen AS c ON c.step = s.step),
        by_user AS (
            SELECT coalesce(bool_and(users > 0), FALSE) AS tell
            FROM (SELECT step, count(user_id) AS users FROM asked GROUP BY step)),
        own AS (
            SELECT *, bool_or(user_id IS NULL) OVER (PARTITION BY customer_id, step) AS has_own FROM asked),
        acts AS (
            SELECT CASE WHEN b.tell THEN o.user_id ELSE o.customer_id END AS unit, o.*
            FROM own AS o CROSS JOIN by_user AS b
            WHERE CASE WHEN b.tell THEN o.user_id IS NOT NULL
                       ELSE o.customer_id IS NOT NULL AND (o.user_id IS NULL OR NOT o.has_own) END),
        known AS (
            SELECT step, row_number() OVER (ORDER BY min(position)) AS place, count(*) OVER () AS steps
            FROM acts GROUP BY step),
        firsts AS (
            SELECT unit, step, min(happened_at) AS reached_at, arg_min(customer_id, happened_at) AS customer_id,
                   arg_min(_source, happened_at) AS _source, arg_min(_row, happened_at) AS _row,
                   arg_min(_id, happened_at) AS _id
            FROM acts GROUP BY unit, step),
        pairs AS (
            SELECT a.step, b.step AS next_step, FALSE AS whole FROM known AS a JOIN known AS b ON b.place = a.place + 1
            UNION ALL
            SELECT a.step, b.step, TRUE FROM known AS a JOIN known AS b
              ON a.place = 1 AND b.place = b.steps AND b.place > 1)
        SELECT f.customer_id, f.unit, p.step, p.next_step, p.step || ' -> ' || p.next_step AS pair, p.whole,
               f.reached_at, min(n.happened_at) AS next_at, f._source, f._row, f._id
        FROM pairs AS p JOIN firsts AS f ON f.step = p.step
        LEFT JOIN acts AS n ON n.unit = f.unit AND n.step = p.next_step AND n.happened_at >= f.reached_at
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 9, 10, 11"""


DROP_OFF = Fact(
    "fact_drop_off",
    "a user (or an account) at a step, and the first time from then on that it reached the next",
    _drop_off_sql,
    "reached_at",
    unit="unit",
    table="milestones",
)
