"""Retention of revenue and of quantity: what a cohort brought, over what it brought at its start."""

from __future__ import annotations

import pandas as pd

from cs_metrics.analysis.question import Question
from cs_metrics.analysis.triangle import Plan, complete_sql, own_places, shown
from cs_metrics.kpis import intervals

# which of the periods that count belong to a cell
_CELL = {
    "on": "m.k = t.k",
    "on_or_after": "m.k >= t.k",
    "on_or_before": "m.k >= 1 AND m.k <= t.k",
    "brackets": "m.k >= t.opens AND m.k <= t.closes",
}


def parts(asked: Question, made: Plan) -> None:
    """Add, down to `each`: a row for each member and cell: cohort, b0 ..., k, unit, c, a (what it brought; under gross
    no more than its base), b (its base: what it brought in k = 0) and whether it is retained."""
    column = "amount" if asked.value == "revenue" else "quantity"
    steps = ", ".join(["(0, 0, 0)", *(f"({k}, {low}, {high})" for k, low, high in asked.steps)])
    brought = "CASE WHEN s.k = 0 THEN coalesce(b.b, 0) WHEN r.unit IS NOT NULL THEN coalesce(a.a, 0) ELSE 0 END"
    if asked.gross:
        brought = f"least({brought}, coalesce(b.b, 0))"
    made.ctes.extend(
        [
            ("steps", f"SELECT k, opens, closes FROM (VALUES {steps}) AS v(k, opens, closes)"),
            (
                "member_cells",
                f"SELECT {made.groups('k')}, t.k, t.opens, t.closes, k.unit, k.c FROM kept AS k "
                f"JOIN steps AS t ON t.k = 0 OR k.reach >= t.k",
            ),
            ("bases", f"SELECT unit, c, sum(CAST({column} AS DOUBLE)) AS b FROM moves WHERE k = 0 GROUP BY unit, c"),
            (
                "brought",
                f"SELECT t.unit, t.c, t.k, sum(CAST(m.{column} AS DOUBLE)) AS a FROM member_cells AS t "
                f"JOIN counting AS m ON m.unit = t.unit AND m.c = t.c AND t.k > 0 AND {_CELL[asked.kind]} "
                f"GROUP BY t.unit, t.c, t.k",
            ),
            (
                "each",
                f"SELECT {made.groups('s')}, s.k, s.unit, s.c, {brought} AS a, coalesce(b.b, 0) AS b, "
                f"CASE WHEN s.k = 0 OR r.unit IS NOT NULL THEN 1 ELSE 0 END AS retained FROM member_cells AS s "
                f"LEFT JOIN brought AS a ON a.unit = s.unit AND a.c = s.c AND a.k = s.k "
                f"LEFT JOIN bases AS b ON b.unit = s.unit AND b.c = s.c "
                f"LEFT JOIN (SELECT r.unit, r.c, t.k FROM ranges AS r JOIN steps AS t "
                f"ON t.k >= r.low AND t.k <= r.high GROUP BY 1, 2, 3) AS r "
                f"ON r.unit = s.unit AND r.c = s.c AND r.k = s.k",
            ),
        ]
    )


def statement(asked: Question, made: Plan) -> tuple[str, dict[str, object]]:
    """As `triangle.count_sql`, with amount, base, and the sums that the jackknife needs."""
    parts(asked, made)
    made.ctes.extend(
        [
            (
                "summed",
                f"SELECT {made.groups('s')}, s.k, count(*) AS eligible, sum(s.retained) AS retained, "
                f"sum(s.a) AS amount, sum(s.b) AS base FROM each AS s GROUP BY {own_places(made, 1)}",
            ),
            # each member's left-out ratio less the whole: small numbers, so that no digits are lost
            (
                "spread",
                f"SELECT {made.groups('e')}, e.k, count(*) AS n, sum(theta) AS total, sum(theta * theta) AS squares "
                f"FROM (SELECT e.*, (s.amount - e.a) / nullif(s.base - e.b, 0) - s.amount / nullif(s.base, 0) AS theta "
                f"FROM each AS e JOIN summed AS s ON s.k = e.k AND {made.same('s', 'e')}) AS e "
                f"WHERE theta IS NOT NULL GROUP BY {own_places(made, 1)}",
            ),
        ]
    )
    return made.query(
        f"SELECT {shown(asked, made)}, s.k, CAST(s.eligible AS BIGINT) AS eligible, "
        f"CAST(s.retained AS BIGINT) AS retained, s.amount, s.base, s.amount / nullif(s.base, 0) AS value, "
        f"{complete_sql(asked, made)} AS complete, v.n, v.total, v.squares FROM summed AS s "
        f"LEFT JOIN spread AS v ON v.k = s.k AND {made.same('v', 's')} ORDER BY {own_places(made, 1)}"
    )


def measured(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the interval: a jackknife over the members, none where leaving one out leaves no base."""
    n = frame["n"].where(frame["n"] == frame["eligible"])
    low, high = intervals.jackknife(frame["value"], n, frame["total"], frame["squares"])
    # at the start the ratio is one by definition
    whole = frame["k"] == 0
    return frame.assign(low=pd.Series(low).mask(whole), high=pd.Series(high).mask(whole))
