"""The engine against the oracles on the sample company, each disputed definition switched."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
import pytest

import cs_metrics as cs
from cs_metrics.schema import TABLES
from cs_metrics.workspace.store.database import cursor

from . import Data
from .agreement import differences, periods

CHURN = ("customer_churn_rate", "customer_retention_rate", "gross_revenue_retention", "net_revenue_retention", "mrr",
         "revenue_churn_rate", "renewal_rate", "contract_renewal_rate", "customer_account_growth_rate",
         "average_revenue_per_user")  # fmt: skip
SWITCHED: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"churn_dated": "paid"}, CHURN),
    ({"churn_dated": "scheduled"}, CHURN),
    ({"grr_cap": "total"}, ("gross_revenue_retention",)),
    ({"nrr_with_reactivation": True}, ("net_revenue_retention",)),
    ({"survey_rule": "all"}, ("net_promoter_score",)),
    ({"survey_rule": "per_survey"}, ("net_promoter_score",)),
    ({"nps_scales": "0_to_10"}, ("net_promoter_score",)),
    ({"mau_window": "calendar_month"}, ("monthly_active_users",)),
    ({"one_off_in_acv": True}, ("annual_contract_value",)),
]


@pytest.fixture(scope="module")
def version(sample_into: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    home = tmp_path_factory.mktemp("definitions") / "workspaces"
    sample_into(home)
    return cs.Workspace(home / "sample").version()


@pytest.mark.parametrize(("switched", "kpi"), [(s, kpi) for s, kpis in SWITCHED for kpi in kpis], ids=str)
def test_every_month_of_a_switched_definition(version: Any, switched: dict[str, Any], kpi: str) -> None:
    data = of_version(version, tuple(switched.items()))
    spans = periods(data, "month")
    since, until = str(spans[0][0].date()), str(spans[-1][1].date())
    frame = version.kpi(kpi, grain="month", since=since, until=until, definitions=switched)
    found = differences(frame, data, kpi, "month", None)
    assert not found, f"{len(found)} differences\n" + "\n".join(found[:25])


@cache
def of_version(version: Any, switched: tuple[tuple[str, Any], ...]) -> Data:
    """The sample's raw tables under switched definitions."""
    con = cursor(version._path(version.settings))
    tables: dict[str, pd.DataFrame] = {name: con.execute(f"SELECT * FROM {name}").df() for name in TABLES}
    return Data(tables, pd.Timestamp(version.as_of), version.settings | dict(switched))
