"""What believing one of two customer files does to the KPIs: computed by the engine, remembered, taken back."""

from __future__ import annotations

from datetime import date, datetime

import pytest

import cs_metrics as cs
from cs_metrics import facts
from cs_metrics.workspace.publish.publishing import Request, publish
from cs_metrics.workspace.store.progress import Progress
from tests.api.conftest import subscription
from tests.workspace.loads import load
from tests.workspace.test_told import BILLING, CRM


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> cs.Workspace:
    """Two months of a CRM in which A moves from EMEA to APAC in March, and a billing system that has it in AMER."""
    workspace = cs.Workspace(tmp_path_factory.mktemp("published") / "acme")

    def put(*loads, build=facts.build, dated: datetime | None = None) -> None:
        publish(workspace.folder, loads, Request("append", workspace.settings, build, dated=dated), Progress())

    put(load("customers", CRM, "crm_2025-01.xlsx", fingerprint="crm"), build=lambda *_: None)
    moved = [{**row, "region": "APAC"} if row["customer_id"] == "A" else row for row in CRM]
    starts = {"A": date(2025, 1, 1), "B": date(2025, 1, 1), "C": date(2025, 1, 1), "D": date(2025, 3, 31)}
    paid = zip(starts.items(), (10.0, 20.0, 30.0, 5.0), strict=True)
    put(
        load("subscriptions", [subscription(c, start, None, amount, "Pro") for (c, start), amount in paid], "paid.csv"),
        load("customers", moved, "crm_2025-03.xlsx", fingerprint="crm"),
        load("customers", BILLING, "billing.csv", fingerprint="billing"),
        dated=datetime(2025, 3, 1),
    )
    return workspace


def regions(workspace: cs.Workspace, **believed: str) -> dict[str, float]:
    frame = workspace.version().compute("mrr", by="region", definitions={"believed_files": believed})
    return {row["region"]: row["value"] for row in frame.to_dict("records") if row["value"]}


def test_a_blank_does_not_wipe_out_what_another_file_says_and_the_later_file_holds(workspace):
    assert regions(workspace) == {"AMER": 10.0, " amer": 20.0, "EMEA": 30.0, "APAC": 5.0}


def test_each_choice_is_what_the_engine_gives_with_it(workspace):
    found = workspace.version().believing_file("region", "mrr", split=True)
    told = {
        (row["choice"] if isinstance(row["choice"], str) else None, row["region"]): row["value"]
        for row in found.to_dict("records")
    }
    assert told[None, "AMER"] == told["billing", "AMER"] == 10.0
    assert told["crm", "APAC"] == 15.0 == regions(workspace, region="crm")["APAC"]
    assert found[found["in_force"]]["choice"].isna().all()
    assert workspace.version().believing_file("region", "mrr")["value"].tolist() == [65.0, 65.0, 65.0]


def test_the_choice_is_kept_and_taken_back(workspace):
    workspace.set_settings({"believed_files": {"region": "crm"}})
    listed = workspace.version().file_conflicts(by="customer", attribute="region")
    assert listed[listed["in_force"]]["value"].tolist() == ["APAC"]
    workspace.set_settings({"believed_files": None})
    listed = workspace.version().file_conflicts(by="customer", attribute="region")
    assert listed[listed["in_force"]]["value"].tolist() == ["AMER"]


def test_history_is_that_of_the_file_that_is_believed(workspace):
    def by_month(source: str) -> dict[str, list[float]]:
        frame = workspace.version().compute(
            "mrr", grain="month", by="region", since="2025-01-01", until="2025-04-01",
            where={"customer_id": ["A"]}, definitions={"believed_files": {"region": source}},
        )  # fmt: skip
        return {str(name): group["value"].fillna(0).tolist() for name, group in frame.groupby("region")}

    assert by_month("crm") == {"EMEA": [10.0, 10.0, 0.0], "APAC": [0.0, 0.0, 10.0]}
    assert by_month("billing") == {"AMER": [10.0, 10.0, 10.0]}


def test_who_sees_some_sees_none_of_it(workspace):
    view = workspace.version().view(where={"region": ["AMER"]})
    assert view.file_conflicts().empty
    assert view.file_conflicts(by="customer").empty
    assert view.believing_file("region", "mrr").empty
