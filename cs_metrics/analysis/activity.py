"""The rows that count as activity: who, when, in which period, whether it starts and whether it comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from cs_metrics.analysis.question import POINTS, SPANS, UNITS, Question
from cs_metrics.errors import QueryError
from cs_metrics.facts import context, local
from cs_metrics.facts.activity import source_sql
from cs_metrics.kpis.attributes import Joined, join
from cs_metrics.kpis.available import Available
from cs_metrics.kpis.where import compile_where, kept, names
from cs_metrics.schema import TABLES
from cs_metrics.sql import Params, literal, quote


@dataclass(frozen=True)
class Activity:
    """`ctes`: name and SELECT, in order; the last is `acts`: unit, customer_id, happened_at, p, starts, backs, amount,
    quantity, l0, l1 ... (row attributes asked for), _source, _row, _id. `customers`: what is left of `where` to ask of
    the cohort; `labels`: a row attribute's name and its column in acts."""

    ctes: tuple[tuple[str, str], ...]
    customers: dict[str, Any]
    labels: dict[str, str]


def split(available: Available, of: str, where: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part a filter: what the rows of `of` answer, and what the customers do. Entries that speak of another table's
    rows alone say nothing about these rows and are left out."""
    rows: dict[str, Any] = {}
    customers: dict[str, Any] = {}
    told = kept(where, lambda n: available.attribute(n).of_customer or available.attribute(n).table == of)
    for name, condition in told.items():
        if all(available.attribute(n).of_customer for n in names({name: condition})):
            customers[name] = condition
        else:
            rows[name] = condition
    return rows, customers


def qualified(available: Available, of: str, where: Any) -> Any:
    """A filter in which a bare name is a column of the rows first, as in `start` and `back`."""
    if not isinstance(where, Mapping):
        return where
    found: dict[str, Any] = {}
    for name, condition in where.items():
        if name == "any":
            found[name] = [qualified(available, of, part) for part in condition]
        elif name == "not":
            found[name] = qualified(available, of, condition)
        else:
            own = f"{of}.{name}"
            found[own if own in available.attributes else name] = condition
    return found


def activity(
    con: duckdb.DuckDBPyConnection, available: Available, asked: Question, labels: Iterable[str], params: Params
) -> Activity:
    """The SQL of the rows that count, before the as-of instant and inside the row filter."""
    where, customers = split(available, asked.of, asked.where)
    start = qualified(available, asked.of, asked.start)
    back = qualified(available, asked.of, asked.back)
    own = [a for a in labels if not available.attribute(a).of_customer]
    used = [*names(where), *names(start), *names(back), *own]
    joined = join(available, used, moment="f.happened_at", row="f", table=asked.of)
    columns = "".join(f", {_column(joined, name, asked.of)} AS l{n}" for n, name in enumerate(own))
    base = _span_rows(con, asked) if asked.of in SPANS else _point_rows(asked)
    rows = (
        f"SELECT f.*{columns}, {compile_where(start, joined, params)} AS starts, "
        f"{compile_where(back, joined, params)} AS backs FROM ({base}) AS f {joined.sql} "
        f"WHERE f.unit IS NOT NULL AND f.happened_at < {params.add(asked.as_of)} "
        f"AND {compile_where(where, joined, params)}"
    )
    picked = "".join(f", l{n}" for n in range(len(own)))
    ctes = [("found", rows)]
    if asked.of in SPANS:
        ctes.append(("acts", _spread(con, asked, picked)))
    else:
        number = asked.clock.number_sql("happened_at")
        ctes.append(
            (
                "acts",
                f"SELECT unit, customer_id, happened_at, {number} AS p, starts, backs, amount, quantity{picked}, "
                f"_source, _row, _id FROM found",
            )
        )
    return Activity(tuple(ctes), customers, {name: f"l{n}" for n, name in enumerate(own)})


def _column(joined: Joined, name: str, of: str) -> str:
    if name not in joined.columns:
        raise QueryError(f"Retention of {of} cannot be broken down by '{name}': it belongs to other rows.")
    return joined(name)[0]


def _point_rows(asked: Question) -> str:
    columns = {c.name for c in TABLES[asked.of].columns}
    when = local(f"x.{POINTS[asked.of]}", asked.settings)
    joins = ""
    customer = "x.customer_id"
    if "user_id" in columns:
        customer = "coalesce(x.customer_id, u.customer_id)"
        joins += " LEFT JOIN dim_users AS u ON u.user_id = x.user_id"
    unit = "x.user_id" if UNITS[asked.unit] == "user_id" else customer
    amount = "CAST(NULL AS DECIMAL(18,6))"
    if asked.value == "revenue":
        amount = "x.amount"
        if asked.of == "orders":
            amount = "o.amount"
            joins += " LEFT JOIN fact_order_line AS o ON o._id = x._id"
    quantity = "coalesce(x.quantity, 1)" if "quantity" in columns else "1"
    return (
        f"SELECT {unit} AS unit, {customer} AS customer_id, {when} AS happened_at, {amount} AS amount, "
        f"{quantity} AS quantity, x._source, x._row, x._id FROM {quote(asked.of)} AS x{joins} "
        f"WHERE x.{POINTS[asked.of]} IS NOT NULL"
    )


def _span_rows(con: duckdb.DuckDBPyConnection, asked: Question) -> str:
    source = source_sql(SPANS[asked.of], context(con, asked.settings))
    quantity, joins = "1", ""
    if asked.of == "subscriptions":
        quantity, joins = "coalesce(q.quantity, 1)", " LEFT JOIN subscriptions AS q ON q._id = x._id"
    return (
        f"SELECT x.customer_id AS unit, x.customer_id, x.begins AS happened_at, x.ends, x.mrr AS amount, "
        f"{quantity} AS quantity, x._source, x._row, x._id FROM ({source}) AS x{joins} "
        f"WHERE x.active AND x.ends > x.begins"
    )


def _spread(con: duckdb.DuckDBPyConnection, asked: Question, picked: str) -> str:
    """A stretch as one row that starts, and one for each period at whose end (or as-of) it is active."""
    column = {"customers": "signed_up_on", "mrr_snapshots": "month", "invoices": "least(issued_on, period_start)"}
    earliest = con.execute(
        f"SELECT CAST(min({column.get(asked.of, 'start_date')}) AS TIMESTAMP) FROM {quote(asked.of)}"
    ).fetchall()[0][0]
    if asked.of == "customers":
        earliest = con.execute("SELECT min(signed_up_at) FROM fact_signup").fetchall()[0][0] or earliest
    first = asked.open if earliest is None else min(asked.clock.number(earliest), asked.open)
    periods = ", ".join(f"({n})" for n in range(first, asked.open + 1))
    until = f"CASE WHEN ends >= {literal(asked.as_of)} THEN {asked.open} ELSE {asked.clock.number_sql('ends')} - 1 END"
    begin = asked.clock.number_sql("happened_at")
    return (
        f"SELECT unit, customer_id, happened_at, {begin} AS p, starts, FALSE AS backs, amount, quantity{picked}, "
        f"_source, _row, _id FROM found UNION ALL "
        f"SELECT f.unit, f.customer_id, f.happened_at, c.p, FALSE, TRUE, f.amount, f.quantity{picked}, "
        f"f._source, f._row, f._id FROM (SELECT *, {begin} AS first_p, {until} AS last_p FROM found WHERE backs) AS f "
        f"JOIN (VALUES {periods}) AS c(p) ON c.p >= f.first_p AND c.p <= f.last_p"
    )
