"""What holds of retention whatever the data: segments and causes add up, opposites are complements."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd
import pytest

from cs_metrics.kpis import Slice, compute, rows
from tests.kpis.company import company
from tests.support import make_version

RANGE = {"since": "2025-06-01", "until": "2026-04-14"}
ADD_UP = [
    "customer_retention_rate", "customer_churn_rate", "customer_cohort_retention_rate", "renewal_rate",
    "contract_renewal_rate", "gross_revenue_retention", "gross_revenue_churn_rate", "revenue_churn_rate",
    "net_revenue_churn_rate", "customer_downgrade_rate", "downgrade_to_churn_conversion_rate",
    "customer_feedback_retention_score", "average_customer_lifespan", "drop_off_rate",
]  # fmt: skip


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with make_version(company(), as_of="2026-04-14") as connection:
        yield connection


def whole(con: duckdb.DuckDBPyConnection, kpi: str) -> pd.DataFrame:
    frame = compute(con, [kpi], Slice.of("month", **RANGE))
    return frame[frame["item"].isna()].set_index("period")


@pytest.mark.parametrize("kpi", ADD_UP)
def test_segments_add_up_to_the_whole(con: duckdb.DuckDBPyConnection, kpi: str) -> None:
    every = whole(con, kpi)
    assert every["n"].sum() > 0
    split = compute(con, [kpi], Slice.of("month", by="region", **RANGE))
    split = split[split["item"].isna()]
    for part in ("numerator", "denominator", "n"):
        summed = split.groupby("period")[part].sum()
        assert np.allclose(summed.reindex(every.index).fillna(0), every[part]), part


def test_kept_and_lost_are_complements(con: duckdb.DuckDBPyConnection) -> None:
    for kept, lost in (
        ("customer_retention_rate", "customer_churn_rate"),
        ("gross_revenue_retention", "gross_revenue_churn_rate"),
        ("net_revenue_retention", "net_revenue_churn_rate"),
    ):
        a, b = whole(con, kept), whole(con, lost)
        assert np.allclose((a["value"] + b["value"]).dropna(), 1), kept
        assert np.allclose((a["low"] + b["high"]).dropna(), 1), kept


def test_causes_are_all_there_and_add_up_to_what_was_lost(con: duckdb.DuckDBPyConnection) -> None:
    frame = compute(con, ["revenue_churn_rate"], Slice.of("quarter", by="plan", **RANGE))
    causes = frame[frame["item"].notna()]
    assert set(causes["item"]) == {"cancelled", "downgraded", "not_renewed"}
    keys = ["period", "plan"]
    summed = causes.groupby(keys, dropna=False)["numerator"].agg(["sum", "count"]).reset_index()
    both = frame[frame["item"].isna() & (frame["denominator"] > 0)].merge(summed, on=keys, how="left")
    assert np.allclose(both["numerator"], both["sum"])
    assert (both["count"] == 3).all()


@pytest.mark.parametrize("kpi", ["revenue_churn_rate", "drop_off_rate"])
def test_rows_of_an_item_make_it_up(con: duckdb.DuckDBPyConnection, kpi: str) -> None:
    asked = Slice.of("quarter", **RANGE)
    frame = compute(con, [kpi], asked)
    found = frame[frame["item"].notna() & (frame["numerator"] > 0)]
    assert len(found) > 2
    for _, cell in found.iterrows():
        behind = rows(con, kpi, cell["period"], asked, item=cell["item"])
        assert behind["_value"].astype(float).sum() == pytest.approx(cell["numerator"])
        assert behind["_source"].notna().all()
        assert (behind["_row"] >= 2).all()


@pytest.mark.parametrize("part", ["lost_mrr", "lost", "spent", "acquisition", "won"])
def test_every_part_of_the_cost_of_churn_opens(con: duckdb.DuckDBPyConnection, part: str) -> None:
    asked = Slice.of("quarter", **RANGE)
    found = rows(con, "customer_churn_cost", "2025-10-01", asked, part=part)
    assert found["_source"].notna().all()
    assert len(found) > 0 or part == "spent"  # the small company spends nothing on churn


def test_a_longer_grace_never_renews_fewer_and_a_longer_window_never_loses_more(con: duckdb.DuckDBPyConnection) -> None:
    def numerators(kpi: str, **definitions: int) -> np.ndarray:
        frame = compute(con, [kpi], Slice.of("month", definitions=definitions, **RANGE))
        return frame[frame["item"].isna()]["numerator"].to_numpy()

    assert (numerators("renewal_rate", renewal_grace_days=0) <= numerators("renewal_rate", renewal_grace_days=90)).all()
    patient = numerators("drop_off_rate", drop_off_window_days=90)
    assert (patient <= numerators("drop_off_rate", drop_off_window_days=7)).all()
    later = numerators("downgrade_to_churn_conversion_rate", follow_days=300)
    assert (numerators("downgrade_to_churn_conversion_rate", follow_days=10) <= later).all()
