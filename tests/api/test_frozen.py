"""A frozen link goes on showing what it showed, whatever is published, edited or noted after it."""

from __future__ import annotations

import math
import re
import shutil

import pytest

import cs_metrics as cs
from cs_metrics.api.links.shared import Opened
from cs_metrics.errors import CSMetricsError, NotAllowedError
from tests.api.calls import CALLS, HAPPY
from tests.api.told import told

HELD = (
    "as_of", "chosen_settings", "name", "notes", "own_kpis", "pinned_themes", "scorecards", "segments", "settings",
    "targets", "same_customers", "follow_up_changes", "numbers",
)  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> cs.Workspace:
    """The newest version of the sample company, in a workspace that may be changed, with something of everything."""
    built = cs.sample()
    made = cs.Workspace(tmp_path_factory.mktemp("home") / "acme")
    newest = built.folder.version(built.numbers()[-1])
    shutil.copy(newest, made.folder.version(1))
    made.set_settings(built.chosen_settings)
    made.save_note("A price rise", "2026-02-01", kpi="mrr")
    made.save_target("mrr", since="2026-01-01", low=1_000_000)
    made.save_segment("Team", {"plan": ["Team"]})
    made.save_scorecard("Board", ["mrr"])
    made.pin_theme("Exports", ["export*"])
    made.save_own_kpi(HAPPY)
    made.set_card("mrr", owner="Ana")
    return made


def everything(opened: Opened) -> dict[str, str]:
    """All that a link answers, and all that its pages read of the workspace, as text."""
    found = {}
    for name, call in CALLS.items():
        try:
            found[name] = told(call(opened.view))
        except CSMetricsError as error:
            found[name] = f"{type(error).__name__}: {error}"
    for part in HELD:
        one = getattr(opened.workspace, part)
        found[f"workspace.{part}"] = told(one() if callable(one) else one)
    found["card"] = told(opened.workspace.card("mrr"))
    return found


NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def same(one: str, other: str) -> bool:
    """Return whether two answers say the same. Sums of doubles in parallel differ in their last digits, between any two
    requests, and what is left of two that nearly cancel in more."""
    if NUMBER.split(one) != NUMBER.split(other):
        return False
    pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    return all(math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-9) for a, b in pairs)


def test_every_answer_of_a_frozen_link_stays_as_it_is(workspace: cs.Workspace) -> None:
    token = workspace.share("overview", frozen=True, pages="all", audience="anyone")
    opened = workspace.open_link(token)
    seen = everything(opened)
    asked = [name for name in CALLS if not re.match("(NotAllowed|Query|NotComputable)Error", seen[name])]
    assert set(CALLS) - set(asked) == {"try_own"}
    (note,), (target,), (theme,) = workspace.notes(), workspace.targets(), workspace.pinned_themes()
    workspace.save_note("And another", "2026-03-01")
    workspace.delete_note(note["note"])
    workspace.delete_target(target["target"])
    workspace.save_target("net_promoter_score", since="2026-01-01", low=10)
    workspace.unpin_theme(theme["theme"])
    workspace.delete_segment(workspace.segments()[0]["segment"])
    workspace.save_scorecard("Board", ["net_promoter_score"], workspace.scorecards()[0]["scorecard"])
    workspace.set_card("mrr", owner="Ben")
    workspace.delete_own_kpi(workspace.own_kpis()[0]["kpi"])
    first = opened.view.follow_ups()["follow_up"].iloc[0]
    workspace.set_follow_ups([{"follow_up": first, "state": "resolved", "note": "Called"}])
    pair = opened.view.matches().iloc[0]
    workspace.accept_match(pair["kept"], pair["other"])
    workspace.set_settings({"minimum_n": 77, "survey_rule": "all", "mask_contacts": False, "currency": "CHF"})
    workspace.set_as_of("2026-02-01")
    for _ in range(2):
        workspace.restore(1)
    again = everything(workspace.open_link(token))
    assert not {name for name in seen if not same(seen[name], again[name])}
    live = workspace.open_link(workspace.share("overview", audience="anyone"))
    assert live.view.number == 3
    assert live.workspace.settings["currency"] == "CHF"


def test_a_page_that_a_link_opened_reads_no_more_than_the_link_shows(workspace: cs.Workspace) -> None:
    """What is read of the workspace is in one list; all else is refused in a sentence, whatever it is called."""
    token = workspace.share("overview", filters="locked", masked=["name"], audience="anyone")
    redacted, whole = (
        workspace.open_link(t).workspace for t in (token, workspace.share("overview", audience="anyone"))
    )
    parts = {name for name in dir(workspace) if not name.startswith("_")}
    for part in parts | {"no_such_part"}:
        assert whole.may(part) is redacted.may(part)
        if not whole.may(part):
            for looking in (whole, redacted):
                with pytest.raises(NotAllowedError, match="not shown"):
                    getattr(looking, part)
    assert {part for part in parts if whole.may(part)} == {
        *HELD,
        "card",
        "definition_changes",
        "follow_up_history",
        "segment",
        "version",
    }
    for part in ("notes", "targets", "segments", "pinned_themes"):
        assert getattr(redacted, part)() == []
    assert redacted.card("mrr")["owner"] == ""
    assert redacted.settings == whole.settings
    assert whole.version(whole.numbers()[0]) is whole.version()
    for looking in (whole, redacted):
        with pytest.raises(NotAllowedError, match="one version"):
            looking.version(99)
