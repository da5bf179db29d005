"""Rules and playbooks of nonsense are refused in a sentence, and nothing of them is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cs_metrics as cs
from cs_metrics.analysis.rules.model import LONGEST
from cs_metrics.errors import CSMetricsError
from cs_metrics.workspace.kept.playbooks import LATEST

HALF = "\ud800"
NO_DAYS = (
    0, -1, -(10**400), 10**400, 10**5_000, LONGEST + 1, True, float("nan"), float("inf"), 1.5, "60", None, [], {},
    np.int64(3), pd.NaT,
)  # fmt: skip
NO_NUMBER = (True, float("nan"), float("inf"), 10**400, 10**5_000, "60", None, [], {}, pd.NaT)
NO_TEXT = (3, 10**5_000, True, float("nan"), None, [], {}, HALF, "\0", pd.NaT, b"Ana", "x" * 1_000_000)


@pytest.fixture
def workspace(tmp_path: Path) -> cs.Workspace:
    return cs.Workspace(tmp_path / "acme")


def account(**condition: Any) -> dict[str, Any]:
    return {"kind": "account", "conditions": [condition]}


def refused(keep: Any, *args: Any, **kwargs: Any) -> None:
    with pytest.raises(CSMetricsError) as raised:
        keep(*args, **kwargs)
    assert len(str(raised.value).encode()) < 1_000


def test_a_rule_of_no_days_or_no_number_is_none(workspace: cs.Workspace) -> None:
    for days in NO_DAYS:
        refused(workspace.save_rule, "Soon", account(what="renewal", days=days))
        refused(workspace.save_rule, "Soon", account(what="answer", survey="nps", days=days))
    for number in NO_NUMBER:
        refused(workspace.save_rule, "Less", account(what="usage", **{"is": "down", "by": number}))
        told = {"is": "below", "than": number}
        refused(workspace.save_rule, "Low", account(what="signal", signal="idle_days", **told))
    for content in (*NO_TEXT, account(), {"kind": "account", "conditions": 3}, account(what=10**5_000)):
        refused(workspace.save_rule, "What", content)
    assert all(row["ready"] for row in workspace.rules())
    workspace.save_rule("Soon", account(what="renewal", days=LONGEST))
    assert not all(row["ready"] for row in workspace.rules())


def test_what_is_no_text_names_no_rule_and_no_playbook(workspace: cs.Workspace) -> None:
    content, steps = account(what="renewal", days=60), [{"text": "Call", "days": 1}]
    for bad in NO_TEXT:
        refused(workspace.save_rule, bad, content)
        refused(workspace.save_playbook, bad, steps)
        refused(workspace.save_playbook, "Call", steps, owner=bad)
        if bad is not None:
            refused(workspace.save_rule, "Soon", content, rule=bad)
            refused(workspace.save_rule, "Soon", content, playbook=bad)
            refused(workspace.save_playbook, "Call", steps, playbook=bad)
        for act in (workspace.rule, workspace.switch_rule, workspace.delete_rule, workspace.restore_rule):
            refused(act, bad)
    assert all(row["ready"] for row in (*workspace.rules(), *workspace.playbooks()))


def test_a_playbook_is_due_on_a_day_and_has_steps(workspace: cs.Workspace) -> None:
    for days in (*NO_DAYS[1:], LATEST + 1):
        refused(workspace.save_playbook, "Call", [{"text": "Call", "days": 1}], days=days)
        if days is not None:
            refused(workspace.save_playbook, "Call", [{"text": "Call", "days": days}])
    for steps in (3, None, "Call", [3], [{"text": 3}], [{}], [[]], [{"text": HALF}], {"text": "Call"}, [float("nan")]):
        refused(workspace.save_playbook, "Call", steps)
    assert all(row["ready"] for row in workspace.playbooks())
    workspace.save_playbook("Call", ["Call", {"text": "Write", "days": LATEST}], days=0)
    assert not all(row["ready"] for row in workspace.playbooks())
