"""What is asked of the voice of the customer, by the app and by SQL that a person would write over the raw tables.

A question is a line of `QUESTIONS`: what the app answers as a frame, and the SQL of the same answer. Its first columns
are the keys, the others the figures that are compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from cs_metrics.api.version import Version

Figures = dict[tuple, float]
_AS_OF = "TIMESTAMP '2026-01-01'"
_ANSWERED = (
    "answered AS (SELECT *, CASE WHEN score >= 9 THEN 100 WHEN score <= 6 THEN -100 ELSE 0 END AS worth, CASE WHEN "
    "score >= 9 THEN 'promoter' WHEN score <= 6 THEN 'detractor' ELSE 'passive' END AS category "
    "FROM survey_responses WHERE survey = 'nps' AND score IS NOT NULL AND responded_at IS NOT NULL)"
)
_LATEST = "ORDER BY responded_at DESC, _source DESC, _row DESC) = 1"
_LAST = f"counted AS (SELECT * FROM answered QUALIFY row_number() OVER (PARTITION BY user_id {_LATEST})"
_PAYING = (
    f"paying AS (SELECT customer_id, amount AS mrr FROM subscriptions WHERE start_date < {_AS_OF} "
    f"AND (end_date IS NULL OR end_date >= {_AS_OF}))"
)
_ACCOUNTS = (
    "accounts AS (SELECT p.customer_id, p.mrr, c.region, a.answers, a.respondents, a.worth FROM paying AS p "
    "JOIN customers AS c USING (customer_id) LEFT JOIN (SELECT customer_id, count(*) AS answers, "
    "count(DISTINCT user_id) AS respondents, sum(worth) AS worth FROM counted GROUP BY 1) AS a USING (customer_id))"
)
_CLOCKS = (
    "clocks AS (SELECT a.*, CAST(s.end_date AS TIMESTAMP) AS ends FROM answered AS a JOIN subscriptions AS s "
    "ON s.customer_id = a.customer_id AND a.responded_at >= s.start_date "
    "AND (s.end_date IS NULL OR a.responded_at < s.end_date) "
    "QUALIFY row_number() OVER (PARTITION BY a.customer_id ORDER BY responded_at, worth, a._source, a._row) = 1)"
)
_OF_CUSTOMER = (
    "latest AS (SELECT * FROM counted QUALIFY row_number() OVER "
    "(PARTITION BY customer_id ORDER BY responded_at DESC, worth, _source, _row) = 1)"
)
_BAD = (
    "touched AS (SELECT a.response_id, min(t.occurred_at) AS touched_at FROM answered AS a JOIN touchpoints AS t "
    "ON t.customer_id = a.customer_id AND t.occurred_at >= a.responded_at WHERE a.score <= 6 AND t.direction = 'ours' "
    "GROUP BY 1), "
    "followed AS (SELECT *, lead(responded_at) OVER w AS next_at, lead(score) OVER w AS next_score FROM answered "
    "WINDOW w AS (PARTITION BY user_id ORDER BY responded_at, _source, _row)), "
    "bad AS (SELECT f.*, t.touched_at FROM followed AS f LEFT JOIN touched AS t USING (response_id) WHERE score <= 6)"
)
_SCORE = "100.0 * (count(*) FILTER (WHERE worth > 0) - count(*) FILTER (WHERE worth < 0)) / count(*)"
_SHARES = (
    "count(*) FILTER (WHERE worth > 0) AS promoters, count(*) FILTER (WHERE worth = 0) AS passives, "
    f"count(*) FILTER (WHERE worth < 0) AS detractors, count(*) AS n, {_SCORE} AS value"
)
_MONTH = "date_trunc('month', responded_at)"


@dataclass(frozen=True)
class Question:
    """`keys`: how many columns of the SQL's answer tell its rows apart."""

    ours: Callable[[Version], pd.DataFrame]
    keys: int
    sql: str


def _with(*ctes: str) -> str:
    return f"WITH {', '.join((_ANSWERED, *ctes))} "


def _placed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(place=range(len(frame)))


QUESTIONS: dict[str, Question] = {
    "nps": Question(lambda v: v.nps(), 0, f"{_with(_LAST)} SELECT {_SHARES} FROM counted"),
    "nps, by month": Question(
        lambda v: v.nps(grain="month").query("n > 0"), 1,
        f"{_with()} SELECT {_MONTH} AS period, {_SHARES} FROM (SELECT * FROM answered QUALIFY row_number() OVER "
        f"(PARTITION BY user_id, {_MONTH} {_LATEST}) GROUP BY 1",
    ),
    "nps, by region": Question(
        lambda v: v.nps(by="region"), 1,
        f"{_with(_LAST)} SELECT c.region, {_SHARES} FROM counted JOIN customers AS c USING (customer_id) GROUP BY 1",
    ),
    "distribution": Question(
        lambda v: v.distribution().query("answers > 0"), 1,
        f"{_with(_LAST)} SELECT score, count(*) AS answers FROM counted GROUP BY 1",
    ),
    "comments, the latest": Question(
        lambda v: v.comments(limit=200), 1,
        "SELECT _row, score FROM survey_responses WHERE comment IS NOT NULL AND responded_at IS NOT NULL "
        "ORDER BY responded_at DESC, _source, _row LIMIT 200",
    ),
    "feedback_counting": Question(
        lambda v: v.feedback_counting().choices, 1,
        f"{_with(_LAST)} SELECT * FROM (VALUES ('last'), ('per_survey')) AS c(choice), "
        f"(SELECT {_SCORE} AS value, count(*) AS n FROM counted) "
        f"UNION ALL SELECT 'all', {_SCORE}, count(*) FROM answered",
    ),
    "feedback_changes, by month": Question(
        lambda v: v.feedback_changes(grain="month").points.rename(columns={"start": "period"}), 1,
        f"{_with()} SELECT {_MONTH} AS period, {_SCORE} AS value, count(*) AS n FROM (SELECT * FROM answered QUALIFY "
        f"row_number() OVER (PARTITION BY user_id, {_MONTH} {_LATEST}) GROUP BY 1",
    ),
    "response_rate, by region": Question(
        lambda v: v.response_rate(by="region"), 1,
        f"SELECT c.region, count(*) FILTER (WHERE responded_at < {_AS_OF} AND score IS NOT NULL) AS numerator, "
        "count(*) AS denominator FROM survey_responses JOIN customers AS c USING (customer_id) GROUP BY 1",
    ),
    "heard, by region": Question(
        lambda v: v.heard(by="region").rename(columns={"segment": "region"}), 1,
        f"{_with(_LAST, _PAYING, _ACCOUNTS)} SELECT region, count(*) AS accounts, count(answers) AS heard, "
        "sum(answers) AS answers, sum(respondents) AS respondents, sum(mrr) AS mrr, "
        "sum(mrr) FILTER (WHERE answers > 0) AS mrr_heard FROM accounts GROUP BY 1",
    ),
    "heard_states": Question(
        lambda v: v.heard_states().query("state == 'heard'"), 1,
        f"{_with(_LAST, _PAYING, _ACCOUNTS)} SELECT 'heard' AS state, count(*) AS accounts, sum(mrr) AS mrr "
        "FROM accounts WHERE answers > 0",
    ),
    "silent": Question(
        lambda v: _placed(v.silent(limit=200)), 1,
        f"{_with(_LAST, _PAYING, _ACCOUNTS)} SELECT row_number() OVER (ORDER BY mrr DESC) - 1 AS place, mrr "
        "FROM accounts WHERE answers IS NULL ORDER BY mrr DESC LIMIT 200",
    ),
    "likeness, of region": Question(
        lambda v: v.likeness(by=["region"]).values.rename(columns={"value": "region"}), 1,
        f"{_with(_LAST, _PAYING, _ACCOUNTS)} SELECT region, count(answers) AS heard, "
        "count(*) - count(answers) AS others FROM accounts GROUP BY 1",
    ),
    "weighted_score, by region": Question(
        lambda v: v.weighted_score(by="region").scores.query("what == 'weighted'"), 1,
        f"{_with(_LAST, _PAYING, _ACCOUNTS)} SELECT 'weighted' AS what, sum(base * value) / sum(base) AS value FROM "
        "(SELECT region, count(*) AS base, sum(worth) / sum(answers) AS value FROM accounts GROUP BY 1)",
    ),
    "after: who left": Question(
        lambda v: v.after().frame.query("measure == 'left' and category != 'all'"), 1,
        f"{_with(_CLOCKS)} SELECT category, count(*) AS n, "
        "count(*) FILTER (WHERE ends <= responded_at + INTERVAL '90' DAY) AS happened "
        f"FROM clocks WHERE responded_at + INTERVAL '90' DAY <= {_AS_OF} GROUP BY 1",
    ),
    "stayed": Question(
        lambda v: v.stayed().curve.groupby("category", as_index=False).agg(
            accounts=("at_risk", "max"), left=("events", "sum")
        ), 1,
        f"{_with(_CLOCKS)} SELECT category, count(*) AS accounts, "
        f"count(*) FILTER (WHERE ends < {_AS_OF}) AS \"left\" FROM clocks GROUP BY 1",
    ),
    "mrr_by_answer": Question(
        lambda v: v.mrr_by_answer(), 1,
        f"{_with(_LAST, _OF_CUSTOMER, _PAYING)} SELECT coalesce(category, 'silent') AS category, count(*) AS accounts, "
        "sum(mrr) AS mrr FROM paying LEFT JOIN latest USING (customer_id) GROUP BY 1",
    ),
    "to_call": Question(
        lambda v: v.to_call(), 1,
        f"{_with(_LAST, _OF_CUSTOMER)} SELECT customer_id, s.amount AS mrr, l.score FROM subscriptions AS s "
        f"JOIN latest AS l USING (customer_id) WHERE l.score <= 6 AND least(s.contract_end, s.end_date) >= {_AS_OF} "
        f"AND least(s.contract_end, s.end_date) < {_AS_OF} + INTERVAL '90' DAY",
    ),
    "score_breakdown, of region": Question(
        lambda v: v.score_breakdown(by=["region"]).rename(columns={"segment": "region"}), 1,
        f"{_with(_LAST)}, one AS (SELECT region, count(*) AS n, {_SCORE} AS value FROM counted "
        "JOIN customers USING (customer_id) GROUP BY 1) SELECT region, n, value, "
        f"n / (SELECT count(*) FROM counted) * (value - (SELECT {_SCORE} FROM counted)) AS effect FROM one",
    ),
    "drivers: company size": Question(
        lambda v: v.drivers().comparisons.query("name == 'company_size'"), 1,
        f"{_with(_LAST)}, one AS (SELECT company_size AS segment, count(*) AS n, sum(worth) AS total FROM counted "
        "JOIN customers USING (customer_id) GROUP BY 1), whole AS (SELECT sum(n) AS n, sum(total) AS total FROM one) "
        "SELECT segment, one.n, one.total / one.n AS value, (w.total - one.total) / (w.n - one.n) AS other_value "
        "FROM one, whole AS w",
    ),
    "score_before: tickets": Question(
        lambda v: v.score_before().frame.query("about == 'tickets'"), 1,
        f"{_with(_LAST)}, had AS (SELECT c.response_id, count(t.ticket_id) AS tickets FROM counted AS c LEFT JOIN "
        "tickets AS t ON t.customer_id = c.customer_id AND t.created_at < c.responded_at "
        "AND t.created_at >= c.responded_at - INTERVAL '90' DAY "
        "WHERE c.responded_at - INTERVAL '90' DAY >= TIMESTAMP '2024-01-01' GROUP BY 1) "
        "SELECT CASE WHEN tickets >= 3 THEN '3+' ELSE CAST(tickets AS VARCHAR) END AS \"group\", "
        f"count(*) AS n, {_SCORE} AS value FROM had JOIN counted USING (response_id) GROUP BY 1",
    ),
    "texts, the latest": Question(
        lambda v: v.texts(limit=200), 1,
        "SELECT _row, score FROM survey_responses WHERE comment IS NOT NULL AND responded_at IS NOT NULL "
        "ORDER BY responded_at DESC, _source, _row LIMIT 200",
    ),
    "text_counts": Question(
        lambda v: v.text_counts(), 1,
        "SELECT survey AS kind, count(*) AS texts, count(DISTINCT customer_id) AS customers FROM survey_responses "
        "WHERE comment IS NOT NULL AND responded_at IS NOT NULL GROUP BY 1",
    ),
    "themes": Question(
        lambda v: v.themes(), 1,
        "SELECT theme, count(*) AS texts, count(DISTINCT customer_id) AS customers FROM fact_theme GROUP BY 1",
    ),
    "theme_trend": Question(
        lambda v: v.theme_trend().query("texts > 0"), 2,
        "SELECT theme, date_trunc('month', said_at) AS period, count(*) AS texts FROM fact_theme GROUP BY 1, 2",
    ),
    "follow_ups": Question(
        lambda v: v.follow_ups(limit=200), 1,
        f"{_with(_PAYING)} SELECT _row, score, date_diff('minute', responded_at, {_AS_OF}) // 1440 AS age, p.mrr "
        "FROM answered LEFT JOIN paying AS p USING (customer_id) WHERE score <= 6 "
        "ORDER BY responded_at DESC, _source, _row LIMIT 200",
    ),
    "loop_summary: how fast": Question(
        lambda v: v.loop_summary().speed.query("source == 'data'"), 1,
        f"{_with(_BAD)} SELECT 'data' AS source, count(*) AS n, "
        "count(*) FILTER (WHERE touched_at <= responded_at + INTERVAL '1' DAY) AS within_day, "
        "count(*) FILTER (WHERE touched_at <= responded_at + INTERVAL '30' DAY) AS contacted FROM bad "
        f"WHERE responded_at <= {_AS_OF} - INTERVAL '1' DAY",
    ),
    "loop_summary: next answers": Question(
        lambda v: v.loop_summary().moved.groups, 1,
        f"{_with(_BAD)} SELECT contacted, count(*) AS customers, avg(next_score - score) AS change FROM (SELECT *, "
        "coalesce(touched_at < next_at AND touched_at <= responded_at + INTERVAL '30' DAY, FALSE) AS contacted "
        "FROM bad WHERE next_at IS NOT NULL "
        "QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY responded_at, _source, _row) = 1) GROUP BY 1",
    ),
}  # fmt: skip


def figures(frame: pd.DataFrame, keys: int, columns: list[str]) -> Figures:
    """Return a frame as (its keys, the name of a figure) -> the figure; what is not known is not there."""
    told: Figures = {}
    for row in frame[columns].itertuples(index=False):
        place = tuple(row[:keys])
        for name, value in zip(columns[keys:], row[keys:], strict=True):
            if not pd.isna(value):
                told[(*place, name)] = float(value)
    return told
