"""The rows that count as activity: who, when, in which period, whether it starts and whether it comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from cs_metrics.analysis.cohorts import parents, started
from cs_metrics.analysis.cohorts.question import Question
from cs_metrics.errors import QueryError
from cs_metrics.kpis.attributes import join
from cs_metrics.kpis.available import Available
from cs_metrics.kpis.where import compile_where, kept, names
from cs_metrics.sql import Params, literal, quote


@dataclass(frozen=True)
class Activity:
    """`ctes`: name and SELECT, in order; the last is `acts`: unit, customer_id, happened_at, p, starts, backs, amount,
    quantity, l0, l1 ... (row attributes asked for, of the rows that start), _source, _row, _id; stretches in rolling
    periods have `ends` beside happened_at. `customers`: what is left of `where` to ask of the cohort; `labels`: a row
    attribute's name and its column in acts."""

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
    own = [a for a in labels if not available.attribute(a).of_customer]
    _, customers = split(available, asked.start_of, asked.where)
    start, back = qualified(available, asked.start_of, asked.start), qualified(available, asked.of, asked.back)
    ctes = [("tops", parents.TOPS)] if asked.parents else []
    base = started.back_rows(con, asked)
    if asked.apart:
        begun = _rows(available, asked, asked.start_of, started.start_rows(con, asked), (start, None), own, params)
        found = _rows(available, asked, asked.of, base, (None, back), [], params)
        ctes += _told(asked, "begun", begun, len(own), ends=False) + _told(asked, "found", found, 0, ends=asked.spans)
    else:
        found = _rows(available, asked, asked.of, base, (start, back), own, params)
        ctes += _told(asked, "found", found, len(own), ends=asked.spans)
    ctes.append(("acts", _acts(con, asked, len(own))))
    return Activity(tuple(ctes), customers, {name: f"l{n}" for n, name in enumerate(own)})


def _rows(
    available: Available,
    asked: Question,
    table: str,
    base: str,
    flags: tuple[Any, Any],
    own: list[str],
    params: Params,
) -> str:
    """The rows of a table that `where` keeps, and whether they start and come back; a flag of None: they never do."""
    where, _ = split(available, table, asked.where)
    rows, customers = split(available, table, asked.within)
    inside = _both({**rows, **customers}, where)
    used = [*names(inside), *own, *(name for flag in flags for name in names(flag))]
    joined = join(available, used, moment="f.happened_at", row="f", table=table)
    for name in used:
        if name not in joined.columns:
            told = "broken down" if name in own else "filtered"
            raise QueryError(f"Retention: {table} cannot be {told} by '{name}': it belongs to other rows.")
    columns = "".join(f", {joined(name)[0]} AS l{n}" for n, name in enumerate(own))
    starts, backs = ("FALSE" if flag is None else compile_where(flag, joined, params) for flag in flags)
    return (
        f"SELECT f.*{columns}, {starts} AS starts, {backs} AS backs FROM ({base}) AS f {joined.sql} "
        f"WHERE f.unit IS NOT NULL AND f.happened_at < {params.add(asked.as_of)} "
        f"AND {compile_where(inside, joined, params)}"
    )


def _told(asked: Question, name: str, rows: str, labels: int, *, ends: bool) -> list[tuple[str, str]]:
    """The rows under a name; of parents and children as one, the same under the topmost parent."""
    if not asked.parents:
        return [(name, rows)]
    more = ["happened_at", "amount", "quantity", "_source", "_row", "_id", "starts", "backs"]
    columns = ", ".join(f"x.{c}" for c in [*more, *(["ends"] if ends else []), *(f"l{n}" for n in range(labels))])
    return [(f"{name}_by_account", rows), (name, parents.rolled(f"{name}_by_account", columns))]


def _both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The filter that holds where both do; the two may name the same attribute."""
    return {"not": {"any": [{"not": one}, {"not": other}]}} if one and other else one or other


def _columns(p: str, labels: str, starts: str = "starts", backs: str = "backs") -> str:
    return (
        f"unit, customer_id, happened_at, {p}, {starts} AS starts, {backs} AS backs, amount, quantity{labels}, "
        f"_source, _row, _id"
    )


def _acts(con: duckdb.DuckDBPyConnection, asked: Question, labels: int) -> str:
    """Rows that start and rows that come back, each with the number of its period."""
    number = f"{asked.clock.number_sql('happened_at')} AS p"
    named = "".join(f", l{n}" for n in range(labels))
    unnamed = "".join(f", NULL AS l{n}" for n in range(labels)) if asked.apart else named
    ends = asked.spans and not asked.calendar
    if asked.spans and asked.calendar:
        came = _spread(con, asked, named, unnamed)
    else:
        came = f"SELECT {_columns(number + (', ends' if ends else ''), unnamed)} FROM found"
    if not asked.apart:
        return came
    begun = _columns(number + (", CAST(NULL AS TIMESTAMP) AS ends" if ends else ""), named)
    return f"SELECT {begun} FROM begun UNION ALL {came}"


def _spread(con: duckdb.DuckDBPyConnection, asked: Question, named: str, unnamed: str) -> str:
    """A stretch as one row that starts, and one for each period at whose end (or as-of) it is active."""
    periods = ", ".join(f"({n})" for n in range(first_period(con, asked), asked.open + 1))
    until = f"CASE WHEN ends >= {literal(asked.as_of)} THEN {asked.open} ELSE {asked.clock.number_sql('ends')} - 1 END"
    begin = asked.clock.number_sql("happened_at")
    starts = f"SELECT {_columns(begin + ' AS p', named, backs='FALSE')} FROM found WHERE starts UNION ALL "
    return (
        f"{'' if asked.apart else starts}SELECT {_columns('c.p', unnamed, 'FALSE', 'TRUE')} FROM ("
        f"SELECT *, {begin} AS first_p, {until} AS last_p FROM found WHERE backs) AS f "
        f"JOIN (VALUES {periods}) AS c(p) ON c.p >= f.first_p AND c.p <= f.last_p"
    )


def first_period(con: duckdb.DuckDBPyConnection, asked: Question) -> int:
    """The number of the period in which the earliest stretch of the table begins."""
    column = {"customers": "signed_up_on", "mrr_snapshots": "month", "invoices": "least(issued_on, period_start)"}
    earliest = con.execute(
        f"SELECT CAST(min({column.get(asked.of, 'start_date')}) AS TIMESTAMP) FROM {quote(asked.of)}"
    ).fetchall()[0][0]
    if asked.of == "customers":
        earliest = con.execute("SELECT min(signed_up_at) FROM fact_signup").fetchall()[0][0] or earliest
    return asked.open if earliest is None else min(asked.clock.number(earliest), asked.open)
