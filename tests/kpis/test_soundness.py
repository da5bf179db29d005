"""What must hold for every KPI, whatever the data: the cases in which a query is wrong without an error."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd
import pytest
import sqlglot

from cs_metrics.kpis import CATALOGUE, Slice, check, compute, rows, sql
from cs_metrics.kpis.model import Interval
from tests.kpis.company import CHOICES, company
from tests.support import make_version

IDS = sorted(CATALOGUE)
RANGE = {"since": "2025-06-01", "until": "2026-04-14"}
CELL = ["item", "period"]
ABOVE_ALL = (
    "net_revenue_retention",
    "customer_account_growth_rate",
    "community_growth_rate",
    "expansion_revenue_growth_rate",
    "net_revenue_churn_rate",
)
"""Growth is no part of its base: it may be more than all, or less than nothing."""


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with make_version(company(), settings=CHOICES, as_of="2026-04-14") as connection:
        yield connection


def same(left: pd.DataFrame, right: pd.DataFrame, keys: list[str], columns: list[str]) -> None:
    """Assert that two frames agree, cell by cell, up to the last digits of a sum of doubles."""
    a, b = (_keyed(frame, keys) for frame in (left, right))
    both = a.merge(b, on=keys, how="outer", suffixes=("", "_other"), indicator=True)
    assert (both["_merge"] == "both").all(), both[both["_merge"] != "both"]
    for column in columns:
        assert np.allclose(
            both[column].astype(float), both[f"{column}_other"].astype(float), rtol=1e-9, atol=1e-9, equal_nan=True
        ), both[[*keys, column, f"{column}_other"]]


def _keyed(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return frame.assign(**{k: frame[k].astype(object).where(frame[k].notna(), "-").astype(str) for k in keys})


def test_every_kpi_binds_against_an_empty_version() -> None:
    with make_version({}) as empty:
        assert check(empty) == []


def test_a_typo_in_a_column_is_found_by_name() -> None:
    from dataclasses import replace

    from cs_metrics.kpis.model import count

    kpi = CATALOGUE["customer_retention_rate"]
    broken = replace(kpi, forms=(replace(kpi.forms[0], numerator=count("activ_start")),))
    with make_version({}) as empty:
        problems = check(empty, [broken])
    assert [name for name, _ in problems] == ["customer_retention_rate"]
    assert "activ_start" in problems[0][1]


@pytest.mark.parametrize(("grain", "by"), [("month", ("plan",)), (None, ())])
def test_sql_gives_what_compute_gives(con: duckdb.DuckDBPyConnection, grain: str | None, by: tuple[str, ...]) -> None:
    asked = Slice.of(grain, by=by, **RANGE)
    frame = compute(con, IDS, asked)
    for kpi in IDS:
        direct = con.execute(sql(con, kpi, asked)).df()
        if "item" not in direct:
            direct["item"] = None
        mine = frame[frame["kpi"] == kpi]
        # cells in which there is nothing are filled in by compute and absent from the SQL
        keys = [*CELL, *by]
        filled = mine.merge(direct[keys].drop_duplicates(), on=keys, how="left", indicator="seen")
        nothing = filled[filled["seen"] == "left_only"]
        assert (nothing["n"] == 0).all(), kpi
        same(filled[filled["seen"] == "both"], direct, keys, ["value", "numerator", "denominator", "n"])


@pytest.mark.parametrize("kpi", IDS)
def test_rows_recompute_the_value(con: duckdb.DuckDBPyConnection, kpi: str) -> None:
    asked = Slice.of("quarter", where={"region": ["EU", "US"]}, **RANGE)
    frame = compute(con, [kpi], asked)
    whole = frame[frame["item"].isna()].sort_values("period")
    for _, cell in whole.iloc[[1, -1]].iterrows():  # one that is over, and the last, which is not
        parts = CATALOGUE[kpi].forms[0].parts
        for part in ["numerator", "denominator"] if not parts else []:
            if pd.isna(cell[part]):
                continue
            behind = rows(con, kpi, cell["period"], asked, part=part)
            assert behind["_value"].astype(float).sum() == pytest.approx(cell[part]), (part, cell["period"])
            assert behind["_source"].notna().all()
            assert (behind["_row"] >= 2).all()
        if CATALOGUE[kpi].forms[0].interval is Interval.MEDIAN and cell["n"]:
            assert rows(con, kpi, cell["period"], asked)["_value"].median() == pytest.approx(cell["value"])


def test_rows_of_items_recompute_the_item(con: duckdb.DuckDBPyConnection) -> None:
    asked = Slice.of("quarter", **RANGE)
    frame = compute(con, ["feature_adoption_rate", "exit_reason_frequency"], asked)
    items = frame[frame["item"].notna()]
    assert len(items) > 6
    for _, cell in items.iterrows():
        behind = rows(con, cell["kpi"], cell["period"], asked, item=cell["item"])
        assert behind["_value"].sum() == cell["numerator"]


@pytest.mark.parametrize("by", ["region", "plan", "subscriptions.plan", "tickets.product", "survey_responses.channel",
                                "orders.product", "events.device", "referrals.source"])  # fmt: skip
def test_a_segment_is_the_filter_on_its_value(con: duckdb.DuckDBPyConnection, by: str) -> None:
    split = compute(con, IDS, Slice.of("quarter", by=by, **RANGE))
    split = split[~split["note"].str.contains("Cannot be split")]
    assert len(split)
    for value in sorted(split[by].dropna().unique())[:2]:
        alone = compute(con, sorted(split["kpi"].unique()), Slice.of("quarter", where={by: [value]}, **RANGE))
        mine = split[split[by] == value]
        known = mine.merge(alone[["kpi", *CELL]].drop_duplicates(), on=["kpi", *CELL], how="inner")
        other = alone.merge(mine[["kpi", *CELL]].drop_duplicates(), on=["kpi", *CELL], how="inner")
        same(known, other, ["kpi", *CELL], ["value", "numerator", "denominator", "n", "low", "high"])


def test_totals_are_what_is_answered_without_a_breakdown(con: duckdb.DuckDBPyConnection) -> None:
    both = compute(con, IDS, Slice.of("quarter", by="plan", **RANGE), totals=True)
    whole = compute(con, IDS, Slice.of("quarter", **RANGE))
    span = compute(con, IDS, Slice.of(None, **RANGE))
    numbers = ["value", "numerator", "denominator", "n", "low", "high"]
    assert not both.loc[both["total"], "plan"].notna().any()
    same(both[both["total"] & (both["level"] == "period")], whole, ["kpi", *CELL], numbers)
    same(both[both["total"] & (both["level"] == "range")], span, ["kpi", *CELL], numbers)


def test_parts_of_counted_things_sum_to_the_whole(con: duckdb.DuckDBPyConnection) -> None:
    exclusive = ["mrr", "expansion_revenue", "customer_churn_rate", "first_response_time", "referral_conversion_rate",
                 "customer_satisfaction_score", "average_resolution_time", "exit_reason_frequency"]  # fmt: skip
    both = compute(con, exclusive, Slice.of("month", by="plan", **RANGE), totals=True)
    both = both[both["item"].isna()]
    for part in ("numerator", "n"):
        summed = both[~both["total"]].groupby(["kpi", "level", "period"], dropna=False)[part].sum()
        whole = both[both["total"]].set_index(["kpi", "level", "period"])[part]
        assert np.allclose(summed.sort_index(), whole.sort_index())


def test_a_filter_and_its_opposite_are_everyone(con: duckdb.DuckDBPyConnection) -> None:
    where = {"region": ["EU"], "seats": {">=": 5}}
    inside = compute(con, ["mrr"], Slice.of("month", where=where, **RANGE))
    outside = compute(con, ["mrr"], Slice.of("month", where={"not": where}, **RANGE))
    every = compute(con, ["mrr"], Slice.of("month", **RANGE))
    assert np.allclose(inside["value"] + outside["value"], every["value"])


def test_a_null_segment_is_not_the_total(con: duckdb.DuckDBPyConnection) -> None:
    both = compute(con, ["mrr"], Slice.of("month", by="region", **RANGE), totals=True)
    last = both[(both["period"] == "2026-01-01") & both["region"].isna()]
    assert sorted(last["total"]) == [False, True]
    unknown, whole = (float(last.loc[last["total"] == t, "value"].iloc[0]) for t in (False, True))
    assert 0 < unknown < whole


def test_shares_lie_between_0_and_1_and_within_their_interval(con: duckdb.DuckDBPyConnection) -> None:
    shares = [k for k in IDS if CATALOGUE[k].unit == "share" and k not in ABOVE_ALL]
    frame = compute(con, shares, Slice.of("month", by="region", **RANGE))
    known = frame[frame["value"].notna()]
    assert known["value"].between(0, 1).all()
    ends = known[known["low"].notna()]
    assert ((ends["low"] <= ends["value"] + 1e-9) & (ends["value"] <= ends["high"] + 1e-9)).all()


@pytest.mark.parametrize("kpi", IDS)
def test_spark_understands_the_sql(con: duckdb.DuckDBPyConnection, kpi: str) -> None:
    asked = Slice.of("month", by=["region"], where={"plan": ["Pro"]}, **RANGE)
    written = sqlglot.transpile(
        sql(con, kpi, asked), read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    assert len(written) == 1


def test_breakdowns_one_at_a_time_and_together_agree(con: duckdb.DuckDBPyConnection) -> None:
    together = compute(con, IDS, Slice.of("quarter", by="region", **RANGE))
    for kpi in IDS:
        alone = compute(con, [kpi], Slice.of("quarter", by="region", **RANGE))
        mine = together[together["kpi"] == kpi]
        seen = mine[mine["n"] > 0]
        other = alone[alone["n"] > 0]
        same(seen, other, [*CELL, "region"], ["value", "numerator", "n", "low", "high"])
