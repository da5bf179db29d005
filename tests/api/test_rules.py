"""Rules over three publishes: one to-do while a condition goes on, a new one when it begins again; and what a team does
with them."""

from __future__ import annotations

import io
import json
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import cs_metrics as cs
from cs_metrics.__main__ import main
from cs_metrics.api.keeping.acting import RIGHTS
from cs_metrics.errors import NotAllowedError, QueryError, WorkspaceError
from cs_metrics.reports import digest
from cs_metrics.workspace.kept import todos
from cs_metrics.workspace.kept.people import Role

UNHAPPY = {"kind": "account", "conditions": [{"what": "answer", "survey": "nps", "days": 365}], "outcome": "unhappy"}


def file(name: str, text: str) -> io.BytesIO:
    found = io.BytesIO(text.encode())
    found.name = name
    return found


CUSTOMERS = "customer_id,name,csm,signed_up_on\na,Northwind,Ann,2025-01-01\nb,Contoso,Bob,2025-01-01\n"


def publish(workspace: cs.Workspace, *answers: tuple[str, str, int], more: str = "") -> int:
    """Publish the two accounts with the answers so far (account, day, score)."""
    lines = [f"{account},nps,{day} 10:00,{score},0,10" for account, day, score in answers]
    head = "customer_id,survey,responded_at,score,scale_min,scale_max"
    files = [file("customers.csv", CUSTOMERS + more), file("answers.csv", "\n".join([head, *lines]))]
    plan = workspace.read(files)
    for sheet, question in plan.questions:
        sheet.answer(question.id, question.suggestion or question.choices[0].value)
    return workspace.publish(plan, "replace").number


FIRST = (("a", "2026-01-10", 9), ("b", "2026-01-12", 9), ("a", "2026-02-10", 3))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> cs.Workspace:
    """Northwind is unhappy at version 1, and the rule that says so is on."""
    made = cs.Workspace(tmp_path_factory.mktemp("rules") / "acme")
    publish(made, *FIRST)
    made.save_rule("Unhappy", UNHAPPY, playbook="detractor", rule="unhappy")
    made.backtest_rule("unhappy")
    made.switch_rule("unhappy")
    assert made.todos() == []
    made.evaluate_rules(who="ann@acme.com")
    return made


@pytest.fixture
def acme(published: cs.Workspace, tmp_path: Path) -> cs.Workspace:
    shutil.copytree(published.path, tmp_path / "acme")
    return cs.Workspace(tmp_path / "acme")


def seen(workspace: cs.Workspace, rule: str) -> None:
    """Its past was looked at; the looking itself has its tests in tests/analysis."""
    workspace.see_rule(rule, workspace.rule(rule)["content"])


def test_one_todo_while_it_goes_on_and_a_new_one_when_it_begins_again(acme: cs.Workspace) -> None:
    (todo,) = acme.todos()
    assert (todo["account_name"], todo["why"], todo["owner"]) == (
        "Northwind",
        "NPS answer 3 on 10 February 2026",
        "Ann",
    )
    assert (todo["state"], todo["holds"], todo["opened_version"]) == ("open", True, 1)
    assert [step["done"] for step in todo["steps"]] == [False] * 4
    assert (todo["due_on"] - todo["opened_at"].date()).days == 7
    (rows,) = acme.todo_rows(todo["todo"]).values()
    assert rows["score"].tolist() == [3]
    # still so, with a later bad answer: the same to-do
    two = publish(acme, *FIRST, ("a", "2026-03-10", 2))
    assert [(t["todo"], t["last_version"]) for t in acme.todos()] == [(todo["todo"], two)]
    assert acme.evaluate_rules()[0]["opened"] == 0
    # it ends: the to-do says so, and stays
    publish(acme, *FIRST, ("a", "2026-04-10", 10))
    (ended,) = acme.todos()
    assert (ended["holds"], ended["ended_why"]) == (False, "The condition no longer holds.")
    # and begins again: another
    publish(acme, *FIRST, ("a", "2026-04-10", 10), ("a", "2026-05-10", 0), ("b", "2026-05-11", 6))
    assert sorted((t["account"], t["holds"]) for t in acme.todos()) == [("a", False), ("a", True), ("b", True)]
    said = acme.digest()
    assert [(r["accounts"], len(r["opened"]), r["still"]) for r in said["rules"]] == [(2, 2, 0)]
    assert said["sentences"][0] == (
        "Unhappy: 2 accounts, all new: Contoso (NPS answer 6 on 11 May 2026), Northwind (NPS answer 0 on 10 May 2026)."
    )
    assert acme.digest(two)["rules"][0]["opened"] == []
    assert "<b>Northwind</b>" in digest.html(said)
    assert "  - Contoso: NPS answer 6 on 11 May 2026 (Bob, by " in digest.text(said)


def test_a_rule_is_switched_on_only_once_its_past_was_looked_at_as_it_stands(acme: cs.Workspace) -> None:
    acme.switch_rule("ready-to-grow", False)
    with pytest.raises(WorkspaceError, match="Look first"):
        acme.switch_rule("ready-to-grow")
    changed = {**UNHAPPY, "conditions": [{"what": "answer", "survey": "nps", "days": 90}]}
    acme.save_rule("Unhappy", changed, rule="unhappy")
    assert acme.rule("unhappy")["enabled"] is False
    with pytest.raises(WorkspaceError, match="Look first"):
        acme.switch_rule("unhappy")
    with pytest.raises(WorkspaceError, match="changed meanwhile"):
        acme.see_rule("unhappy", UNHAPPY)
    seen(acme, "unhappy")
    acme.switch_rule("unhappy")
    acme.save_rule("Unhappy customers", changed, rule="unhappy")  # another name says the same
    assert acme.rule("Unhappy customers")["enabled"] is True
    with pytest.raises(WorkspaceError, match="already"):
        acme.save_rule("unhappy CUSTOMERS", UNHAPPY)
    acme.delete_rule("unhappy")
    assert [row["rule"] for row in acme.rules(deleted=True)] == ["unhappy"]
    acme.restore_rule("unhappy")
    assert acme.rule("unhappy")["enabled"] is False
    with pytest.raises(WorkspaceError, match="no rule"):
        acme.rule("Unhapy")


def test_an_error_of_a_rule_stands_beside_it_and_stops_nothing(acme: cs.Workspace, monkeypatch: Any) -> None:
    acme.save_rule("Renewals", {"kind": "account", "conditions": [{"what": "renewal", "days": 60}]}, rule="r")
    seen(acme, "r")
    acme.switch_rule("r")
    acme.evaluate_rules()
    last = acme.rule("r")["last"]
    assert last["version"] == 1
    assert "contract_end" in last["error"]
    assert acme.rule("unhappy")["last"]["accounts"] == 1
    assert any("Renewals: not evaluated." in said for said in acme.digest()["sentences"])
    # what nothing can be told of does not end
    monkeypatch.setattr("cs_metrics.analysis.rules.fired.holding", lambda *_: 1 / 0)
    acme.evaluate_rules()
    assert acme.rule("unhappy")["last"]["error"] == "It could not be evaluated: the server's log says why."
    assert [(t["account"], t["holds"]) for t in acme.todos()] == [("a", True)]
    # whatever else goes wrong, the version is there
    monkeypatch.setattr("cs_metrics.api.keeping.ruled.look_at", lambda *_: 1 / 0)
    assert publish(acme, ("a", "2026-02-10", 3)) == 2


def test_todos_are_worked_through_and_each_step_is_undone(acme: cs.Workspace) -> None:
    (todo,) = (row["todo"] for row in acme.todos())
    before = acme.todo_count()
    acme.change_todos([{"todo": todo, "step": 1, "ticked": True}], who="ann@acme.com")
    change = acme.change_todos([{"todo": todo, "owner": " Eve ", "due_on": "2020-01-01", "note": "called"}])
    (row,) = acme.todos()
    assert (row["owner"], row["due_on"], row["note"], row["overdue"]) == ("Eve", date(2020, 1, 1), "called", True)
    assert [step["done"] for step in row["steps"]] == [False, True, False, False]
    assert acme.digest()["sentences"][-1] == "1 to-do is open in all, 1 of them overdue."
    assert acme.todo_count() != before
    gone = acme.change_todos([{"todo": todo, "state": "dismissed", "reason": "merged with b"}])
    assert [(t["state"], t["reason"], t["overdue"]) for t in acme.todos()] == [("dismissed", "merged with b", False)]
    assert acme.undo_todos(gone) == 1
    assert acme.undo_todos(change) == 1
    (row,) = acme.todos("open")
    assert (row["owner"], row["overdue"]) == ("Ann", False)
    assert [step["done"] for step in row["steps"]] == [False, True, False, False]
    assert acme.todo_history(todo)["undone"].tolist() == [False, True, True]
    for wrong, said in (
        ({"todo": todo, "state": "dismissed"}, "for a reason"), ({"todo": todo, "state": "dun"}, "done"),
        ({"todo": todo, "step": 9, "ticked": True}, "4 steps"), ({"todo": "x", "state": "done"}, "no to-do"),
        ({"todo": todo}, "names a 'todo'"), ({"todo": todo, "step": 1}, "ticked or not"),
    ):  # fmt: skip
        with pytest.raises(WorkspaceError, match=said):
            acme.change_todos([wrong])
    with pytest.raises(WorkspaceError, match="already"):
        acme.undo_todos(gone)


def test_playbooks_are_changed_deleted_and_brought_back(acme: cs.Workspace) -> None:
    acme.save_playbook("Detractor", ["Call", {"text": "Write", "days": 3}], owner="Team", days=5, playbook="detractor")
    for rule in ("second", "third"):
        acme.save_rule(rule, UNHAPPY, playbook="detractor", rule=rule)
        seen(acme, rule)
    for rule in ("second", "third"):
        acme.switch_rule(rule)
        acme.evaluate_rules()
        if rule == "second":
            acme.delete_playbook("detractor")
            acme.delete_playbook("kpi")
    held = {todo["rule"]: todo for todo in acme.todos()}
    assert ([step["text"] for step in held["second"]["steps"]], held["second"]["owner"]) == (["Call", "Write"], "Team")
    assert (held["third"]["steps"], held["third"]["owner"]) == ([], "Ann")
    assert {row["playbook"] for row in acme.playbooks(deleted=True)} == {"detractor", "kpi"}
    acme.restore_playbook("kpi")
    assert acme.playbook("kpi")["name"] == "A KPI moved"
    for wrong, said in (
        ({"name": " ", "steps": ["x"]}, "needs a name"), ({"name": "x", "steps": []}, "1 to 30 steps"),
        ({"name": "x", "steps": ["y"], "days": 999}, "0 to 365"),
    ):  # fmt: skip
        with pytest.raises(WorkspaceError, match=said):
            acme.save_playbook(**wrong)


def test_an_account_that_left_and_one_that_nothing_is_known_of(acme: cs.Workspace) -> None:
    """Of two to-dos that go on: a left, b cannot be told; then b is told, and holds no more."""
    book = {"steps": [], "days": 7}
    hits = [{"account": c, "name": c, "evidence": [], "owner": ""} for c in "ab"]

    def settled(version: int, hits: list[dict[str, Any]], unknown: set[str]) -> dict[str, int]:
        at = datetime(2026, 3, 1)
        return todos.settle(acme.records, "r", "R", book, version, at, hits, unknown, {"b"})

    assert settled(1, hits, set()) == {"opened": 2, "still": 0, "ended": 0}
    assert settled(2, [], {"b"}) == {"opened": 0, "still": 0, "ended": 1}
    assert settled(3, hits[1:], set()) == {"opened": 0, "still": 1, "ended": 0}
    assert settled(4, [], set())["ended"] == 1
    found = {t["account"]: (t["ended_version"], t["ended_why"]) for t in acme.todos() if t["rule"] == "r"}
    assert found == {
        "a": (2, "The account is no longer a customer."),
        "b": (4, "The condition no longer holds."),
    }


def test_who_may_not_see_all_is_told_nothing(acme: cs.Workspace) -> None:
    for view in ({"hidden": ["name"]}, {"where": {"customer_id": ["b"]}}):
        part = acme.version().view(**view)
        assert part.todos() == []
        with pytest.raises(QueryError, match="all data"):
            part.rule_backtest("unhappy")
    assert len(acme.version().view().todos()) == 1
    viewer = acme.acting("vi@acme.com", Role.VIEWER)
    assert len(viewer.todos()) == 1
    with pytest.raises(NotAllowedError):
        viewer.switch_rule("unhappy", False)
    parts = {name for part in cs.Workspace.__mro__ if part.__name__ in ("Ruled", "Todos") for name in vars(part)}
    assert {name for name in parts if not name.startswith("_")} - {"settings", "version", "numbers", "records"} <= set(
        RIGHTS
    )


def test_the_digest_from_the_command_line(acme: cs.Workspace, tmp_path: Path, capsys: Any) -> None:
    assert main(["digest", "-w", str(acme.path)]) == 0
    assert "Unhappy: 1 account, new." in capsys.readouterr().out
    assert main(["digest", "-w", str(acme.path), "--json", "--evaluate", "--html", str(tmp_path / "d.html")]) == 0
    assert json.loads(capsys.readouterr().out)["open"] == 1
    assert "Northwind" in (tmp_path / "d.html").read_text()
    assert main(["digest", "-w", str(acme.path), "--html", str(tmp_path / "none" / "d.html")]) == 2
