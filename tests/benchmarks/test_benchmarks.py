"""The benchmark runs, and its contenders answer the same questions with the same numbers: no time is asserted."""

from __future__ import annotations

import pandas as pd
import pytest

from cs_metrics.workspace.database import cursor
from tests.benchmarks import __main__ as benchmark
from tests.benchmarks import by_hand, by_pandas
from tests.benchmarks.generate import company

ROWS = 3_000


@pytest.fixture(scope="module")
def loads():
    return company(ROWS)


@pytest.fixture(scope="module")
def con(loads, tmp_path_factory):
    return cursor(benchmark.published(tmp_path_factory.mktemp("bench"), loads))


@pytest.fixture(scope="module")
def frames(loads):
    return by_pandas.frames_of({load.table: load.rows for load in loads})


@pytest.mark.parametrize(("where", "keep", "size"), [(None, "TRUE", None), (benchmark.WHERE, benchmark.KEEP, "large")])
def test_ten_kpis_are_the_same_by_every_means(con, frames, where, keep, size):
    ours = benchmark.ten_kpis(con, where).set_index(["period", "region"])
    hand = by_hand.kpis(con, keep)
    pandas = by_pandas.kpis(frames, size)
    for kpi in by_hand.SQL:
        values = ours[ours["kpi"] == kpi]["value"].dropna()
        values = values[values != 0] if kpi in ("mrr", "monthly_active_users") else values
        by_sql = hand[kpi].set_index(["period", "region"])["value"].astype(float)
        by_frame = pandas[kpi].dropna().astype(float)
        both = [s.sort_index().round(9).rename("value") for s in (by_sql.dropna(), by_frame, values)]
        both = [s[s != 0] if kpi == "stickiness" else s for s in both]
        pd.testing.assert_series_equal(both[0], both[1], check_names=False, check_index_type=False, check_dtype=False)
        pd.testing.assert_series_equal(both[0], both[2], check_names=False, check_index_type=False, check_dtype=False)


@pytest.mark.parametrize(("where", "keep", "size"), [(None, "TRUE", None), (benchmark.WHERE, benchmark.KEEP, "large")])
def test_triangle_is_the_same_by_every_means(con, frames, where, keep, size):
    ours = benchmark.triangle(con, where)
    cells = {(c.year * 12 + c.month, k): (r, e) for c, k, e, r in ours.iloc[:, :4].itertuples(index=False) if r}
    hand = by_hand.triangle(con, keep)
    assert cells == {(c, k): (r, e) for c, k, r, e in hand.itertuples(index=False)}
    pandas = by_pandas.triangle(frames, size).stack()
    assert {cell: r for cell, (r, _) in cells.items()} == pandas[pandas > 0].to_dict()


def test_same_size_gives_the_same_rows(loads):
    assert all(a.rows.equals(b.rows) for a, b in zip(loads, company(ROWS), strict=True))


def test_command_prints_ratios(capsys):
    benchmark.main(["--rows", "2000", "--repeat", "1"])
    printed = capsys.readouterr().out
    for word in (*benchmark.STEPS, "÷ hand-written SQL", "÷ pandas", "÷ bare scan"):
        assert word in printed
