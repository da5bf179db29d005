"""A workspace: from files to a version and back, through the public names alone."""

from __future__ import annotations

import io

import pandas as pd
import pytest

import cs_metrics as cs

ACCOUNTS = "Account ID,Region,Plan\nA,EMEA,Pro\nB,AMER,Basic\n"
MAPPING = {"customer_id": "Account ID", "region": "Region", "plan": "Plan"}


def upload(text: str, name: str = "accounts.csv") -> io.BytesIO:
    file = io.BytesIO(text.encode())
    file.name = name
    return file


@pytest.fixture
def workspace(tmp_path) -> cs.Workspace:
    return cs.Workspace(tmp_path / "acme")


def loaded(workspace: cs.Workspace, text: str, mode: str = "append", **more) -> cs.Version:
    plan = workspace.read([upload(text)])
    plan.sheet("accounts.csv").use("customers", MAPPING)
    return workspace.publish(plan, mode, **more)


def test_reading_stores_nothing_and_publishing_keeps_the_file_as_it_came(workspace):
    plan = workspace.read([upload(ACCOUNTS)])
    assert workspace.uploads().empty
    assert workspace.numbers() == []
    plan.sheet("accounts.csv").use("customers", MAPPING)
    version = workspace.publish(plan)
    assert version.published.loads[0]["loaded"] == 2
    (sha,) = workspace.uploads()["sha256"]
    assert workspace.upload(sha).read_text() == ACCOUNTS
    assert version.sources()["name"].tolist() == ["accounts.csv"]


def test_a_mapping_is_remembered_for_the_next_file_of_the_same_shape(workspace):
    loaded(workspace, ACCOUNTS)
    plan = workspace.read([upload("Account ID,Region,Plan\nC,EMEA,Pro\n", "june.csv")])
    sheet = plan.sheet("june.csv")
    assert sheet.remembered
    assert sheet.table == "customers"
    assert workspace.publish(plan).tables()["customers"]["rows"] == 3


def test_the_plan_a_customer_had_is_found_again_in_a_breakdown(workspace):
    loaded(workspace, ACCOUNTS)
    loaded(workspace, ACCOUNTS.replace("A,EMEA,Pro", "A,EMEA,Max"), dated="2025-06-01")
    version = workspace.version()
    assert version.tables()["customers"]["rows"] == 2
    assert version.dimensions().set_index("name").loc["plan", "history"]


def test_a_bad_mode_leaves_everything_as_it_was(workspace):
    with pytest.raises(cs.PublishError, match="Did you mean 'upsert'"):
        loaded(workspace, ACCOUNTS, "upsart")
    assert workspace.numbers() == []
    assert workspace.drafts() == []


def test_a_mapping_in_progress_survives_a_reload(workspace):
    plan = workspace.read([upload(ACCOUNTS)])
    plan.sheet("accounts.csv").use("customers", {"customer_id": "Account ID", "segment": "Plan"})
    sha = workspace.keep_upload("accounts.csv", ACCOUNTS.encode())
    draft = workspace.save_draft({"uploads": [sha], "plan": plan.to_json()})
    again = cs.Workspace(workspace.path)
    kept = again.draft(draft)
    restored = again.read([again.upload(s) for s in kept["uploads"]]).restore(kept["plan"])
    assert restored.sheet("accounts.csv").mapping == plan.sheet("accounts.csv").mapping
    assert again.publish(restored).tables()["customers"]["columns"] == ["customer_id", "segment"]


def test_what_was_done_is_in_the_audit_log(workspace):
    loaded(workspace, ACCOUNTS, who="ann")
    workspace.set_settings({"minimum_n": 5}, who="bob")
    segment = workspace.save_segment("Pro", {"plan": ["Pro"]}, who="bob")
    workspace.delete_segment(segment)
    workspace.restore_segment(segment)
    audit = workspace.audit()
    assert audit["action"].tolist() == ["restore segment", "delete segment", "save segment", "settings", "publish"]
    assert audit["who"].tolist()[-1] == "ann"
    assert isinstance(audit, pd.DataFrame)


def test_a_mapping_thrown_away_takes_along_the_uploads_that_nothing_else_speaks_of(workspace):
    shas = [workspace.keep_upload(name, text.encode()) for name, text in (("a.csv", ACCOUNTS), ("b.csv", "x\n1\n"))]
    first, second = (workspace.save_draft({"uploads": held}) for held in (shas, shas[1:]))
    loaded(workspace, ACCOUNTS)
    workspace.delete_draft(first)
    assert set(workspace.uploads()["sha256"]) == set(shas)
    workspace.delete_draft(second)
    assert set(workspace.uploads()["sha256"]) == {shas[0]}
    assert not (workspace.folder.files / shas[1]).exists()
    assert workspace.upload(shas[0]).read_text() == ACCOUNTS


def test_an_attribute_that_is_renamed_in_the_file_goes_on_under_the_name_it_had(workspace):
    """Twice: in July the file has its June name again, and so has the mapping that is remembered by then."""
    lines = [f"C{i},{'EMEA' if i % 2 else 'AMER'},{i * 5}" for i in range(8)]
    for month, head in (("may", "Seats"), ("june", "Seats_total"), ("july", "Seats_total"), ("august", "Seats_count")):
        plan = workspace.read([upload("\n".join([f"Account ID,Region,{head}", *lines]), f"accounts_{month}.csv")])
        if month == "may":
            plan.sheets[0].use("customers", {"customer_id": "Account ID", "region": "Region"})
        lines[0] = f"C0,AMER,{len(month)}1"
        version = workspace.publish(plan, "upsert")
        assert version.tables()["customers"]["attributes"] == ["Seats"], month
