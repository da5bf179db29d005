"""The accounts that a survey did not hear from: those that matter most first, with what a call to them needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.heard.accounts import STATES, accounts
from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.kpis.rows import shown
from cs_metrics.sql import literal

SILENT = ("asked", "not_asked", "silent")
ORDERS = ("mrr", "size", "tenure")
_SIZE = "TRY_CAST(d.company_size AS DOUBLE)"
MADE_FROM = {
    "renews_at": "subscriptions.contract_end",
    "last_answer_at": "survey_responses.responded_at",
    "last_survey": "survey_responses.survey",
    "last_score": "survey_responses.score",
    "last_contact_at": "touchpoints.occurred_at",
    "asked_last": "survey_responses.sent_at",
    "company_size": "customers.company_size",
    "csm": "customers.csm",
    "name": "customers.name",
}
"""The column that a column of `silent` is made from: who may not see the one may not see the other."""


def silent(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    states: Sequence[str] = SILENT,
    order: str | None = None,
    limit: int | None = None,
    offset: int = 0,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """The accounts without an answer in the range, one a row: customer_id, name, state, mrr, since, company_size, csm,
    renews_at, surveys, asked_last, answers, last_answer_at, last_survey, last_score, last_contact_at, _source, _row,
    _rows (what makes it an account).

    They are as many as `heard` counts. `state`: "asked" (it was sent one in the range), "not_asked", or "silent" where
    nobody knows; `states` may name "heard" too. `order`: "mrr" (the default where it is known), "size" or "tenure", the
    largest or longest first. since: its first activity; renews_at: the next end of a contract; last_*: ever, up to the
    data's end, in answer to any survey (or in a ticket's rating, where those stand for the survey). Columns that the
    data do not know are left out. Raises QueryError, NotComputableError.
    """
    for state in states:
        if state not in STATES:
            raise QueryError(f"There is no state '{state}'. {did_you_mean(state, STATES)}")
    for name, value in (("limit", limit), ("offset", offset)):
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise QueryError(f"'{name}' is {value!r}. It is a whole number, 0 or more.")
    found = accounts(con, settings, as_of, survey=survey, where=where, since=since, until=until, rows=True)
    asked = found.answers.asked
    mapped = asked.available.mapped
    if order is not None and order not in ORDERS:
        raise QueryError(f"There is no order '{order}'. {did_you_mean(order, ORDERS)}")
    own = [c for c in ("name", "company_size", "csm") if f"customers.{c}" in mapped]
    by_size = f"{_SIZE} DESC NULLS LAST, " if "company_size" in own else ""
    by_tenure = "a.since NULLS LAST, "
    first = {"mrr": "a.mrr DESC, ", "size": by_size, "tenure": by_tenure}[order or "mrr"]
    ordered = f"{first}a.mrr DESC, {by_size}{by_tenure}a.customer_id"
    now, end = literal(asked.as_of), literal(asked.whole.end)
    wanted = ", ".join(literal(state) for state in dict.fromkeys(states)) or "NULL"
    limits = (f" LIMIT {int(limit)}" if limit is not None else "") + (f" OFFSET {int(offset)}" if offset else "")
    rated = (
        " UNION ALL SELECT customer_id, created_at, 'ticket', satisfaction, _id FROM fact_ticket "
        "WHERE satisfaction BETWEEN 1 AND 5"
        if found.answers.relation.table == "tickets"
        else ""
    )
    frame = found.run(
        con,
        f"SELECT a.*, {''.join(f'd.{c}, ' for c in own)}r.renews_at, l.last_answer_at, l.last_survey, l.last_score, "
        f"t.last_contact_at FROM {{accounts}} AS a LEFT JOIN dim_customers AS d ON d.customer_id = a.customer_id "
        f"LEFT JOIN last_answers AS l ON l.customer_id = a.customer_id "
        f"LEFT JOIN last_contacts AS t ON t.customer_id = a.customer_id "
        f"LEFT JOIN renewing AS r ON r.customer_id = a.customer_id "
        f"WHERE a.state IN ({wanted}) ORDER BY {ordered}{limits}",
        f"renewing AS (SELECT customer_id, min(ends) AS renews_at FROM fact_contract WHERE ends >= {end} "
        f"GROUP BY customer_id)",
        f"last_contacts AS (SELECT customer_id, max(occurred_at) AS last_contact_at FROM fact_touchpoint "
        f"WHERE occurred_at < {now} GROUP BY customer_id)",
        f"last_answers AS (SELECT customer_id, happened AS last_answer_at, survey AS last_survey, score AS last_score "
        f"FROM (SELECT customer_id, responded_at AS happened, survey, score, _id FROM fact_response "
        f"WHERE counts AND answered{rated}) WHERE customer_id IS NOT NULL AND happened < {now} "
        f"QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY happened DESC, _id DESC) = 1)",
    )
    lines = shown(con, asked, frame)
    if not found.money:
        lines = lines.drop(columns="mrr")
    if found.why:
        lines = lines.drop(columns=["surveys", "asked_last"])
    tail = [c for c in ("_source", "_row", "_rows", "_changed") if c in lines]
    head = ["customer_id", "name", "state", "mrr", "since", "company_size", "csm", "renews_at", "surveys", "asked_last",
            "answers", "last_answer_at", "last_survey", "last_score", "last_contact_at"]  # fmt: skip
    return lines[[*(c for c in head if c in lines), *tail]]


def by_state(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """How many accounts are in each state that there is, and what they bring: state, accounts, mrr, mrr_share; MRR is
    null where none is known. They sum to the accounts of `heard`."""
    found = accounts(con, settings, as_of, survey=survey, where=where, since=since, until=until)
    frame = found.run(
        con, "SELECT state, count(*) AS accounts, coalesce(sum(mrr), 0) AS mrr FROM {accounts} GROUP BY state"
    )
    frame = frame.set_index("state").reindex([s for s in STATES if (frame["state"] == s).any()])
    frame = frame.rename_axis("state").reset_index().astype({"accounts": "int64", "mrr": "float64"})
    if not found.money:
        frame["mrr"] = float("nan")
    whole = frame["mrr"].sum()
    return frame.assign(mrr_share=frame["mrr"] / whole if whole > 0 else float("nan"))
