"""What an editor or an owner can do beside the numbers: share, take back, people, export, erase, reports, rules.

Each goes through the pages up to its last step, and returns that: what is not offered fails before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cs_metrics as cs
from tests.outside.visit import Visit

Last = Callable[[], Any]
UNHAPPY = {"kind": "account", "conditions": [{"what": "answer", "survey": "nps", "days": 365}]}


def nothing(workspace: cs.Workspace, mark: str) -> None:
    """Need nothing."""


@dataclass(frozen=True)
class Action:
    """`act` in a workspace, where it is `shown`, which roles are `allowed`; `prepared`: what must be there before."""

    act: Callable[[Visit, str, str], Last]
    shown: Callable[[cs.Workspace], Any]
    allowed: frozenset[str]
    prepared: Callable[[cs.Workspace, str], Any] = nothing


def share(visit: Visit, workspace: str, mark: str) -> Last:
    visit.open("survival", ws=workspace).press("Share")
    return lambda: visit.press("Make the link")


def revoke(visit: Visit, workspace: str, mark: str) -> Last:
    visit.open("links", ws=workspace)
    visit.widget("Take it back", "button")
    return lambda: visit.press("Take it back")


def invite(visit: Visit, workspace: str, mark: str) -> Last:
    visit.open("people", ws=workspace).set("E-mail address", f"{mark}@acme.test")
    return lambda: visit.press("Invite")


def change_role(visit: Visit, workspace: str, mark: str) -> Last:
    visit.open("people", ws=workspace).set(f"Role of {mark}@acme.test", "Editor")
    return visit.send


def remove(visit: Visit, workspace: str, mark: str) -> Last:
    visit.open("people", ws=workspace)
    key = f"remove_{mark}@acme.test_0"
    visit.widget("Remove them", "button", key=key)
    return lambda: visit.press("Remove them", key=key)


def export(visit: Visit, workspace: str, mark: str) -> Last:
    visit.open("settings", ws=workspace)
    visit.widget("Make the file", "button")
    return lambda: visit.press("Make the file")


def erase(visit: Visit, workspace: str, mark: str) -> Last:
    visit.open("people", ws=workspace, view="gone")
    visit.set("Customer's id", f"{mark}-gone").press("Show what would go")
    visit.set("Type the customer's id to confirm", f"{mark}-gone")
    return lambda: visit.press("Erase for good")


def write(visit: Visit, workspace: str, mark: str) -> Last:
    visit.open("reports", ws=workspace).press("Edit").set("Your text", mark)
    return lambda: visit.press("Save", form="report_text_form")


def switch(visit: Visit, workspace: str, mark: str) -> Last:
    visit.open("todo", ws=workspace, show="rules", tried=mark)
    visit.widget("Switch it on", "button")
    return lambda: visit.press("Switch it on")


def delete(visit: Visit, workspace: str, mark: str) -> Last:
    visit.open("people", ws=workspace, view="gone").press("Show what would go", key="delete_look")
    visit.set(f"Type {workspace} to confirm", workspace)
    return lambda: visit.press("Delete for good")


def _to_be_erased(workspace: cs.Workspace, mark: str) -> None:
    workspace.keep_upload(f"{mark}-gone.csv", f"customer_id,name\n{mark}-gone,Gone\n".encode())


def _erased(workspace: cs.Workspace) -> list[str]:
    return [proof.erasure for proof in workspace.erasures() if proof.finished_at]


def _roles(workspace: cs.Workspace) -> dict[str, str]:
    return {person["email"]: person["role"] for person in workspace.people()}


def _viewer(workspace: cs.Workspace, mark: str) -> None:
    workspace.invite(f"{mark}@acme.test", "viewer")


OWNERS = frozenset({"owner"})
EDITORS = frozenset({"owner", "editor"})
ACTIONS = {
    "share": Action(share, lambda w: len(w.links()), EDITORS),
    "take a link back": Action(
        revoke, lambda w: [row["revoked_at"] for row in w.links()], EDITORS, lambda w, _: w.share("cohorts")
    ),
    "invite": Action(invite, _roles, OWNERS),
    "change a role": Action(change_role, _roles, OWNERS, _viewer),
    "remove a person": Action(remove, _roles, OWNERS, _viewer),
    "export": Action(export, lambda w: int((w.audit()["action"] == "export").sum()), OWNERS),
    "erase a customer": Action(erase, _erased, OWNERS, _to_be_erased),
    "a report's text": Action(write, lambda w: [row["text"] for row in w.reports()], EDITORS),
    "switch a rule on": Action(
        switch, lambda w: {row["rule"] for row in w.rules() if row["enabled"]}, EDITORS,
        lambda w, mark: w.save_rule(mark, UNHAPPY, rule=mark),
    ),
}  # fmt: skip
