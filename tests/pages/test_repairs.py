"""The Data page: a group of problems is repaired by one click, shown before and after, undone, and made again."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from pages._ui import workspaces
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
    assert "row 2: gold → Gold" in said(app)
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
