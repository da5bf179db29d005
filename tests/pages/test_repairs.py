"""The Data page: a group of problems is repaired by one click, shown before and after, undone, and made again."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from pages._ui.people import workspaces
from tests.pages.test_data import button, dropped, said, waited

Open = Callable[..., AppTest]
HEADER = "Client ID,Name,Since,Tier,ARR"
ROWS = [f"C{i},Firm *{i}*,2025-01-{i + 10},{'Gold' if i % 3 else 'gold'},{i}00" for i in range(9)]
CLIENTS = "\n".join([HEADER, *ROWS, "C10,Total,2025-01-09,Gold,3600"]).encode()
LATER = "\n".join([HEADER, *(r.replace("C", "D") for r in ROWS)]).encode()


@pytest.fixture
def name(home: Any) -> str:
    """An empty workspace of the test's own."""
    return workspaces.create(f"Repairs {uuid.uuid4().hex[:8]}")


def test_one_click_repairs_a_group_and_one_takes_it_back(open_page: Open, name: str) -> None:
    app = dropped(open_page, name, ("clients.csv", CLIENTS))
    assert "3 values are spelled in a second way (gold / Gold): the same?" in said(app)
    assert "Row 2: gold → Gold" in said(app)
    offered = [b for b in app.button if b.label == "Repair"]
    assert len(offered) == 2
    offered[0].click().run()
    assert ":green[:material/check_circle:] Repaired." in said(app)
    preview = next(d.value for d in app.dataframe if "_changed" in d.value)
    assert preview["_changed"][0].endswith("gold became Gold (one spelling for the same thing)")
    assert not preview.drop(columns="_changed").isin(["gold"]).any(axis=None)
    button(app, "Undo").click().run()
    assert len([b for b in app.button if b.label == "Repair"]) == 2


def test_a_repair_is_published_with_its_changes_and_made_again_next_month(open_page: Open, name: str) -> None:
    app = dropped(open_page, name, ("clients.csv", CLIENTS))
    for _ in range(2):
        button(app, "Repair").click().run()
    assert "11 rows in the file = 9 loaded + 0 rejected + 2 set aside" in said(app)
    button(app, "Publish 9 rows").click().run()
    waited(app, "Tables")
    version = cs.Workspace(cs.home() / name).version()
    assert list(version.changes(column="segment")["before"]) == ["gold"] * 3
    files = open_page("data", ws=name, view="files")
    assert "What repairs changed" in [h.value for h in files.subheader]
    app = dropped(open_page, name, ("clients february.csv", LATER))
    assert "Repaired by itself, as in the last file of this shape: 3 values." in said(app)


def test_how_dates_were_read_is_turned_by_one_click_and_turned_back(open_page: Open, name: str) -> None:
    dates = CLIENTS.replace(b"2025-01-10", b"13/02/2025").replace(b"2025-01-11", b"02/03/2025")
    app = dropped(open_page, name, ("clients.csv", dates))
    assert "Column Since: 2 dates are day-first." in said(app)
    button(app, "Read the month first").click().run()
    assert "Column Since: 1 date is month-first." in said(app)
    assert "1 value is not a date, e.g. row 2: 13/02/2025" in said(app)
    button(app, "Read the day first").click().run()
    assert "is not a date" not in said(app)


def test_a_workbook_is_repaired_under_its_title_rows_and_its_file_stays(open_page: Open, name: str) -> None:
    book, target = Workbook(), io.BytesIO()
    book.active.title = "Clients"
    for row in (["Our clients"], [], HEADER.split(","), *(r.split(",") for r in ROWS)):
        book.active.append(row)
    book.save(target)
    app = dropped(open_page, name, ("clients.xlsx", target.getvalue()))
    assert "Row 4: gold → Gold" in said(app)
    button(app, "Repair").click().run()
    button(app, "Publish 9 rows").click().run()
    waited(app, "Tables")
    workspace = cs.Workspace(cs.home() / name)
    changes = workspace.version().changes(column="segment")
    assert list(zip(changes["row"], changes["before"], changes["after"], strict=True)) == [
        (row, "gold", "Gold") for row in (4, 7, 10)
    ]
    (sha,) = workspace.version().sources()["sha256"].unique()
    assert workspace.upload(sha).read_bytes() == target.getvalue()
