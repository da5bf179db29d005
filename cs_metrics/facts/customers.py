"""The customers as dimensions: their attributes now, and as they were at any moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from cs_metrics.facts import believed
from cs_metrics.facts.activity import FOREVER
from cs_metrics.facts.model import Context, Fact, has_rows
from cs_metrics.schema import TABLES
from cs_metrics.sql import literal, quote

OWN = ("_source", "_row", "_id")
BEGINNING = "TIMESTAMP '0001-01-01 00:00:00'"


def ids_sql() -> str:
    """Return the SELECT of every customer_id that any table names."""
    columns = [(t.name, "customer_id") for t in TABLES.values() if any(c.name == "customer_id" for c in t.columns)]
    columns += [("referrals", "referrer_customer_id"), ("referrals", "referred_customer_id")]
    return " UNION ".join(
        f"SELECT {column} AS customer_id FROM {table} WHERE {column} IS NOT NULL" for table, column in columns
    )


def _rows_sql(context: Context) -> str:
    """A row that came under another id of the customer (its `_id` keeps that) gives way to one of the id that stands
    for both."""
    return """
        SELECT * FROM customers WHERE customer_id IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY
            (_id = customer_id OR starts_with(_id, customer_id || '-' || _source || '-')) DESC,
            _source DESC, _row DESC, _id) = 1"""


def _users_sql(context: Context) -> str:
    return f"""
        SELECT user_id, customer_id, role, seniority, {context.local("created_at")} AS created_at,
               {context.local("activated_at")} AS activated_at, _source, _row, _id
        FROM users WHERE user_id IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY _source DESC, _row DESC, _id) = 1"""


CUSTOMER_ROWS = Fact("dim_customer_rows", "a customer's latest row in the customers table", _rows_sql)
USERS = Fact("dim_users", "a user", _users_sql, time="created_at", unit="user_id", table="users")

# The plan of the subscriptions that make a customer active: a trial or a one-off charge is none.
# With two plans at once: the one with the highest MRR, then one that is no trial, then the later start, then the name.
_PLAN_SPANS = f"""
    WITH held AS (
        SELECT s.customer_id, s.plan, CAST(s.start_date AS TIMESTAMP) AS begins,
               coalesce(CAST(s.end_date AS TIMESTAMP), {FOREVER}) AS ends, coalesce(a.mrr, 0) AS mrr,
               coalesce(s.is_trial, FALSE) AS is_trial
        FROM subscriptions AS s LEFT JOIN fact_active AS a ON a._id = s._id
        WHERE s.plan IS NOT NULL AND s.customer_id IS NOT NULL AND s.start_date IS NOT NULL
          AND coalesce(s.billing_period, 'month') <> 'one_off' AND NOT coalesce(s.is_trial, FALSE)
          AND (s.end_date IS NULL OR s.end_date >= s.start_date)),
    cuts AS (SELECT customer_id, begins AS cut FROM held
             UNION SELECT customer_id, ends FROM held WHERE ends < {FOREVER}),
    best AS (
        SELECT c.customer_id, c.cut, h.plan FROM cuts AS c
        JOIN held AS h ON h.customer_id = c.customer_id AND h.begins <= c.cut AND h.ends > c.cut
        GROUP BY c.customer_id, c.cut, h.plan
        QUALIFY row_number() OVER (PARTITION BY c.customer_id, c.cut
                                   ORDER BY sum(h.mrr) DESC, bool_and(h.is_trial), max(h.begins) DESC, h.plan) = 1)
    SELECT customer_id, 'plan' AS attribute, plan AS value, cut AS valid_from FROM best"""


def build_spans(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any]) -> None:
    """Build `dim_spans`, and `dim_customers` with the value of today: attributes that changed keep their history.

    Spans cover all time for every customer: the first value known holds before it, the last one after it.
    """
    states = believed.states_sql(con)
    plans = settings["plan_source"] == "subscriptions" and has_rows(con, "subscriptions", "plan IS NOT NULL")
    if plans:
        states = f"SELECT * FROM ({states}) WHERE attribute <> 'plan' UNION ALL ({_PLAN_SPANS})"
    con.execute(f"CREATE OR REPLACE TEMP TABLE attribute_states AS {states}")
    con.execute("DELETE FROM attribute_states WHERE customer_id IS NULL")
    columns = [r[0] for r in con.execute("SELECT column_name FROM (DESCRIBE dim_customer_rows)").fetchall()]
    changing = [
        r[0]
        for r in con.execute(
            "SELECT DISTINCT attribute FROM (SELECT attribute FROM attribute_states GROUP BY customer_id, attribute "
            "HAVING count(DISTINCT value) > 1) ORDER BY 1"
        ).fetchall()
        if r[0] in columns
    ]
    con.execute(
        f"CREATE OR REPLACE TABLE dim_spans AS WITH told AS (SELECT *, lag(value) OVER (PARTITION BY customer_id, "
        f"attribute ORDER BY valid_from) AS told_before FROM attribute_states "
        f"WHERE attribute IN (SELECT unnest(CAST($1 AS VARCHAR[])))), "
        f"changes AS (SELECT customer_id, attribute, value, valid_from FROM told "
        f"WHERE told_before IS DISTINCT FROM value) "
        f"SELECT customer_id, attribute, value, "
        f"CASE WHEN row_number() OVER w = 1 THEN {BEGINNING} ELSE valid_from END AS valid_from, "
        f"coalesce(lead(valid_from) OVER w, {FOREVER}) AS valid_to "
        f"FROM changes WINDOW w AS (PARTITION BY customer_id, attribute ORDER BY valid_from)",
        [changing],
    )
    _build_customers(con, columns, plans)
    for attribute in changing:
        con.execute(
            f"INSERT INTO dim_spans SELECT customer_id, $1, CAST({quote(attribute)} AS VARCHAR), {BEGINNING}, "
            f"{FOREVER} FROM dim_customers "
            f"WHERE customer_id NOT IN (SELECT customer_id FROM dim_spans WHERE attribute = $1)",
            [attribute],
        )
    con.execute("DROP TABLE attribute_states")


def _build_customers(con: duckdb.DuckDBPyConnection, columns: list[str], plans: bool) -> None:
    values = [f"c.{quote(c)}" for c in columns if c not in OWN and c not in ("customer_id", "plan")]
    # the last plan held goes before what the customers table says: the two must not contradict each other
    plan = "coalesce(s.plan, c.plan) AS plan" if plans else "c.plan"
    latest = (
        f"SELECT customer_id, arg_max(value, valid_from) AS plan FROM attribute_states "
        f"WHERE attribute = {literal('plan')} GROUP BY 1"
    )
    con.execute(
        f"CREATE OR REPLACE TABLE dim_customers AS SELECT i.customer_id, {plan}, {', '.join(values)}, "
        f"c._source, c._row, c._id FROM dim_customer_ids AS i "
        f"LEFT JOIN dim_customer_rows AS c ON c.customer_id = i.customer_id "
        f"LEFT JOIN ({latest}) AS s ON s.customer_id = i.customer_id"
    )
