"""The same questions as someone would write them in SQL, one query a KPI; `{keep}` is a filter on customers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from tests.benchmarks.generate import AS_OF, SINCE

_MONTHS = (
    f"m AS (SELECT s, s + INTERVAL 1 MONTH AS e FROM (SELECT unnest(generate_series(TIMESTAMP '{SINCE}', "
    f"TIMESTAMP '{AS_OF}' - INTERVAL 1 DAY, INTERVAL 1 MONTH)) AS s))"
)
_PEOPLE = "people AS (SELECT customer_id, region FROM customers WHERE {keep})"
_STATE = (
    "SELECT m.s, customer_id, sum(amount) AS mrr FROM m JOIN subscriptions AS x ON start_date < m.{end} "
    "AND (end_date IS NULL OR end_date >= m.{end}) GROUP BY ALL"
)
_CARRY = (
    f"WITH {_MONTHS}, {_PEOPLE}, a AS ({_STATE.replace('{end}', 's')}), b AS ({_STATE.replace('{end}', 'e')}) "
    "SELECT a.s AS period, region, {value} AS value FROM a LEFT JOIN b USING (s, customer_id) "
    "JOIN people USING (customer_id) GROUP BY ALL"
)
_END = (
    f"WITH {_MONTHS}, {_PEOPLE}, b AS ({_STATE.replace('{end}', 'e')}) SELECT s AS period, region, {{value}} AS value "
    "FROM b JOIN people USING (customer_id) GROUP BY ALL"
)
_BUYERS = (
    f"WITH {_PEOPLE}, b AS (SELECT date_trunc('month', ordered_at) AS s, customer_id, count(DISTINCT order_id) AS n "
    "FROM orders GROUP BY ALL) SELECT s AS period, region, {value} AS value FROM b JOIN people USING (customer_id) "
    "GROUP BY ALL"
)
SQL = {
    "customer_retention_rate": _CARRY.replace("{value}", "count(b.mrr) / count(*)"),
    "customer_churn_rate": _CARRY.replace("{value}", "1 - count(b.mrr) / count(*)"),
    "net_revenue_retention": _CARRY.replace("{value}", "sum(coalesce(b.mrr, 0)) / sum(a.mrr)"),
    "gross_revenue_retention": _CARRY.replace("{value}", "sum(least(a.mrr, coalesce(b.mrr, 0))) / sum(a.mrr)"),
    "mrr": _END.replace("{value}", "sum(mrr)"),
    "average_revenue_per_account": _END.replace("{value}", "sum(mrr) / count(*)"),
    "repeat_purchase_rate": _BUYERS.replace("{value}", "count(*) FILTER (WHERE n >= 2) / count(*)"),
    "average_purchase_frequency": _BUYERS.replace("{value}", "sum(n) / count(*)"),
    "monthly_active_users": (
        f"WITH {_MONTHS}, {_PEOPLE} SELECT m.s AS period, region, count(DISTINCT user_id) AS value FROM m JOIN events "
        "ON occurred_at >= m.e - INTERVAL 30 DAY AND occurred_at < m.e JOIN people USING (customer_id) GROUP BY ALL"
    ),
    "stickiness": (
        f"WITH {_PEOPLE}, days AS (SELECT date_trunc('day', occurred_at) AS d, region, count(DISTINCT user_id) AS n "
        "FROM events JOIN people USING (customer_id) GROUP BY ALL), months AS (SELECT date_trunc('month', occurred_at) "
        "AS s, region, count(DISTINCT user_id) AS n FROM events JOIN people USING (customer_id) GROUP BY ALL) "
        "SELECT s AS period, months.region AS region, sum(days.n) / day(last_day(s)) / any_value(months.n) AS value "
        "FROM months JOIN days ON date_trunc('month', d) = s AND days.region = months.region GROUP BY s, months.region"
    ),
}
TRIANGLE = (
    f"WITH {_PEOPLE}, o AS (SELECT DISTINCT customer_id, year(ordered_at) * 12 + month(ordered_at) AS p FROM orders "
    "JOIN people USING (customer_id)), f AS (SELECT customer_id, min(p) AS c FROM o GROUP BY 1), "
    "n AS (SELECT c, count(*) AS eligible FROM f GROUP BY 1) "
    "SELECT c, p - c AS k, count(DISTINCT customer_id) AS retained, any_value(eligible) AS eligible "
    "FROM o JOIN f USING (customer_id) JOIN n USING (c) WHERE p - c <= 12 GROUP BY 1, 2 ORDER BY 1, 2"
)
# sums, because the engine answers a minimum or a maximum from its statistics without looking
SCAN = (
    "SELECT sum(length(customer_id)), sum(epoch(start_date)) FROM subscriptions",
    "SELECT sum(length(customer_id)), sum(epoch(ordered_at)) FROM orders",
    "SELECT sum(length(customer_id)), sum(epoch(occurred_at)) FROM events",
)


def kpis(con: duckdb.DuckDBPyConnection, keep: str = "TRUE") -> dict[str, pd.DataFrame]:
    """Each KPI's frame: period, region, value."""
    return {name: con.execute(sql.replace("{keep}", keep)).df() for name, sql in SQL.items()}


def triangle(con: duckdb.DuckDBPyConnection, keep: str = "TRUE") -> pd.DataFrame:
    """Cells with someone in them: c, k, retained, eligible."""
    return con.execute(TRIANGLE.replace("{keep}", keep)).df()


def scan(con: duckdb.DuckDBPyConnection, queries: tuple[str, ...] = SCAN) -> list[Any]:
    """Look once at id and time of the rows."""
    return [con.execute(query).fetchall() for query in queries]


def load(rows: dict[str, Any], path: Path) -> None:
    """What publishing does at the very least: write the rows into a database file."""
    con = duckdb.connect(str(path))
    for name, arrow in rows.items():
        con.register("arrow_rows", arrow)
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM arrow_rows")
        con.unregister("arrow_rows")
    con.close()
