"""Settings: every one is there with its help; a change counts at once, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from cs_metrics.settings import SETTINGS

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
