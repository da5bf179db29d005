"""Whether referred customers stay and grow, by hand; and what holds for every KPI of advocacy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pandas as pd
import pytest

from cs_metrics.errors import NotComputableError
from cs_metrics.kpis import CATALOGUE, Kind, Slice, compute, rows
from tests.kpis.company import CHOICES, company
from tests.kpis.test_service import one
from tests.support import make_version


def sub(customer: str, start: str, end: str | None, amount: float) -> dict[str, Any]:
    return {"customer_id": customer, "start_date": start, "end_date": end, "amount": amount}


# referred: a, b, e by the customers table, c by a referral that came to nothing, f by both; d and z by nobody
REFERRED = {
    "customers": [{"customer_id": c, "referred_by": "z" if c in "abef" else None, "region": "EU" if c in "ac" else "US"}
                  for c in "abcdefz"],
    "referrals": [{"referrer_customer_id": "z", "referred_customer_id": c, "accepted_at": "2026-01-02"} for c in "cf"],
    "subscriptions": [
        sub("a", "2026-01-01", "2026-03-10", 100), sub("a", "2026-03-10", None, 160),  # + 60
        sub("b", "2026-01-01", "2026-03-20", 40),  # left
        sub("c", "2026-01-01", None, 60),
        sub("d", "2026-01-01", "2026-03-10", 100), sub("d", "2026-03-10", None, 500),  # + 400, but nobody's referral
        sub("e", "2025-01-01", "2025-03-01", 10), sub("e", "2026-03-20", None, 30),  # came back
        sub("f", "2026-03-05", None, 25),  # came in March
        sub("z", "2026-01-01", "2026-03-20", 1),
    ],
}  # fmt: skip


def parts(kpi: str, **how: Any) -> tuple[float, float, float]:
    cell = one(REFERRED, kpi, **how)
    return cell["numerator"], cell["denominator"], cell["value"]


def test_referred_customers_stay_or_leave() -> None:
    # referred and active on 1 March: a, b, c; b left; f came later, e came back
    assert parts("referral_retention_rate") == (2, 3, pytest.approx(2 / 3))
    assert parts("referral_churn_rate") == (1, 3, pytest.approx(1 / 3))
    assert parts("referral_churn_rate", where={"region": ["EU"]}) == (0, 2, 0)


def test_referred_revenue_kept_with_the_returning_by_a_setting() -> None:
    # (160 + 0 + 60) / (100 + 40 + 60); with e's 30 where the returning count
    assert parts("referred_account_nrr") == (220, 200, pytest.approx(1.1))
    back = {"nrr_with_reactivation": True}
    assert parts("referred_account_nrr", definitions=back) == (250, 200, pytest.approx(1.25))


def test_referred_expansion_is_a_sum_without_a_base() -> None:
    cell = one(REFERRED, "referral_driven_expansion_revenue")
    assert (cell["value"], cell["n"], pd.isna(cell["denominator"])) == (60, 1, True)
    nobody = one(REFERRED, "referral_driven_expansion_revenue", since="2026-04-01", until="2026-05-01")
    assert (nobody["value"], nobody["n"]) == (0, 0)


def test_an_unfinished_month_looks_as_far_as_it_has_come() -> None:
    cell = one(REFERRED, "referral_churn_rate", as_of="2026-03-15")
    assert (cell["value"], cell["n"], cell["complete"]) == (0, 3, False)


def test_nobody_referred_was_there_yet() -> None:
    cell = one(REFERRED, "referral_retention_rate", since="2025-11-01", until="2025-12-01")
    assert pd.isna(cell["value"])
    assert cell["note"] == "No referred customers active at the start."


@pytest.mark.parametrize("lacking", ["customers", "referrals"])
def test_either_table_may_name_the_referred(lacking: str) -> None:
    tables = {**REFERRED, lacking: []}
    cell = one(tables, "referral_retention_rate")
    assert cell["n"] == {"customers": 1, "referrals": 2}[lacking]  # c alone; a and b
    with pytest.raises(NotComputableError, match=r"referrals\.referred_customer_id"):
        one({**tables, "customers": [], "referrals": []}, "referral_retention_rate")


def test_the_rows_of_a_referred_customer_lead_to_what_named_it() -> None:
    with make_version(REFERRED, as_of="2026-09-01") as con:
        slice_ = Slice.of("month", since="2026-03-01", until="2026-04-01", definitions={"fresh_days": 3650})
        behind = rows(con, "referral_churn_rate", "2026-03-01", slice_, part="denominator")
    named = dict(behind[["customer_id", "_rows"]].itertuples(index=False))
    assert "customers.csv: 3" in named["b"]
    assert "referrals.csv: 2" in named["c"]


# --- what holds for all ----------------------------------------------------------------------------------------------

# of readiness, a score, something else holds
ADVOCACY = sorted(k.id for k in CATALOGUE.values() if k.category == "Advocacy" and k.kind is not Kind.SNAPSHOT)
RANGE = {"since": "2025-04-01", "until": "2026-04-14"}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with make_version(company(120), settings=CHOICES, as_of="2026-04-14") as connection:
        yield connection


@pytest.mark.parametrize("kpi", ADVOCACY)
def test_segments_add_up_to_the_whole_and_rows_to_the_value(con: duckdb.DuckDBPyConnection, kpi: str) -> None:
    both = compute(con, [kpi], Slice.of("quarter", by="seats", **RANGE), totals=True)
    both = both[(both["level"] == "period") & both["item"].isna()]
    whole = both[both["total"]].set_index("period")
    assert whole["n"].sum() > 0
    if kpi != "net_promoter_score":  # whose respondents may answer from two accounts
        for part in ("numerator", "denominator", "n"):
            summed = both[~both["total"]].groupby("period")[part].sum()
            assert summed.to_numpy(float) == pytest.approx(whole[part].fillna(0).to_numpy(float), abs=1e-6), part
    asked = Slice.of("quarter", **RANGE)
    for period, cell in whole.iterrows():
        for part in ("numerator", "denominator"):
            if pd.notna(cell[part]):
                behind = rows(con, kpi, period, asked, part=part)
                assert behind["_value"].astype(float).sum() == pytest.approx(cell[part], abs=1e-6), (period, part)
                assert behind["_source"].notna().all()


def test_kept_and_lost_are_everyone_referred(con: duckdb.DuckDBPyConnection) -> None:
    frame = compute(con, ["referral_retention_rate", "referral_churn_rate"], Slice.of("month", **RANGE))
    summed = frame.groupby("period")["value"].sum()
    assert len(summed) > 6
    assert summed.to_numpy() == pytest.approx(1)


def test_accepting_is_never_more_than_reacting(con: duckdb.DuckDBPyConnection) -> None:
    frame = compute(con, ADVOCACY, Slice.of("quarter", **RANGE), beside=True)
    mine = frame[frame["kpi"] == "referral_prompt_acceptance_rate"]
    for _, cells in mine.groupby("period"):
        values = cells.set_index(cells["item"].fillna("whole"))["value"]
        if pd.notna(values["whole"]):
            assert 0 < values["whole"] <= values["reacted"]
