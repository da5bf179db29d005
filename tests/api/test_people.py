"""Who may do what in a workspace: a matrix of role and part, the last owner, strangers, and the log."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import cs_metrics as cs
from cs_metrics.api.keeping.acting import RIGHTS
from cs_metrics.errors import NotAllowedError, WorkspaceError
from cs_metrics.workspace.kept.people import Role

INSIDE = {"acting", "folder", "open", "open_link", "reopen_link", "records", "role_of"}
"""What a server uses of a workspace itself, and hands to nobody."""


@pytest.fixture
def workspace(tmp_path: Path) -> cs.Workspace:
    made = cs.Workspace(tmp_path / "acme")
    made.invite("Olga@Acme.com", "owner")
    made.invite("ed@acme.com", "editor", who="olga@acme.com")
    made.invite("vi@acme.com", who="olga@acme.com")
    return made


def test_every_part_of_a_workspace_asks_for_a_role(workspace: cs.Workspace) -> None:
    parts = {name for name in dir(workspace) if not name.startswith("_")}
    assert parts - INSIDE == set(RIGHTS)


@pytest.mark.parametrize("who", ["vi@acme.com", "ed@acme.com", "olga@acme.com"])
def test_a_part_is_for_its_role_and_those_above(workspace: cs.Workspace, who: str) -> None:
    mine = workspace.acting(who)
    for part, least in RIGHTS.items():
        enough = list(Role).index(mine.role) >= list(Role).index(least)
        assert mine.may(part) is enough, part
        if enough:
            getattr(mine, part)
        else:
            with pytest.raises(NotAllowedError, match=f"yours is {mine.role}"):
                getattr(mine, part)


def test_what_was_kept_of_a_role_does_nothing_once_it_is_gone(workspace: cs.Workspace) -> None:
    kept = workspace.acting("ed@acme.com")
    kept.save_segment("Mine", {"plan": ["Pro"]})
    workspace.change_role("ed@acme.com", "viewer")
    with pytest.raises(NotAllowedError, match="yours is viewer"):
        kept.save_segment("Other", {"plan": ["Pro"]})
    workspace.remove_person("ed@acme.com")
    assert not kept.may("segments")
    with pytest.raises(NotAllowedError, match="you have none any more"):
        kept.segments()
    assert [row["name"] for row in workspace.segments()] == ["Mine"]


def test_what_is_inside_is_in_nobodys_hands(workspace: cs.Workspace) -> None:
    mine = workspace.acting("olga@acme.com")
    for part in (*INSIDE, "_workspace_", "no_such"):
        assert not mine.may(part), part
        with pytest.raises(AttributeError):
            getattr(mine, part)


def test_what_is_refused_changes_nothing(workspace: cs.Workspace) -> None:
    with pytest.raises(NotAllowedError):
        workspace.acting("vi@acme.com").save_segment("Mine", {"plan": ["Pro"]})
    assert workspace.segments() == []
    assert "save segment" not in set(workspace.audit()["action"])


def test_the_log_has_the_name_of_who_acted_whatever_the_caller_says(workspace: cs.Workspace) -> None:
    workspace.acting("ed@acme.com").save_segment("Mine", {"plan": ["Pro"]}, who="olga@acme.com")
    line = workspace.audit().iloc[0]
    assert (line["action"], line["who"]) == ("save segment", "ed@acme.com")


def test_strangers_learn_nothing(workspace: cs.Workspace) -> None:
    with pytest.raises(NotAllowedError, match="There is no workspace 'acme' that you are a member of"):
        workspace.acting("eve@evil.com")
    workspace.remove_person("vi@acme.com")
    with pytest.raises(NotAllowedError):
        workspace.acting("vi@acme.com")


@pytest.mark.usefixtures("database")
def test_addresses_are_one_in_any_case_and_no_address_is_refused(workspace: cs.Workspace) -> None:
    assert workspace.role_of(" OLGA@acme.com ") is Role.OWNER
    with pytest.raises(WorkspaceError, match="is a member already"):
        workspace.invite("ED@ACME.COM")
    for wrong in ("", "ed", "ed@", "@acme.com", "a b@acme.com", "ed@acme", "ed@acme.com, eve@evil.com"):
        with pytest.raises(WorkspaceError, match="is no e-mail address"):
            workspace.invite(wrong)
    for mistaken in ("stra\u00dfe@acme.com", "\u212aim@acme.com", "ed@acm\u00e9.com"):
        with pytest.raises(WorkspaceError, match="not ASCII"):
            workspace.invite(mistaken)
    workspace.invite("kim@acme.com", "viewer")
    assert workspace.role_of("\u212aim@acme.com") is None
    workspace.remove_person("kim@acme.com")
    with pytest.raises(WorkspaceError, match="There is no role 'admin'"):
        workspace.invite("new@acme.com", "admin")
    assert [p["email"] for p in workspace.people()] == ["olga@acme.com", "ed@acme.com", "vi@acme.com"]


@pytest.mark.usefixtures("database")
def test_there_is_always_an_owner(workspace: cs.Workspace) -> None:
    with pytest.raises(WorkspaceError, match="is the only owner"):
        workspace.change_role("olga@acme.com", "editor")
    with pytest.raises(WorkspaceError, match="is the only owner"):
        workspace.remove_person("olga@acme.com")
    workspace.change_role("ed@acme.com", "owner")
    workspace.remove_person("olga@acme.com")
    assert [p["role"] for p in workspace.people()] == ["owner", "viewer"]
    with pytest.raises(WorkspaceError, match="is no member"):
        workspace.change_role("olga@acme.com", "viewer")


@pytest.mark.usefixtures("database")
def test_two_owners_who_leave_at_once_do_not_both(workspace: cs.Workspace) -> None:
    workspace.change_role("ed@acme.com", "owner")
    barrier, refused = threading.Barrier(2), []

    def leave(who: str) -> None:
        barrier.wait()
        try:
            workspace.remove_person(who)
        except WorkspaceError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=leave, args=(who,)) for who in ("olga@acme.com", "ed@acme.com")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert [p["role"] for p in workspace.people()].count("owner") == 1


@pytest.mark.usefixtures("database")
def test_a_member_who_came_is_told(workspace: cs.Workspace) -> None:
    assert all(p["seen_at"] is None for p in workspace.people())
    workspace.acting("ed@acme.com")
    assert [p["email"] for p in workspace.people() if p["seen_at"]] == ["ed@acme.com"]


def test_roles_do_not_travel(workspace: cs.Workspace, tmp_path: Path) -> None:
    workspace.export(tmp_path / "acme.zip")
    other = cs.import_workspace(tmp_path / "acme.zip", tmp_path / "elsewhere")
    assert other.people() == []
