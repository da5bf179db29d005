"""What repairs changed is kept in the published version, and seen from the value."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import cs_metrics as cs

TICKETS = """ticket_id,customer_id,created_at,priority,cost
T1,ACME,2024-01-02,High,10
T2,acme,2024-01-03,high,12 h/mo
T3,Acme Corp,2024-01-04,High,11
T4,ACME,45293,low,9/mo
"""
ONE_CASE = {"kind": "spelling", "column": "customer_id", "to": {"acme": "ACME"}}
HIGH = {"kind": "spelling", "column": "priority", "to": {"high": "High"}}
SERIAL = {"kind": "serial", "column": "created_at"}


def published(tmp_path: Path, text: str = TICKETS, mode: str = "append", name: str = "tickets.csv") -> cs.Version:
    file = tmp_path / name
    file.write_text(text)
    workspace = cs.Workspace(tmp_path / "ws")
    plan = workspace.read([file])
    sheet = plan.sheet(name).use("tickets")
    for repair in (ONE_CASE, HIGH, SERIAL):
        sheet.repair(repair)
    return workspace.publish(plan, mode)


def test_each_change_is_kept_with_its_row_and_the_rule(tmp_path):
    version = published(tmp_path)
    frame = version.changes("tickets")
    said = frame[["row_id", "row", "column", "before", "after"]].to_records(index=False).tolist()
    assert said == [
        ("T2", 3, "customer_id", "acme", "ACME"),
        ("T2", 3, "priority", "high", "High"),
        ("T4", 5, "created_at", "45293", "2024-01-02"),
    ]
    assert set(frame["file"]) == {"tickets.csv"}
    assert list(version.changes(row_id="T4")["rule"]) == ["a spreadsheet's day number made a date"]
    assert version.repairs()[["column", "changed", "kept"]].to_records(index=False).tolist() == [
        ("created_at", 1, 1),
        ("customer_id", 1, 1),
        ("priority", 1, 1),
    ]


def test_the_rows_behind_a_number_say_what_was_changed(tmp_path):
    rows = published(tmp_path).rows("support_tickets")
    by_row = dict(zip(rows["_row"], rows["_changed"], strict=True))
    assert by_row[2] == ""
    assert by_row[3].startswith("customer_id: acme became ACME (one spelling for the same thing); priority: high")


def test_a_row_that_gives_way_takes_its_changes_along(tmp_path):
    published(tmp_path)
    newer = published(tmp_path, TICKETS.replace("T2,acme", "T2,ACME"), "upsert", "later.csv")
    assert list(newer.changes(row_id="T2")["column"]) == ["priority"]
    assert set(newer.changes()["file"]) == {"later.csv"}


def test_a_reader_with_hidden_columns_sees_no_changes(tmp_path):
    version = published(tmp_path)
    view = version.view(hidden=["priority"])
    assert view.changes().empty
    assert view.repairs().empty
    assert "_changed" not in view.rows("support_tickets")


def test_what_is_written_down_one_by_one_is_bounded_and_the_rest_counted(tmp_path):
    cs.Workspace(tmp_path / "ws").set_settings({"changes_kept": 2})
    version = published(tmp_path)
    assert len(version.changes()) == 2
    assert version.repairs()["changed"].sum() == 3


def test_the_next_file_of_the_shape_is_repaired_by_itself_and_says_so(tmp_path):
    published(tmp_path)
    later = tmp_path / "february.csv"
    later.write_text(TICKETS.replace("T", "F").replace("Fickets", "tickets"))
    sheet = cs.Workspace(tmp_path / "ws").read([later]).sheet("february.csv")
    assert [(g.state, g.count) for g in sheet.repairs if g.state != "offered"] == [("remembered", 1)] * 3
    assert list(sheet.preview()["priority"]) == ["High", "High", "High", "low"]


def test_a_version_without_repairs_has_none(tmp_path):
    file = tmp_path / "tickets.csv"
    file.write_text(TICKETS)
    workspace = cs.Workspace(tmp_path / "ws")
    plan = workspace.read([file])
    plan.sheet("tickets.csv").use("tickets")
    version = workspace.publish(plan)
    assert version.changes().empty
    assert isinstance(version.repairs(), pd.DataFrame)
    with pytest.raises(KeyError):
        version.rows("support_tickets")["_changed"]
