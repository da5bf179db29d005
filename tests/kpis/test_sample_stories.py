"""The stories in the sample company, each told by the number that a page shows for it."""

from __future__ import annotations

from typing import Any

import pytest

import cs_metrics as cs

PROMOTED = {"Promo Code": ["NEWYEAR50"]}
OTHERS = {"Promo Code": {"is": None}}
RELEASE = "2025-09-15"
BEFORE_BACKLOG = {"since": "2025-11-01", "until": "2026-02-01"}
BACKLOG = {"since": "2026-02-01", "until": "2026-04-01"}


@pytest.fixture(scope="module")
def v() -> Any:
    return cs.sample().version()


def one(v: Any, kpi: str, **asked: Any) -> float:
    """The KPI's value over the whole range asked for."""
    frame = v.kpi(kpi, **asked)
    return float(frame[frame["item"].isna()].iloc[0]["value"])


def by(v: Any, kpi: str, attribute: str, **asked: Any) -> dict[str, float]:
    """The KPI's value for each value of an attribute."""
    frame = v.kpi(kpi, by=[attribute], **asked)
    frame = frame[frame["item"].isna()]
    return {str(name): float(value) for name, value in zip(frame[attribute], frame["value"], strict=True)}


def still_there(v: Any, where: dict[str, Any], k: int) -> float:
    """The share of all customers who are still there k months after their first, over the months that are over."""
    cells = v.retention(of="subscriptions", grain="month", periods=13, where=where)
    cells = cells[(cells["k"] == k) & cells["complete"]]
    return float(cells["retained"].sum() / cells["eligible"].sum())


def pooled(v: Any, kpi: str, **asked: Any) -> float:
    """A rate over many months: all parts over all bases, never a mean of rates."""
    frame = v.kpi(kpi, grain="month", since="2024-07-01", until="2026-07-01", **asked)
    return float(frame["numerator"].sum() / frame["denominator"].sum())


def test_plan_sold_by_discount_churns_at_its_first_renewal(v: Any) -> None:
    lost_promoted = still_there(v, PROMOTED, 11) - still_there(v, PROMOTED, 12)
    lost_others = still_there(v, OTHERS, 11) - still_there(v, OTHERS, 12)
    assert lost_promoted > 0.55
    assert lost_others < 0.15


def test_churn_of_the_first_quarter_of_2026_is_that_of_the_promotion(v: Any) -> None:
    rates = by(v, "customer_churn_rate", "Promo Code", since="2026-01-01", until="2026-04-01")
    assert rates["NEWYEAR50"] > 0.55
    assert rates["None"] < 0.10


def test_release_costs_one_region_its_nps_and_no_other(v: Any) -> None:
    before = by(v, "net_promoter_score", "region", since="2025-01-01", until=RELEASE)
    after = by(v, "net_promoter_score", "region", since=RELEASE, until="2026-07-01")
    assert after["EMEA"] < before["EMEA"] - 25
    for region in ("AMER", "APAC", "LATAM"):
        assert after[region] > before[region] - 15


def test_enterprise_expands(v: Any) -> None:
    retention = by(v, "net_revenue_retention", "segment", since="2025-07-01", until="2026-07-01")
    assert retention["Enterprise"] > 1.15
    assert retention["Mid-Market"] < 1.05
    assert retention["SMB"] < 1.05


def test_support_backlog_triples_the_waiting(v: Any) -> None:
    for kpi in ("first_response_time", "average_resolution_time"):
        assert one(v, kpi, **BACKLOG) > 2.5 * one(v, kpi, **BEFORE_BACKLOG)


def test_support_backlog_costs_satisfaction(v: Any) -> None:
    satisfied = "customer_satisfaction_score"
    assert one(v, satisfied, **BACKLOG) < one(v, satisfied, **BEFORE_BACKLOG) - 0.25


def test_promoters_make_most_referrals(v: Any) -> None:
    rows = v.rows("net_promoter_score", part="denominator")
    last = rows.sort_values("responded_at").groupby("customer_id")["score"].last()
    promoters = {"customer_id": sorted(last[last >= 9].index)}
    detractors = {"customer_id": sorted(last[last <= 6].index)}
    made = v.kpi("referral_conversion_rate").iloc[0]["denominator"]
    by_promoters = v.kpi("referral_conversion_rate", where=promoters).iloc[0]["denominator"]
    assert by_promoters / made > 0.5
    joined = "referral_program_participation_rate"
    assert one(v, joined, where=promoters) > 2 * one(v, joined, where=detractors)


def test_referred_customers_churn_less(v: Any) -> None:
    referred = pooled(v, "customer_churn_rate", where={"referred_by": {"is not": None}})
    others = pooled(v, "customer_churn_rate", where={"referred_by": {"is": None}, **OTHERS})
    assert referred < 0.6 * others
