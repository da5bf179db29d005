"""The Data page: files become a mapping that a person can change, and a version."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from pages._ui.people import workspaces

Open = Callable[..., AppTest]
ROWS = [f"C{i},Firm & *{i}*,2025-01-{i + 10},{'Gold' if i % 2 else 'Basic'}" for i in range(9)]
CLIENTS = "\n".join(["Client ID,Name,Since,Tier", *ROWS, ROWS[-1]]).encode()


@pytest.fixture
def name(home: Any) -> str:
    """An empty workspace of the test's own."""
    return workspaces.create(f"Data {uuid.uuid4().hex[:8]}")


def dropped(open_page: Open, name: str, *files: tuple[str, bytes]) -> AppTest:
    """The page after these files were dropped on it and read."""
    app = open_page("data", ws=name)
    app.file_uploader[-1].set_value([(file, content, "text/csv") for file, content in files]).run()
    return waited(app, "Publish")


def waited(app: AppTest, heading: str) -> AppTest:
    """The page once the work in the background is done."""
    for _ in range(200):
        if any(h.value == heading for h in app.subheader) or not any(b.label == "Cancel" for b in app.button):
            return app
        time.sleep(0.1)
        app.run()
    raise AssertionError("the work did not end")


def said(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(
        str(e.value) for kind in ("markdown", "caption", "info", "warning", "error") for e in app.get(kind)
    )


def button(app: AppTest, label: str) -> Any:
    return next(b for b in app.button if b.label.startswith(label))


def test_a_drop_becomes_a_version_with_every_row_accounted_for(open_page: Open, name: str) -> None:
    app = dropped(open_page, name, ("clients.csv", CLIENTS))
    assert "11 rows in the file = 9 loaded + 0 rejected + 2 set aside" in said(app)
    button(app, "Publish 9 rows").click().run()
    waited(app, "Tables")
    assert "Version 1 is published" in said(app)
    assert cs.Workspace(cs.home() / name).version().tables()["customers"]["rows"] == 9
    assert "draft" not in app.query_params


def test_repeated_rows_are_loaded_where_a_person_says_so(open_page: Open, name: str) -> None:
    app = dropped(open_page, name, ("clients.csv", CLIENTS))
    app.toggle[0].set_value(True).run()
    assert "(1 header)" in said(app)
    assert "2 set aside" not in said(app)


def test_the_choice_of_a_table_is_kept_in_the_draft(open_page: Open, name: str) -> None:
    app = dropped(open_page, name, ("clients.csv", CLIENTS))
    app.selectbox(key="table_0").set_value("Leave it out").run()
    assert "1 sheet left out" in " ".join(e.label for e in app.expander)
    assert button(app, "Publish").disabled
    again = waited(open_page("data", ws=name, draft=app.query_params["draft"]), "Publish")
    assert "1 sheet left out" in " ".join(e.label for e in again.expander)


def test_a_question_is_answered_by_a_rule(open_page: Open, name: str) -> None:
    """Which survey it is stands in no column: the answer is the same for every row."""
    rows = [f"C{i},2025-01-{i + 10},{i},ok" for i in range(9)]
    answers = "\n".join(["customer_id,responded_at,score,comment", *rows])
    app = dropped(open_page, name, ("answers.csv", answers.encode()))
    if app.selectbox(key="table_0").value != "survey_responses":
        app.selectbox(key="table_0").set_value("survey_responses").run()
    asked = next(s for s in app.selectbox if (s.key or "").startswith("question_0_required"))
    asked.set_value('{"constant": "nps"}').run()
    assert not button(app, "Publish 9 rows").disabled


def test_the_same_file_twice_is_said_and_loaded_once(open_page: Open, name: str) -> None:
    app = dropped(open_page, name, ("clients.csv", CLIENTS), ("copy.csv", CLIENTS))
    assert "copy.csv is here already" in said(app)
    assert len([e for e in app.expander if "customers" in e.label]) == 1


def test_a_file_that_is_loaded_already_is_said(open_page: Open, name: str) -> None:
    app = dropped(open_page, name, ("clients.csv", CLIENTS))
    button(app, "Publish 9 rows").click().run()
    waited(app, "Tables")
    app = dropped(open_page, name, ("clients.csv", CLIENTS))
    assert "this very file was loaded before" in said(app)


def test_a_bad_file_is_a_sentence_beside_the_good_ones(open_page: Open, name: str) -> None:
    app = open_page("data", ws=name)
    app.file_uploader[-1].set_value([("clients.csv", CLIENTS, "text/csv"), ("empty.csv", b"", "text/csv")]).run()
    waited(app, "Publish")
    assert [e.value for e in app.error] == ["empty.csv is empty. Choose another file."]
    assert not button(app, "Publish 9 rows").disabled


def test_throwing_away_leaves_no_trace(open_page: Open, name: str) -> None:
    app = dropped(open_page, name, ("clients.csv", CLIENTS))
    button(app, "Throw away").click().run()
    assert cs.Workspace(cs.home() / name).drafts() == []
    assert "draft" not in app.query_params


def test_what_is_loaded_is_listed_with_its_account(open_page: Open) -> None:
    listed = open_page("data", view="files").dataframe[0].value
    assert (listed["Rows in the file"] == listed["Loaded"] + listed["Rejected"] + listed["Set aside"]).all()
    coverage = open_page("data", view="coverage")
    assert "KPIs are computable" in said(coverage)
