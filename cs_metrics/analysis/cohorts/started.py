"""The raw rows of one side of a retention question: who, when, with what; each table and fact in the same columns.

Every SELECT here gives unit, customer_id, happened_at (local), amount, quantity, _source, _row, _id; stretches also
`ends`.
"""

from __future__ import annotations

import duckdb

from cs_metrics.analysis.cohorts.question import Question
from cs_metrics.analysis.cohorts.sources import BY_DAY, FIRST_PAID, SIGN_UP, SPANS, UNITS, filled_column
from cs_metrics.facts import context, local
from cs_metrics.facts.activity import source_sql
from cs_metrics.schema import TABLES
from cs_metrics.sql import quote

_NOTHING = "CAST(NULL AS DECIMAL(18,6)) AS amount, 1 AS quantity"


def back_rows(con: duckdb.DuckDBPyConnection, asked: Question) -> str:
    """The rows of the table that is coming back."""
    return span_rows(con, asked, asked.of) if asked.spans else point_rows(asked, asked.of)


def start_rows(con: duckdb.DuckDBPyConnection, asked: Question) -> str:
    """The rows of another table that starts: stretches start where they begin."""
    if asked.start_of == SIGN_UP:
        return _signed_up(con)
    if asked.start_of == FIRST_PAID:
        return _first_paid()
    if asked.start_of in SPANS:
        return span_rows(con, asked, asked.start_of)
    return point_rows(asked, asked.start_of)


def point_rows(asked: Question, table: str) -> str:
    """The rows of a table that happen at a moment."""
    columns = {c.name for c in TABLES[table].columns}
    dated = filled_column(table)
    when = f"CAST(x.{dated} AS TIMESTAMP)" if table in BY_DAY else local(f"x.{dated}", asked.settings)
    joins = ""
    customer = "x.customer_id"
    if "user_id" in columns and table != "users":
        customer = "coalesce(x.customer_id, u.customer_id)"
        joins += " LEFT JOIN dim_users AS u ON u.user_id = x.user_id"
    unit = "x.user_id" if UNITS[asked.unit] == "user_id" else customer
    amount = "CAST(NULL AS DECIMAL(18,6))"
    if asked.value == "revenue" and table == asked.of:
        amount = "x.amount"
        if table == "orders":
            amount = "o.amount"
            joins += " LEFT JOIN fact_order_line AS o ON o._id = x._id"
    quantity = "coalesce(x.quantity, 1)" if "quantity" in columns else "1"
    return (
        f"SELECT {unit} AS unit, {customer} AS customer_id, {when} AS happened_at, {amount} AS amount, "
        f"{quantity} AS quantity, x._source, x._row, x._id FROM {quote(table)} AS x{joins} "
        f"WHERE x.{dated} IS NOT NULL"
    )


def span_rows(con: duckdb.DuckDBPyConnection, asked: Question, table: str) -> str:
    """The stretches of a table in which a customer is active."""
    source = source_sql(SPANS[table], context(con, asked.settings))
    quantity, joins = "1", ""
    if table == "subscriptions":
        quantity, joins = "coalesce(q.quantity, 1)", " LEFT JOIN subscriptions AS q ON q._id = x._id"
    return (
        f"SELECT x.customer_id AS unit, x.customer_id, x.begins AS happened_at, x.ends, x.mrr AS amount, "
        f"{quantity} AS quantity, x._source, x._row, x._id FROM ({source}) AS x{joins} "
        f"WHERE x.active AND x.ends > x.begins"
    )


def _signed_up(con: duckdb.DuckDBPyConnection) -> str:
    """A customer's sign-up, with the row that tells it: its own, else the milestone's, else its first event's."""
    told = "CASE WHEN c.signed_up_on IS NOT NULL THEN c.{0} END, m.{0}"
    columns = {name: f"coalesce({told.format(name)}, e.{name})" for name in ("_source", "_row")}
    return (
        f"SELECT s.customer_id AS unit, s.customer_id, s.signed_up_at AS happened_at, {_NOTHING}, "
        f"{columns['_source']} AS _source, {columns['_row']} AS _row, c._id FROM fact_signup AS s "
        f"LEFT JOIN dim_customer_rows AS c ON c.customer_id = s.customer_id "
        f"LEFT JOIN fact_milestone AS m ON m.customer_id = s.customer_id AND m.milestone = 'signed_up' "
        f"LEFT JOIN ({_first_events(con)}) AS e ON e.customer_id = s.customer_id WHERE s.signed_up_at IS NOT NULL"
    )


def _first_events(con: duckdb.DuckDBPyConnection) -> str:
    """The row of each customer's first event, looked for only where an event is all that tells a sign-up."""
    told = con.execute(
        "SELECT count(*) FROM fact_signup AS s LEFT JOIN dim_customer_rows AS c ON c.customer_id = s.customer_id "
        "LEFT JOIN fact_milestone AS m ON m.customer_id = s.customer_id AND m.milestone = 'signed_up' "
        "WHERE s.signed_up_at IS NOT NULL AND c.signed_up_on IS NULL AND m.reached_at IS NULL"
    ).fetchall()[0][0]
    first = "arg_min({0}, struct_pack(occurred_at := e.occurred_at, id := e._id)) AS {1}"
    return (
        f"SELECT coalesce(e.customer_id, u.customer_id) AS customer_id, {first.format('e._source', '_source')}, "
        f"{first.format('e._row', '_row')} FROM events AS e LEFT JOIN dim_users AS u ON u.user_id = e.user_id "
        f"WHERE e.occurred_at IS NOT NULL{'' if told else ' AND FALSE'} GROUP BY 1"
    )


def _first_paid() -> str:
    """The first moment at which a customer paid: recurring revenue or an order above zero, one row a customer."""
    first = ", ".join(
        f"arg_min({c}, struct_pack(happened_at := happened_at, _source := _source, _row := _row)) AS {c}"
        for c in ("_source", "_row", "_id")
    )
    return (
        f"SELECT customer_id AS unit, customer_id, min(happened_at) AS happened_at, {_NOTHING}, {first} FROM ("
        f"SELECT customer_id, begins AS happened_at, _source, _row, _id FROM fact_active "
        f"WHERE mrr > 0 AND ends > begins "
        f"UNION ALL SELECT customer_id, ordered_at, _source, _row, _id FROM fact_order_line "
        f"WHERE amount > 0 AND NOT is_refund) AS p WHERE customer_id IS NOT NULL GROUP BY customer_id"
    )
