"""The page 'What they say': themes, their change, where it was said, every text; pinning and taking it back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from tests.api.conftest import put

Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption, *app.info])


@pytest.fixture
def tidy(home: Path) -> Iterator[cs.Workspace]:
    """The sample's workspace, whose pins are gone afterwards."""
    workspace = cs.sample()
    yield workspace
    for theme in workspace.pinned_themes():
        workspace.unpin_theme(theme["theme"])


def test_themes_show_their_numbers_and_quotations_with_file_and_row(open_page: Open) -> None:
    app = open_page("texts", ws="sample", period="all")
    version = cs.sample().version()
    largest = version.themes(days=90).iloc[0]
    told = said(app)
    assert f"##### {largest['theme']}" in told
    assert f"**{largest['texts']:,}** :gray[" in told
    quote = version.quotations(largest["theme"], 3).iloc[0]
    assert quote["text"][:30] in told
    assert f"row {quote['_row']}" in told
    bare = version.text_counts(unthemed=True)["texts"].sum()
    assert f"{bare:,} texts are about none of these themes." in told
    assert "are not in English" in told


def test_every_text_of_a_theme_can_be_read_and_the_search_says_what_it_found(open_page: Open) -> None:
    version = cs.sample().version()
    theme = version.themes().iloc[0]["theme"]
    app = open_page("texts", ws="sample", period="all", show="texts", theme=theme)
    n = int(version.themes().iloc[0]["texts"])
    assert f"**{n:,} texts** about '{theme}', the latest first; 1 to 20 are shown." in said(app)
    found = int(version.text_counts(contains="export -slow", tone="positive")["texts"].sum())
    app = open_page("texts", ws="sample", period="all", show="texts", say="export -slow", tone="positive")
    assert f"**{found:,} texts** with 'export', without 'slow', in a positive tone" in said(app)
    app = open_page("texts", ws="sample", period="all", show="texts", say="export -slow", tone="positive", page="2")
    assert "21 to " in said(app)
    assert "No text with 'xyzzy'." in said(open_page("texts", ws="sample", period="all", show="texts", say="xyzzy"))


def test_themes_over_time_follow_those_of_the_address(open_page: Open) -> None:
    themes = cs.sample().version().themes()["theme"].tolist()
    app = open_page("texts", ws="sample", period="all", show="time", themes=json.dumps([themes[2], "gone"]))
    assert app.multiselect(key="time_themes").value == [themes[2]]
    assert app.subheader[0].value == "What changed"
    assert set(app.dataframe[0].value["Theme"]) == set(themes)
    for nonsense in ("[", "3", "[[[1]]]"):
        assert open_page("texts", ws="sample", period="all", show="time", themes=nonsense).multiselect[0].value


def test_where_it_was_said_counts_every_text_once(open_page: Open) -> None:
    app = open_page("texts", ws="sample", period="all", show="origins")
    counts = cs.sample().version().text_counts()
    assert app.dataframe[0].value["Texts"].sum() == counts["texts"].sum()
    survey = open_page("texts", ws="sample", period="all", show="origins", origin="survey", kind="ces")
    assert survey.dataframe[0].value["Kind"].tolist() == ["Effort (CES)"]


def test_a_theme_is_pinned_counted_unpinned_and_brought_back(open_page: Open, tidy: cs.Workspace) -> None:
    app = open_page("texts", ws="sample", period="all")
    app.text_input(key="theme_name_new_0").input("Waiting for exports")
    app.text_area(key="theme_phrases_new_0").input("export*\nslow report")
    next(b for b in app.button if b.label == "Pin" and "theme_form_new" in str(b.form_id)).click()
    app.run()
    assert [t["phrases"] for t in tidy.pinned_themes()] == [["export*", "slow report"]]
    assert "'Waiting for exports' is pinned" in said(app)
    found = tidy.version().themes(pins={"Waiting for exports": ["export*", "slow report"]})
    pinned = found[found["theme"] == "Waiting for exports"].iloc[0]
    largest_eight = found.sort_values("texts", ascending=False).head(8)["theme"].tolist()
    assert pinned["theme"] in largest_eight
    assert f"##### {pinned['theme']}" in said(app)
    assert f"**{pinned['texts']:,}** :gray[" in said(app)
    assert app.text_input(key="theme_name_new_1").value == ""
    app.button(key="undo_theme").click().run()
    assert tidy.pinned_themes() == []
    assert len(tidy.pinned_themes(deleted=True)) >= 1


def test_a_name_that_is_taken_is_said_in_one_sentence(open_page: Open, tidy: cs.Workspace) -> None:
    tidy.pin_theme("Exports", ["export"])
    app = open_page("texts", ws="sample", period="all")
    app.text_input(key="theme_name_new_0").input("EXPORTS")
    app.text_area(key="theme_phrases_new_0").input("csv")
    next(b for b in app.button if b.label == "Pin" and "theme_form_new" in str(b.form_id)).click()
    app.run()
    assert "There is a pinned theme 'EXPORTS' already" in app.error[0].value
    assert [t["name"] for t in tidy.pinned_themes()] == ["Exports"]


def test_a_pinned_theme_that_no_text_is_about_can_still_be_changed(open_page: Open, tidy: cs.Workspace) -> None:
    theme = tidy.pin_theme("Unheard of", ["xyzzy"])
    app = open_page("texts", ws="sample", period="all")
    assert ":material/keep: **Unheard of**: no text here is about it." in said(app)
    app.text_area(key=f"theme_phrases_{theme}_0").input("export*")
    next(b for b in app.button if b.label == "Save" and theme in str(b.form_id)).click()
    app.run()
    assert tidy.pinned_themes()[0]["phrases"] == ["export*"]
    app.button(key="undo_theme").click().run()
    assert tidy.pinned_themes()[0]["phrases"] == ["xyzzy"]
    app.button(key=f"unpin_{theme}").click().run()
    assert "'Unheard of' was unpinned." in said(app)
    app.button(key="undo_theme").click().run()
    assert [t["name"] for t in tidy.pinned_themes()] == ["Unheard of"]


@pytest.fixture(scope="module")
def few(home: Path) -> dict[str, str]:
    """Workspaces with little to read: nothing written; one text; texts in no English, one of them endless."""
    written = {"survey": "nps", "customer_id": "A", "score": 3.0, "responded_at": datetime(2026, 5, 3)}
    texts = {
        "silent": [None],
        "one": ["Write to jo@acme.com <b>now</b> :smile: $x$"],
        "foreign": ["التصدير بطيء جدا ولا يعمل منذ أسبوع", "Der Export ist viel zu langsam", "x" * 5000],
    }
    for name, comments in texts.items():
        put(cs.Workspace(home / name), survey_responses=[{**written, "comment": c} for c in comments])
    return {name: name for name in texts}


@pytest.mark.parametrize("show", ["themes", "texts"])
def test_little_to_read_is_no_error(open_page: Open, few: dict[str, str], show: str) -> None:
    one = said(open_page("texts", ws=few["one"], period="all", show=show))
    assert "1 text; it is about no theme that several texts share." in one
    foreign = said(open_page("texts", ws=few["foreign"], period="all", show=show))
    assert "None of the texts is in English" in foreign
    if show == "texts":
        assert "Write to \\[e-mail\\] \\<b\\>now" in one
        assert "jo@acme" not in one
        assert "التصدير بطيء" in foreign
    if show == "themes":
        assert "can be searched under" in one


def test_without_any_text_the_page_says_what_to_load(open_page: Open, few: dict[str, str]) -> None:
    told = said(open_page("texts", ws=few["silent"], period="all"))
    assert "**What they say cannot be computed from these data.**" in told
    assert "a table **tickets** with `description`" in told


def test_a_period_in_which_nobody_wrote_says_so(open_page: Open, few: dict[str, str]) -> None:
    app = open_page("texts", ws=few["one"], period="custom", since="2020-01-01", until="2020-02-01")
    assert "**Nobody wrote anything.**" in said(app)
