"""What must hold for every KPI of adoption."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cs_metrics.kpis import Slice, compute, rows
from tests.kpis.journeys import Tables, answer, on, step, use, user
from tests.support import kept_version


def everything() -> Tables:
    """Two regions, with something of every kind in each of them."""
    tables: Tables = {
        name: [] for name in ("customers", "users", "subscriptions", "events", "milestones", "survey_responses")
    }
    for number in range(12):
        account, region = f"c{number}", ["EU", "US", None][number % 3]
        begun = f"2026-0{1 + number % 3}-0{1 + number % 7}"
        tables["customers"].append({"customer_id": account, "region": region, "signed_up_on": on(begun).date()})
        tables["subscriptions"].append({"customer_id": account, "start_date": on(begun).date(), "amount": 10.0})
        tables["milestones"] += [step(account, "exceeded_value", "2026-04-20"), step(account, "set_up", "2026-03-15")]
        for place in range(4):
            name = f"{account}-{place}"
            tables["users"].append(user(name, begun, f"2026-03-{10 + place}" if place else None, account=account))
            for day in range(place, 80, 5 + place):
                when = str(pd.Timestamp(begun) + pd.Timedelta(days=day, hours=9))
                feature = ["search", "export", None][(day + number) % 3]
                tables["events"].append(use(name, when, "save" if day % 2 else "open", feature, account=account))
            survey = ["onboarding", "csat", "nps", "ces"][place]
            tables["survey_responses"].append(answer(survey, 1 + place, "2026-03-25", customer_id=account))
    return tables


WHOLE = everything()
CHOSEN = {"key_event": "save", "key_milestones": ["set_up"], "fresh_days": 3650}
KPIS = (
    "activation_rate", "onboarding_satisfaction_score", "customer_feedback_score_post_activation",
    "time_to_first_key_action", "time_to_first_habitual_action", "time_to_exceed_value", "feature_adoption_rate_early",
    "feature_adoption_rate_ongoing", "active_feature_usage_rate", "breadth_of_use", "key_activation_milestones_share",
    "three_activated_users_share", "retained_feature_users_share",
)  # fmt: skip


def whole(kpi: str, **how: Any) -> pd.DataFrame:
    asked = Slice.of("month", since="2026-02-01", until="2026-05-01", definitions=CHOSEN, **how)
    answers = compute(kept_version(WHOLE), [kpi], asked, as_of="2026-05-01")
    return answers[answers["item"].isna()]


@pytest.mark.parametrize("kpi", KPIS)
def test_segments_add_up_to_the_whole(kpi: str) -> None:
    every, split = whole(kpi), whole(kpi, by="region")
    assert every["n"].sum() > 0
    for part in ("numerator", "denominator", "n"):
        summed = split.groupby("period")[part].sum()
        assert np.allclose(summed, every.set_index("period")[part])


@pytest.mark.parametrize("kpi", KPIS)
def test_rows_sum_to_the_parts(kpi: str) -> None:
    asked = Slice.of("month", definitions=CHOSEN)
    for _, cell in whole(kpi).iterrows():
        for part in ("numerator", "denominator"):
            behind = rows(kept_version(WHOLE), kpi, cell["period"], asked, as_of="2026-05-01", part=part)
            assert behind["_value"].astype(float).sum() == pytest.approx(cell[part])
            assert behind["_source"].notna().all()
            assert behind["_row"].notna().all()


@pytest.mark.parametrize("kpi", KPIS)
def test_a_period_without_anyone_has_no_value(kpi: str) -> None:
    asked = Slice.of("month", since="2025-06-01", until="2025-07-01", definitions=CHOSEN)
    cell = compute(kept_version(WHOLE), [kpi], asked, as_of="2026-05-01").iloc[0]
    assert np.isnan(cell["value"])
    assert cell["n"] == 0
    assert cell["note"].startswith("No ")
