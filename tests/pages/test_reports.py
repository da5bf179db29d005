"""The Reports page: chosen, read, written into, undone, brought back; of two who write the second is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from cs_metrics.reports.brief import Report

Open = Callable[..., AppTest]
SECTIONS = ["Executive summary", "Key metrics and trends", "Customer health highlights", "Churn and expansion risks",
            "Actions and next steps", "Wins and learnings"]  # fmt: skip


@pytest.fixture(autouse=True)
def _own(fresh_home: Path) -> None:
    """What is written here is not seen by the other files."""


@pytest.fixture(scope="module")
def generated(fresh_home: Path) -> Report:
    return cs.sample().version().report("monthly", edited=False)


def written(app: AppTest) -> str:
    told = [*app.markdown, *app.caption, *app.warning, *app.error]
    return "\n".join(str(e.value) for e in told).replace("\\", "")


def press(app: AppTest, label: str, of: str = "") -> None:
    next(b for b in app.button if b.label == label and of in f"{b.form_id} {b.key}").click()
    app.run()
    assert not app.exception


def test_a_section_is_written_undone_and_brought_back(open_page: Open, generated: Report) -> None:
    workspace, summary = cs.sample(), generated.section("summary")
    app = open_page("reports")
    assert [s.value for s in app.subheader][:6] == SECTIONS
    first = summary.sentences[0]
    told = written(app)
    for number in first.numbers:
        link = f"[{number.said}](kpi?"
        assert link in told.replace("\u00a0", " ")
    assert "id=net_revenue_retention&period=custom&since=2026-06-01&until=2026-07-01" in told

    press(app, "Edit", "edit_summary")
    app.text_area(key="report_text").input("Watch *EMEA*.\n\n- call Northwind")
    app.checkbox(key="report_keeps_0").uncheck()
    press(app, "Save", "report_text_form")
    told = written(app)
    assert "'Executive summary' was saved." in told
    assert "Watch *EMEA*." in told
    assert "- call Northwind" in told
    assert "1 generated sentence left out." in told
    assert f"[{first.numbers[0].said}]" not in told.split("Key metrics")[0].split("Watch")[1].split("\n")[0]
    assert workspace.reports()[0]["left_out"] == [first.key]

    press(app, "Undo", "undo_report")
    assert workspace.reports() == []
    press(app, "Edit", "edit_summary")
    press(app, "Bring back", "report_back_1")
    assert workspace.reports()[0]["text"].startswith("Watch *EMEA*.")
    press(app, "Edit", "edit_summary")
    press(app, "Write on from the generated sentences")
    assert summary.sentences[1].text in app.text_area(key="report_text").value
    press(app, "Cancel")
    press(app, "Edit", "edit_summary")
    press(app, "Bring back", "report_back_0")
    assert workspace.reports() == []
    assert [row["revision"] for row in workspace.report_history(generated)] == [1, 2, 3, 4]


def test_of_two_who_write_the_second_is_told_and_loses_nothing(open_page: Open, generated: Report) -> None:
    workspace = cs.sample()
    app = open_page("reports")
    press(app, "Edit", "edit_wins")
    app.text_area(key="report_text").input("Mine")
    workspace.save_report(generated, "wins", text="Theirs", who="ben@acme.com")
    press(app, "Save", "report_text_form")
    told = written(app)
    assert "ben@acme.com changed this section of the report meanwhile" in told
    assert "Theirs" in told
    assert app.text_area(key="report_text").value == "Mine"
    assert workspace.reports()[0]["text"] == "Theirs"
    app.text_area(key="report_text").input("Theirs and mine")
    press(app, "Save", "report_text_form")
    assert workspace.reports()[0]["text"] == "Theirs and mine"


def test_an_earlier_period_and_one_that_is_not_over(open_page: Open) -> None:
    app = open_page("reports", kind="weekly", of="2026-03-02")
    assert "Data to: Mar 8, 2026" in written(app)
    assert len(app.selectbox(key="url_of").options) >= 12
    app = open_page("reports", of="2026-07-01", errors=True)
    assert "July 2026 is not" in written(app)


def test_a_printed_report_tells_its_own_period_and_not_that_of_other_pages(open_page: Open) -> None:
    for page, told in (("reports", False), ("library", True)):
        heads = [
            e.proto.body for e in open_page(page).get("html") if "paper-head" in e.proto.body and "<p>" in e.proto.body
        ]
        assert ["Period:" in head for head in heads] == [told]
