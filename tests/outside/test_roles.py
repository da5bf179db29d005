"""Who may do what, from outside: role by action by workspace, over the pages and routes that everybody has.

What is expected is written here by hand: a viewer looks, an editor also changes what is shown, an owner also decides on
people. Whether something was done is read from the workspace, not from what the page says.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import cs_metrics as cs
from tests.outside.conftest import EDITOR, OWNER, STRANGER, VIEWER
from tests.outside.visit import Visit

Signed = Callable[[str], httpx.Client]
Act = Callable[[Visit, str, str], None]
WHO = {"owner": OWNER, "editor": EDITOR, "viewer": VIEWER, "stranger": STRANGER, "signed out": ""}
EDITORS = {"owner", "editor"}


def until(there: Callable[[], bool]) -> bool:
    """Wait for what the server does behind the page; return whether it came."""
    for _ in range(100):
        if there():
            return True
        time.sleep(0.3)
    return False


def drop(visit: Visit, workspace: str, mark: str) -> None:
    visit.open("data", ws=workspace, view="load")
    visit.upload("Drop your files here", f"{mark}.csv", b"customer_id,name\n" + mark.encode() + b",One\n")


def send(visit: Visit, workspace: str, mark: str) -> None:
    visit.frames.clear()
    visit.open("data", ws=workspace, view="load")
    token = re.search(rb"Bearer ([\w-]+)", b"".join(visit.frames))
    bearer = token[1].decode() if token else "x" * 43
    body = b"customer_id,name\n" + mark.encode() + b",Sent\n"
    visit.client.put(f"/upload/{mark}-sent.csv", content=body, headers={"Authorization": f"Bearer {bearer}"})


def publish(visit: Visit, workspace: str, mark: str) -> None:
    kept = cs.Workspace(Path(HOME[0]) / workspace)
    sha = kept.keep_upload(f"{mark}-new.csv", b"customer_id,name,region\n" + mark.encode() + b",New,EMEA\n")
    draft = kept.save_draft({"uploads": [sha], "choices": None})
    before = len(kept.numbers())
    visit.open("data", ws=workspace, view="load", draft=draft)
    for _ in range(8):
        offered = [label for label in visit.labels("button") if label.startswith("Publish")]
        if offered or not visit.labels("file_uploader"):
            break
        time.sleep(0.3)
        visit.send()
    assert offered, "nothing to publish is offered"
    visit.press(offered[0])
    until(lambda: len(kept.numbers()) > before)


def settings(visit: Visit, workspace: str, mark: str) -> None:
    visit.open("settings", ws=workspace)
    visit.set("Minimum n", 5 + len(mark)).press("Save settings")


def segment(visit: Visit, workspace: str, mark: str) -> None:
    visit.open("segments", ws=workspace, draft='{"region":"EMEA"}')
    visit.set("Name", mark).press("Save segment")


def note(visit: Visit, workspace: str, mark: str) -> None:
    visit.open("kpi", ws=workspace, id="net_promoter_score")
    visit.set("What happened", mark).set("On", ["2025/01/15"]).press("Save", form="note_form_new")


def target(visit: Visit, workspace: str, mark: str) -> None:
    visit.open("kpi", ws=workspace, id="net_promoter_score")
    form, year = "target_form_new", 2016 + len(mark)  # one target holds at a time
    visit.set("At least", 10, form).set("From", [f"{year}/01/01"], form)
    visit.set("To (empty: without end)", [f"{year}/12/31"], form).press("Save", form)


def sign_off(visit: Visit, workspace: str, mark: str) -> None:
    visit.open("kpi", ws=workspace, id="net_promoter_score")
    visit.press("Sign off")


def own_kpi(visit: Visit, workspace: str, mark: str) -> None:
    visit.open("own", ws=workspace)
    visit.set("Name", mark).set("What is counted", "Answers to surveys").set("Unit", "count").send()
    visit.set("Numerator", "count()").send().press("Save it")


def scorecard(visit: Visit, workspace: str, mark: str) -> None:
    visit.open("scorecard", ws=workspace)
    visit.set("Name", mark).set("KPIs, in the order", ["Net Promoter Score"]).press("Save")


ACTIONS: dict[str, tuple[Act, Callable[[cs.Workspace], Any], set[str]]] = {
    "upload": (drop, lambda w: len(w.uploads()), EDITORS),
    "send a large file": (send, lambda w: len(w.uploads()), EDITORS),
    "settings": (settings, lambda w: w.settings, EDITORS),
    "segment": (segment, lambda w: w.segments(), EDITORS),
    "note": (note, lambda w: w.notes(), EDITORS),
    "target": (target, lambda w: w.targets(), EDITORS),
    "sign off": (sign_off, lambda w: w.card("net_promoter_score"), EDITORS),
    "own KPI": (own_kpi, lambda w: w.own_kpis(), EDITORS),
    "scorecard": (scorecard, lambda w: w.scorecards(), EDITORS),
    "publish": (publish, lambda w: w.numbers(), EDITORS),
}
"""What is done, where it shows, and which roles may do it in a workspace of theirs."""
LOGGED = set(ACTIONS) - {"upload", "send a large file"}
"""What is in the log, with the name of who did it: files that arrived are nothing before they are published."""
HOME: list[str] = []


@pytest.fixture(autouse=True)
def _home(companies: Path) -> None:
    HOME[:] = [str(companies)]


@pytest.mark.parametrize("role", WHO)
@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_is_for_its_roles_in_their_workspace(action: str, role: str, companies: Path, signed: Signed) -> None:
    act, shown, allowed = ACTIONS[action]
    for workspace in ("Northwind", "Umbrella"):
        kept = cs.Workspace(companies / workspace)
        mark = f"{action.replace(' ', '')}by{role.replace(' ', '')}"
        own = role in allowed if workspace == "Northwind" else role == "stranger"  # who owns Umbrella
        before, logged = shown(kept), len(kept.audit())
        refused = ""
        with Visit(signed(WHO[role])) as visit:
            try:
                act(visit, workspace, mark)
            except AssertionError as error:  # what is not offered cannot be pressed
                refused = str(error)
            text = visit.text()
        assert (shown(kept) != before) is own, f"{workspace}: {refused or text[-1500:]}"
        if own and action in LOGGED:
            assert until(lambda kept=kept, logged=logged: len(kept.audit()) > logged)
            assert set(kept.audit()["who"][: len(kept.audit()) - logged]) == {WHO[role]}
        assert "Something went wrong" not in text
