"""Facts: what the KPIs are computed from, built once when a version is published. Each has one grain."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from cs_metrics import schema, score_rules
from cs_metrics.facts import (
    activity,
    believed,
    chances,
    contacts,
    contracts,
    customers,
    drop_off,
    expansion,
    first_contacts,
    maps,
    models,
    orders,
    people,
    records,
    returns,
    revenue,
    sales,
    sessions,
    signals,
    snapshots,
    texts,
    usage,
    words,
)
from cs_metrics.facts.model import Context, Fact, context, has_rows, local
from cs_metrics.facts.usage import event_rows
from cs_metrics.settings import resolve

# in the order in which they are built: each may read those before it
FACTS: tuple[Fact, ...] = (
    activity.RATES,
    customers.CUSTOMER_ROWS,
    customers.USERS,
    orders.LINES,
    orders.ORDERS,
    sessions.SESSIONS,
    usage.USER_DAYS,
    usage.FEATURE_USE,
    people.PEOPLE,
    people.ACTIONS,
    people.DISCOVERIES,
    people.REFERRED,
    returns.LOGIN_GAPS,
    returns.ACTIVATED,
    records.MILESTONES,
    records.SIGNUPS,
    activity.ACTIVE,
    activity.STEPS,
    activity.LIVES,
    activity.DECREASES,
    activity.LEAVINGS,
    records.RESPONSES,
    records.TICKETS,
    records.REFERRALS,
    records.COSTS,
    records.ONBOARDINGS,
    drop_off.DROP_OFF,
    contracts.CONTRACTS,
    revenue.SIGNINGS,
    sales.DEALS,
    expansion.ACTIVATION,
    expansion.FIRST_USE,
    expansion.USE_AFTER,
    expansion.EVENT_DAYS,
    expansion.INTENT,
    sales.LEADS,
    sales.TRIALS,
    contacts.TOUCHPOINTS,
    contacts.MEMBERS,
    first_contacts.ONBOARDED,
    first_contacts.CONVERSIONS,
    texts.TEXTS,
    texts.THEMES,
    expansion.RENEWALS,
    snapshots.SNAPSHOTS,
    signals.SIGNAL,
    chances.OUTCOMES,
    chances.OPEN_DEALS,
)

# those that read customers' attributes as they were
LATER: tuple[Fact, ...] = (revenue.REVENUE,)
_COSTS = ("acquisition", "retention", "support", "churn")


def build(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: datetime) -> None:
    """Build every fact and dimension in the version file that `con` has open for writing; those there are replaced.

    `settings`: a workspace's, whole or in part. `as_of` (local) is kept in `fact_info` beside what was decided: the
    sources of activity and of money, and what was left out.
    """
    values = resolve(settings)
    con.execute(f"CREATE OR REPLACE TABLE dim_customer_ids AS {customers.ids_sql()}")
    about = replace(context(con, values), as_of=as_of)
    for fact in FACTS:
        if fact is texts.TEXTS:
            words.build(con, texts.said(about))
        con.execute(f"CREATE OR REPLACE TABLE {fact.name} AS {fact.sql(about)}")
        if fact is customers.CUSTOMER_ROWS:
            believed.build(con, values)
    customers.build_spans(con, values)
    for fact in LATER:
        con.execute(f"CREATE OR REPLACE TABLE {fact.name} AS {fact.sql(about)}")
    maps.build(con, values, as_of)
    models.build(con)
    _write_info(con, about, as_of)


@cache
def code() -> str:
    """Return a short name for the code that builds facts: those that another release built are built anew."""
    digest = hashlib.sha256()
    rooms = (Path(__file__).parent, Path(schema.__file__).parent)  # of other tables, other facts
    for path in [*(p for room in rooms for p in sorted(room.rglob("*.py"))), Path(score_rules.__file__)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _write_info(con: duckdb.DuckDBPyConnection, about: Context, as_of: datetime) -> None:
    info = {
        "as_of": as_of.isoformat(),
        "activity_source": about.activity,
        "leaving_source": about.leaving,
        "money_source": about.money,
        **{f"{kind}_costs": str(has_rows(con, "fact_cost", f"kind = '{kind}'")).lower() for kind in _COSTS},
        "trials_from": _trials_from(con),
        "csat_from": _csat_from(con),
        "drop_off_from": _drop_off_from(con),
        "without_rate": _count(con, "fact_active", "mrr IS NULL") + _count(con, "fact_order_line", "amount IS NULL"),
        "without_start": _count(con, "dim_customer_ids", "customer_id NOT IN (SELECT customer_id FROM fact_active)"),
        **_withheld(con),
        "end_before_start": _count(con, "subscriptions", "end_date < start_date"),
    }
    con.execute("CREATE OR REPLACE TABLE fact_info(key VARCHAR, value VARCHAR)")
    con.executemany("INSERT INTO fact_info VALUES ($1, $2)", [[k, str(v)] for k, v in info.items()])


def _drop_off_from(con: duckdb.DuckDBPyConnection) -> str:
    """What the steps are that somebody reached: milestones, some of them at least, or events alone."""
    if has_rows(con, "fact_drop_off", "step IN (SELECT milestone FROM milestones WHERE reached_at IS NOT NULL)"):
        return "milestones"
    return "events" if has_rows(con, "fact_drop_off") else "none"


def _withheld(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Why a model says nothing."""
    told = con.execute("SELECT model, reason FROM fact_model_judgement WHERE NOT usable").fetchall()
    return {f"withheld_{model}": str(reason) for model, reason in told}


def _csat_from(con: duckdb.DuckDBPyConnection) -> str:
    """Tickets' ratings speak where no satisfaction survey is loaded; the two are never pooled."""
    if has_rows(con, "fact_response", "survey = 'csat'"):
        return "survey"
    return "tickets" if has_rows(con, "fact_ticket", "satisfaction IS NOT NULL") else "none"


def _trials_from(con: duckdb.DuckDBPyConnection) -> str:
    """Leads speak where one of them had a trial, else the trials among the subscriptions; the two are never pooled."""
    if has_rows(con, "leads", "trial_started_at IS NOT NULL"):
        return "leads"
    return "subscriptions" if has_rows(con, "fact_trial") else "none"


def _count(con: duckdb.DuckDBPyConnection, table: str, condition: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchall()[0][0])


__all__ = ["FACTS", "Context", "Fact", "build", "code", "context", "event_rows", "has_rows", "local"]
