"""Retention: of those who started together, the share that came back, period by period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.cohorts import mapped, money, triangle
from cs_metrics.analysis.cohorts.question import Question, ask
from cs_metrics.kpis import intervals
from cs_metrics.kpis.available import Available, available
from cs_metrics.periods import instant
from cs_metrics.sql import inline

Where = Mapping[str, Any]


def retention(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    of: str = "orders",
    unit: str = "customers",
    grain: str = "month",
    periods: int = 12,
    kind: str = "on",
    cohort: str = "first",
    start: Where | None = None,
    back: Where | None = None,
    minimum: int = 1,
    brackets: Sequence[Sequence[int]] | None = None,
    calendar: bool = True,
    week_starts: str | None = None,
    timezone: str | None = None,
    value: str = "units",
    by: str | Sequence[str] | None = None,
    where: Where | None = None,
    since: Any = None,
    until: Any = None,
    start_of: str | None = None,
    start_minimum: int = 1,
    amounts: str = "net",
    reactivation: bool = True,
    accounts: str = "each",
    within: Where | None = None,
) -> pd.DataFrame:
    """The retention triangle: cohort, <by>, k, eligible, retained, value, low, high, complete; a row a cell.

    A cell that has not begun is absent; one that is not over has complete = False. k = 0 is the whole cohort. `cohort`
    is the start of a period, or with an attribute its value; then, as with calendar=False, only members whose k-th
    window is over are eligible. `value` "revenue" or "quantity" divides what the cohort brought by what it brought in
    k = 0 (`amount`, `base`: two columns more), with a jackknife interval over the members.

    Whose rows start, and which:
    start_of       the table whose rows start a unit; None: `of` itself. Beside the tables: "customers" (sign-up),
                   "users" (created), "leads" (created), "churn_events" (left), "first_paid" (the first recurring
                   revenue or order above zero). Milestones and events by `start`: start_of="milestones",
                   start={"milestone": ["activated"]}
    start          a filter on the rows that start, `back` one on those that come back (of `of`)
    start_minimum  rows that start, within one period, that make the start: it is at the one that makes them enough
    minimum        rows that come back, within one period, that make the period count; amounts of others do not count

    What counts as kept:
    amounts        "net": all that a unit brought; "gross": no more than its own base (as in gross revenue retention)
    reactivation   True: a period counts whether or not the unit had been away. False: from the first period without
                   activity on (with brackets: the first bracket without), a unit counts no more, nor does its amount
    accounts       "each"; "parent": an account and all below it (customers.parent_customer_id) are one, under the
                   topmost; `where` and `by` then mean the topmost's attributes
    within         a filter on the accounts whose rows count, each by its own attributes at the time of the row, before
                   accounts are put together

    A customer's attribute, in `by` or as `cohort`, has its value at the start, so that a later change moves nobody.

    `analysis.refusal` says which of these do not go together, and why. Raises QueryError for those and for what does
    not exist, NotComputableError where the data lack it.
    """
    words = {k: v for k, v in locals().items() if k not in ("con", "settings", "as_of")}
    known, asked = asked_of(con, settings, as_of, words)
    text, values = _statement(con, known, asked)
    frame = con.execute(text, values).df()
    if value != "units":
        return tidy(money.measured(frame), asked)
    frame["value"] = frame["retained"] / frame["eligible"]
    frame["low"], frame["high"] = intervals.wilson(frame["retained"], frame["eligible"])
    return tidy(frame, asked)


def sql(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, **words: Any) -> str:
    """The statement behind `retention` (same arguments), runnable as it stands on the version's file."""
    known, asked = asked_of(con, settings, as_of, DEFAULTS | words)
    return inline(*_statement(con, known, asked))


DEFAULTS: dict[str, Any] = dict(retention.__kwdefaults__ or {})


def asked_of(
    con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, words: Mapping[str, Any]
) -> tuple[Available, Question]:
    """What the version has, and the checked question; a stale table is asked up to its own as-of."""
    known = available(con)
    reach, _ = known.reach([str(words["of"])], instant(as_of, "as_of"), int(settings.get("fresh_days", 7)))
    return known, ask(con, settings, as_of, reach, **words)


def _statement(con: duckdb.DuckDBPyConnection, known: Available, asked: Question) -> tuple[str, dict[str, object]]:
    if mapped.answers(con, known, asked):
        return mapped.statement(known, asked)
    made = triangle.plan(con, known, asked)
    if asked.value != "units":
        return money.statement(asked, made)
    return triangle.count_sql(asked, made)


def tidy(frame: pd.DataFrame, asked: Question) -> pd.DataFrame:
    """Columns in their order and types; a missing segment is None."""
    more = [c for c in ("amount", "base") if c in frame]
    frame = frame[["cohort", *asked.by, "k", "eligible", "retained", "value", "low", "high", "complete", *more]].copy()
    if not asked.by_attribute:
        frame["cohort"] = pd.to_datetime(frame["cohort"])
    for name in ([] if not asked.by_attribute else ["cohort"]) + list(asked.by):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    return frame.astype({"k": "int64", "eligible": "int64", "retained": "int64", "complete": "bool"})


def pooled(frame: pd.DataFrame, *, repeated: bool = False) -> pd.DataFrame:
    """The mean row of a triangle: k, eligible, retained, value, low, high, cohorts; all retained over all eligible.

    Complete cells only. Segments of a breakdown are pooled too: filter the frame first to have one of them. `repeated`:
    one customer stands in several cohorts (cohort="every"); then there is no interval, its parts not being independent.
    """
    whole = frame[frame["complete"]]
    money_like = "base" in whole
    parts = whole.groupby("k", as_index=False).agg(
        eligible=("eligible", "sum"), retained=("retained", "sum"), cohorts=("eligible", "size")
    )
    if money_like:
        sums = whole.groupby("k", as_index=False)[["amount", "base"]].sum()
        parts["value"] = sums["amount"].astype(float) / sums["base"].astype(float).where(lambda b: b != 0)
        parts["low"] = parts["high"] = float("nan")
    else:
        parts["value"] = parts["retained"] / parts["eligible"]
        parts["low"], parts["high"] = intervals.wilson(parts["retained"], parts["eligible"])
    if repeated:
        parts["low"] = parts["high"] = float("nan")
    return parts[["k", "eligible", "retained", "value", "low", "high", "cohorts"]]


def left_at_once(frame: pd.DataFrame, grain: str) -> bool:
    """Whether all that several cohorts lost, they lost in one and the same period: the file says who left, not when.

    The mean row is then no retention curve: it says who left in that period, of those who were so old.
    """
    letter = {"week": "W", "month": "M", "quarter": "Q", "year": "Y"}.get(grain)
    lost = frame[(frame["k"] > 0) & (frame["retained"] < frame["eligible"])]
    if letter is None or lost["cohort"].nunique() < 3 or not pd.api.types.is_datetime64_any_dtype(lost["cohort"]):
        return False
    return (
        pd.Series([c.to_period(letter) + int(k) for c, k in zip(lost["cohort"], lost["k"], strict=True)]).nunique() == 1
    )
