"""The People page: inviting, roles and their end; what was done; a customer erased, a workspace deleted."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from pages._ui.people import workspaces
from pages._ui.serving import access
from pages._ui.serving.access import Mode
from tests.pages.test_data import button, said

Open = Callable[..., AppTest]
ANA, BO = "ana@acme.com", "bo@acme.com"


@pytest.fixture
def acme(home: Any) -> cs.Workspace:
    """A workspace of the test's own, with two customers, that ana owns."""
    made = filled(cs.Workspace(cs.home() / workspaces.create(f"People {uuid.uuid4().hex[:8]}")))
    made.invite(ANA, "owner")
    return made


def filled(made: cs.Workspace) -> cs.Workspace:
    """Publish two customers into a workspace, and return it."""
    file = cs.home() / f"{made.name}.csv"
    file.write_text("Account ID,Region\nA-1001,EMEA\nB-1002,AMER\n")
    plan = made.read([file])
    plan.sheets[0].use("customers", {"customer_id": "Account ID", "region": "Region"})
    made.publish(plan, who=ANA)
    return made


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that signs somebody in."""

    def sign(who: str) -> None:
        monkeypatch.setattr(access, "mode", lambda: Mode.SIGN_IN)
        monkeypatch.setattr(access, "who", lambda: who)
        workspaces.forget_roles()

    return sign


def test_an_owner_invites_changes_and_removes(open_page: Open, acme: cs.Workspace, signed_in: Any) -> None:
    signed_in(ANA)
    app = open_page("people", ws=acme.name)
    assert "**ana@acme.com** :gray[(you)]" in said(app)
    assert app.selectbox(key="role_ana@acme.com_0").disabled  # the only owner stays
    app.text_input(key="invite_email_0").set_value(" Bo@acme.com")
    app.radio(key="invite_role_0").set_value("editor")
    button(app, "Invite").click().run()
    assert [(p["email"], p["role"], p["invited_by"]) for p in acme.people()][1] == (BO, "editor", ANA)
    (words,) = (c.value for c in app.code)
    assert f"ana@acme.com invites you to '{acme.name}'" in words
    assert "sign in with bo@acme.com" in words
    app.selectbox(key="role_bo@acme.com_1").set_value("viewer").run()
    assert acme.role_of(BO) == "viewer"
    assert acme.audit().iloc[0][["who", "said"]].tolist() == [ANA, "made bo@acme.com viewer"]
    app.button(key="remove_bo@acme.com_2").click().run()
    assert acme.role_of(BO) is None
    app.text_input(key="invite_email_3").set_value("nobody")
    button(app, "Invite").click().run()
    assert [e.value for e in app.error] == ["'nobody' is no e-mail address."]
    assert acme.people()[0]["seen_at"] is not None


def test_who_is_no_owner_sees_the_owners_and_their_own_role(
    open_page: Open, acme: cs.Workspace, signed_in: Any
) -> None:
    acme.invite(BO, "editor")
    signed_in(BO)
    app = open_page("people", ws=acme.name, view="log")
    assert "You are **editor**" in said(app)
    assert "ana@acme.com" in said(app)
    assert not {"Invite", "Remove them"} & {b.label for b in app.button}
    assert not app.dataframe


def test_alone_the_page_says_that_nobody_signs_in_and_people_can_be_prepared(
    open_page: Open, acme: cs.Workspace
) -> None:
    app = open_page("people", ws=acme.name)
    assert "Nobody signs in here" in said(app)
    app.text_input(key="invite_email_0").set_value(BO)
    button(app, "Invite").click().run()
    assert acme.role_of(BO) == "viewer"
    assert "once people sign in here" in app.success[0].value


def test_what_was_done_is_told_and_narrowed_down(open_page: Open, acme: cs.Workspace, signed_in: Any) -> None:
    acme.save_segment("EMEA", {"region": ["EMEA"]}, who=BO)
    signed_in(ANA)
    app = open_page("people", ws=acme.name, view="log")
    assert app.dataframe[0].value["What"].tolist() == [
        "saved the segment 'EMEA'",
        "invited ana@acme.com as owner",
        "published version 1 (append, 1 file)",
    ]
    app.selectbox(key="url_action").set_value("publish").run()
    assert app.dataframe[0].value[["Who", "What"]].values.tolist() == [[ANA, "published version 1 (append, 1 file)"]]
    app.selectbox(key="url_person").set_value(BO).run()
    assert "nothing of that kind" in said(app)


def test_a_customer_is_erased_after_the_id_was_typed_and_no_page_shows_it_any_more(
    open_page: Open, acme: cs.Workspace, signed_in: Any
) -> None:
    signed_in(ANA)
    before = open_page("segments", ws=acme.name, draft='{"region":["EMEA","AMER"]}')
    assert "**2 customers**" in said(before)
    app = open_page("people", ws=acme.name, view="gone")
    app.text_input(key="erase_customer").set_value("A-1001")
    button(app, "Show what would go").click().run()
    assert "What would go of A-1001" in said(app)
    app.text_input(key="erase_typed").set_value("B-1002")
    button(app, "Erase for good").click().run()
    assert "nothing was erased" in app.error[0].value
    app.text_input(key="erase_typed").set_value("A-1001")
    button(app, "Erase for good").click().run()
    for _ in range(100):
        if app.success:
            break
        time.sleep(0.2)
        app.run()
    assert "It is erased." in app.success[0].value
    (proof,) = acme.erasures()
    assert proof.who == ANA
    assert "A-1001" not in str(proof.to_json())
    assert "**1 customer**" in said(open_page("segments", ws=acme.name, draft='{"region":["EMEA","AMER"]}'))
    assert acme.audit()["said"].iloc[0].startswith("erased a customer's data everywhere (1 version")


def test_a_workspace_is_deleted_after_its_name_was_typed_and_the_name_is_free(
    open_page: Open, acme: cs.Workspace, signed_in: Any
) -> None:
    signed_in(ANA)
    open_page("segments", ws=acme.name)
    app = open_page("people", ws=acme.name, view="gone")
    app.button(key="delete_look").click().run()
    app.text_input(key="delete_typed").set_value("no").run()
    button(app, "Delete for good").click().run()
    assert acme.path.exists()
    app.text_input(key="delete_typed").set_value(acme.name)
    button(app, "Delete for good").click().run()
    assert not acme.path.exists()
    assert f"The workspace {acme.name} is deleted" in said(app)
    assert app.query_params["ws"] == "sample"
    assert workspaces.create(acme.name) == acme.name
    assert workspaces.open_workspace(acme.name).numbers() == []  # another one, not the one that is kept
    filled(cs.Workspace(acme.path)).set_as_of("2031-05-06")
    assert "Data to May 5, 2031" in said(open_page("segments", ws=acme.name))
