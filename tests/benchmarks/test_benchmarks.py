"""The benchmark runs, and its contenders answer the same questions with the same numbers: no time is asserted."""

from __future__ import annotations

import pandas as pd
import pytest

from cs_metrics.api.sample import sample
from cs_metrics.kpis import CATALOGUE
from cs_metrics.schema import TABLES
from cs_metrics.workspace.store.database import cursor
from tests.benchmarks import __main__ as benchmark
from tests.benchmarks import all_kpis, by_hand, by_pandas, multiplied
from tests.benchmarks.generate import company

ROWS = 3_000
COPIED = ["mrr", "support_tickets", "net_promoter_score", "customer_churn_rate"]


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


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    own = sample()
    con = multiplied.multiply(own.folder.version(max(own.numbers())), tmp_path_factory.mktemp("many"), 601)
    multiplied.build_facts(con)
    return con


def test_sample_company_is_multiplied(many):
    assert multiplied.rows(many, "customers") == 1200
    assert all(multiplied.rows(many, table) for table in TABLES)
    for table in ("customers", "users", "tickets", "events"):
        assert many.execute(f"SELECT count(DISTINCT _id) = count(*) FROM {table}").fetchall() == [(True,)]
    most = "SELECT max(n) FROM (SELECT count(*) AS n FROM {} WHERE customer_id IS NOT NULL GROUP BY customer_id)"
    assert many.execute(most.format("tickets")).fetchall() == [(multiplied.MOST,)]
    assert many.execute(most.format("events")).fetchall() == [(multiplied.MOST_EVENTS,)]
    strangers = "SELECT count(*) FROM {} WHERE customer_id NOT IN (SELECT customer_id FROM customers)"
    assert all(many.execute(strangers.format(t)).fetchall() == [(0,)] for t in ("users", "invoices", "touchpoints"))


def test_every_kpi_of_the_multiplied_company_has_a_value(many):
    watched = all_kpis.Watched(many)
    values = all_kpis.ask(watched)
    whole = values[values["item"].isna() & values["value"].notna()]
    assert set(whole["kpi"]) == set(CATALOGUE)
    assert values["period"].nunique() == all_kpis.MONTHS
    assert len(watched.statements) < len(CATALOGUE) / 2
    read = watched.read()
    assert {"fact_active", "fact_signal", "fact_ticket"} <= set(read)
    assert len(all_kpis.scan(many, read)) == len(read)


def test_command_prints_the_cost_of_one_request(capsys):
    benchmark.main(["--customers", "600", "--repeat", "1"])
    printed = capsys.readouterr().out
    assert f"{len(CATALOGUE)} KPIs of {len(CATALOGUE)}" in printed
    assert "of 600 customers" in printed
    assert "times one bare scan" in printed


def test_copied_facts_say_the_same_of_more_customers(tmp_path):
    company = sample().folder
    own = multiplied.multiply(company.version(max(company.numbers())), tmp_path / "one", 1)
    multiplied.build_facts(own)
    before = all_kpis.ask(own, COPIED)
    own.close()
    after = all_kpis.ask(multiplied.copied(tmp_path / "one" / multiplied.FILE, tmp_path / "many", 3), COPIED)
    assert len(before) == len(after) >= len(COPIED) * all_kpis.MONTHS
    for kpi in COPIED:
        one, many = (frame[frame["kpi"] == kpi] for frame in (before, after))
        parts = [pytest.approx(3 * float(part)) for part in one["numerator"]]
        assert many["numerator"].astype(float).tolist() == parts, kpi
