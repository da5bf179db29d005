"""Contracts whose end is near, and what became of those that ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.errors import QueryError
from cs_metrics.kpis.ask import Asked, check_names, find, form_of, settle
from cs_metrics.kpis.compile import Writer
from cs_metrics.kpis.relations.contracts import CONTRACTS_ENDING
from cs_metrics.kpis.rows import shown
from cs_metrics.kpis.slice import Slice
from cs_metrics.periods import Period
from cs_metrics.sql import Params

KPI = "contract_renewal_rate"
"""The KPI of the same contracts: what it counts as followed is renewed or rolled over here."""
LONGEST = 3650
OUTCOMES = {
    "renewed": "a contract of the same product, or one that names it, goes on in time",
    "rolled_over": "it ran on past its end by itself",
    "moved": "another contract of the customer goes on, of another product",
    "late": "it was taken up again after the grace",
    "in_grace": "it has ended, and may still be renewed",
    "cancelled": "it ended after notice, or before its term",
    "not_renewed": "it ended with its term, without notice",
}
AHEAD = {
    "signed": "the contract that follows is in the data",
    "rolls_over": "it runs on by itself unless notice is given",
    "notice": "notice was given",
    "open": "nothing follows it yet",
}
_IN_TIME = "{0} <= ended_at + :renewal_grace_days * INTERVAL '1' DAY"
_CASES = f"""CASE
    WHEN rolled_over THEN 'rolled_over'
    WHEN {_IN_TIME.format("followed_at")} AND followed_at < :as_of THEN 'renewed'
    WHEN {_IN_TIME.format("renewed_at")} AND renewed_at < :as_of THEN 'moved'
    WHEN ended_at + :renewal_grace_days * INTERVAL '1' DAY >= :as_of AND cancelled_at IS NULL THEN 'in_grace'
    WHEN least(coalesce(followed_at, renewed_at), coalesce(renewed_at, followed_at)) < :as_of THEN 'late'
    WHEN cancelled_at IS NOT NULL OR ended_at < due_at THEN 'cancelled'
    ELSE 'not_renewed' END"""
_AHEAD = f"""CASE
    WHEN rolled_over THEN 'rolls_over'
    WHEN {_IN_TIME.format("followed_at")} THEN 'signed'
    WHEN cancelled_at < :as_of THEN 'notice'
    ELSE 'open' END"""
_COLUMNS = (
    *CONTRACTS_ENDING.columns, "f.due AS due_at", "f.cancelled_at", "coalesce(f.rolled_over, FALSE) AS rolled_over",
)  # fmt: skip
ENDED = replace(CONTRACTS_ENDING, name="contracts_ended", columns=_COLUMNS)
DUE = replace(
    ENDED, name="contracts_due", on="f.ends >= p.starts AND f.ends < p.starts + :due_days * INTERVAL '1' DAY",
    moment="p.starts",
)  # fmt: skip


def renewals(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    days: int | None = None,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """Contracts, one a row: customer_id, product, began_at, due_at, ended_at, mrr, outcome, cancelled_at, followed_at,
    _source, _row.

    days None: those that ended in the range, before the data end; `outcome` is one of `OUTCOMES`. days=90: those that
    end within so many days after the data end; `outcome` is one of `AHEAD`. mrr is what the contract brings at its
    end. Instants are local, ends exclusive; the nearest end first. Raises NotComputableError without contract dates,
    QueryError.
    """
    asked = settle(con, Slice.of(None, None, where, since, until), settings, as_of)
    asked = asked if days is None else _from_now(asked, days)
    form = form_of(find(KPI), asked.available)
    check_names(asked, [form])
    text, values = _statement(asked, ahead=days is not None)
    lines = shown(con, asked, con.execute(text, values).df()).rename(columns={"mrr_at_end": "mrr"})
    lines["mrr"] = lines["mrr"].astype(float).fillna(0.0)
    tail = ["_source", "_row", *(["_changed"] if "_changed" in lines else [])]
    head = ["customer_id", "product", "began_at", "due_at", "ended_at", "mrr", "outcome", "cancelled_at", "followed_at"]
    return lines[[*head, *tail]]


def due_sql(asked: Asked, days: int, params: Params) -> str:
    """Return the SELECT of the contracts of `renewals(days=days)`, its values in `params`, to stand in the statement of
    another question: customer_id, product, began_at, due_at, ended_at, mrr_at_end, outcome, _source, _row. Raises as
    that does."""
    check_names(asked, [form_of(find(KPI), asked.available)])
    return _statement(_from_now(asked, days), ahead=True, params=params)[0]


def outcomes(frame: pd.DataFrame) -> pd.DataFrame:
    """Sum the contracts of `renewals` by outcome: outcome, contracts, customers, mrr, share (of mrr; null without)."""
    order = [name for name in dict.fromkeys((*AHEAD, *OUTCOMES)) if (frame["outcome"] == name).any()]
    summed = frame.groupby("outcome").agg(
        contracts=("outcome", "size"), customers=("customer_id", "nunique"), mrr=("mrr", "sum")
    )
    summed = summed.reindex(order).rename_axis("outcome").reset_index()
    whole = summed["mrr"].sum()
    return summed.assign(share=summed["mrr"] / whole if whole else float("nan"))


def _from_now(asked: Asked, days: int) -> Asked:
    """Return the question about the contracts that end within so many days after the data do. Raises QueryError."""
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= LONGEST:
        raise QueryError(f"'days' is {days!r}. It is a whole number from 1 to {LONGEST:,}.")
    end = asked.question(()).reach(DUE)
    return replace(asked, periods={0: Period(end - timedelta(microseconds=1), end)},
                   settings={**asked.settings, "due_days": days})  # fmt: skip


def _statement(asked: Asked, ahead: bool, params: Params | None = None) -> tuple[str, dict[str, Any]]:
    question = asked.question((), rows=True)
    question.params = question.params if params is None else params
    writer = Writer(question)
    relation = DUE if ahead else ENDED
    base = writer.base(relation, "TRUE")
    case = question.fill(_AHEAD if ahead else _CASES, relation)
    before = "" if ahead else question.fill(" AND ended_at < :as_of", relation)
    order = "ended_at, customer_id, product" if ahead else "ended_at DESC, customer_id, product"
    text = f"SELECT *, {case} AS outcome FROM {base.name} WHERE pno >= 0{before} ORDER BY {order}"
    made = writer.statement(text, ())
    return made.text, made.values
