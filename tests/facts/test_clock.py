"""Period numbers: SQL and Python must agree, and with the periods of the KPIs."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb
import numpy as np
import pytest

from cs_metrics.errors import QueryError
from cs_metrics.facts.clock import GRAINS, Clock
from cs_metrics.periods import floor
from cs_metrics.settings import resolve

MOMENTS = [
    datetime(2024, 2, 29, 23, 59, 59) + timedelta(hours=int(h))
    for h in np.random.default_rng(3).integers(-400_000, 90_000, 200)
]


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("more", [{}, {"week_starts": "sunday", "fiscal_year_starts": 4}, {"week_starts": "saturday"}])
def test_numbers_agree_between_sql_and_python_and_lead_back_to_the_start(grain, more):
    settings = resolve(more)
    clock = Clock(grain, settings)
    con = duckdb.connect()
    con.execute("CREATE TABLE t(moment TIMESTAMP)")
    con.executemany("INSERT INTO t VALUES (?)", [[m] for m in MOMENTS])
    number = clock.number_sql("moment")
    rows = con.execute(f"SELECT moment, {number}, {clock.start_sql(f'({number})')} FROM t").fetchall()
    for moment, in_sql, start in rows:
        assert in_sql == clock.number(moment)
        assert start == clock.start(in_sql) <= moment < clock.start(in_sql + 1)
        if grain != "hour":
            assert start == floor(moment, grain, settings)


def test_rolling_months_clip_to_the_months_end():
    clock = Clock("month", resolve())
    con = duckdb.connect()

    def elapsed(since, moment):
        sql = clock.elapsed_sql(f"TIMESTAMP '{since}'", f"TIMESTAMP '{moment}'")
        return con.execute(f"SELECT {sql}").fetchall()[0][0]

    assert elapsed("2024-01-31 10:00:00", "2024-02-29 09:59:59") == 0
    assert elapsed("2024-01-31 10:00:00", "2024-02-29 10:00:00") == 1
    assert elapsed("2024-01-31 10:00:00", "2024-03-31 09:00:00") == 1
    assert elapsed("2024-01-31 10:00:00", "2024-03-31 10:00:00") == 2


def test_unknown_grain_is_refused_with_a_suggestion():
    with pytest.raises(QueryError, match="'month'"):
        Clock("moth", resolve())
