"""A change and its line in the audit log are there together, or neither; and of two writers none is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import cs_metrics as cs
from cs_metrics.workspace.store.records import Records

CHANGES: dict[str, Callable[[cs.Workspace], object]] = {
    "settings": lambda ws: ws.set_settings({"minimum_n": 7, "fiscal_year_starts": 4}),
    "as of": lambda ws: ws.set_as_of("2026-03-01"),
    "segment": lambda ws: ws.save_segment("Big", {"seats": {">=": 10}}),
    "note": lambda ws: ws.save_note("Price change", "2026-03-01"),
    "target": lambda ws: ws.save_target("mrr", since="2026-01-01", low=10),
    "theme": lambda ws: ws.pin_theme("Export", ["slow export"]),
    "scorecard": lambda ws: ws.save_scorecard("Board", ["mrr"]),
    "card": lambda ws: ws.set_card("mrr", owner="Ana"),
    "match": lambda ws: ws.accept_match("A", "B"),
    "person": lambda ws: ws.invite("ana@acme.com", "owner"),
    "link": lambda ws: ws.share("overview"),
}


def everything(workspace: cs.Workspace) -> list[object]:
    """All that the changes above change."""
    return [
        workspace.settings, workspace.as_of, workspace.segments(), workspace.notes(), workspace.targets(),
        workspace.pinned_themes(), workspace.scorecards(), workspace.card("mrr"), workspace.people(), workspace.links(),
        workspace.match_decisions().to_dict("records"), len(workspace.audit()),
    ]  # fmt: skip


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("change", CHANGES)
def test_what_is_broken_off_before_its_line_in_the_log_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    workspace = cs.Workspace(tmp_path / "acme")
    before = everything(workspace)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Records, "log", broken)
        with pytest.raises(KeyboardInterrupt):
            CHANGES[change](workspace)
    assert everything(workspace) == before
    CHANGES[change](workspace)
    assert everything(cs.Workspace(tmp_path / "acme")) != before
    assert len(workspace.audit()) == 1


@pytest.mark.usefixtures("database")
def test_two_who_change_different_parts_of_a_card_at_once_lose_neither(tmp_path: Path) -> None:
    first, second = (cs.Workspace(tmp_path / "acme") for _ in range(2))
    barrier = threading.Barrier(2)

    def change(workspace: cs.Workspace, **values: object) -> None:
        for _ in range(5):
            barrier.wait()
            workspace.set_card("mrr", **values)

    told = [(first, {"owner": "Ana"}), (second, {"review_on": date(2026, 12, 1)})]
    threads = [threading.Thread(target=change, args=(ws,), kwargs=values) for ws, values in told]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    card = first.card("mrr")
    assert (card["owner"], card["review_on"]) == ("Ana", date(2026, 12, 1))
    assert len(first.audit()) == 10
