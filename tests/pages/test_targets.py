"""Targets on a KPI's page and on its tile: set, changed and deleted, each with undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _own(fresh_home: Path) -> None:
    """What is set here is not seen by the other files."""


def written(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption]).replace("\\", "")


def press(app: AppTest, label: str, of: str = "") -> None:
    next(b for b in app.button if b.label == label and of in f"{b.form_id} {b.key}").click()
    app.run()
    assert not app.exception


def test_a_target_is_set_seen_on_the_tile_changed_and_deleted_and_each_is_undone(open_page: Open) -> None:
    workspace = cs.sample()
    app = open_page("kpi", id="customer_churn_rate")
    app.number_input(key="target_high_new_0").set_value(2.5)
    app.date_input(key="target_since_new_0").set_value(date(2026, 1, 1))
    app.text_input(key="target_owner_new_0").input("Ann *B*")
    press(app, "Save", "target_form_new")
    (held,) = workspace.targets()
    assert (held["kpi"], held["low"], held["high"], held["grain"], held["owner"]) == (
        "customer_churn_rate", None, 0.025, "month", "Ann *B*",
    )  # fmt: skip
    told = written(app)
    assert "The target was set." in told
    assert "everyone: at most 2.5 %." in told
    assert "Owner Ann *B*." in told
    row = workspace.version().targets().iloc[-1]
    assert row["on_track"] in told
    tile = written(open_page("overview"))
    assert f"{row['on_track']}]: {100 * row['value']:.1f} % in Jun 2026, target at most 2.5 %" in tile

    press(app, "Undo")
    assert workspace.targets() == []
    workspace.restore_target(held["target"])
    app.run()
    app.number_input(key=f"target_high_{held['target']}_2").set_value(3.0)
    press(app, "Save", f"target_form_{held['target']}")
    assert workspace.targets()[0]["high"] == 0.03
    press(app, "Undo")
    assert workspace.targets()[0]["high"] == 0.025
    press(app, "Delete", "target_gone")
    assert workspace.targets() == []
    press(app, "Undo")
    assert [t["target"] for t in workspace.targets()] == [held["target"]]
    workspace.delete_target(held["target"])


def test_what_is_no_target_is_refused_in_a_sentence(open_page: Open) -> None:
    app = open_page("kpi", id="customer_churn_rate")
    app.date_input(key="target_since_new_0").set_value(date(2026, 1, 1))
    press(app, "Save", "target_form_new")
    assert "needs a number" in "\n".join(e.value for e in app.error)
    assert cs.sample().targets() == []
