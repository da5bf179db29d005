"""Of whom the files say different things: who has left, and what a customer is."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pandas as pd

from cs_metrics.schema import TABLES
from cs_metrics.sql import literal, quote
from cs_metrics.workspace.contradictions.conflicts import ACTIVE

# What a customer is; a table's column of the same name, where it has a customer, says it too.
SAID_OF = ("plan", "country", "region", "industry", "segment", "company_size", "currency")
_FILE = "CASE WHEN s.sheet IS NULL OR s.sheet = '' THEN s.file ELSE s.file || ' / ' || s.sheet END AS file"


def listing(con: duckdb.DuckDBPyConnection, left_flag: str, as_of: datetime) -> pd.DataFrame:
    """Return the customers of whom accounts, subscriptions and recorded leavings say different things at the as-of:
    customer_id, accounts, subscriptions, churn_events, mrr, file, row; the most MRR first. A source that says nothing
    of a customer (null) contradicts nobody. `left_flag`: the customers' own column that says who has left, or ''."""
    flagged = f"coalesce({quote(left_flag)}, FALSE)" if left_flag else "FALSE"
    told = "TRUE" if left_flag else "(SELECT count(churned_on) FROM customers) > 0"
    return con.execute(
        f"""
        WITH account AS (
            SELECT customer_id, churned_on, coalesce(churned_on < $as_of, FALSE) OR {flagged} AS gone, _source, _row
            FROM dim_customer_rows WHERE {told}),
        active AS (SELECT DISTINCT customer_id FROM {ACTIVE}),
        subscribed AS (
            SELECT s.customer_id, max(s.end_date) AS ended_on, any_value(a.customer_id) IS NULL AS gone,
                   min(s._source) AS _source, arg_min(s._row, struct_pack(s := s._source, r := s._row)) AS _row
            FROM subscriptions AS s LEFT JOIN active AS a ON a.customer_id = s.customer_id
            WHERE NOT coalesce(s.is_trial, FALSE) AND coalesce(s.billing_period, 'month') <> 'one_off'
              AND s.start_date < $as_of AND s.customer_id IS NOT NULL GROUP BY s.customer_id),
        latest AS (
            SELECT customer_id, max(churned_on) AS left_on,
                   NOT coalesce(arg_max(is_reactivation, churned_on), FALSE) AS gone
            FROM churn_events WHERE churned_on < $as_of AND customer_id IS NOT NULL GROUP BY customer_id),
        paid AS (
            SELECT customer_id, CAST(sum(mrr) AS DOUBLE) AS mrr FROM fact_mrr_step
            WHERE begins < $as_of AND ends >= $as_of GROUP BY customer_id),
        each AS (
            SELECT u.customer_id, a.gone AS by_account, u.gone AS by_subscription,
                   CASE WHEN (SELECT count(*) FROM churn_events) > 0 THEN coalesce(k.gone, FALSE) END AS by_event,
                   CASE WHEN a.gone THEN 'left' || coalesce(' on ' || a.churned_on, '')
                        WHEN NOT a.gone THEN 'active' END AS accounts,
                   CASE WHEN u.gone THEN 'left on ' || u.ended_on ELSE 'active' END AS subscriptions,
                   CASE WHEN (SELECT count(*) FROM churn_events) > 0
                        THEN CASE WHEN k.gone THEN 'left on ' || k.left_on ELSE 'active' END END AS churn_events,
                   p.mrr, coalesce(a._source, u._source) AS _source, coalesce(a._row, u._row) AS _row
            FROM subscribed AS u LEFT JOIN account AS a ON a.customer_id = u.customer_id
            LEFT JOIN latest AS k ON k.customer_id = u.customer_id
            LEFT JOIN paid AS p ON p.customer_id = u.customer_id)
        SELECT e.customer_id, e.accounts, e.subscriptions, e.churn_events, e.mrr, {_FILE}, e._row AS row
        FROM each AS e LEFT JOIN _sources AS s ON s.source = e._source
        WHERE by_account <> by_subscription OR by_event <> by_subscription
        ORDER BY e.mrr DESC NULLS LAST, e.customer_id""",
        {"as_of": as_of},
    ).df()


def differences(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return where a table says otherwise of a customer than the customers table does: what, customer_id, customers,
    table, other, file, row (of the customers table). A sign-up after the first subscription began is one too."""
    parts = [
        "SELECT 'sign-up' AS what, c.customer_id, CAST(c.signed_up_on AS VARCHAR) AS customers, "
        "'subscriptions' AS \"table\", 'first starts ' || min(o.start_date) AS other, c._source, c._row "
        "FROM dim_customer_rows AS c JOIN subscriptions AS o ON o.customer_id = c.customer_id "
        "GROUP BY c.customer_id, c.signed_up_on, c._source, c._row HAVING min(o.start_date) < c.signed_up_on"
    ]
    columns = con.execute(
        "SELECT table_name, column_name, lower(column_name) FROM _columns WHERE mapped AND table_name <> 'customers'"
    ).fetchall()
    linked = {t.name for t in TABLES.values() if "customer_id" in {c.name for c in t.columns}}
    for table, column, name in columns:
        if table in linked and name in SAID_OF:
            cell, mine = f"CAST(o.{quote(column)} AS VARCHAR)", f"c.{quote(name)}"
            parts.append(
                f"SELECT {literal(name)}, c.customer_id, {mine}, {literal(table)}, "
                f"string_agg(DISTINCT {cell}, ', ' ORDER BY {cell}), c._source, c._row FROM dim_customer_rows AS c "
                f"JOIN {quote(table)} AS o ON o.customer_id = c.customer_id WHERE {mine} IS NOT NULL AND {cell} <> '' "
                f"GROUP BY c.customer_id, {mine}, c._source, c._row "
                f"HAVING NOT bool_or(lower({cell}) = lower({mine}))"
            )
    return con.execute(
        f'SELECT d.what, d.customer_id, d.customers, d."table", d.other, {_FILE}, d._row AS row '
        f"FROM ({' UNION ALL '.join(parts)}) AS d LEFT JOIN _sources AS s ON s.source = d._source "
        'ORDER BY d.what, d."table", d.customer_id'
    ).df()
