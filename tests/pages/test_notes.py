"""Notes on a KPI's page: pinned, changed, taken away, each with undo, and on the chart that spans them."""

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
    """What is noted here is not seen by the other files."""


def written(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption])


def press(app: AppTest, label: str) -> None:
    next(b for b in app.button if b.label == label).click()
    app.run()
    assert not app.exception


def test_a_note_is_pinned_changed_and_taken_away_and_each_is_undone(open_page: Open) -> None:
    app = open_page("kpi", id="mrr", p="all")
    workspace = cs.sample()
    day = workspace.version().as_of.date().replace(day=1)
    app.text_input(key="note_text_new_0").input("Price *change*")
    app.date_input(key="note_day_new_0").set_value(day)
    next(b for b in app.button if b.label == "Save" and "note_form_new" in str(b.form_id)).click()
    app.run()
    (held,) = workspace.notes("mrr")
    assert (held["text"], held["dated"], held["kpi"]) == ("Price *change*", day, "mrr")
    assert "The note was pinned." in written(app)
    assert "Price \\*change\\*" in written(app)
    press(app, "Undo")
    assert workspace.notes() == []
    workspace.restore_note(held["note"])
    app.run()
    press(app, "Take away")
    assert workspace.notes() == []
    press(app, "Undo")
    assert [n["text"] for n in workspace.notes()] == ["Price *change*"]
    workspace.delete_note(held["note"])


def test_a_note_without_a_text_or_a_day_is_refused_in_a_sentence(open_page: Open) -> None:
    app = open_page("kpi", id="mrr")
    for text, said in (("", "needs a text"), ("Price change", "is not a date")):
        app.text_input(key="note_text_new_0").input(text)
        app.date_input(key="note_day_new_0").set_value(None if text else date(2026, 1, 1))
        next(b for b in app.button if b.label == "Save" and "note_form_new" in str(b.form_id)).click()
        app.run()
        assert said in "\n".join(e.value for e in app.error)
        assert cs.sample().notes() == []
