"""When an account's clock starts: its answers set into its lives, so that what came after is counted from the answer.

An account's clock starts at the first answer that it gave in the range while it was a customer; its category is that
answer's. Not the last one: who stays answers again, so that an account's last answer says how long it stayed. Of
several answers at one instant the lowest holds, then the first row of the file. All answers that the survey's KPI could
count are looked at, whatever the workspace's rule for respondents: their accounts are the same as those of the KPI.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.answers import Answers, counted
from cs_metrics.errors import NotComputableError, QueryError, did_you_mean
from cs_metrics.kpis.relations.names import NEEDS_LEAVING
from cs_metrics.kpis.relations.states import OPENING
from cs_metrics.kpis.rows import shown
from cs_metrics.sql import FOREVER, literal

STATUSES = {
    "customer": "was a customer when it answered",
    "left": "had left before it answered",
    "before": "answered before it became a customer",
    "unknown": "nothing says when it was a customer",
}
"""What an account was at an answer."""

# a life is entered on the day on which it begins (an answer's date may have no time of day), after the one before
_LIVES = """lives AS (
    SELECT customer_id, begins, ends, next_begins, _source, _row,
           greatest(date_trunc('day', begins), coalesce(lag(ends) OVER own, date_trunc('day', begins))) AS opens
    FROM fact_life WINDOW own AS (PARTITION BY customer_id ORDER BY begins))"""
_PLACED = """placed AS (
    SELECT a.*, l.begins AS began_at, l.ends AS ends_at, l.next_begins, l._source AS end_source, l._row AS end_row,
           CASE WHEN l.customer_id IS NOT NULL THEN 'customer' WHEN k.ends <= a.answered_at THEN 'left'
                WHEN k.customer_id IS NOT NULL THEN 'before' ELSE 'unknown' END AS status
    FROM {answers} AS a
    LEFT JOIN lives AS l ON l.customer_id = a.customer_id AND l.opens <= a.answered_at AND a.answered_at < l.ends
    LEFT JOIN fact_life AS k ON k.customer_id = a.customer_id AND k.number = 1
    WHERE a.pno = 0 AND a.customer_id IS NOT NULL)"""
# without anything that says who is a customer, everybody who answers is one
_EVERYBODY = f"""placed AS (
    SELECT a.*, CAST(NULL AS TIMESTAMP) AS began_at, {literal(FOREVER)} AS ends_at,
           CAST(NULL AS TIMESTAMP) AS next_begins, CAST(NULL AS INTEGER) AS end_source,
           CAST(NULL AS BIGINT) AS end_row, 'customer' AS status
    FROM {{answers}} AS a WHERE a.pno = 0 AND a.customer_id IS NOT NULL)"""
_CLOCKS = """clocks AS (
    SELECT * FROM placed WHERE status = 'customer'
    QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY answered_at, worth, _source, _row, _id) = 1)"""


@dataclass(frozen=True)
class Clocks:
    """The accounts whose clock has started. `end`: up to when it is known who is a customer; `missing`: the columns
    that would say who leaves, empty where they are there.

    `run` reads `clocks` (an account: customer_id, category, score, worth, answered_at, began_at, ends_at, next_begins
    (of its next life), end_source and end_row of the row that ended its life, _source, _row and _id of the answer) and
    `placed` (an answer: the same, and `status`, one of STATUSES).
    """

    answers: Answers
    end: datetime
    missing: tuple[str, ...]
    ctes: tuple[str, ...]

    def run(self, con: duckdb.DuckDBPyConnection, select: str, *ctes: str) -> pd.DataFrame:
        """Return the rows of a SELECT over clocks and placed."""
        return self.answers.run(con, select, *self.ctes, *ctes)

    def sql(self, select: str, *ctes: str) -> str:
        """Return the statement that `run` runs, its values as placeholders."""
        return self.answers.sql(select, *self.ctes, *ctes)

    def ends(self, table: str) -> datetime:
        """Return up to when a table is known: earlier than the as-of where it is stale."""
        asked = self.answers.asked
        return asked.available.reach([table], asked.as_of, int(asked.settings["fresh_days"]))[0]


def clocks(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> Clocks:
    """Start the clocks of the accounts that answered in the range. Raises QueryError, NotComputableError."""
    rule = {**settings, "survey_rule": "all"}
    answers = counted(con, rule, as_of, survey=survey, where=where, since=since, until=until)
    known = answers.asked.available
    owners = [f"{answers.relation.table}.customer_id", f"{answers.relation.table}.user_id"]
    if not any(name in known.mapped for name in owners):
        raise NotComputableError(
            f"What they did then is not computable: it needs {owners[0]}. Nothing says whose account an answer is of.",
            owners[:1],
        )
    lived = bool(con.execute("SELECT count(*) FROM fact_life").fetchall()[0][0])
    missing = tuple(known.lacks([NEEDS_LEAVING]))
    chosen = (_LIVES, _PLACED, _CLOCKS) if lived else (_EVERYBODY, _CLOCKS)
    return Clocks(answers, answers.question.reach(OPENING), missing, chosen)


def told(con: duckdb.DuckDBPyConnection, made: Clocks) -> dict[str, int]:
    """Return how many were looked at: `answers`, `accounts`, `clocks` (accounts that were customers at an answer),
    answers that were none's (`nobody`), and of each status but 'customer' the answers (`left`, `before`, `unknown`)."""
    counts = ", ".join(f"count(*) FILTER (WHERE status = '{s}')" for s in ("left", "before", "unknown"))
    select = (
        "SELECT (SELECT count(*) FROM {answers} WHERE pno = 0), (SELECT count(DISTINCT customer_id) FROM placed), "
        "(SELECT count(*) FROM clocks), (SELECT count(*) FROM {answers} WHERE pno = 0 AND customer_id IS NULL), "
        f"{counts} FROM placed"
    )
    row = made.run(con, select).iloc[0]
    names = ("answers", "accounts", "clocks", "nobody", "left", "before", "unknown")
    return {name: int(value) for name, value in zip(names, row, strict=True)}


def outside(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    status: str = "left",
    limit: int | None = None,
    **words: Any,
) -> pd.DataFrame:
    """The answers that start no clock, by what their account was: "left", "before" or "unknown"; the latest first.

    customer_id, category, score, answered_at, left_at (the end of its last life before the answer), comment,
    _source and _row of the answer. As many as `told` counts.
    """
    known = [name for name in STATUSES if name != "customer"]
    if status not in known:
        raise QueryError(f"There is no status '{status}'. {did_you_mean(status, known)}")
    made = clocks(con, settings, as_of, **words)
    written = made.answers.relation.table == "survey_responses"
    ended = "(SELECT max(l.ends) FROM fact_life AS l WHERE l.customer_id = p.customer_id AND l.ends <= p.answered_at)"
    select = (
        f"SELECT p.customer_id, p.category, p.score, p.answered_at, {ended} AS left_at, "
        f"{'r.comment' if written else 'CAST(NULL AS VARCHAR)'} AS comment, p._source, p._row FROM placed AS p"
        + (" LEFT JOIN fact_response AS r ON r._id = p._id" if written else "")
        + f" WHERE p.status = {literal(status)} ORDER BY p.answered_at DESC, p._source, p._row"
        + (f" LIMIT {int(limit)}" if limit is not None else "")
    )
    return shown(con, made.answers.asked, made.run(con, select))
