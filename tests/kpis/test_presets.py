"""The presets compute again what each vendor publishes as an example; the pages are named in cs_metrics/presets.py."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cs_metrics.analysis import movements
from cs_metrics.definitions import BY_NAME
from cs_metrics.errors import QueryError
from cs_metrics.kpis import Slice, compute
from cs_metrics.presets import PRESETS, preset
from cs_metrics.settings import resolve
from tests.kpis.money import Tables, sub
from tests.support import make_version


def cell(tables: Tables, name: str, kpi: str, month: str) -> pd.Series:
    con = make_version(tables, preset(name).settings, "2027-06-01")
    until = str(pd.Timestamp(month) + pd.offsets.MonthBegin(1))[:10]
    settings = resolve(preset(name).settings, {"fresh_days": 3650})
    return compute(con, [kpi], Slice.of("month", since=month, until=until), settings).iloc[0]


def monthly(tables: Tables, name: str, first: str, last: str) -> dict[str, dict[str, float]]:
    """The movements of each month that has any: month -> kind -> amount."""
    con = make_version(tables, preset(name).settings, "2027-06-01")
    settings = resolve(preset(name).settings, {"fresh_days": 3650})
    frame = movements(con, settings, None, since=first, until=last)
    kinds = ["new", "reactivation", "expansion", "contraction", "churn"]
    found = {str(row["period"])[:7]: {k: round(row[k], 2) for k in kinds if row[k]} for row in frame.to_dict("records")}
    return {month: moved for month, moved in found.items() if moved}


# https://help.chartmogul.com/hc/en-us/articles/201244842
def test_chartmogul_syncalytics() -> None:
    """Four Gold plans for 2,000 a year; two Silver for 60 a month, given up in mid-cycle; the yearly plan given up near
    its end, which is churn when the paid year is over; three Gold monthly plans at 50 afterwards."""
    tables = {
        "subscriptions": [
            sub("Syncalytics", "2026-01-05", "2026-12-20", 2000, billing_period="year", cancelled_on="2026-12-20"),
            sub("Syncalytics", "2026-02-09", "2026-03-03", 60, cancelled_on="2026-03-03"),
            sub("Syncalytics", "2027-02-10", None, 150),
        ]
    }
    assert monthly(tables, "chartmogul", "2026-01-01", "2027-04-01") == {
        "2026-01": {"new": 166.67},
        "2026-02": {"expansion": 60.0},
        "2026-03": {"contraction": 60.0},  # it is paid up to 9 March
        "2027-01": {"churn": 166.67},  # the year is paid up to 5 January, though it was ended in December
        "2027-02": {"reactivation": 150.0},
    }


# https://help.chartmogul.com/hc/en-us/articles/203359341-Metric-MRR-Churn-Rate
@pytest.mark.parametrize(("kpi", "rate"), [("gross_revenue_churn_rate", 0.2), ("net_revenue_churn_rate", 0.1)])
def test_chartmogul_mrr_churn_rate(kpi: str, rate: float) -> None:
    """100 MRR at the start of the month; 10 lost to churn, 10 to contraction; one customer pays 10 more."""
    tables = {
        "subscriptions": [
            sub("stays", "2026-01-01", None, 40),
            sub("churns", "2026-01-10", "2026-03-10", 10),
            sub("contracts", "2026-01-01", "2026-03-10", 20), sub("contracts", "2026-03-10", None, 10),
            sub("expands", "2026-01-01", "2026-03-10", 30), sub("expands", "2026-03-10", None, 40),
        ]
    }  # fmt: skip
    found = cell(tables, "chartmogul", kpi, "2026-03-01")
    assert (found["denominator"], found["value"]) == (100, rate)


# https://help.baremetrics.com/en/articles/5380330-monthly-recurring-revenue
@pytest.mark.parametrize(
    ("rows", "mrr"),
    [
        ([sub(f"c{i}", "2026-01-01", None, 10) for i in range(10)], 100),
        ([sub("yearly", "2026-01-01", None, 120, billing_period="year")], 10),
        ([sub("coupon", "2026-01-01", None, 10, discount=5)], 5),
    ],
    ids=["10 customers at 10", "120 a year", "50 % off for life"],
)
def test_baremetrics_mrr(rows: list[dict[str, Any]], mrr: float) -> None:
    assert cell({"subscriptions": rows}, "baremetrics", "mrr", "2026-03-01")["value"] == mrr


# https://changelog.baremetrics.com/new-metric-net-revenue-retention-2BOJIA
def test_baremetrics_retention_leaves_out_who_comes_back() -> None:
    """NRR = 100 % - (churned MRR - expansion MRR) / MRR at the start."""
    tables = {
        "subscriptions": [
            sub("stays", "2026-01-01", None, 70),
            sub("expands", "2026-01-01", "2026-03-10", 20), sub("expands", "2026-03-10", None, 25),
            sub("leaves", "2026-01-10", "2026-03-10", 10),
            sub("returns", "2025-01-01", "2025-06-01", 40), sub("returns", "2026-03-10", None, 40),
        ]
    }  # fmt: skip
    names = ("baremetrics", "chartmogul")
    found = {name: cell(tables, name, "net_revenue_retention", "2026-03-01")["value"] for name in names}
    assert found == pytest.approx({"baremetrics": 1 - (10 - 5) / 100, "chartmogul": (70 + 25 + 40) / 100})


# https://docs.stripe.com/billing/subscriptions/analytics/glossary
def test_stripe_mrr() -> None:
    """100 subscribers at 100 a month, 50 at 600 a year."""
    rows = [sub(f"a{i}", "2026-01-01", None, 100) for i in range(100)]
    rows += [sub(f"b{i}", "2026-01-01", None, 600, billing_period="year") for i in range(50)]
    assert cell({"subscriptions": rows}, "stripe", "mrr", "2026-03-01")["value"] == 12_500


# https://support.stripe.com/questions/impact-of-discounts-and-coupons-on-monthly-recurring-revenue-mrr-in-billing
def test_stripe_coupon_for_ever_halves_mrr() -> None:
    rows = [sub("a", "2026-01-01", None, 80, discount=40)]
    assert cell({"subscriptions": rows}, "stripe", "mrr", "2026-03-01")["value"] == 40


# https://support.stripe.com/questions/impact-of-subscription-cancellations-on-monthly-recurring-revenue-mrr-in-billing
def test_stripe_cancellation_at_the_period_end_leaves_mrr_at_once() -> None:
    rows = [sub("a", "2026-01-01", "2027-01-01", 1200, billing_period="year", cancelled_on="2026-03-20")]
    assert monthly({"subscriptions": rows}, "stripe", "2026-01-01", "2027-03-01") == {
        "2026-01": {"new": 100.0},
        "2026-03": {"churn": 100.0},
    }


@pytest.mark.parametrize("found", PRESETS, ids=lambda p: p.name)
def test_preset_names_its_pages_and_sets_only_what_the_field_disagrees_on(found: Any) -> None:
    assert all(source.address.startswith("https://") and source.says.endswith(".") for source in found.sources)
    assert set(found.settings) <= set(BY_NAME)
    assert resolve(found.settings)
    assert len(found.labels) == len(found.settings)
    assert found.example.endswith(".")
    assert found.differs.endswith(".")


def test_an_unknown_preset_is_told_the_nearest() -> None:
    with pytest.raises(QueryError, match="Did you mean 'stripe'"):
        preset("strip")
