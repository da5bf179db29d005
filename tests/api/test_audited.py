"""The audit log in plain words: every action that the library logs has them, and names what was changed."""

from __future__ import annotations

import ast
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

import cs_metrics as cs
from cs_metrics.api.keeping import audited
from tests.conftest import ROOT


def logged() -> set[str]:
    """Every action that the library's code hands to the log, also where it chooses between two or passes it on."""
    found = set()
    for path in (ROOT / "cs_metrics").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
            if name == "log" and len(node.args) == 3:
                given = [node.args[1]]
            elif name == "_keep_report":
                given = node.args[-1:]
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "line":  # for `finishing`
                given = node.value.elts[1:2] if isinstance(node.value, ast.Tuple) else []
            else:
                continue
            texts = (n.value for arg in given for n in ast.walk(arg) if isinstance(n, ast.Constant))
            found |= {text for text in texts if isinstance(text, str)}
    return found


def test_every_action_has_words() -> None:
    assert len(logged()) > 40
    assert logged() - set(audited.WORDS) == set()


@pytest.fixture
def acme(tmp_path: Path) -> cs.Workspace:
    return cs.Workspace(tmp_path / "acme")


def test_a_day_of_a_team_in_plain_words(acme: cs.Workspace, tmp_path: Path) -> None:
    acme.invite("ana@acme.com", "owner")
    ana = acme.acting("ana@acme.com")
    file = tmp_path / "accounts.csv"
    file.write_text("Account ID,Region\nA,EMEA\nB,AMER\n")
    plan = ana.read([file])
    plan.sheets[0].use("customers", {"customer_id": "Account ID", "region": "Region"})
    ana.publish(plan)
    segment = ana.save_segment("EMEA", {"region": ["EMEA"]})
    ana.delete_segment(segment)
    note = ana.save_note("Price change", "2026-01-05", kpi="mrr")
    ana.delete_note(note)
    ana.set_settings({"minimum_n": 7, "currency": None})
    ana.share("overview", frozen=True)
    ana.revoke_link(ana.links()[0]["link"])
    ana.invite("bo@acme.com", "editor")
    ana.change_role("bo@acme.com", "viewer")
    ana.remove_person("bo@acme.com")
    ana.export(tmp_path / "acme.zip")
    log = acme.audit()
    assert log["who"].tolist()[:-1] == ["ana@acme.com"] * (len(log) - 1)
    said = log["said"].tolist()[::-1]
    assert said[:6] == [
        "invited ana@acme.com as owner",
        "published version 1 (append, 1 file)",
        "saved the segment 'EMEA'",
        "deleted the segment 'EMEA'",
        "pinned the note 'Price change'",
        "took away the note 'Price change'",
    ]
    assert said[6] == "changed settings: currency to the default; minimum n to 7"
    assert said[7].startswith("made a frozen link to 'overview'")
    assert said[8].startswith("took back the frozen link to 'overview'")
    assert said[9:] == [
        "invited bo@acme.com as editor",
        "made bo@acme.com viewer",
        "removed bo@acme.com",
        "exported the whole workspace (1 version, 1 file)",
    ]


def test_a_mapping_thrown_away_is_a_deletion_where_a_file_went_with_it(acme: cs.Workspace) -> None:
    sha = acme.keep_upload("a.csv", b"x\n1\n")
    first, second = acme.save_draft({"uploads": [sha]}), acme.save_draft({"uploads": [sha]})
    acme.delete_draft(first, who="ana@acme.com")
    assert acme.audit().empty
    acme.delete_draft(second, who="ana@acme.com")
    assert acme.audit()[["who", "said"]].values.tolist() == [
        ["ana@acme.com", "threw away a mapping in progress, with a.csv"]
    ]


def test_a_line_of_a_later_release_and_one_that_has_lost_its_name_are_said_as_well_as_can_be() -> None:
    lines = [
        {"happened_at": datetime(2026, 1, 1), "who": "", "action": "rule painted", "detail": {"name": "Blue"}},
        {"happened_at": datetime(2026, 1, 1), "who": "", "action": "delete segment", "detail": {"segment": "gone"}},
        {"happened_at": datetime(2026, 1, 1), "who": "", "action": "link revoked", "detail": {}},
        {"happened_at": datetime(2026, 1, 1), "who": "", "action": "target deleted", "detail": {"target": "t"}},
    ]
    assert audited.told(lines) == [
        "rule painted 'Blue'",
        "deleted the segment ?",
        "took back a link",
        "deleted a target for ?",
    ]
    assert audited.told([]) == []
    assert list(pd.DataFrame({"said": audited.told([])})) == ["said"]
