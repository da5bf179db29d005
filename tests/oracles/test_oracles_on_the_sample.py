"""Every oracle on the sample company: each says something of some complete month of the last two years."""

from __future__ import annotations

import pandas as pd
import pytest

import cs_metrics as cs
from cs_metrics.schema import TABLES
from cs_metrics.workspace.store.database import cursor

from . import ORACLES, Answer, Data
from .agreement import periods


@pytest.fixture(scope="module")
def data() -> Data:
    version = cs.sample().version()
    con = cursor(version.workspace.path / "versions" / f"{version.number:04}.duckdb")
    tables = {name: con.execute(f"SELECT * FROM {name} ORDER BY _source, _row").df() for name in TABLES}
    return Data(tables, pd.Timestamp(version.as_of), version.settings)


def complete_months(data: Data) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """The latest first."""
    return [span for span in reversed(periods(data, "month", 25)) if span[1] <= data.as_of]


def whole(answer: Answer | dict) -> Answer:
    return answer[None] if isinstance(answer, dict) else answer


@pytest.mark.parametrize("kpi", list(ORACLES))
def test_it_has_a_value(data: Data, kpi: str) -> None:
    answers = (whole(ORACLES[kpi](data, *span)) for span in complete_months(data))
    found = next((answer for answer in answers if answer.value is not None), None)
    assert found is not None
    assert found.n > 0 or found.denominator is None


@pytest.mark.parametrize(
    "kpi",
    [
        "activated_to_follow_up_engagement_rate",
        "activation_rate",
        "average_session_duration",
        "lead_response_time",
        "product_usage",
        "qualitative_customer_feedback",
        "referral_prompt_acceptance_rate",
        "referral_retention_rate",
        "resolution_rate",
        "sentiment",
        "support_tickets",
        "three_activated_users_share",
        "weekly_active_users",
    ],
)
def test_regions_add_up_to_the_whole(data: Data, kpi: str) -> None:
    """A region does not change in the sample, so each row is in one; the rows without a customer are in none."""
    span = complete_months(data)[3]
    regions = [*sorted(data["customers"]["region"].dropna().unique()), None]
    parts = [whole(ORACLES[kpi](data, *span, ("region", region))) for region in regions]
    everything = whole(ORACLES[kpi](data, *span))
    assert everything.n > 0
    assert sum(part.n for part in parts) == everything.n
    assert sum(part.numerator or 0 for part in parts) == pytest.approx(everything.numerator)
