"""Retention questions as someone would write them in SQL: cohort, (region,) k and the figure, for k from 1."""

from __future__ import annotations

import duckdb

from tests.benchmarks.generate import AS_OF

LAST = AS_OF.year * 12 + AS_OF.month - 1
_MONTH = "year({0}) * 12 + month({0})"
_WEEK = "date_diff('day', DATE '1900-01-01', CAST({0} AS DATE)) // 7"
_STEPS = "(SELECT unnest(range(1, 13)) AS k) AS t"
_EDGES = "(VALUES (1, 1, 1), (2, 2, 3), (3, 4, 6), (4, 7, 12)) AS e(k, low, high)"


def _moves(unit: str = "customer_id", number: str = _MONTH) -> str:
    """Who was active how many periods after the first."""
    return (
        f"a AS (SELECT DISTINCT {unit} AS u, {number.format('occurred_at')} AS p FROM events), "
        f"f AS (SELECT u, min(p) AS c FROM a GROUP BY u), m AS (SELECT u, c, p - c AS k FROM a JOIN f USING (u))"
    )


_ON = "SELECT c, k, count(*) AS n FROM m WHERE k BETWEEN 1 AND 12 GROUP BY 1, 2"
_RUN = "(SELECT *, row_number() OVER (PARTITION BY u ORDER BY k) AS r FROM m WHERE k >= 1)"
_PAID = (
    f"a AS (SELECT customer_id AS u, {_MONTH.format('ordered_at')} AS p, sum(amount) AS v FROM orders GROUP BY 1, 2), "
    f"f AS (SELECT u, min(p) AS c, arg_min(v, p) AS b FROM a GROUP BY u), "
    f"m AS (SELECT u, c, b, p - c AS k, v FROM a JOIN f USING (u))"
)

SQL = {
    "on": f"WITH {_moves()} {_ON}",
    "on, weeks": f"WITH {_moves(number=_WEEK)} {_ON}",
    "on, users": f"WITH {_moves('user_id')} {_ON}",
    "on or after": (
        f"WITH {_moves()}, l AS (SELECT u, c, max(k) AS last FROM m GROUP BY 1, 2) "
        f"SELECT c, t.k, count(*) AS n FROM l JOIN {_STEPS} ON t.k <= last GROUP BY 1, 2"
    ),
    "on or before": (
        f"WITH {_moves()}, l AS (SELECT u, c, min(k) AS first FROM m WHERE k >= 1 GROUP BY 1, 2) "
        f"SELECT c, t.k, count(*) AS n FROM l JOIN {_STEPS} ON t.k >= first AND c + t.k <= {LAST} GROUP BY 1, 2"
    ),
    "streak": f"WITH {_moves()} SELECT c, k, count(*) AS n FROM {_RUN} WHERE k = r AND k <= 12 GROUP BY 1, 2",
    "brackets": (
        f"WITH {_moves()} SELECT c, e.k, count(DISTINCT u) AS n FROM m JOIN {_EDGES} ON m.k BETWEEN low AND high "
        f"GROUP BY 1, 2"
    ),
    "by attribute": (
        f"WITH {_moves()} SELECT c, region, k, count(*) AS n FROM m JOIN customers ON customer_id = u "
        f"WHERE k BETWEEN 1 AND 12 GROUP BY 1, 2, 3"
    ),
    "cohorts of an attribute": (
        f"WITH {_moves()} SELECT region AS c, k, count(*) AS n FROM m JOIN customers ON customer_id = u "
        f"WHERE k BETWEEN 1 AND 12 GROUP BY 1, 2"
    ),
    "every start": (
        f"WITH {_moves()} SELECT s.p AS c, a.p - s.p AS k, count(*) AS n FROM a JOIN a AS s USING (u) "
        f"WHERE a.p - s.p BETWEEN 1 AND 12 GROUP BY 1, 2"
    ),
    "rolling": (
        f"WITH f AS (SELECT customer_id AS u, min(occurred_at) AS s FROM events GROUP BY 1), "
        f"m AS (SELECT DISTINCT u, s, date_sub('month', s, occurred_at) AS k FROM events JOIN f ON u = customer_id) "
        f"SELECT {_MONTH.format('s')} AS c, k, count(*) AS n FROM m WHERE k BETWEEN 1 AND 12 "
        f"AND s + to_months(CAST(k AS INTEGER) + 1) <= TIMESTAMP '{AS_OF}' GROUP BY 1, 2"
    ),
    "two events, at least twice": (
        f"WITH f AS (SELECT customer_id AS u, min({_MONTH.format('occurred_at')}) AS c FROM events "
        f"WHERE event = 'view' GROUP BY 1), "
        f"a AS (SELECT customer_id AS u, {_MONTH.format('occurred_at')} AS p FROM events "
        f"WHERE event = 'share' GROUP BY 1, 2 HAVING count(*) >= 2) SELECT c, p - c AS k, count(*) AS n "
        f"FROM a JOIN f USING (u) WHERE p - c BETWEEN 1 AND 12 GROUP BY 1, 2"
    ),
    "sign-up, then orders": (
        f"WITH f AS (SELECT customer_id AS u, {_MONTH.format('signed_up_on')} AS c FROM customers), "
        f"a AS (SELECT DISTINCT customer_id AS u, {_MONTH.format('ordered_at')} AS p FROM orders) "
        f"SELECT c, p - c AS k, count(*) AS n FROM a JOIN f USING (u) WHERE p - c BETWEEN 1 AND 12 GROUP BY 1, 2"
    ),
    "parents and children as one": (
        f"WITH o AS (SELECT DISTINCT coalesce(parent_customer_id, customer_id) AS u, "
        f"{_MONTH.format('ordered_at')} AS p FROM orders JOIN customers USING (customer_id)), "
        f"f AS (SELECT u, min(p) AS c FROM o GROUP BY u), "
        f"m AS (SELECT u, c, p - c AS k FROM o JOIN f USING (u)) {_ON}"
    ),
    "net revenue": f"WITH {_PAID} SELECT c, k, sum(v) AS n FROM m WHERE k BETWEEN 1 AND 12 GROUP BY 1, 2",
    "gross revenue": f"WITH {_PAID} SELECT c, k, sum(least(v, b)) AS n FROM m WHERE k BETWEEN 1 AND 12 GROUP BY 1, 2",
    "net revenue, none that was away": (
        f"WITH {_PAID} SELECT c, k, sum(v) AS n FROM {_RUN} WHERE k = r AND k <= 12 GROUP BY 1, 2"
    ),
}


def answer(con: duckdb.DuckDBPyConnection, name: str) -> dict[tuple, float]:
    """(cohort, (region,) k) -> the figure, where it is not zero."""
    rows = con.execute(SQL[name]).fetchall()
    return {tuple(row[:-1]): float(row[-1]) for row in rows if row[-1]}
