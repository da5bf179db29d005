"""No address and no number of a person leaves the API in a text, unless the workspace wants it to."""

from __future__ import annotations

from datetime import datetime

import pytest

from cs_metrics.api.workspace import Workspace
from tests.api.conftest import put

WRITTEN = "Call +49 30 1234567 or write to jo@acme.com about order 4055551234."
SHOWN = "Call [phone] or write to [e-mail] about order 4055551234."


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("told") / "told")
    answer = {"survey": "nps", "score": 9.0, "responded_at": datetime(2025, 2, 3), "comment": WRITTEN}
    put(workspace, survey_responses=[{"customer_id": "jo@acme.com", **answer}])
    return workspace


def test_comments_and_the_rows_behind_a_kpi_are_masked_and_ids_are_not(told: Workspace) -> None:
    version = told.version()
    assert version.comments()["comment"].tolist() == [SHOWN]
    rows = version.rows("qualitative_customer_feedback", part="said")
    assert rows["comment"].tolist() == [SHOWN]
    assert rows["customer_id"].tolist() == ["jo@acme.com"]


def test_only_the_workspace_switches_masking_off_and_no_definition_that_is_asked_for(told: Workspace) -> None:
    off = {"mask_contacts": False}
    assert told.version().comments(definitions=off)["comment"].tolist() == [SHOWN]
    assert told.version().view(definitions=off).comments()["comment"].tolist() == [SHOWN]
    told.set_settings(off)
    assert told.version().comments()["comment"].tolist() == [WRITTEN]
    told.set_settings({"mask_contacts": None})
