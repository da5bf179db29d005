"""Recurring revenue by what accounts last answered, and the unhappy ones whose contracts end soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.cohorts.activity import split
from cs_metrics.analysis.feedback.answers import CATEGORIES, Answers, counted
from cs_metrics.analysis.revenue.renewals import due_sql
from cs_metrics.errors import NotComputableError, QueryError, did_you_mean
from cs_metrics.kpis.ask import Asked, check_names, find, form_of, settle
from cs_metrics.kpis.compile import Writer
from cs_metrics.kpis.rows import shown
from cs_metrics.kpis.slice import Slice
from cs_metrics.sql import inline

SILENT = "silent"
"""The accounts that gave no answer in the range."""

# of several answers at one instant the lowest holds, as where clocks start
_LATEST = """latest AS (
    SELECT * FROM {answers} WHERE pno = 0 AND customer_id IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY answered_at DESC, worth, _source, _row, _id) = 1)"""
_HELD = """held AS (
    SELECT p.customer_id, p.mrr_end AS mrr, p.active_end AS active, coalesce(l.category, 'silent') AS category, l.score,
           l.answered_at, p._source, p._row, p._rows, l._source AS answer_source, l._row AS answer_row
    FROM paid AS p LEFT JOIN latest AS l ON l.customer_id = p.customer_id)"""


def mrr_by_answer(
    con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, **words: Any
) -> pd.DataFrame:
    """The MRR at the end of the range by each account's latest answer in it: category, accounts (that pay), customers
    (active then), mrr, share.

    `words`: survey, where, since, until. The categories and 'silent' sum to the KPI `mrr` of the range; share is of it,
    null where it is 0. A filter about customers goes by what they are at the end; of answers it takes what their own
    rows say. Raises QueryError, NotComputableError.
    """
    answers, ctes, _ = _held(con, settings, as_of, **words)
    frame = answers.run(
        con,
        "SELECT category, count(*) FILTER (WHERE mrr > 0) AS accounts, count(*) FILTER (WHERE active) AS customers, "
        "sum(mrr) AS mrr FROM held GROUP BY category",
        *ctes,
    )
    order = [*CATEGORIES[words.get("survey", "nps")], SILENT]
    frame = frame.set_index("category").reindex(order).rename_axis("category")
    frame = frame.astype({"mrr": "float64"}).fillna(0).astype({"accounts": "int64", "customers": "int64"})
    whole = float(frame["mrr"].sum())
    return frame.assign(share=frame["mrr"] / whole if whole else float("nan")).reset_index()


def mrr_by_answer_rows(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    category: str,
    limit: int | None = None,
    **words: Any,
) -> pd.DataFrame:
    """The accounts that pay behind a row of `mrr_by_answer`, the largest first, as many as its `accounts`; their MRR
    sums to its `mrr` (a credit that is larger than what is paid counts too, and is listed).

    Columns: customer_id, mrr, category, score, answered_at, _source, _row, _rows: the rows that bring the MRR, and the
    answer's.
    """
    known = (*CATEGORIES[words.get("survey", "nps")], SILENT)
    if category not in known:
        raise QueryError(f"There is no category '{category}'. {did_you_mean(category, known)}")
    answers, ctes, asked = _held(con, settings, as_of, **words)
    select = (
        "SELECT customer_id, mrr, category, score, answered_at, _source, _row, list_concat(coalesce(_rows, []), "
        "CASE WHEN answer_row IS NULL THEN [] ELSE [struct_pack(source := answer_source, row := answer_row)] END) "
        f"AS _rows FROM held WHERE category = {answers.question.params.add(category)} AND mrr <> 0 "
        "ORDER BY mrr DESC, customer_id" + (f" LIMIT {int(limit)}" if limit is not None else "")
    )
    frame = shown(con, asked, answers.run(con, select, *ctes))
    return frame.assign(mrr=frame["mrr"].astype(float))


def mrr_by_answer_sql(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, **words: Any) -> str:
    """The statement behind `mrr_by_answer`, runnable as it stands on the version's file."""
    answers, ctes, _ = _held(con, settings, as_of, **words)
    text = answers.sql("SELECT category, count(*) FILTER (WHERE mrr > 0) AS accounts, sum(mrr) AS mrr FROM held "
                       "GROUP BY category ORDER BY category", *ctes)  # fmt: skip
    return inline(text, answers.question.params.used(text))


def to_call(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    days: int = 90,
    limit: int | None = None,
    **words: Any,
) -> pd.DataFrame:
    """The contracts that end within `days` of the data's end, of accounts whose latest answer in the range is in the
    lowest category (for NPS: detractors); the nearest end first, then the largest MRR.

    customer_id, csm (where customers have one), product, mrr (of the contract, at its end), ended_at (exclusive),
    outcome (one of `renewals.AHEAD`), category, score, answered_at, comment, contract (its file and rows), _source and
    _row of the answer. Raises NotComputableError without contract dates.
    """
    survey = words.get("survey", "nps")
    answers = _answers(con, settings, as_of, **words)
    asked = answers.asked
    own = settle(con, Slice.of(None, None, words.get("where"), None, None), settings, as_of)
    due = due_sql(own, days, answers.question.params)
    csm = ", d.csm" if "customers.csm" in asked.available.mapped else ""
    comment = answers.relation.table == "survey_responses"
    select = (
        f"SELECT c.customer_id{csm}, c.product, CAST(c.mrr_at_end AS DOUBLE) AS mrr, c.ended_at, c.outcome, "
        "l.category, l.score, l.answered_at, "
        f"{'r.comment' if comment else 'CAST(NULL AS VARCHAR)'} AS comment, l._source, l._row, "
        "[struct_pack(source := c._source, row := c._row)] AS _rows "
        f"FROM due AS c JOIN latest AS l ON l.customer_id = c.customer_id AND l.category = "
        f"{answers.question.params.add(CATEGORIES[survey][-1])}"
        + (" LEFT JOIN fact_response AS r ON r._id = l._id" if comment else "")
        + (" LEFT JOIN dim_customers AS d ON d.customer_id = c.customer_id" if csm else "")
        + " ORDER BY c.ended_at, mrr DESC, c.customer_id, c.product"
        + (f" LIMIT {int(limit)}" if limit is not None else "")
    )
    frame = shown(con, asked, answers.run(con, select, _LATEST, f"due AS (\n{due})"))
    return frame.rename(columns={"_rows": "contract"}).assign(mrr=frame["mrr"].astype(float).fillna(0.0))


def _answers(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, **words: Any) -> Answers:
    """The answers of the range, whatever the customers are: a filter about those is asked of what they are now."""
    rule, survey = {**settings, "survey_rule": "all"}, words.get("survey", "nps")
    dates: dict[str, Any] = {name: words.get(name) for name in ("since", "until")}
    whole = counted(con, rule, as_of, survey=survey, **dates)
    rows, _ = split(whole.asked.available, whole.relation.table, words.get("where") or {})
    return counted(con, rule, as_of, survey=survey, where=rows, **dates) if rows else whole


def _held(
    con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, **words: Any
) -> tuple[Answers, tuple[str, ...], Asked]:
    """The answers, and the common table expressions down to `held`: a customer with its MRR at the end of the range,
    from the rows of the KPI `mrr`, and its latest answer."""
    unknown = set(words) - {"survey", "where", "since", "until"}
    if unknown:
        raise TypeError(f"unexpected {', '.join(sorted(unknown))}")
    answers = _answers(con, settings, as_of, **words)
    asked = settle(
        con, Slice.of(None, None, words.get("where"), words.get("since"), words.get("until")), settings, as_of
    )
    form = form_of(find("mrr"), asked.available)
    check_names(asked, [form])
    if form.over is None:
        raise NotComputableError("MRR has no rows of its own here.", ["mrr"])
    writer = Writer(replace(asked.question((), rows=True), params=answers.question.params))
    base = writer.base(form.over, form.only)
    paid = writer.statement(f"SELECT customer_id, mrr_end, active_end, _source, _row, _rows FROM {base.name} "
                            "WHERE pno = 0 AND (mrr_end <> 0 OR active_end)", ())  # fmt: skip
    return answers, (_LATEST, f"paid AS (\n{paid.text})", _HELD), asked
