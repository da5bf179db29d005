"""What a version answers: the public names with the public parameters, and numbers that can be checked by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import duckdb
import pytest

from cs_metrics.errors import LimitError, NotComputableError, QueryError, WorkspaceError
from cs_metrics.workspace.store.database import cursor
from tests.api.conftest import put

YEAR = {"since": "2025-01-01", "until": "2025-04-01"}


def test_a_version_says_what_it_is(workspace):
    version = workspace.version()
    assert version.number == 1
    assert version.as_of == datetime(2025, 4, 1)
    assert isinstance(version.created_at, datetime)
    assert version.tables()["customers"] == {
        "rows": 4,
        "columns": ["customer_id", "name", "region"],
        "attributes": ["Seats", "email"],
    }
    assert version.tables()["tickets"]["rows"] == 0


def test_dimensions_name_what_filters_may_name(workspace):
    found = workspace.version().dimensions().set_index("name")
    assert found.loc["region", "values"] == ["EMEA", "AMER"]
    assert found.loc["region", "nulls"] == 1
    assert "subscriptions.plan" in found.index
    assert "tickets.priority" not in found.index


def test_kpis_say_which_column_is_missing(workspace):
    found = workspace.version().kpis().set_index("id")
    assert found.loc["mrr", "computable"]
    assert not found.loc["repeat_purchase_rate", "computable"]
    assert any(need.startswith("orders.") for need in found.loc["repeat_purchase_rate", "needs"])
    with pytest.raises(NotComputableError):
        workspace.version().kpi("repeat_purchase_rate")


def test_mrr_by_month_and_segment(workspace):
    frame = workspace.version().kpi("mrr", grain="month", by="region", **YEAR)
    march = frame[frame["period"] == "2025-03-01"]
    found = {region or "none": float(value) for region, value in zip(march["region"], march["value"], strict=True)}
    assert found == {"AMER": 30.0, "EMEA": 10.0, "none": 40.0}


def test_a_filter_and_a_range(workspace):
    version = workspace.version()
    churn = version.kpi("customer_churn_rate", where={"region": ["EMEA"]}, since="2025-02-01", until="2025-03-01")
    assert churn["value"].tolist() == [0.5]
    assert churn["numerator"].tolist() == [1.0]
    with pytest.raises(QueryError, match="region"):
        version.kpi("mrr", where={"regoin": ["EMEA"]})
    with pytest.raises(QueryError, match="Did you mean 'mrr'"):
        version.kpi("mmr")


def test_rows_behind_a_value_name_their_file_and_row(workspace):
    rows = workspace.version().rows("customer_churn_rate", period="2025-02-01", grain="month")
    assert rows["customer_id"].tolist() == ["B"]
    assert rows["_source"].tolist() == ["subscriptions.csv"]
    assert rows["_row"].tolist() == [3]


def test_the_sql_runs_as_it_stands_and_gives_the_value(workspace):
    version = workspace.version()
    text = version.sql("mrr", where={"region": ["EMEA"]}, **YEAR)
    found = cursor(workspace.folder.version(1)).execute(text).df()
    value = version.kpi("mrr", where={"region": ["EMEA"]}, **YEAR)["value"].iloc[0]
    assert float(found["value"].iloc[0]) == value == 10


def test_a_changed_setting_holds_at_once_and_a_definition_for_one_question(workspace):
    version = workspace.version()
    assert version.settings["trial_days"] == 30
    assert version.kpi("mrr", definitions={"timezone": "Asia/Tokyo"}, **YEAR)["value"].iloc[0] == 80
    workspace.set_settings({"timezone": "Europe/Berlin", "trial_days": 14})
    assert version.settings["trial_days"] == 14
    assert version.kpi("mrr", **YEAR)["value"].iloc[0] == 80
    assert len(workspace.folder.sidecars()) == 2
    with pytest.raises(QueryError, match="no setting 'tril_days'"):
        version.kpi("mrr", definitions={"tril_days": 3})


def test_an_as_of_set_by_hand_holds_everywhere_until_it_is_taken_back(workspace):
    version = workspace.version()
    workspace.set_as_of("2025-02-15")
    assert version.as_of == datetime(2025, 2, 15)
    frame = version.kpi("mrr", grain="month", since="2025-01-01")
    assert frame["complete"].tolist() == [True, False]
    workspace.set_as_of(None)
    assert version.as_of == datetime(2025, 4, 1)


def test_earlier_versions_stay_as_they_were(workspace):
    put(workspace, customers=[{"customer_id": "E", "region": "APAC"}], mode="replace")
    assert workspace.version(1).tables()["customers"]["rows"] == 4
    assert workspace.version().tables()["customers"]["rows"] == 1
    assert workspace.restore(1).tables()["customers"]["rows"] == 4
    assert workspace.versions()["number"].tolist() == [3, 2, 1]
    assert workspace.versions()["restored_from"].tolist()[0] == 1
    with pytest.raises(WorkspaceError, match="versions 1 to 3"):
        workspace.version(9)


def test_an_empty_workspace_says_what_to_do(tmp_path):
    from cs_metrics.api.workspace import Workspace

    with pytest.raises(WorkspaceError, match="no data yet"):
        Workspace(tmp_path / "new").version()


def test_many_threads_get_their_own_answers(workspace):
    version = workspace.version()
    wanted = {"EMEA": 10.0, "AMER": 30.0}

    def ask(region: str) -> bool:
        return float(version.kpi("mrr", where={"region": [region]}, **YEAR)["value"].iloc[0]) == wanted[region]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, ["EMEA", "AMER"] * 10))


def test_a_retention_cell_opens_to_its_members(workspace):
    version = workspace.version()
    words = {"of": "subscriptions", "grain": "month", "periods": 2}
    frame = version.retention(**words)
    cell = frame[(frame["cohort"] == "2025-01-01") & (frame["k"] == 1)].iloc[0]
    assert (cell["eligible"], cell["retained"]) == (3, 2)
    members = version.members(cohort="2025-01-01", k=1, **words)
    assert sorted(members["customer_id"]) == ["A", "C"]
    assert set(members["_source"]) == {"subscriptions.csv"}


def test_movements_add_up_and_nps_has_its_shares(workspace):
    version = workspace.version()
    frame = version.movements(grain="month").astype({"end": float})
    change = frame["start"] + frame["new"] + frame["reactivation"] + frame["expansion"]
    assert (change - frame["contraction"] - frame["churn"]).astype(float).tolist() == frame["end"].tolist()
    nps = version.nps().iloc[0]
    assert (nps["promoters"], nps["passives"], nps["detractors"], nps["n"]) == (2, 0, 1, 3)
    assert nps["value"] == pytest.approx(100 * (2 - 1) / 3)


def test_a_question_that_takes_too_long_ends_in_a_sentence(workspace, monkeypatch):
    version = workspace.version()

    def endless(*asked, **more):
        raise duckdb.InterruptException("INTERRUPT Error: Query exceeded maximum execution time")

    monkeypatch.setattr("cs_metrics.kpis.compute", endless)
    with pytest.raises(LimitError, match="raise CS_METRICS_QUERY_SECONDS"):
        version.kpi("mrr")
