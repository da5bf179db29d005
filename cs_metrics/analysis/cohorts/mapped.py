"""The triangle from the maps of activity: one pass over one row a customer, whatever the kind of retention."""

from __future__ import annotations

import duckdb

from cs_metrics.analysis.cohorts.activity import split
from cs_metrics.analysis.cohorts.question import Question
from cs_metrics.analysis.cohorts.triangle import Plan, complete_sql, own_places, shown
from cs_metrics.facts import maps
from cs_metrics.kpis.attributes import join
from cs_metrics.kpis.available import Available
from cs_metrics.kpis.where import compile_where, names
from cs_metrics.sql import Params


def answers(con: duckdb.DuckDBPyConnection, available: Available, asked: Question) -> bool:
    """Whether a map holds what is asked: first starts in calendar periods, of any row, with customers' attributes alone
    as cohorts, breakdowns and filters."""
    if (asked.of, asked.unit) not in maps.SOURCES or asked.clock.grain not in maps.GRAINS:
        return False
    if asked.cohort == "every" or asked.value != "units" or asked.minimum > 1 or not asked.calendar:
        return False
    if asked.start or asked.back or asked.within or not (asked.own_zone and asked.own_as_of):
        return False
    if asked.apart or asked.start_minimum > 1 or asked.parents or (asked.kind == "brackets" and not asked.reactivation):
        return False
    if max(high for _, _, high in asked.steps) >= maps.BITS:
        return False
    rows, customers = split(available, asked.of, asked.where)
    labels = [*asked.by, asked.cohort] if asked.by_attribute else asked.by
    if rows or any(not available.attribute(name).of_customer for name in labels):
        return False
    # a user may have had several accounts: its rows say which
    if asked.unit == "users" and (customers or labels):
        return False
    place = [maps.name(asked.of, asked.unit), f"{maps.prefix(asked.clock.grain, asked.settings)}_bits"]
    found = con.execute("SELECT count(*) FROM duckdb_columns() WHERE table_name = $1 AND column_name = $2", place)
    return bool(found.fetchall()[0][0])


def _came(asked: Question, low: int, high: int) -> str:
    """1 where a member fills the cell."""
    if asked.kind == "on" and not asked.unbroken:
        return f"(bits >> {low}) & 1"
    if asked.kind == "on_or_after" and not asked.unbroken:
        return f"CASE WHEN last_p - c >= {low} THEN 1 ELSE 0 END"
    since = low if asked.kind == "brackets" else 1
    mask = sum(1 << bit for bit in range(since, high + 1))
    test = f"bits & {mask} = {mask}" if asked.unbroken else f"bits & {mask} <> 0"
    return f"CASE WHEN ({test}) THEN 1 ELSE 0 END"


def _counts(asked: Question, k: int, low: int, high: int) -> str:
    """How many of a row of the triangle reach cell k, and how many fill it. Members of an attribute's value start at
    different times: only those count whose window is over."""
    came = _came(asked, low, high)
    if not asked.by_attribute:
        return f"count(*) AS e{k}, CAST(sum({came}) AS BIGINT) AS r{k}"
    over = f"c + {high} < {asked.now}"
    return (
        f"CAST(sum(CASE WHEN {over} THEN 1 ELSE 0 END) AS BIGINT) AS e{k}, "
        f"CAST(sum(CASE WHEN {over} THEN {came} ELSE 0 END) AS BIGINT) AS r{k}"
    )


def statement(available: Available, asked: Question) -> tuple[str, dict[str, object]]:
    """As `triangle.count_sql`, from the map."""
    params = Params()
    _, customers = split(available, asked.of, asked.where)
    own_cohort = [asked.cohort] if asked.by_attribute else []
    joined = join(available, [*own_cohort, *asked.by, *names(customers)], moment="f.first_at", row="f")
    cohort = f"CAST({joined(asked.cohort)[0]} AS VARCHAR)" if asked.by_attribute else "f.first_p"
    by = {name: f"b{n}" for n, name in enumerate(asked.by)}
    columns = "".join(f", {joined(name)[0]} AS {column}" for name, column in by.items())
    limits = [compile_where(customers, joined, params)]
    limits += [f"f.first_p >= {asked.first}"] if asked.first is not None else []
    limits += [f"f.first_p <= {asked.last}"] if asked.last is not None else []
    own = maps.prefix(asked.clock.grain, asked.settings)
    source = (
        f"SELECT unit, unit AS customer_id, first_at, {own}_first AS first_p, {own}_last AS last_p, {own}_bits AS bits "
        f"FROM {maps.name(asked.of, asked.unit)}"
    )
    made = Plan([], params, by)
    counts = ", ".join(_counts(asked, k, low, high) for k, low, high in asked.steps)
    begins = ", ".join(["(0, 0)", *(f"({k}, {low})" for k, low, _ in asked.steps)])
    picked = " ".join(f"WHEN {k} THEN w.r{k}" for k, _, _ in asked.steps)
    reached = " ".join(f"WHEN {k} THEN w.e{k}" for k, _, _ in asked.steps)
    begun = "t.k = 0 OR " + (
        "CASE t.k " + reached + " END > 0" if asked.by_attribute else f"w.cohort + t.opens <= {asked.open}"
    )
    made.ctes.extend(
        [
            (
                "kept",
                f"SELECT {cohort} AS cohort, f.first_p AS c, f.last_p, f.bits{columns} FROM ({source}) AS f "
                f"{joined.sql} WHERE {' AND '.join(limits)}",
            ),
            (
                "wide",
                f"SELECT {made.groups('k')}, count(*) AS n, {counts} FROM kept AS k GROUP BY {own_places(made, 0)}",
            ),
            (
                "cells",
                f"SELECT {made.groups('w')}, t.k, CASE t.k WHEN 0 THEN w.n {reached} END AS eligible, "
                f"CASE t.k WHEN 0 THEN w.n {picked} END AS retained "
                f"FROM wide AS w JOIN (VALUES {begins}) AS t(k, opens) ON {begun}",
            ),
        ]
    )
    return made.query(
        f"SELECT {shown(asked, made)}, s.k, s.eligible, s.retained, {complete_sql(asked, made)} AS complete "
        f"FROM cells AS s ORDER BY {own_places(made, 1)}"
    )
