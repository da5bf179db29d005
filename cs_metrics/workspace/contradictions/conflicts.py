"""Where the data contradict themselves: looked for once, at publish, and kept in the version as `_conflicts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import pandas as pd

from cs_metrics.schema import TABLES, Type
from cs_metrics.sql import quote
from cs_metrics.workspace.publish.tables import ONE_ROW_PER_ID
from cs_metrics.workspace.store.database import first_row

MONTHS = (
    "CASE billing_period WHEN 'quarter' THEN 3 WHEN 'half_year' THEN 6 WHEN 'year' THEN 12 WHEN 'week' THEN 12 / 52.0 "
    "WHEN 'day' THEN 12 / 365.25 ELSE 1 END"
)
ACTIVE = (
    "(SELECT customer_id, plan, start_date, end_date, amount / " + MONTHS + " AS mrr FROM subscriptions "
    "WHERE NOT coalesce(is_trial, false) AND coalesce(billing_period, 'month') <> 'one_off' AND start_date < $as_of "
    "AND (end_date IS NULL OR end_date >= $as_of) AND (end_date IS NULL OR end_date > start_date))"
)


@dataclass(frozen=True)
class Check:
    """One contradiction. `query` lists the rows in question, one text each, the example; `tables`: those concerned.

    `sentence` says what is wrong, then what the KPIs do about it; {n} is the number of rows, {example} one of them.
    """

    kind: str
    tables: tuple[str, ...]
    query: str
    sentence: str


def _between(table: str, first: str, last: str, consequence: str) -> Check:
    schema = TABLES[table]
    who = ", ".join(quote(c.name) for c in schema.columns if c.type is Type.ID)
    name = quote(table)
    return Check(
        f"{last}_before_{first}",
        (table,),
        f"SELECT coalesce({who}, 'row ' || _row) || ': ' || {quote(last)} || ' is before ' || {quote(first)} "
        f"FROM {name} WHERE {quote(last)} < {quote(first)}",
        f"{table}: {last} is before {first} in {{n}} (for example {{example}}). {consequence}",
    )


_NO_DURATION = "They have no duration and are left out of it."

CHECKS: tuple[Check, ...] = (
    Check(
        "churned_but_subscribed",
        ("customers", "subscriptions"),
        f"SELECT customer_id FROM customers WHERE churned_on < $as_of "
        f"AND customer_id IN (SELECT customer_id FROM {ACTIVE})",
        "Marked as churned in customers while a subscription is active: {n} (for example {example}). "
        "The subscriptions decide, unless 'leaving_source' says otherwise.",
    ),
    Check(
        "ended_but_not_churned",
        ("customers", "subscriptions"),
        f"SELECT customer_id FROM customers WHERE churned_on IS NULL AND (SELECT count(churned_on) FROM customers) > 0 "
        f"AND customer_id IN (SELECT customer_id FROM subscriptions) "
        f"AND customer_id NOT IN (SELECT customer_id FROM {ACTIVE})",
        "Not marked as churned in customers although every subscription has ended: {n} (for example {example}). "
        "The subscriptions decide, unless 'leaving_source' says otherwise.",
    ),
    Check(
        "churn_event_but_subscribed",
        ("churn_events", "subscriptions"),
        "SELECT k.customer_id || ' on ' || k.churned_on FROM churn_events AS k WHERE NOT "
        "coalesce(k.is_reactivation, false) AND EXISTS (SELECT 1 FROM subscriptions AS s "
        "WHERE s.customer_id = k.customer_id AND NOT coalesce(s.is_trial, false) AND s.start_date <= k.churned_on "
        "AND (s.end_date IS NULL OR s.end_date > k.churned_on + 1))",
        "A leaving is recorded in churn_events while a subscription goes on: {n} (for example {example}). "
        "The subscriptions date the leaving, unless 'leaving_source' says otherwise; the events give its reason.",
    ),
    Check(
        "left_without_churn_event",
        ("churn_events", "subscriptions"),
        f"SELECT DISTINCT customer_id FROM subscriptions WHERE (SELECT count(*) FROM churn_events) > 0 "
        f"AND customer_id NOT IN (SELECT customer_id FROM {ACTIVE}) "
        f"AND customer_id NOT IN (SELECT customer_id FROM churn_events)",
        "Every subscription has ended, but churn_events does not know the customer: {n} (for example {example}). "
        "Their reason for leaving is unknown.",
    ),
    Check(
        "plan_differs",
        ("customers", "subscriptions"),
        f"SELECT c.customer_id || ': ' || c.plan FROM customers AS c WHERE c.plan IS NOT NULL "
        f"AND c.customer_id IN (SELECT customer_id FROM {ACTIVE} WHERE plan IS NOT NULL) "
        f"AND NOT EXISTS (SELECT 1 FROM {ACTIVE} AS s WHERE s.customer_id = c.customer_id "
        f"AND (s.plan IS NULL OR lower(s.plan) = lower(c.plan)))",
        "The plan in customers is that of no active subscription: {n} (for example {example}). "
        "The subscription with the highest MRR names the plan.",
    ),
    Check(
        "usage_before_start",
        ("events", "subscriptions"),
        "SELECT e.customer_id || ' on ' || CAST(e.occurred_at AS DATE) || ', first subscription ' || f.first_start "
        "FROM events AS e JOIN (SELECT customer_id, min(start_date) AS first_start FROM subscriptions "
        "GROUP BY customer_id) AS f ON f.customer_id = e.customer_id WHERE e.occurred_at < f.first_start",
        "Usage before the customer's first subscription starts: {n} events (for example {example}). "
        "They count as usage.",
    ),
    Check(
        "usage_after_end",
        ("events", "subscriptions"),
        "SELECT e.customer_id || ' on ' || CAST(e.occurred_at AS DATE) || ', last subscription to ' || f.last_end "
        "FROM events AS e JOIN (SELECT customer_id, max(end_date) AS last_end FROM subscriptions "
        "GROUP BY customer_id HAVING count(*) = count(end_date)) AS f ON f.customer_id = e.customer_id "
        "WHERE e.occurred_at >= f.last_end + 1",
        "Usage after the customer's last subscription has ended: {n} events (for example {example}). "
        "They count as usage.",
    ),
    Check(
        "resolved_without_date",
        ("tickets",),
        "SELECT ticket_id || ': ' || status FROM tickets WHERE resolved_at IS NULL "
        "AND (SELECT count(resolved_at) FROM tickets) > 0 "
        "AND lower(status) IN ('resolved', 'closed', 'solved', 'done')",
        "tickets: called resolved, but without resolved_at: {n} (for example {example}). They count as unresolved.",
    ),
    Check(
        "closed_without_date",
        ("opportunities",),
        "SELECT opportunity_id || ': ' || status FROM opportunities WHERE closed_at IS NULL "
        "AND status IN ('won', 'lost')",
        "opportunities: won or lost, but without closed_at: {n} (for example {example}). They are left out of rates.",
    ),
    Check(
        "score_outside_scale",
        ("survey_responses",),
        "SELECT survey || ' score ' || score FROM survey_responses WHERE score < coalesce(scale_min, CASE "
        "WHEN survey = 'nps' THEN 0 WHEN survey IN ('csat', 'ces', 'onboarding', 'post_activation') THEN 1 END) "
        "OR score > coalesce(scale_max, CASE survey WHEN 'nps' THEN 10 WHEN 'ces' THEN 7 WHEN 'csat' THEN 5 "
        "WHEN 'onboarding' THEN 5 WHEN 'post_activation' THEN 5 END)",
        "survey_responses: the score is outside its scale: {n} (for example {example}). They are left out.",
    ),
    Check(
        "nps_on_another_scale",
        ("survey_responses",),
        "SELECT 'score ' || score || ' of ' || coalesce(scale_min, 0) || ' to ' || coalesce(scale_max, 10) "
        "FROM survey_responses WHERE survey = 'nps' AND score IS NOT NULL "
        "AND (coalesce(scale_max, 10) <> 10 OR coalesce(scale_min, 0) NOT IN (0, 1))",
        "survey_responses: answers to 'nps' on another scale than 0 to 10: {n} (for example {example}). "
        "They are no NPS and are left out of it.",
    ),
    _between("subscriptions", "start_date", "end_date", "They are problem rows and never active."),
    _between("subscriptions", "contract_start", "contract_end", "They are no contracts."),
    _between("invoices", "period_start", "period_end", "They are not spread over a period."),
    _between("customers", "signed_up_on", "churned_on", "They are left out of lifespans."),
    _between("users", "created_at", "activated_at", "They count as activated."),
    _between("survey_responses", "sent_at", "responded_at", _NO_DURATION),
    _between("tickets", "created_at", "first_response_at", _NO_DURATION),
    _between("tickets", "created_at", "resolved_at", _NO_DURATION),
    _between("tickets", "first_response_at", "resolved_at", "Both times count as they stand."),
    _between("milestones", "started_at", "reached_at", _NO_DURATION),
    _between("opportunities", "created_at", "closed_at", _NO_DURATION),
    _between("community_members", "joined_at", "left_at", "They are left out."),
)


def _orphans(table: str) -> Check:
    money = {
        "subscriptions": f"(SELECT coalesce(sum(mrr), 0) FROM {ACTIVE} AS s WHERE s.customer_id = o.customer_id)",
        "mrr_snapshots": "(SELECT arg_max(mrr, month) FROM mrr_snapshots AS s WHERE s.customer_id = o.customer_id)",
    }.get(table)
    stake = f" || ' with MRR ' || CAST({money} AS DECIMAL(18, 2))" if money else ""
    return Check(
        "unknown_customer",
        ("customers", table),
        f"SELECT o.customer_id{stake} FROM (SELECT DISTINCT customer_id FROM {quote(table)} WHERE customer_id IS NOT "
        f"NULL) AS o WHERE (SELECT count(*) FROM customers) > 0 "
        f"AND o.customer_id NOT IN (SELECT customer_id FROM customers WHERE customer_id IS NOT NULL)",
        f"Customers in {table} that customers does not have: {{n}} (for example {{example}}). "
        f"They count, without the attributes of a customer.",
    )


def _twins(table: str) -> Check:
    key = quote(TABLES[table].key[0])
    # one customer under several ids, as a person said, is no slip
    slips = (
        "AND _id NOT IN (SELECT row_id FROM _merged WHERE table_name = 'customers') " if table == "customers" else ""
    )
    return Check(
        "same_id_twice",
        (table,),
        f"SELECT {key} || ', ' || count(*) || ' rows' FROM {quote(table)} WHERE {key} IS NOT NULL {slips}"
        f"GROUP BY {key} HAVING count(*) > 1",
        f"{table}: the same {TABLES[table].key[0]} in several rows: {{n}} ids (for example {{example}}).",
    )


def _currencies(table: str) -> Check:
    return Check(
        "several_currencies",
        (table, "fx_rates"),
        f"SELECT string_agg(DISTINCT currency, ', ' ORDER BY currency) FROM {quote(table)} WHERE currency IS NOT NULL "
        f"AND (SELECT count(*) FROM fx_rates) = 0 HAVING count(DISTINCT currency) > 1",
        f"{table}: amounts in several currencies ({{example}}) and no fx_rates to convert them. "
        f"They are not added up: load the rates.",
    )


def _future(table: str) -> Check:
    columns = TABLES[table].activity
    latest = f"greatest({', '.join(quote(c) for c in columns)})"
    return Check(
        "in_the_future",
        (table,),
        f"SELECT CAST({latest} AS VARCHAR) FROM {quote(table)} WHERE CAST({latest} AS TIMESTAMP) >= "
        "$as_of + INTERVAL 1 DAY ORDER BY 1 DESC",
        f"{table}: dated after the data's as-of: {{n}} (for example {{example}}). They are kept and do not count yet.",
    )


def _flags(table: str, flag: str) -> Check:
    """A column of the file's own that says 'churned', against what the subscriptions say."""
    name = quote(flag)
    said = flag.replace("{", "{{").replace("}", "}}")
    if table == "customers":
        return Check(
            "flagged_but_subscribed",
            ("customers", "subscriptions"),
            f"SELECT customer_id FROM customers WHERE {name} AND customer_id IN (SELECT customer_id FROM {ACTIVE})",
            f"'{said}' is true in customers while a subscription is active: {{n}} (for example {{example}}). "
            f"The subscriptions decide, unless 'leaving_source' says otherwise.",
        )
    return Check(
        "flagged_without_end",
        ("subscriptions",),
        f"SELECT coalesce(subscription_id, customer_id) FROM subscriptions WHERE {name} AND end_date IS NULL",
        f"'{said}' is true in subscriptions, but there is no end_date: {{n}} (for example {{example}}). "
        f"They count as active.",
    )


def _of_this_file(con: duckdb.DuckDBPyConnection) -> list[Check]:
    """Return the checks that depend on which attributes the files have."""
    rows = con.execute(
        "SELECT table_name, column_name FROM _columns WHERE kind = 'attribute' AND type = 'BOOLEAN' "
        "AND table_name IN ('customers', 'subscriptions') AND contains(lower(column_name), 'churn') ORDER BY 1, 2"
    ).fetchall()
    return [_flags(table, column) for table, column in rows]


def all_checks() -> tuple[Check, ...]:
    """Return every check, in the order in which their findings are shown."""
    linked = [t for t in TABLES.values() if t.name != "customers" and "customer_id" in {c.name for c in t.columns}]
    money = [t.name for t in TABLES.values() if "currency" in {c.name for c in t.columns} and t.name != "customers"]
    return (
        CHECKS
        + tuple(_orphans(t.name) for t in linked)
        + tuple(_twins(name) for name in TABLES if name in ONE_ROW_PER_ID)
        + tuple(_currencies(name) for name in money)
        + tuple(_future(t.name) for t in TABLES.values() if t.activity)
    )


def build(con: duckdb.DuckDBPyConnection, as_of: datetime, table_as_of: dict[str, datetime], fresh_days: int) -> None:
    """Make `_conflicts(kind, tables, rows, sentence, example)` in a version being built."""
    con.execute(
        "CREATE OR REPLACE TABLE _conflicts(kind VARCHAR, tables VARCHAR, rows BIGINT, sentence VARCHAR, "
        "example VARCHAR)"
    )
    filled = {t for t in TABLES if first_row(con, f"SELECT 1 FROM {quote(t)} LIMIT 1")}
    for check in (*all_checks(), *_of_this_file(con)):
        if not filled.intersection(check.tables):
            continue
        bound = {"as_of": as_of} if "$as_of" in check.query else {}
        row = first_row(con, f"SELECT count(*), first(example) FROM ({check.query}) AS found(example)", bound)
        if row and row[0]:
            sentence = check.sentence.format(n=f"{row[0]:,}", example=row[1])
            con.execute(
                "INSERT INTO _conflicts VALUES ($1, $2, $3, $4, $5)",
                [check.kind, ", ".join(check.tables), row[0], sentence, row[1]],
            )
    for table, end in table_as_of.items():
        if TABLES[table].activity and end < as_of - timedelta(days=fresh_days):
            last = f"{end - timedelta(days=1):%Y-%m-%d}"
            con.execute(
                "INSERT INTO _conflicts SELECT 'stale', $1, count(*), $2, $3 FROM " + quote(table),
                [
                    table,
                    f"{table} ends on {last}, {(as_of - end).days} days before the rest of the data. "
                    f"Its KPIs are shown as of that day.",
                    last,
                ],
            )


def read(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the conflicts: kind, tables, rows, sentence, example; the most rows first."""
    return con.execute("SELECT * FROM _conflicts ORDER BY rows DESC, kind, tables").df()
