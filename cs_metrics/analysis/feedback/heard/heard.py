"""Who answered: how many accounts, and how much of the revenue, a survey heard from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.cohorts.told import percent
from cs_metrics.analysis.feedback.answers import counted
from cs_metrics.analysis.feedback.heard.accounts import ACTIVE, LISTED, Accounts, accounts
from cs_metrics.kpis import intervals

_SUMS = (
    "count(*) AS accounts, count(*) FILTER (WHERE state = 'heard') AS heard, "
    "count(*) FILTER (WHERE state = 'asked') AS asked, count(*) FILTER (WHERE state = 'not_asked') AS not_asked, "
    "coalesce(sum(answers), 0) AS answers, coalesce(sum(respondents), 0) AS respondents, "
    "coalesce(sum(mrr), 0) AS mrr, coalesce(sum(mrr) FILTER (WHERE state = 'heard'), 0) AS mrr_heard"
)
WHO = {
    ACTIVE: ("customer active at the end", "customers active at the end"),
    LISTED: ("customer in the customers table", "customers in the customers table"),
}


@dataclass(frozen=True)
class Heard:
    """What a survey heard in a range. `kind`: what its accounts are (see `accounts.ACTIVE`); `money`: whether MRR is
    known; `why`: why it is not known who was asked, '' where it is; `answers` and `respondents` of the survey's KPI, of
    which `left_answers` came from `left` accounts that are none of these (any more) and `nameless` name no account;
    `accounts`, `heard`, `mrr`, `mrr_heard`: all of the accounts, and those with an answer. `of_tickets`: ratings of
    tickets stand for the survey, and who had a ticket was asked. `sentences` say it."""

    survey: str
    of_tickets: bool
    kind: str
    money: bool
    why: str
    answers: int
    respondents: int
    left: int
    left_answers: int
    nameless: int
    accounts: int
    heard: int
    mrr: float
    mrr_heard: float
    sentences: tuple[str, ...]


def heard(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    by: str | None = None,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """How far a survey was heard: segment, accounts, heard, asked, not_asked, share, low, high, answers, respondents,
    mrr, mrr_heard, mrr_share; one row (without a segment), or one a value of `by` (an attribute of customers, "tenure"
    or "mrr"), the largest first.

    Of the accounts active at the end of the range, in the segment that they are in then. `heard` answered in the range
    (answers and respondents: how many); of the others `asked` were sent a survey in it and `not_asked` were not (both
    null where that is not known). share = heard / accounts with its Wilson interval. MRR is that at the end of the
    range, a full count; null where none is known. Where no table says when customers are active: all customers, or the
    accounts that the survey's files name. Raises QueryError, NotComputableError.
    """
    names = [by] if by else []
    found = accounts(con, settings, as_of, survey=survey, by=names, where=where, since=since, until=until)
    return _frame(con, found)


def heard_sql(
    con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, **words: Any
) -> tuple[str, dict]:
    """Return the statement behind the counts of `heard` (same arguments), and its values."""
    by = words.pop("by", None)
    found = accounts(con, settings, as_of, by=[by] if by else [], **words)
    text = found.answers.sql(_select(found))
    return text, found.answers.question.params.used(text)


def summary(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> Heard:
    """Return what a survey heard in a range; see `Heard`. Raises QueryError, NotComputableError."""
    words: dict[str, Any] = {"survey": survey, "since": since, "until": until}
    found = accounts(con, settings, as_of, where=where, **words)
    whole = _frame(con, found).iloc[0]
    # a filter of customers holds for an answer as they were then, for an account as it is at the end
    full = counted(con, settings, as_of, where=where, params=found.answers.question.params, **words)
    text = (
        "SELECT count(*) AS answers, count(DISTINCT f.respondent) AS respondents, "
        "count(*) FILTER (WHERE f.customer_id IS NULL) AS nameless, "
        "count(*) FILTER (WHERE f.customer_id IS NOT NULL AND a.customer_id IS NULL) AS left_answers, "
        "count(DISTINCT f.customer_id) FILTER (WHERE a.customer_id IS NULL) AS gone "
        "FROM every_answer AS f LEFT JOIN {accounts} AS a ON a.customer_id = f.customer_id"
    )
    told = found.run(con, text, f"every_answer AS ({full.sql('SELECT * FROM ' + full.name)})").iloc[0]
    counts: dict[str, Any] = {
        "answers": int(told["answers"]),
        "respondents": int(told["respondents"]),
        "left": int(told["gone"]),
        "left_answers": int(told["left_answers"]),
        "nameless": int(told["nameless"]),
        "accounts": int(whole["accounts"]),
        "heard": int(whole["heard"]),
        "mrr": float(whole["mrr"]) if found.money else 0.0,
        "mrr_heard": float(whole["mrr_heard"]) if found.money else 0.0,
    }
    said = tuple(_sentences(counts, found))
    of_tickets = found.answers.relation.table == "tickets"
    return Heard(survey, of_tickets, found.kind, found.money, found.why, **counts, sentences=said)


def _select(found: Accounts) -> str:
    keys = ", ".join(found.columns)
    grouped = f" GROUP BY {keys} ORDER BY accounts DESC, {keys}" if keys else ""
    return f"SELECT {keys + ', ' if keys else ''}{_SUMS} FROM accounts{grouped}"


def _frame(con: duckdb.DuckDBPyConnection, found: Accounts) -> pd.DataFrame:
    frame = found.run(con, _select(found))
    for name in ("accounts", "heard", "answers", "respondents"):
        frame[name] = frame[name].astype("int64")
    for name in ("asked", "not_asked"):
        frame[name] = float("nan") if found.why else frame[name].astype("int64")
    for name in ("mrr", "mrr_heard"):
        frame[name] = frame[name].astype("float64") if found.money else float("nan")
    n = frame["accounts"].where(frame["accounts"] > 0)
    frame["share"] = frame["heard"] / n
    frame["low"], frame["high"] = intervals.wilson(frame["heard"], frame["accounts"])
    frame["mrr_share"] = frame["mrr_heard"] / frame["mrr"].where(frame["mrr"] > 0)
    columns = ["accounts", "heard", "asked", "not_asked", "share", "low", "high", "answers", "respondents"]
    columns += ["mrr", "mrr_heard", "mrr_share"]
    if not found.traits:
        return frame[columns]
    frame = frame.rename(columns={"t1": "segment"})[["segment", *columns]]
    if found.traits[0].order:
        frame = frame.set_index("segment").loc[found.in_order(found.traits[0], frame["segment"].tolist())].reset_index()
    return frame


def _sentences(counts: Mapping[str, Any], found: Accounts) -> list[str]:
    """What was heard, in words a person can read out."""
    n, of = counts["answers"], counts["accounts"]
    if not n:
        return ["Nobody answered in this period."]
    said = [f"{plural(n, 'answer')} of {plural(counts['respondents'], 'respondent')}."]
    if found.answers.relation.table == "tickets":
        # who of an account rated a ticket is not known
        said = [f"{plural(n, 'rated ticket')} of {plural(counts['respondents'], 'account')}."]
    if found.kind in WHO and of:
        one, many = WHO[found.kind]
        first = f"{counts['heard']:,} of {of:,} {one if of == 1 else many} {'was' if counts['heard'] == 1 else 'were'} "
        first += f"heard from ({percent(counts['heard'] / of)})"
        if found.money and counts["mrr"] > 0:
            first += f"; they bring {percent(counts['mrr_heard'] / counts['mrr'])} of MRR"
        said.append(first + ".")
    elif found.kind not in WHO:
        said.append(
            f"No table says who the customers are: {plural(counts['heard'], 'account')} "
            f"{'is' if counts['heard'] == 1 else 'are'} known from the answers alone, so nothing can be said of those "
            "who did not answer."
            if of
            else "The answers name no account, so nothing can be said of who answered."
        )
    if counts["left"]:
        gone = "not active at the end" if found.kind == ACTIVE else "not in the customers table"
        verb = "is" if counts["left"] == 1 else "are"
        theirs = plural(counts["left_answers"], "answer")
        said.append(f"Of the accounts that answered, {counts['left']:,} {verb} {gone} ({theirs}).")
    if counts["nameless"] and of:
        said.append(f"{plural(counts['nameless'], 'answer')} {_of(counts['nameless'])} no known account.")
    return said


def plural(n: int, one: str) -> str:
    """'1 answer', '1,200 answers'."""
    return f"{n:,} {one}" if n == 1 else f"{n:,} {one}s"


def _of(n: int) -> str:
    return "is of" if n == 1 else "are of"
