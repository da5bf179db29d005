"""The answers that ask for a call: those of a survey's worst category, each with its follow-up and what came after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.answers import CATEGORIES, Answers, counted
from cs_metrics.facts.model import local

TABLE = "bad_answers"
TOUCH_DAYS = 30
"""A contact in the data counts for an answer up to so many days after it: later ones are about something else."""
_HELD = {
    "follow_up": "VARCHAR", "state": "VARCHAR", "owner": "VARCHAR", "note": "VARCHAR", "contacted_at": "TIMESTAMP",
    "changed_at": "TIMESTAMP", "who": "VARCHAR",
}  # fmt: skip


def of_every(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings under which every answer counts: each bad one asks for a call, also where another came since.
    Of those who were called and then answered better, the last answer alone would leave nothing to see."""
    return {**settings, "survey_rule": "all"}


def keys(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return a SELECT (_id, follow_up) of the rows of survey_responses or tickets. `follow_up` is the same in every
    version and every file that the answer comes in: made from the id of the response or ticket, else from respondent,
    account, survey and time (of an unknown respondent: its words too). Rows that share all of that are numbered."""
    account = "r.customer_id"
    joined = ""
    if con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = '_merged'").fetchall():
        # two ids that were made one are still two in the next file
        account = "coalesce(m.original, r.customer_id)"
        joined = (
            f" LEFT JOIN _merged AS m ON m.table_name = '{table}' AND m.column_name = 'customer_id' "
            "AND m.row_id = r._id"
        )
    if table == "tickets":
        identity, order = "concat_ws('|', 'ticket', r.ticket_id)", "r.created_at, r._id"
        given = "r.satisfaction IS NOT NULL"
    else:
        identity = (
            "CASE WHEN r.response_id IS NOT NULL THEN concat_ws('|', 'id', r.survey, r.response_id) "
            f"WHEN coalesce(r.user_id, r.customer_id) IS NOT NULL THEN concat_ws('|', 'by', r.survey, "
            f"coalesce(r.user_id, ''), coalesce({account}, ''), r.responded_at) "
            "ELSE concat_ws('|', 'of', r.survey, r.responded_at, coalesce(r.score, 0), coalesce(r.campaign, ''), "
            "coalesce(r.comment, '')) END"
        )
        order = "r.score, r.comment, r._id"
        given = "r.score IS NOT NULL AND r.responded_at IS NOT NULL"
    return (
        f"SELECT _id, md5(identity || CASE WHEN twin > 1 THEN '|' || twin ELSE '' END) AS follow_up FROM ("
        f"SELECT _id, identity, row_number() OVER (PARTITION BY identity ORDER BY {order.replace('r.', '')}) AS twin "
        f"FROM (SELECT r.*, {identity} AS identity FROM {table} AS r{joined} WHERE {given}))"
    )


def found(
    con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], follow_ups: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return the answers with these keys that are in the version: survey, customer_id, answered_at (local, ISO), score;
    nothing that a person wrote: what leaves the data is to be gone."""
    con.register("wanted_keys", pd.DataFrame({"follow_up": pd.Series(list(follow_ups), dtype="str")}))
    answers: dict[str, dict[str, Any]] = {}
    for table, survey, when, score in (
        ("survey_responses", "r.survey", "r.responded_at", "r.score"),
        ("tickets", "'csat'", "r.created_at", "r.satisfaction"),
    ):
        rows = con.execute(
            f"SELECT k.follow_up, {survey}, r.customer_id, {local(when, settings)}, {score} FROM ({keys(con, table)}) "
            f"AS k JOIN wanted_keys AS w ON w.follow_up = k.follow_up JOIN {table} AS r ON r._id = k._id"
        ).fetchall()
        for key, of, customer, answered, given in rows:
            answers[key] = {
                "survey": of, "customer_id": customer, "answered_at": answered.isoformat() if answered else None,
                "score": None if given is None else float(given),
            }  # fmt: skip
    return answers


def collect(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    held: Sequence[Mapping[str, Any]],
    *,
    survey: str = "nps",
    where: Mapping[str, Any] | None = None,
    within: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
    owners: bool = True,
) -> Answers:
    """Make the temporary table `TABLE` of the cursor, a row for each answer of the survey's worst category, and return
    the answers that it stands on. `held`: what is kept of follow-ups (`workspace.follow_ups.held`); `within`: the
    filter that the next answers lie within too; `owners`: an account's csm looks after it where nobody else was named.

    Columns: follow_up, state, owner, note, kept_at (contacted, as is kept), changed_at, who; those of `Answers`;
    csat and the like of the next answer of the same respondent (next_at, next_score, next_min, next_max, next_worst),
    touched_at (the first contact of ours in the data on or after the answer), contact_at (the earlier of both, a
    contact in the data up to `TOUCH_DAYS` after). Instants are local.
    """
    con.register(
        "held_rows", pd.DataFrame([{name: one.get(name) for name in _HELD} for one in held], columns=list(_HELD))
    )
    every = of_every(settings)
    answers = counted(con, every, as_of, survey=survey, where=where, since=since, until=until)
    others = counted(con, every, as_of, survey=survey, where=within, params=answers.question.params)
    table = answers.relation.table
    worst = answers.question.params.add(CATEGORIES[survey][-1])
    owner = "d.csm" if owners and _has(con, "dim_customers", "csm") else "CAST(NULL AS VARCHAR)"
    end = answers.question.params.add(answers.asked.as_of)
    # the score after activation is of the answers to several surveys, of which each has its own next
    mixed = survey == "post_activation"
    everyone = others.sql(
        "SELECT a._id, lead(a.answered_at) OVER w AS next_at, lead(a.score) OVER w AS next_score, "
        "lead(a.scale_min) OVER w AS next_min, lead(a.scale_max) OVER w AS next_max, "
        f"lead(a.category) OVER w = {worst} AS next_worst "
        f"FROM {{answers}} AS a{' JOIN fact_response AS f ON f._id = a._id' if mixed else ''} "
        f"WINDOW w AS (PARTITION BY a.respondent{', f.survey' if mixed else ''} "
        "ORDER BY a.answered_at, a._source, a._row)"
    )
    ctes = (
        f"worst AS (SELECT * FROM {{answers}} WHERE category = {worst})",
        f"keyed AS ({keys(con, table)})",
        f"everyone AS ({everyone})",
        "held AS (SELECT " + ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in _HELD.items())
        + " FROM held_rows)",
        "touched AS (SELECT w._id, min(t.occurred_at) AS touched_at FROM worst AS w JOIN fact_touchpoint AS t "
        "ON t.customer_id = w.customer_id AND t.occurred_at >= w.answered_at WHERE t.direction = 'ours' "
        f"AND t.attended IS DISTINCT FROM FALSE AND t.occurred_at < {end} GROUP BY w._id)",
        f"""followed AS (
  SELECT k.follow_up, coalesce(h.state, 'open') AS state, coalesce(h.owner, {owner}, '') AS owner,
         coalesce(h.note, '') AS note, {local("h.contacted_at", settings)} AS kept_at, h.changed_at, h.who, w.*,
         e.next_at, e.next_score, e.next_min, e.next_max, e.next_worst, t.touched_at
  FROM worst AS w JOIN keyed AS k ON k._id = w._id LEFT JOIN everyone AS e ON e._id = w._id
  LEFT JOIN held AS h ON h.follow_up = k.follow_up LEFT JOIN touched AS t ON t._id = w._id
  LEFT JOIN dim_customers AS d ON d.customer_id = w.customer_id)""",
    )  # fmt: skip
    select = (
        "SELECT *, least(kept_at, CASE WHEN touched_at <= answered_at + "
        f"{TOUCH_DAYS} * INTERVAL '1' DAY THEN touched_at END) AS contact_at FROM followed"
    )
    text = f"CREATE OR REPLACE TEMP TABLE {TABLE} AS\n{answers.sql(select, *ctes)}"
    con.execute(text, answers.question.params.used(text))
    return answers


def _has(con: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    return any(row[0] == column for row in con.execute(f"DESCRIBE {table}").fetchall())
