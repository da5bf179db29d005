"""Settings: every one is there with its help; a change counts at once, and can be taken back."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from datetime import date, datetime

from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from cs_metrics.settings import SETTINGS
from pages._ui.people import workspaces

Open = Callable[..., AppTest]


def test_every_setting_is_shown_with_its_help(open_page: Open) -> None:
    app = open_page("settings")
    shown = "\n".join(c.value for c in app.caption)
    for setting in SETTINGS:
        assert setting.help in shown, setting.name


def test_a_change_is_saved_counts_at_once_and_can_be_taken_back(open_page: Open) -> None:
    workspace = cs.sample()
    before = workspace.settings
    app = open_page("settings")
    app.number_input(key="setting_minimum_n").set_value(100_000)
    next(b for b in app.button if b.label == "Save settings").click().run()
    try:
        assert workspace.settings == before | {"minimum_n": 100_000}
        assert "Minimum n" in app.success[0].value
        overview = open_page("overview")
        assert any("only" in c.value for c in overview.caption)
    finally:
        workspace.set_settings({"minimum_n": None})


def test_the_day_that_data_count_to_is_chosen_and_taken_back(open_page: Open) -> None:
    """In a workspace of its own: an as-of holds for everyone in it."""
    name = workspaces.create(f"As of {uuid.uuid4().hex[:6]}")
    workspace = workspaces.open_workspace(name)
    tickets = io.BytesIO(b"ticket_id,customer_id,created_at\nT1,C1,2026-03-02\nT2,C2,2026-05-20\n")
    tickets.name = "tickets.csv"
    workspace.publish(workspace.read([tickets]))
    app = open_page("settings", ws=name)
    assert app.date_input(key="as_of").value == date(2026, 5, 20)
    assert any("taken from the data" in c.value and "(tickets)" in c.value for c in app.caption)
    app.date_input(key="as_of").set_value(date(2026, 4, 30)).run()
    assert workspace.as_of == datetime(2026, 5, 1)
    assert any("set by hand" in c.value for c in app.caption)
    next(b for b in app.button if b.label == "Follow the data").click().run()
    assert workspace.as_of is None
    assert app.date_input(key="as_of").value == date(2026, 5, 20)
