"""Who may only look is offered nothing else, on any page; who may change things is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from pages._ui import routes
from pages._ui.people import workspaces
from pages._ui.serving import access
from pages._ui.serving.access import Mode
from tests.pages.test_data import said

Open = Callable[..., AppTest]
# what changes what is shown, and nothing else
LOOKING = re.compile(
    r"Sign out|All [\d,]+ texts|Read them|Look with .+'s|Compare|What each choice does|What it did|Clear the filters|"
    r"Show the newest data|Back to the workspace's own|Back to the usual choices|Cancel"
)
ASKING = re.compile(
    r"Customer|Search|Add a filter|Period|Since|Until|Grain|Compare with|Split by|Scorecard|Category|In your data|Kind|"
    r"Stage|Where|Score|Unit|What is counted|Which .+|Open|From|To|What|Order|State|Owner|On|Who|\*\*.+\?\*\*|"
    # a KPI is tried, not saved
    r"Numerator|Denominator|Name|Only rows where|Definition"
)
# what is filled in there is what is asked; what could be saved has a button
ANALYSIS = ("cohorts", "revenue", "survival", "why")
INPUTS = ("text_input", "text_area", "date_input", "number_input", "multiselect", "selectbox", "radio", "file_uploader")
PAGES = [(name, {}) for name, *_ in (*routes.PAGES, *routes.HIDDEN) if name != "kpi"] + [
    ("kpi", {"id": "mrr"}),
    ("feedback", {"view": "loop"}),
    ("data", {"view": "who"}),
    ("data", {"view": "versions"}),
]


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that signs somebody in, who may make no workspaces."""

    def sign(who: str) -> None:
        monkeypatch.setattr(access, "mode", lambda: Mode.SIGN_IN)
        monkeypatch.setattr(access, "who", lambda: who)
        monkeypatch.setenv(access.MAY_CREATE, "boss@acme.com")
        workspaces.forget_roles()

    return sign


def offered(app: AppTest, *kinds: str) -> set[str]:
    """The labels of what a person can press or fill in."""
    return {one.label for kind in kinds for one in app.get(kind) if not getattr(one, "disabled", False)}


@pytest.mark.parametrize(("name", "params"), PAGES, ids=lambda v: v if isinstance(v, str) else "_".join(v.values()))
def test_who_only_looks_is_offered_nothing_that_changes_anything(
    open_page: Open, signed_in: Any, name: str, params: dict[str, str]
) -> None:
    signed_in("visitor@elsewhere.org")
    app = open_page(name, ws="sample", **params)
    assert [label for label in offered(app, "button") if not LOOKING.fullmatch(label)] == []
    if name not in ANALYSIS:
        assert [label for label in offered(app, *INPUTS) if not ASKING.fullmatch(label)] == []
    assert [toggle.label for toggle in app.toggle if not (toggle.disabled or LOOKING.fullmatch(toggle.label))] == []


def test_an_editor_changes_what_a_viewer_sees_and_an_owner_sees_the_people(
    open_page: Open, signed_in: Any, home: Any
) -> None:
    name = "Three roles"
    acme = cs.Workspace(cs.home() / name)
    for who, role in (("ana@acme.com", "owner"), ("ed@acme.com", "editor"), ("vi@acme.com", "viewer")):
        acme.invite(who, role)
    signed_in("vi@acme.com")
    app = open_page("data", ws=name)
    assert "Only editors load files: ask ana@acme.com." in said(app)
    assert not app.file_uploader
    assert "Only editors change settings: ask ana@acme.com." in said(open_page("settings", ws=name))
    signed_in("ed@acme.com")
    app = open_page("data", ws=name)
    assert app.file_uploader
    assert "Only editors" not in said(app)
    assert "Save settings" in offered(open_page("settings", ws=name), "button")
    assert "Invite" not in offered(open_page("people", ws=name), "button")
    signed_in("ana@acme.com")
    assert "Invite" in offered(open_page("people", ws=name), "button")


def test_who_signs_in_first_is_told_what_to_do_and_comes_back_to_their_own(
    open_page: Open, signed_in: Any, monkeypatch: pytest.MonkeyPatch, home: Any
) -> None:
    signed_in("newcomer@elsewhere.org")
    app = open_page("overview")
    assert "You are signed in as **newcomer@elsewhere.org**, and no workspace is yours yet." in said(app)
    assert offered(app, "button", "text_input") == {"Sign out"}
    monkeypatch.delenv(access.MAY_CREATE)
    assert "Create" in offered(open_page("overview"), "button")
    for name in ("Newcomer one", "Newcomer two"):
        workspaces.create(name)
    cs.Workspace(cs.home() / "Newcomer one").acting("newcomer@elsewhere.org")
    assert open_page("overview").query_params["ws"] == "Newcomer one"


def test_a_press_that_the_role_no_longer_allows_is_one_sentence(open_page: Open, signed_in: Any, home: Any) -> None:
    name = "Taken away"
    acme = cs.Workspace(cs.home() / name)
    acme.invite("ana@acme.com", "owner")
    acme.invite("ed@acme.com", "editor")
    signed_in("ed@acme.com")
    app = open_page("settings", ws=name)
    acme.change_role("ed@acme.com", "viewer")
    workspaces.forget_roles()
    app.number_input(key="setting_minimum_n").set_value(7)
    next(b for b in app.button if b.label == "Save settings").click().run()
    assert not app.exception
    assert acme.settings["minimum_n"] != 7
    assert "Only editors change settings: ask ana@acme.com." in said(app)
