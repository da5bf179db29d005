"""Sharing a page: the dialog that makes a link, what its reader sees of the app, and the list of links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from pages._ui.links import linked
from pages._ui.people import workspaces

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _own_home(fresh_home: Path) -> None:
    """Links are made in workspaces of this file's own."""


@pytest.fixture
def sample() -> cs.Workspace:
    return cs.sample()


@pytest.fixture(autouse=True)
def _no_links_left(sample: cs.Workspace) -> Iterator[None]:
    yield
    for row in sample.links():
        if row["revoked_at"] is None:
            sample.revoke_link(row["link"])


def text(app: AppTest) -> str:
    said = (app.caption, app.markdown, app.info, app.error, app.title, app.subheader)
    return "\n".join(e.value for kind in said for e in kind)


def read(open_page: Open, token: str, page: str = "overview", **params: str) -> AppTest:
    return open_page(page, errors=True, ws="sample", link=token, **params)


def test_a_page_is_shared_in_a_dialog_and_opened_by_its_address(open_page: Open, sample: cs.Workspace) -> None:
    app = open_page("overview", ws="sample", where='{"region":["EMEA"]}')
    app.button(key="share").click().run()
    app.text_input(key="share_title").set_value("March review")
    app.radio(key="share_frozen").set_value(True)
    app.button(key="share").click()
    app.button(key="share_make").click().run()
    assert not app.error
    made = parse_qs(urlsplit(app.code[0].value).query)
    assert made["ws"] == ["sample"]
    row = sample.links()[0]
    assert (row["title"], row["frozen"], row["audience"]) == ("March review", True, "anyone")
    reader = read(open_page, made["link"][0], where='{"region":["EMEA"]}')
    assert "March review" in text(reader)
    assert [m.value for m in reader.metric] == [
        m.value for m in open_page("overview", where='{"region":["EMEA"]}').metric
    ]


def test_what_is_left_out_locks_the_filters(open_page: Open, sample: cs.Workspace) -> None:
    app = open_page("overview", ws="sample", where='{"region":["EMEA"]}')
    app.button(key="share").click().run()
    assert app.radio(key="share_filters").options[0].startswith("Readers may")
    app.multiselect(key="share_hidden").set_value(["name"])
    app.button(key="share").click()
    app.button(key="share_make").click().run()
    assert not app.error
    row = sample.links()[0]
    assert (row["hidden"], row["filters"], row["where"]) == (["name"], "locked", {"region": ["EMEA"]})
    assert "where" not in row["params"]


def test_the_address_of_a_reader_lifts_no_locked_filter(open_page: Open, sample: cs.Workspace) -> None:
    token = sample.share(
        "kpi", {"id": "customer_churn_rate"}, where={"region": ["EMEA"]}, filters="hidden", audience="anyone"
    )
    page = {"id": "customer_churn_rate"}
    shown = read(open_page, token, "kpi", **page)
    tried = read(
        open_page, token, "kpi", **page, where='{"region":["APAC"]}', v="1", **{"def": '{"churn_moment":"end"}'}
    )
    assert [m.value for m in shown.metric] == [m.value for m in tried.metric]
    assert "EMEA" not in text(shown)
    assert "APAC" not in text(tried)
    everyone = open_page("kpi", **page)
    assert [m.value for m in everyone.metric][:1] != [m.value for m in shown.metric][:1]


def made_from(open_page: Open, sample: cs.Workspace, page: str, **params: str) -> tuple[dict, str]:
    """Make a link from a page with nothing chosen; return it, and what the dialog says first."""
    app = open_page(page, ws="sample", **params)
    app.button(key="share").click().run()
    said = "".join(e.value for e in app.info if "The link is to" in e.value)
    app.button(key="share").click()
    app.button(key="share_make").click().run()
    assert not app.error, [e.value for e in app.error]
    return sample.links()[0], said


DRAFT = '{"region":["EMEA"]}'


@pytest.mark.parametrize(
    ("page", "params", "to", "kept", "says"),
    [
        ("segments", {"draft": DRAFT}, "segments", {"draft": DRAFT}, ""),
        ("todo", {"state": "done"}, "todo", {"state": "done"}, ""),
        ("settings", {"where": DRAFT}, "overview", {"where": DRAFT}, "'Settings' is for members"),
        ("data", {"view": "files", "grain": "quarter"}, "overview", {"grain": "quarter"}, "'Data' is for members"),
        ("scorecard", {"card": "support"}, "overview", {"card": "support"}, "on the Overview"),
        ("own", {}, "library", {}, "once it is saved"),
    ],
)
def test_share_stands_on_every_page(
    open_page: Open, sample: cs.Workspace, page: str, params: dict, to: str, kept: dict, says: str
) -> None:
    row, said = made_from(open_page, sample, page, **params)
    assert (row["page"], row["params"]) == (to, kept)
    assert says in said
    assert bool(said) is bool(says)


def test_a_kpi_of_ones_own_is_shared_by_its_page(open_page: Open, sample: cs.Workspace) -> None:
    kept = sample.save_own_kpi({"name": "Solved", "fact": "tickets", "numerator": "count(resolved_at is not null)"})
    try:
        row, said = made_from(open_page, sample, "own", kpi=kept)
        assert (row["page"], row["params"]) == ("kpi", {"id": kept})
        assert "on its page" in said
    finally:
        sample.delete_own_kpi(kept)


def test_a_reader_sees_a_segment_and_changes_none(open_page: Open, sample: cs.Workspace) -> None:
    kept = sample.save_segment("Mine", {"region": ["EMEA"]})
    token = sample.share("segments", {"draft": DRAFT}, audience="anyone")
    app = read(open_page, token, "segments", draft=DRAFT)
    assert not app.error
    assert "customers**, everyone else" in text(app)
    assert {"Compare"} <= {b.label for b in app.button}
    assert {"Change", "Rename", "Delete", "Save segment", "Share"}.isdisjoint(b.label for b in app.button)
    sample.delete_segment(kept)


def test_a_reader_sees_definitions_as_the_link_has_them(open_page: Open, sample: cs.Workspace) -> None:
    words = {"pages": "all", "audience": "anyone", "definitions": {"churn_dated": "scheduled"}}
    for more in ({}, {"hidden": ["name"], "filters": "locked"}):
        app = read(open_page, sample.share("definitions", **words, **more), "definitions", view="choices")
        assert not app.error
        assert ":material/radio_button_checked: **Churn at notice**" in text(app)
        assert not app.radio
        compare = [b for b in app.button if b.label == "Compare"]
        assert bool(compare) is not bool(more)
        assert not [b for b in app.button if b.label.startswith("Look with")]


def test_to_dos_are_opened_by_a_link_to_them_alone(open_page: Open, sample: cs.Workspace) -> None:
    sample.backtest_rule("detractor-renewal")
    sample.switch_rule("detractor-renewal")
    sample.evaluate_rules()
    try:
        assert sample.todos()
        app = read(open_page, sample.share("todo", audience="anyone"), "todo")
        assert not app.error
        assert sample.todos()[0]["account_name"] in text(app)
        assert not [b.label for b in app.button if b.label in ("Done", "Dismiss", "Save", "Undo")]
        assert all(box.disabled for box in app.checkbox)
        assert not app.toggle
        beside = read(open_page, sample.share("overview", pages="all", audience="anyone"), "todo")
        assert "does not open" in beside.error[0].value
    finally:
        sample.switch_rule("detractor-renewal", False)


@pytest.mark.parametrize("page", ["data", "settings", "people"])
def test_a_link_opens_nothing_that_loads_changes_or_administers(
    open_page: Open, sample: cs.Workspace, page: str
) -> None:
    token = sample.share("overview", pages="all", audience="anyone")
    app = read(open_page, token, page)
    assert [e.value for e in app.error] == ["This link does not open that page."]
    assert not app.title


def test_a_link_to_a_page_opens_that_page_and_its_numbers(open_page: Open, sample: cs.Workspace) -> None:
    token = sample.share("overview", audience="anyone")
    assert read(open_page, token, "kpi", id="mrr").title[0].value == "Monthly Recurring Revenue"
    assert "does not open" in read(open_page, token, "revenue").error[0].value


def test_a_reader_is_offered_nothing_that_changes_the_workspace(open_page: Open, sample: cs.Workspace) -> None:
    token = sample.share("overview", pages="all", audience="anyone")
    for page in ("kpi", "feedback", "texts", "scores"):
        app = read(open_page, token, page)
        assert not app.error, (page, [e.value for e in app.error])
        assert not [b.label for b in app.button if b.label in ("Share", "Save", "Create", "Sign off", "Publish")], page
        assert not app.get("file_uploader"), page


def test_a_link_that_is_taken_back_shows_nothing_at_the_next_press(open_page: Open, sample: cs.Workspace) -> None:
    token = sample.share("overview", audience="anyone")
    app = read(open_page, token)
    assert app.metric
    sample.revoke_link(sample.links()[0]["link"])
    linked._reopened.clear()
    app.run()
    assert not app.metric
    assert "opens nothing" in app.error[0].value


@pytest.mark.parametrize("token", ["", "x", "00000000.abc", "." * 400])
def test_an_altered_token_opens_nothing(open_page: Open, sample: cs.Workspace, token: str) -> None:
    good = sample.share("overview", audience="anyone")
    for each in {token or good[:-1], good[:-1] + ("A" if good[-1] != "A" else "B")}:
        app = read(open_page, each)
        assert not app.metric
        assert "opens nothing" in app.error[0].value
    other = open_page("overview", errors=True, ws="no such", link=good)
    assert "opens nothing" in other.error[0].value


def test_a_password_is_asked_once(open_page: Open, sample: cs.Workspace) -> None:
    token = sample.share("overview", audience="anyone", password="rosebud")
    app = read(open_page, token)
    assert not app.metric
    app.text_input[0].set_value("wrong")
    app.button[0].click().run()
    assert "not the password" in app.error[0].value
    app.text_input[0].set_value("rosebud")
    app.button[0].click().run()
    assert app.metric
    app.run()
    assert app.metric
    outcomes = [each["outcome"] for each in sample.link_opens(token.partition(".")[0])]
    assert outcomes.count("") == 1


def test_a_page_that_is_open_to_everyone_says_so_to_its_owner(open_page: Open, sample: cs.Workspace) -> None:
    assert "Open to everyone" not in text(open_page("overview"))
    token = sample.share("overview", audience="anyone")
    assert "Open to everyone who has the address: 1 link" in text(open_page("overview"))
    assert "Open to everyone" not in text(read(open_page, token))
    sample.revoke_link(token.partition(".")[0])
    assert "Open to everyone" not in text(open_page("overview"))


def test_the_list_says_what_was_shared_who_looked_and_takes_back(open_page: Open, sample: cs.Workspace) -> None:
    token = sample.share("overview", title="For the [board](x)", note="Read this", audience="anyone", least=None)
    read(open_page, token)
    app = open_page("links")
    assert "For the \\[board\\](x)" in text(app)
    assert "for everyone who has the address" in text(app)
    link = token.partition(".")[0]
    app.button(key=f"revoke_{link}").click().run()
    assert "is taken back" in app.success[0].value
    assert sample.links()[0]["revoked_at"] is not None
    assert token not in str(app.main)
    workspaces.forget_roles()
