"""Closing the loop: the list of bad answers, how fast they were taken up, and how far the work is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from cs_metrics.analysis.feedback.answers import CATEGORIES, counted
from cs_metrics.analysis.feedback.loop import recovered
from cs_metrics.analysis.feedback.loop.bad_answers import TABLE, TOUCH_DAYS, collect, keys
from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.kpis import intervals
from cs_metrics.kpis.available import available
from cs_metrics.sql import Params
from cs_metrics.workspace.kept.follow_ups import STATES

MOST = 10_000
AGES = ((1, "up to a day"), (7, "up to a week"), (30, "up to 30 days"), (90, "up to 90 days"), (None, "older"))
"""How old an answer is: up to so many days."""
SOURCES = {
    "kept": "kept here",
    "data": f"our contacts in the data, up to {TOUCH_DAYS} days after",
    "either": "the earlier of the two",
}
_CONTACT = {"kept": "kept_at", "data": f"CASE WHEN touched_at <= answered_at + {TOUCH_DAYS} * INTERVAL '1' DAY "
            "THEN touched_at END", "either": "contact_at"}  # fmt: skip
# a contact that was noted as before the answer was at once
_HOURS = (
    "CASE WHEN contacted IS NOT NULL THEN greatest(date_diff('second', answered_at, contacted), 0) "
    "/ CAST(3600 AS DOUBLE) END"
)


@dataclass(frozen=True)
class Loop:
    """What became of the bad answers of a range.

    answers: how many; of: what each is ('detractor'); counts: how many of them the survey's KPI counts (a respondent's
    last answer, or all: a setting); states: state, answers, customers; ages: of those still open: age, answers,
    customers, mrr, touched (with a contact of ours in the data since); speed: source (see `SOURCES`), n (answers whose
    first day is over), within_day, share, low, high (Wilson), contacted, hours (median, of the contacted), hours_low,
    hours_high (order statistics); moved: see `recovered.Recovered`; owners: who looks after some, by name.
    """

    answers: int
    of: str
    counts: int
    touchpoints: bool
    states: pd.DataFrame
    ages: pd.DataFrame
    speed: pd.DataFrame
    owners: list[str]
    moved: recovered.Recovered


def follow_ups(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    held: Sequence[Mapping[str, Any]],
    *,
    state: str | None = None,
    owner: str | None = None,
    limit: int = 500,
    **asked: Any,
) -> pd.DataFrame:
    """The bad answers of a range, the open first, then the latest first: follow_up (its key), state, owner, note,
    customer_id, user_id, name, score, scale_max, comment, answered_at, age (whole days to the as-of), mrr
    (there), renewal_at (when its next contract ends), contacted_at (as is kept), touched_at (the first contact of ours
    in the data since), next_score, changed_at (UTC), who, _source, _row.

    state: of these alone; owner: of this one's alone, '' of nobody's. `asked` as in `bad_answers.collect`. Raises
    QueryError.
    """
    if state is not None and state not in STATES:
        raise QueryError(f"There is no state '{state}'. {did_you_mean(state, STATES)}".rstrip())
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MOST:
        raise QueryError(f"'limit' is {limit!r}. It is a whole number from 1 to {MOST:,}.")
    answers = collect(con, settings, as_of, held, **asked)
    params = Params()
    now = params.add(answers.asked.as_of)
    limits = ["TRUE"]
    limits += [f"b.state = {params.add(state)}"] if state is not None else []
    limits += [f"b.owner = {params.add(owner)}"] if owner is not None else []
    person = "f.user_id" if answers.relation.table == "survey_responses" else "CAST(NULL AS VARCHAR)"
    said = "f.comment" if answers.relation.table == "survey_responses" else "CAST(NULL AS VARCHAR)"
    fact = "fact_response" if answers.relation.table == "survey_responses" else "fact_ticket"
    order = " ".join(f"WHEN '{name}' THEN {place}" for place, name in enumerate(STATES))
    text = f"""
        WITH chosen AS (
            SELECT * FROM {TABLE} AS b WHERE {" AND ".join(limits)}
            ORDER BY CASE state {order} END, answered_at DESC, _source, _row LIMIT {limit}),
        paying AS (SELECT customer_id, sum(mrr) AS mrr FROM fact_mrr_step WHERE begins < {now} AND ends >= {now}
                   GROUP BY customer_id),
        contract AS (SELECT customer_id, min(ends) AS renewal_at FROM fact_contract
                     WHERE begins < {now} AND ends >= {now} GROUP BY customer_id)
        SELECT b.follow_up, b.state, b.owner, b.note, b.customer_id, {person} AS user_id, d.name, b.score,
               b.scale_max, {said} AS comment,
               b.answered_at, CAST(floor(date_diff('second', b.answered_at, {now}) / CAST(86400 AS DOUBLE)) AS BIGINT)
                   AS age, CAST(p.mrr AS DOUBLE) AS mrr, c.renewal_at, b.kept_at AS contacted_at, b.touched_at,
               b.next_score, b.changed_at, b.who, b._source, b._row
        FROM chosen AS b LEFT JOIN {fact} AS f ON f._id = b._id
        LEFT JOIN dim_customers AS d ON d.customer_id = b.customer_id
        LEFT JOIN paying AS p ON p.customer_id = b.customer_id
        LEFT JOIN contract AS c ON c.customer_id = b.customer_id
        ORDER BY CASE b.state {order} END, b.answered_at DESC, b._source, b._row"""
    return con.execute(text, params.used(text)).df()


def summary(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    held: Sequence[Mapping[str, Any]],
    *,
    survey: str = "nps",
    **asked: Any,
) -> Loop:
    """Return what became of the bad answers of a range; `asked` as in `bad_answers.collect`."""
    answers = collect(con, settings, as_of, held, survey=survey, **asked)
    now = answers.asked.as_of
    worst = CATEGORIES[survey][-1]
    range_: dict[str, Any] = {name: asked.get(name) for name in ("where", "since", "until")}
    of_kpi = counted(con, settings, as_of, survey=survey, **range_).run(
        con, "SELECT category, count(*) AS answers FROM {answers} GROUP BY category"
    )
    states = con.execute(
        f"SELECT state, count(*) AS answers, count(DISTINCT cluster) AS customers FROM {TABLE} GROUP BY state"
    ).df()
    owners = con.execute(f"SELECT DISTINCT owner FROM {TABLE} WHERE owner <> '' ORDER BY 1 LIMIT 500").fetchall()
    return Loop(
        answers=int(states["answers"].sum()),
        of=worst,
        counts=int(of_kpi.loc[of_kpi["category"] == worst, "answers"].sum()),
        touchpoints=not available(con).lacks(("touchpoints.direction", "touchpoints.occurred_at")),
        states=states.set_index("state").reindex(STATES, fill_value=0).reset_index(),
        ages=_ages(con, now),
        speed=_speed(con, now),
        owners=[name for (name,) in owners],
        moved=recovered.moved(con, settings, survey),
    )


def gone(con: duckdb.DuckDBPyConnection, held: Sequence[Mapping[str, Any]], survey: str = "nps") -> pd.DataFrame:
    """What is kept of a survey's answers that are not in this version any more, the latest change first: follow_up,
    customer_id, answered_at (local, as text), score, state, owner, note, changed_at (UTC), who."""
    columns = ["follow_up", "customer_id", "answered_at", "score", "state", "owner", "note", "changed_at", "who"]
    mine = [{**one, **one["answer"]} for one in held if one["answer"].get("survey") == survey]
    if not mine:
        return pd.DataFrame(columns=columns)
    con.register("held_keys", pd.DataFrame({"follow_up": [str(one["follow_up"]) for one in mine]}))
    there = {
        key
        for table in ("survey_responses", "tickets")
        for (key,) in con.execute(
            f"SELECT h.follow_up FROM held_keys AS h SEMI JOIN ({keys(con, table)}) AS k ON k.follow_up = h.follow_up"
        ).fetchall()
    }
    lost = pd.DataFrame([one for one in mine if one["follow_up"] not in there], columns=columns)
    return lost.sort_values("changed_at", ascending=False, ignore_index=True)


def _ages(con: duckdb.DuckDBPyConnection, now: datetime) -> pd.DataFrame:
    """Count the answers still open by age; a customer's MRR stands once in each row that it has an answer in."""
    days = "date_diff('second', b.answered_at, $now) / CAST(86400 AS DOUBLE)"
    bucket = " ".join(f"WHEN {days} <= {most} THEN {place}" for place, (most, _) in enumerate(AGES) if most)
    frame = con.execute(
        f"""
        WITH opened AS (SELECT CASE {bucket} ELSE {len(AGES) - 1} END AS place, b.* FROM {TABLE} AS b
                        WHERE b.state = 'open'),
        paying AS (SELECT customer_id, sum(mrr) AS mrr FROM fact_mrr_step WHERE begins < $now AND ends >= $now
                   GROUP BY customer_id),
        money AS (SELECT o.place, sum(p.mrr) AS mrr FROM (SELECT DISTINCT place, customer_id FROM opened) AS o
                  JOIN paying AS p ON p.customer_id = o.customer_id GROUP BY o.place)
        SELECT o.place, count(*) AS answers, count(DISTINCT o.cluster) AS customers,
               CAST(any_value(m.mrr) AS DOUBLE) AS mrr, count(o.touched_at) AS touched
        FROM opened AS o LEFT JOIN money AS m ON m.place = o.place GROUP BY o.place""",
        {"now": now},
    ).df()
    frame = frame.set_index("place").reindex(range(len(AGES)))
    frame.insert(0, "age", [name for _, name in AGES])
    counts = ["answers", "customers", "touched"]
    frame[counts] = frame[counts].fillna(0).astype("int64")
    return frame.assign(mrr=frame["mrr"].astype(float)).reset_index(drop=True)


def _speed(con: duckdb.DuckDBPyConnection, now: datetime) -> pd.DataFrame:
    """Count who was contacted within a day, of the answers whose first day is over."""
    rows = []
    for source, contact in _CONTACT.items():
        found = con.execute(
            f"WITH c AS (SELECT answered_at, {contact} AS contacted FROM {TABLE}) "
            f"SELECT count(*) FILTER (WHERE answered_at + INTERVAL '1' DAY <= $now), "
            f"count(*) FILTER (WHERE answered_at + INTERVAL '1' DAY <= $now AND {_HOURS} <= 24), "
            f"list({_HOURS}) FILTER (WHERE contacted IS NOT NULL) FROM c",
            {"now": now},
        ).fetchall()[0]
        n, within, taken = int(found[0]), int(found[1]), np.asarray(found[2] or [], dtype=float)
        low, high = (float(end) for end in intervals.wilson(within, n))
        middle = intervals.median(taken)
        rows.append({
            "source": source, "n": n, "within_day": within, "share": within / n if n else np.nan, "low": low,
            "high": high, "contacted": len(taken), "hours": middle[0], "hours_low": middle[1], "hours_high": middle[2],
        })  # fmt: skip
    return pd.DataFrame(rows)
