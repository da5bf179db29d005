"""Retention of revenue and of quantity: what a cohort brought, over what it brought at its start."""

from __future__ import annotations

import pandas as pd

from cs_metrics.analysis.cohorts.question import Question
from cs_metrics.analysis.cohorts.triangle import Plan, complete_sql, own_places, shown
from cs_metrics.kpis import intervals

# which of the periods that count belong to a cell, or to one cell by its own edges
_CELL = {
    "on": "m.k = {low}",
    "on_or_after": "m.k >= {low}",
    "on_or_before": "m.k <= {low}",
    "brackets": "m.k >= {low} AND m.k <= {high}",
}


def _amount(asked: Question) -> str:
    return f"CAST(m.{'amount' if asked.value == 'revenue' else 'quantity'} AS DOUBLE)"


def of_cell(asked: Question, low: int, high: int) -> str:
    """The SELECT of what each of `cell` (unit, c, retained) brought: unit, c, amount (under gross no more than the
    base), base (what it brought in k = 0). `low` and `high`: the cell's periods; 0 and 0 are the start itself."""
    inside = "m.k = 0" if not low else f"m.k > 0 AND c.retained AND {_CELL[asked.kind].format(low=low, high=high)}"
    moved = "moves" if not low else "counting"
    sums = "SELECT m.unit, m.c, sum({0}) AS v FROM {1} AS m JOIN cell AS c ON c.unit = m.unit AND c.c = m.c WHERE {2} "
    sums += "GROUP BY m.unit, m.c"
    brought = "coalesce(a.v, 0)"
    if asked.gross:
        brought = f"least({brought}, coalesce(b.v, 0))"
    return (
        f"SELECT c.unit, c.c, {brought} AS amount, coalesce(b.v, 0) AS base FROM cell AS c "
        f"LEFT JOIN ({sums.format(_amount(asked), moved, inside)}) AS a ON a.unit = c.unit AND a.c = c.c "
        f"LEFT JOIN ({sums.format(_amount(asked), 'moves', 'm.k = 0')}) AS b ON b.unit = c.unit AND b.c = c.c"
    )


def _brought(asked: Question, made: Plan) -> str:
    """Who brought how much in which later cell: a row for a member and cell only where there is something to tell."""
    cell = _CELL[asked.kind].format(low="t.opens", high="t.closes")
    kept = ""
    if asked.kind == "brackets" and not asked.reactivation:
        kept = " JOIN ranges AS r ON r.unit = m.unit AND r.c = m.c AND t.k >= r.low AND t.k <= r.high"
    groups = made.groups("b")
    rows = (
        f"SELECT {groups}, t.k, b.unit, b.c, b.b, {_amount(asked)} AS v, 1 AS came FROM counting AS m "
        f"JOIN based AS b ON b.unit = m.unit AND b.c = m.c "
        f"JOIN steps AS t ON t.k > 0 AND b.reach >= t.k AND {cell}{kept}"
    )
    amount = "sum(v)"
    if asked.gross:
        # a base below zero (more was returned than bought) is less than nothing: it counts without a row, too
        amount = "least(sum(v), any_value(w.b))"
        rows += (
            f" UNION ALL SELECT {groups}, t.k, b.unit, b.c, b.b, 0 AS v, 0 AS came FROM based AS b "
            f"JOIN steps AS t ON t.k > 0 AND b.reach >= t.k WHERE b.b < 0"
        )
    return (
        f"SELECT {made.groups('w')}, w.k, w.unit, w.c, any_value(w.b) AS b, {amount} AS a, max(w.came) AS came "
        f"FROM ({rows}) AS w GROUP BY {own_places(made, 3)}"
    )


def statement(asked: Question, made: Plan) -> tuple[str, dict[str, object]]:
    """As `triangle.count_sql`, with amount, base, and the sums that the jackknife needs.

    Leaving member i out gives (A - a) / (B - b); less A / B, that is theta = (h A / B - a / (B - b)) with
    h = b / (B - b). Most members bring nothing to most cells, and theirs is h A / B: it is summed over all of them at
    once, and only what was brought is looked at member by member.
    """
    steps = ", ".join(["(0, 0, 0)", *(f"({k}, {low}, {high})" for k, low, high in asked.steps)])
    places, same = own_places(made, 1), made.same
    # where all members reach every cell, what is left out of a base is the same for all of them
    weighed = "TRUE" if asked.partial else "s.k = 0"
    weight = f"w.k = {'s.k' if asked.partial else '0'} AND {same('w', 's')}"
    made.ctes.extend(
        [
            ("steps", f"SELECT k, opens, closes FROM (VALUES {steps}) AS v(k, opens, closes)"),
            (
                "based",
                f"SELECT {made.groups('k')}, k.unit, k.c, k.reach, coalesce(b.b, 0) AS b FROM kept AS k "
                f"LEFT JOIN (SELECT m.unit, m.c, sum({_amount(asked)}) AS b FROM moves AS m WHERE m.k = 0 "
                f"GROUP BY m.unit, m.c) AS b ON b.unit = k.unit AND b.c = k.c",
            ),
            ("brought", _brought(asked, made)),
            (
                "reached",
                f"SELECT {made.groups('b')}, b.reach, count(*) AS n, sum(b.b) AS base FROM based AS b "
                f"GROUP BY {places}",
            ),
            (
                "sizes",
                f"SELECT {made.groups('r')}, t.k, sum(r.n) AS eligible, sum(r.base) AS base FROM reached AS r "
                f"JOIN steps AS t ON t.k = 0 OR r.reach >= t.k GROUP BY {places}",
            ),
            (
                "came",
                f"SELECT {made.groups('b')}, b.k, sum(b.came) AS retained, sum(b.a) AS amount FROM brought AS b "
                f"GROUP BY {places}",
            ),
            (
                "summed",
                f"SELECT {made.groups('s')}, s.k, s.eligible, s.base, "
                f"CASE WHEN s.k = 0 THEN s.eligible ELSE coalesce(c.retained, 0) END AS retained, "
                f"CASE WHEN s.k = 0 THEN s.base ELSE coalesce(c.amount, 0) END AS amount FROM sizes AS s "
                f"LEFT JOIN came AS c ON c.k = s.k AND {same('c', 's')}",
            ),
            (
                "weights",
                f"SELECT {made.groups('e')}, e.k, count(e.h) AS n, sum(e.h) AS h, sum(e.h * e.h) AS hh FROM ("
                f"SELECT {made.groups('s')}, s.k, b.b / nullif(s.base - b.b, 0) AS h FROM sizes AS s "
                f"JOIN based AS b ON {same('b', 's')} AND (s.k = 0 OR b.reach >= s.k) WHERE {weighed}) AS e "
                f"GROUP BY {places}",
            ),
            (
                "moved",
                f"SELECT {made.groups('e')}, e.k, count(e.h) AS n, sum(e.h) AS h, sum(e.h * e.h) AS hh, "
                f"sum(e.theta) AS total, sum(e.theta * e.theta) AS squares FROM ("
                f"SELECT {made.groups('b')}, b.k, b.b / nullif(s.base - b.b, 0) AS h, "
                f"(s.amount - b.a) / nullif(s.base - b.b, 0) - s.amount / nullif(s.base, 0) AS theta FROM brought AS b "
                f"JOIN summed AS s ON s.k = b.k AND {same('s', 'b')}) AS e GROUP BY {places}",
            ),
        ]
    )
    ratio = "s.amount / nullif(s.base, 0)"
    rest = f"CASE WHEN w.n > coalesce(v.n, 0) THEN {ratio} * (w.h - coalesce(v.h, 0)) ELSE 0 END"
    rests = (
        f"CASE WHEN w.n > coalesce(v.n, 0) THEN {ratio} * {ratio} * greatest(w.hh - coalesce(v.hh, 0), 0) ELSE 0 END"
    )
    return made.query(
        f"SELECT {shown(asked, made)}, s.k, CAST(s.eligible AS BIGINT) AS eligible, "
        f"CAST(s.retained AS BIGINT) AS retained, s.amount, s.base, {ratio} AS value, "
        f"{complete_sql(asked, made)} AS complete, w.n, coalesce(v.total, 0) + {rest} AS total, "
        f"coalesce(v.squares, 0) + {rests} AS squares FROM summed AS s LEFT JOIN weights AS w ON {weight} "
        f"LEFT JOIN moved AS v ON v.k = s.k AND {same('v', 's')} ORDER BY {places}"
    )


def measured(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the interval: a jackknife over the members, none where leaving one out leaves no base."""
    n = frame["n"].where(frame["n"] == frame["eligible"])
    low, high = intervals.jackknife(frame["value"], n, frame["total"], frame["squares"])
    # at the start the ratio is one by definition
    whole = frame["k"] == 0
    return frame.assign(low=pd.Series(low).mask(whole), high=pd.Series(high).mask(whole))
