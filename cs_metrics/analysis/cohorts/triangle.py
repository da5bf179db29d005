"""The retention triangle as SQL: cohorts, who came back when, and the cells counted from both.

Each member of a cohort is turned into ranges of cells that it fills (low to high); counting ranges instead of cells
keeps the work small whatever the kind of retention.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from cs_metrics.analysis.cohorts.activity import activity, first_period
from cs_metrics.analysis.cohorts.question import Question
from cs_metrics.kpis.attributes import join
from cs_metrics.kpis.available import Available
from cs_metrics.kpis.where import compile_where, names
from cs_metrics.sql import Params, literal, quote

_INSTANT = "INTERVAL '1' MICROSECOND"


@dataclass(frozen=True)
class Plan:
    """Common table expressions, in order, and the values they bind. `by`: each breakdown and its column in them.

    `kept` holds the members: unit, c (number of the cohort's period), s (own start), reach (last cell that counts for
    the member), cohort, b0, b1 ...; `moves` what each came back with, `counting` those that count; `ranges` the cells
    that each fills: unit, c, low, high. `last`: the number of the latest rolling window of a stretch.
    """

    ctes: list[tuple[str, str]]
    params: Params
    by: dict[str, str]
    last: int = 0

    def query(self, select: str) -> tuple[str, dict[str, object]]:
        """A statement that ends in `select`, and the values it binds."""
        text = "WITH " + ",\n".join(f"{name} AS ({sql})" for name, sql in self.ctes) + "\n" + select
        return text, self.params.used(text)

    def groups(self, alias: str) -> str:
        """The columns that make a row of the triangle."""
        return ", ".join(f"{alias}.{c}" for c in ("cohort", *self.by.values()))

    def same(self, one: str, other: str) -> str:
        """The condition that two relations speak of the same row of the triangle; a missing value is a value."""
        return " AND ".join(f"{one}.{c} IS NOT DISTINCT FROM {other}.{c}" for c in ("cohort", *self.by.values()))


def plan(con: duckdb.DuckDBPyConnection, available: Available, asked: Question) -> Plan:
    """The common table expressions of a question, down to what each member fills."""
    params = Params()
    labels = [asked.cohort] if asked.by_attribute else []
    labels += list(asked.by)
    acts = activity(con, available, asked, labels, params)
    by = {name: f"b{n}" for n, name in enumerate(asked.by)}
    ctes = [*acts.ctes, ("members", _members(asked, len(acts.labels)))]
    customer_names = [name for name in labels if name not in acts.labels]
    moment = "f.s"
    if asked.cohort == "every":
        moment = f"greatest({asked.clock.start_sql('f.c')}, f.first_s)"
    joined = join(available, [*customer_names, *names(acts.customers)], moment=moment, row="f")

    def value(name: str) -> str:
        return f"f.{acts.labels[name]}" if name in acts.labels else joined(name)[0]

    cohort = f"CAST({value(asked.cohort)} AS VARCHAR)" if asked.by_attribute else "f.c"
    columns = "".join(f", {value(name)} AS {column}" for name, column in by.items())
    limits = [compile_where(acts.customers, joined, params)]
    limits += [f"f.c >= {asked.first}"] if asked.first is not None else []
    limits += [f"f.c <= {asked.last}"] if asked.last is not None else []
    ctes.append(
        (
            "kept",
            f"SELECT f.unit, f.c, f.s, f.customer_id, f._source, f._row, {_reach(asked)} AS reach, "
            f"{cohort} AS cohort{columns} FROM members AS f {joined.sql} WHERE {' AND '.join(limits)}",
        )
    )
    last = asked.open - first_period(con, asked) if asked.spans and not asked.calendar else 0
    ctes.append(("moves", _moves(asked, last)))
    ctes.append(("counting", _counting(asked)))
    ctes.append(("filled", _filled(asked)))
    ctes.append(
        (
            "ranges",
            "SELECT m.unit, m.c, m.low, least(m.high, k.reach) AS high FROM filled AS m "
            "JOIN kept AS k ON k.unit = m.unit AND k.c = m.c WHERE m.low <= k.reach",
        )
    )
    return Plan(ctes, params, by, last)


def _members(asked: Question, labels: int) -> str:
    """Who starts when, with what the row says that starts: a value missing there is missing, even if a later row has
    one."""
    told = ("customer_id", "_source", "_row", *(f"l{n}" for n in range(labels)))
    row = ", ".join(f"{c} := {c}" for c in told)
    head = f"arg_min(struct_pack({row}), struct_pack(happened_at := happened_at, _source := _source, _row := _row))"
    columns = ", ".join(f"head.{c} AS {c}" for c in told)
    starts = "acts WHERE starts"
    if asked.start_minimum > 1:
        # a unit starts in a period with so many rows, at the one that makes them enough
        starts = (
            f"(SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY unit, p ORDER BY happened_at, _source, _row) "
            f"AS place FROM acts WHERE starts) AS a WHERE place = {asked.start_minimum}) AS a"
        )
    if asked.cohort == "every":
        return (
            f"SELECT unit, p AS c, s, min(s) OVER (PARTITION BY unit) AS first_s, {columns} FROM ("
            f"SELECT unit, p, min(happened_at) AS s, {head} AS head FROM {starts} GROUP BY unit, p) AS b"
        )
    return (
        f"SELECT unit, {asked.clock.number_sql('s')} AS c, s, s AS first_s, {columns} FROM ("
        f"SELECT unit, min(happened_at) AS s, {head} AS head FROM {starts} GROUP BY unit) AS b"
    )


def _reach(asked: Question) -> str:
    """The last cell of a member that counts: begun for the members of a period, over for those of an attribute."""
    if not asked.partial:
        limit = f"{asked.open} - f.c"
    elif asked.calendar:
        limit = f"{asked.now} - 1 - f.c"
    else:
        limit = f"{asked.clock.elapsed_sql('f.s', literal(asked.as_of))} - 1"
    if asked.kind != "brackets":
        return limit
    counted = [low if not asked.partial else high for _, low, high in asked.steps]
    return " + ".join(f"CASE WHEN {limit} >= {edge} THEN 1 ELSE 0 END" for edge in counted)


def hits(asked: Question, members: str, columns: str, last: int) -> str:
    """The SELECT of the rows (aliased a) with which `members` (unit, c, s) come back: unit, c, k, `columns`.

    A stretch in rolling periods is back in each window at whose end, or as-of, it is active; `last`: the number of the
    latest window of any member.
    """
    if asked.calendar:
        return (
            f"SELECT k.unit, k.c, a.p - k.c AS k, {columns} FROM {members} AS k "
            f"JOIN acts AS a ON a.unit = k.unit AND a.backs AND a.p >= k.c"
        )
    elapsed = asked.clock.elapsed_sql
    if not asked.spans:
        return (
            f"SELECT k.unit, k.c, {elapsed('k.s', 'a.happened_at')} AS k, {columns} FROM {members} AS k "
            f"JOIN acts AS a ON a.unit = k.unit AND a.backs AND a.happened_at >= k.s"
        )
    now = literal(asked.as_of)
    until = f"CASE WHEN a.ends >= {now} THEN {elapsed('k.s', f'({now} - {_INSTANT})')} "
    until += f"ELSE {elapsed('k.s', 'a.ends')} - 1 END"
    windows = ", ".join(f"({n})" for n in range(last + 1))
    return (
        f"SELECT k.unit, k.c, t.k, {columns} FROM {members} AS k JOIN acts AS a ON a.unit = k.unit AND a.backs "
        f"JOIN (VALUES {windows}) AS t(k) ON t.k >= {elapsed('k.s', 'a.happened_at')} AND t.k <= {until}"
    )


def _moves(asked: Question, last: int) -> str:
    """Who came back in which period after the start, how many times, with what."""
    if not asked.calendar:
        rows = hits(asked, "kept", "a.amount, a.quantity", last)
        return (
            f"SELECT unit, c, k, count(*) AS times, sum(amount) AS amount, sum(quantity) AS quantity "
            f"FROM ({rows}) AS h GROUP BY unit, c, k"
        )
    acts = (
        "SELECT unit, p, count(*) AS times, sum(amount) AS amount, sum(quantity) AS quantity "
        "FROM acts WHERE backs GROUP BY unit, p"
    )
    return (
        f"SELECT k.unit, k.c, a.p - k.c AS k, a.times, a.amount, a.quantity "
        f"FROM kept AS k JOIN ({acts}) AS a ON a.unit = k.unit AND a.p >= k.c"
    )


def _counting(asked: Question) -> str:
    """The moves that count: after the start, with rows enough, and where gaps are out, before the first of them."""
    rows = f"SELECT unit, c, k, amount, quantity FROM moves WHERE k >= 1 AND times >= {asked.minimum}"
    if not asked.unbroken:
        return rows
    numbered = f"SELECT *, row_number() OVER (PARTITION BY unit, c ORDER BY k) AS place FROM ({rows}) AS r"
    return f"SELECT unit, c, k, amount, quantity FROM ({numbered}) AS n WHERE k = place"


def _filled(asked: Question) -> str:
    if asked.kind == "on":
        return f"SELECT unit, c, k AS low, k AS high FROM counting WHERE k <= {asked.periods}"
    if asked.kind in ("on_or_after", "streak"):
        return "SELECT unit, c, 1 AS low, max(k) AS high FROM counting GROUP BY unit, c"
    if asked.kind == "on_or_before":
        return f"SELECT unit, c, min(k) AS low, {asked.periods} AS high FROM counting GROUP BY unit, c"
    edges = ", ".join(f"({n}, {low}, {high})" for n, low, high in asked.steps)
    found = (
        f"SELECT DISTINCT m.unit, m.c, e.n AS low, e.n AS high FROM counting AS m "
        f"JOIN (VALUES {edges}) AS e(n, opens, closes) ON m.k >= e.opens AND m.k <= e.closes"
    )
    if asked.reactivation:
        return found
    numbered = f"SELECT *, row_number() OVER (PARTITION BY unit, c ORDER BY low) AS place FROM ({found}) AS f"
    return f"SELECT unit, c, low, high FROM ({numbered}) AS n WHERE low = place"


def count_sql(asked: Question, made: Plan) -> tuple[str, dict[str, object]]:
    """The triangle: cohort, breakdowns, k, eligible, retained, complete; runnable as it stands once values are in."""
    steps = ", ".join(["(0)", *(f"({k})" for k, _, _ in asked.steps)])
    own = made.groups("s")
    made.ctes.extend(
        [
            ("steps", f"SELECT k FROM (VALUES {steps}) AS v(k)"),
            (
                "sizes",
                f"SELECT {made.groups('k')}, k.reach, count(*) AS n FROM kept AS k GROUP BY {own_places(made, 1)}",
            ),
            (
                "cells",
                f"SELECT {own}, t.k, sum(s.n) AS eligible FROM sizes AS s JOIN steps AS t "
                f"ON t.k = 0 OR s.reach >= t.k GROUP BY {own_places(made, 1)}",
            ),
            (
                "grouped",
                f"SELECT {made.groups('k')}, r.low, r.high, count(*) AS n FROM ranges AS r "
                f"JOIN kept AS k ON k.unit = r.unit AND k.c = r.c GROUP BY {own_places(made, 2)}",
            ),
            (
                "came",
                f"SELECT {own}, t.k, sum(s.n) AS retained FROM grouped AS s JOIN steps AS t "
                f"ON t.k >= s.low AND t.k <= s.high GROUP BY {own_places(made, 1)}",
            ),
        ]
    )
    return made.query(
        f"SELECT {shown(asked, made)}, s.k, CAST(s.eligible AS BIGINT) AS eligible, "
        f"CAST(CASE WHEN s.k = 0 THEN s.eligible ELSE coalesce(c.retained, 0) END AS BIGINT) AS retained, "
        f"{complete_sql(asked, made)} AS complete FROM cells AS s "
        f"LEFT JOIN came AS c ON c.k = s.k AND {made.same('c', 's')} ORDER BY {own_places(made, 1)}"
    )


def own_places(made: Plan, more: int) -> str:
    """Ordinals of the grouping columns and `more` after them."""
    return ", ".join(str(n) for n in range(1, len(made.by) + 2 + more))


def shown(asked: Question, made: Plan) -> str:
    """The cohort and the breakdowns under their own names."""
    cohort = "s.cohort" if asked.by_attribute else asked.clock.start_sql("s.cohort")
    return ", ".join([f"{cohort} AS cohort", *(f"s.{column} AS {quote(name)}" for name, column in made.by.items())])


def complete_sql(asked: Question, made: Plan) -> str:
    """Whether a cell can still change. An attribute's cells count only what is over."""
    if asked.by_attribute:
        return "TRUE"
    if not asked.calendar:
        # the last to start could still be waiting for its window: then fewer are eligible than started
        return (
            f"s.cohort < {asked.now} AND s.eligible = max(CASE WHEN s.k = 0 THEN s.eligible END) "
            f"OVER (PARTITION BY {made.groups('s')})"
        )
    last = "s.k"
    if asked.kind == "brackets":
        last = "CASE s.k WHEN 0 THEN 0 " + " ".join(f"WHEN {n} THEN {high}" for n, _, high in asked.steps) + " END"
    return f"s.cohort + {last} < {asked.now}"
