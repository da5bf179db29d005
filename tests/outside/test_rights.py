"""Who may share, export, erase, write and decide on people, from outside; and that nobody gets there by a detour: with
what another sent, with a page that was open when a role went, with a link that is there to look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import cs_metrics as cs
from tests.outside.actions import ACTIONS, delete
from tests.outside.conftest import LINK, OWNER, WHO
from tests.outside.test_roles import until
from tests.outside.test_workspaces import wait_for_roles
from tests.outside.visit import Visit


@contextmanager
def only_looking(kept: cs.Workspace, email: str) -> Iterator[None]:
    """Have an owner be a viewer, from now until the block ends."""
    kept.invite("deputy@acme.test", "owner")
    kept.change_role(email, "viewer")
    wait_for_roles()
    try:
        yield
    finally:
        kept.change_role(email, "owner")
        kept.remove_person("deputy@acme.test")
        wait_for_roles()


@pytest.mark.parametrize("role", [*WHO, LINK])
@pytest.mark.parametrize("action", ACTIONS)
def test_it_is_offered_to_its_roles_alone(
    action: str, role: str, companies: Path, visiting: Callable[[str], Visit]
) -> None:
    asked = ACTIONS[action]
    for workspace in ("Northwind", "Umbrella") if role in ("owner", "stranger") else ("Northwind",):
        kept = cs.Workspace(companies / workspace)
        mark = "".join(filter(str.isalnum, f"{action}by{role}"))
        own = role in asked.allowed if workspace == "Northwind" else role == "stranger"  # who owns Umbrella
        asked.prepared(kept, mark)
        before, logged = asked.shown(kept), len(kept.audit())
        with visiting(role) as visit:
            if not own:
                with pytest.raises(AssertionError):
                    asked.act(visit, workspace, mark)
                assert asked.shown(kept) == before
            else:
                asked.act(visit, workspace, mark)()
                assert until(lambda a=asked, k=kept, b=before: a.shown(k) != b), visit.text()[-1500:]
                assert set(kept.audit()["who"][: len(kept.audit()) - logged]) == {WHO[role]}
            assert "Something went wrong" not in visit.text()


@pytest.mark.parametrize("action", ACTIONS)
def test_what_an_owner_sent_does_nothing_once_the_role_is_gone_nor_from_others(
    action: str, companies: Path, visiting: Callable[[str], Visit]
) -> None:
    asked, kept = ACTIONS[action], cs.Workspace(companies / "Northwind")
    mark = "".join(filter(str.isalnum, f"{action}forged"))
    asked.prepared(kept, mark)
    before = asked.shown(kept)
    with visiting("owner") as visit:
        last = asked.act(visit, "Northwind", mark)
        with only_looking(kept, OWNER):
            held = asked.shown(kept)
            last()
            assert asked.shown(kept) == held, "the page was open when the role went"
            assert "Something went wrong" not in visit.text()
        sent = visit.sent
    for role in (*({"editor", "viewer", "stranger"} - asked.allowed), LINK):
        with visiting(role) as visit:
            for each in sent:
                visit.replay(each)
            assert asked.shown(kept) == before, role
            assert "Something went wrong" not in visit.text()
    if action == "share":  # its dialog has a number of the visit's own
        return
    with visiting("owner") as visit:
        for each in sent:
            visit.replay(each)
        assert until(lambda: asked.shown(kept) != before), "what was sent is what does it"


def test_only_an_owner_deletes_a_workspace(companies: Path, visiting: Callable[[str], Visit]) -> None:
    place = companies / "Doomed"
    kept = cs.Workspace(place)
    for role in ("owner", "editor", "viewer"):
        kept.invite(WHO[role], role)
    with visiting("owner") as owner:
        last = delete(owner, "Doomed", "")
        with only_looking(kept, OWNER):
            last()
            assert (place / "workspace.id").exists()
        sent = owner.sent
    for role in ("editor", "viewer", "stranger", "signed out", LINK):
        with visiting(role) as visit:
            with pytest.raises(AssertionError):
                delete(visit, "Doomed", "")
            for each in sent:
                visit.replay(each)
            assert (place / "workspace.id").exists(), role
    with visiting("owner") as owner:
        delete(owner, "Doomed", "")()
        assert until(lambda: not (place / "workspace.id").exists()), owner.text()
        assert "The workspace Doomed is deleted" in owner.text()
