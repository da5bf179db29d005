"""The follow-up part of the Feedback page: the list, changing it, taking it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs

Open = Callable[..., AppTest]
EVERYTHING = {"show": "loop", "period": "all"}


@pytest.fixture(scope="module")
def home(fresh_home: Path) -> Path:
    """What is kept here is seen by no other test."""
    return fresh_home


def said(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption])


def edit(app: AppTest, row: int, **cells: str) -> AppTest:
    """Change cells of a row of the list, as a person does before saving."""
    key = app.data_editor[0].key
    app.session_state[key] = {"edited_rows": {row: cells}, "added_rows": [], "deleted_rows": []}
    return app.run()


def test_the_list_is_changed_saved_and_taken_back(open_page: Open) -> None:
    view = cs.sample().version()
    app = open_page("feedback", survey="nps", **EVERYTHING)
    first = view.follow_ups().iloc[0]
    shown = app.data_editor[0].value
    assert len(shown) == view.loop_summary().answers
    assert shown.iloc[0][["State", "Score", "Row"]].tolist() == ["Open", first["score"], first["_row"]]
    assert {"Comment", "Owner", "MRR", "Renewal", "File"} <= set(shown.columns)
    assert app.button(key="save_follow_ups").disabled

    app.text_input(key="follow_up_who").set_value("Ann")
    app = edit(app, 0, State="Contacted", Note="left a message")
    assert app.button(key="save_follow_ups").label == "Save 1 change"
    app.button(key="save_follow_ups").click().run()
    assert not app.exception
    assert len(app.data_editor[0].value) == len(shown) - 1
    assert "1 contacted" in said(app)
    held = view.follow_ups(state="contacted")
    assert held[["follow_up", "note", "who"]].values.tolist() == [[first["follow_up"], "left a message", "Ann"]]

    undo = next(b for b in app.button if b.label == "Undo")
    undo.click().run()
    assert not app.exception
    assert "0 contacted" in said(app)
    assert view.follow_ups(state="contacted").empty
    assert view.workspace.follow_up_history()["undone"].tolist() == [True]


def test_what_another_saves_meanwhile_moves_no_row_under_the_edits(open_page: Open) -> None:
    view = cs.sample().version()
    first, second = view.follow_ups("csat")["follow_up"][:2]
    app = edit(open_page("feedback", survey="csat", **EVERYTHING), 1, Note="mine")
    view.workspace.set_follow_ups([{"follow_up": first, "state": "resolved"}, {"follow_up": second, "owner": "Bo"}])
    app.run()
    app.button(key="save_follow_ups").click().run()
    assert not app.exception
    held = view.follow_ups("csat").set_index("follow_up")
    assert held.loc[second, ["owner", "note"]].tolist() == ["Bo", "mine"]
    assert held.loc[first, ["state", "note"]].tolist() == ["resolved", ""]
    assert app.button(key="save_follow_ups").disabled
    assert app.data_editor[0].value["Note"].iloc[0] == "mine"


def test_when_a_call_was_can_be_told_and_a_wrong_time_is_a_sentence(open_page: Open) -> None:
    view = cs.sample().version()
    app = open_page("feedback", survey="ces", **EVERYTHING)
    first = view.follow_ups("ces").iloc[0]
    called = first["answered_at"] + pd.Timedelta(hours=3)
    edit(app, 0, **{"Contacted at": (first["answered_at"] - pd.Timedelta(hours=3)).isoformat()})
    app.button(key="save_follow_ups").click().run()
    assert "before the answer itself" in app.error[0].value
    edit(app, 0, **{"Contacted at": called.isoformat()})
    app.button(key="save_follow_ups").click().run()
    assert not app.exception
    assert view.follow_ups("ces", state="contacted")["contacted_at"].tolist() == [called]


def test_the_address_says_whose_and_which(open_page: Open) -> None:
    view = cs.sample().version()
    owner = view.loop_summary("csat").owners[0]
    app = open_page("feedback", survey="csat", todo="all", owner=owner, **EVERYTHING)
    assert set(app.data_editor[0].value["Owner"]) == {owner}
    assert len(app.data_editor[0].value) == len(view.follow_ups("csat", owner=owner))
    assert "No answer of this state" in said(open_page("feedback", survey="onboarding", todo="resolved", **EVERYTHING))


def test_what_the_next_answers_say_is_said_with_its_limits(open_page: Open) -> None:
    text = said(open_page("feedback", survey="nps", **EVERYTHING))
    assert "regression to the mean" in text
    assert "association" in text
    assert "whose first day is over" in text


def test_a_period_without_bad_answers_says_so(open_page: Open) -> None:
    app = open_page("feedback", survey="nps", show="loop", period="custom", since="2024-01-01", until="2024-01-02")
    assert "Nothing to follow up" in said(app)
