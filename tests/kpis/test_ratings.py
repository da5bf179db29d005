"""Ticket ratings stand in for a satisfaction survey, and are never mixed with one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from cs_metrics.analysis import distribution
from cs_metrics.kpis import Slice, computable, compute
from tests.support import kept_version

CSAT = "customer_satisfaction_score"
MARCH = Slice.of(None, None, None, "2026-03-01", "2026-04-01")
DAY = datetime(2026, 3, 2)
TICKETS = [{"ticket_id": f"t{i}", "created_at": DAY, "satisfaction": s} for i, s in enumerate([5, 4, 3, None, 7])]
SURVEY = [{"customer_id": "a", "survey": "csat", "score": 1, "sent_at": DAY, "responded_at": DAY}]


def csat(tables: dict[str, Any]) -> Any:
    return compute(kept_version(tables), [CSAT], MARCH, as_of="2026-04-01").iloc[0]


def test_ratings_of_tickets_are_the_score_where_no_survey_is_loaded() -> None:
    cell = csat({"tickets": TICKETS})
    assert (cell["value"], cell["n"]) == (pytest.approx(2 / 3), 3)
    assert "From ticket ratings" in cell["note"]
    spread = distribution(kept_version({"tickets": TICKETS}), {}, "2026-04-01", survey="csat").set_index("score")
    assert spread["answers"].to_dict() == {1: 0, 2: 0, 3: 1, 4: 1, 5: 1}


def test_ratings_are_not_pooled_with_a_survey() -> None:
    cell = csat({"tickets": TICKETS, "survey_responses": SURVEY})
    assert (cell["value"], cell["n"], cell["note"]) == (0, 1, "")


def test_without_either_the_survey_is_what_is_asked_for() -> None:
    bare = [{k: v for k, v in t.items() if k != "satisfaction"} for t in TICKETS]
    kpis = computable(kept_version({"tickets": bare})).set_index("id")
    assert kpis.loc[CSAT, "needs"] == [
        "survey_responses.survey",
        "survey_responses.score",
        "survey_responses.responded_at",
    ]
