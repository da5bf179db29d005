"""Targets of a workspace: set, changed, taken back; how the values of a version stand to them, by hand.

Tickets by month: January 1, February 3, March 2, April 4, and 2 in May up to the 10th, where the data end. The line
through the four whole months is at 4.5 in May, 6.45 to either side (see tests/analysis/test_targets.py).
"""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import cs_metrics as cs
from cs_metrics.errors import QueryError, WorkspaceError

MONTHS = {1: 1, 2: 3, 3: 2, 4: 4, 5: 2}


def tickets() -> io.BytesIO:
    days = [f"2026-{m:02d}-{9 + i % 2:02d}" for m, count in MONTHS.items() for i in range(count)]
    lines = [f"t{i},c{i % 3},{day} 08:00,{'EU' if i % 2 else 'US'}" for i, day in enumerate(days)]
    found = io.BytesIO("\n".join(["ticket_id,customer_id,created_at,region", *lines]).encode())
    found.name = "tickets.csv"
    return found


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> cs.Workspace:
    made = cs.Workspace(tmp_path_factory.mktemp("targets") / "acme")
    plan = made.read([tickets()])
    for sheet, question in plan.questions:
        sheet.answer(question.id, question.suggestion or question.choices[0].value)
    made.publish(plan)
    return made


@pytest.fixture
def acme(published: cs.Workspace) -> cs.Workspace:
    for row in published.targets():
        published.delete_target(row["target"])
    return published


def one(workspace: cs.Workspace, period: str = "2026-05-01", **view: Any) -> dict[str, Any]:
    frame = workspace.version().view(**view).targets()
    (row,) = frame[frame["period"] == period].to_dict("records")
    return row


def test_a_period_that_is_over_met_its_target_or_did_not(acme: cs.Workspace) -> None:
    acme.save_target("support_tickets", since="2026-01-01", until="2026-05-01", low=2, high=3, owner=" Ann ")
    frame = acme.version().targets("support_tickets")
    assert frame["value"].tolist() == [1, 3, 2, 4]
    assert frame["on_track"].tolist() == ["behind", "met", "met", "behind"]
    assert frame["progress"].tolist() == [0.5, 1.5, 1.0, 2.0]
    assert (frame["forecast"].isna().all(), set(frame["owner"]), set(frame["segment"])) == (True, {"Ann"}, {""})


def test_a_period_that_is_not_over_is_judged_by_its_forecast(acme: cs.Workspace) -> None:
    kept = acme.save_target("support_tickets", since="2026-05-01", low=4)
    row = one(acme)
    assert (row["value"], row["complete"], row["progress"], row["on_track"]) == (2, False, 0.5, "on track")
    assert (row["forecast"], row["low"], row["high"]) == pytest.approx((4.5, 2, 10.95398), abs=1e-4)
    acme.save_target("support_tickets", since="2026-05-01", low=5, target=kept)
    assert one(acme)["on_track"] == "behind"


def test_what_has_too_short_a_history_cannot_be_told(acme: cs.Workspace) -> None:
    acme.save_target("support_tickets", since="2026-04-01", grain="quarter", low=5)
    row = one(acme, "2026-04-01")
    assert (row["value"], row["on_track"], row["complete"]) == (6, "cannot tell", False)
    acme.save_target("support_tickets", since="2027-01-01", low=4)
    row = one(acme, "2027-01-01")
    assert (row["on_track"], row["note"]) == ("cannot tell", "It has not begun.")


def test_a_range_of_days_is_one_period(acme: cs.Workspace) -> None:
    acme.save_target("support_tickets", since="2026-02-01", until="2026-04-01", grain="range", high=5)
    row = one(acme, "2026-02-01")
    assert (row["value"], row["on_track"], row["progress"]) == (5, "met", 1)


def test_what_cannot_be_computed_cannot_be_told_and_says_why(acme: cs.Workspace) -> None:
    acme.save_target("mrr", since="2026-05-01", low=4)
    row = one(acme)
    assert row["on_track"] == "cannot tell"
    assert "not in these data" in row["note"]


def test_a_segment_is_followed_until_it_is_deleted(acme: cs.Workspace) -> None:
    segment = acme.save_segment("Europe", {"tickets.region": ["EU"]})
    acme.save_target("support_tickets", since="2026-04-01", until="2026-05-01", low=2, segment="Europe")
    row = one(acme, "2026-04-01")
    assert (row["segment"], row["value"], row["on_track"]) == ("Europe", 2, "met")
    acme.delete_segment(segment)
    row = one(acme, "2026-04-01")
    assert (row["on_track"], row["note"][:38]) == ("cannot tell", "The segment of this target was deleted")
    acme.restore_segment(segment)
    assert one(acme, "2026-04-01")["value"] == 2
    acme.delete_segment(segment)


def test_a_reader_who_may_not_see_all_is_told_of_no_target_about_it(acme: cs.Workspace) -> None:
    acme.save_target("support_tickets", since="2026-05-01", low=4, where={"tickets.region": ["EU"]})
    acme.save_target("support_tickets", since="2026-05-01", low=9)
    assert len(acme.version().targets()) == 2
    hidden = acme.version().view(hidden=["tickets.region"]).targets()
    assert hidden["target_low"].tolist() == [9]
    assert acme.version().view(where={"tickets.region": ["EU"]}).targets().empty


def test_what_is_no_target_is_refused_in_a_sentence(acme: cs.Workspace) -> None:
    bad: list[tuple[dict[str, Any], str]] = [
        ({}, "needs a number"),
        ({"low": 3, "high": 2}, "goes from 3 to 2"),
        ({"low": 1, "grain": "week"}, "month, quarter, year"),
        ({"low": 1, "grain": "range"}, "last day"),
        ({"low": 1, "until": "2026-01-01"}, "ends before"),
        ({"low": 1, "segment": "Nobody"}, "no segment"),
    ]
    for values, said in bad:
        with pytest.raises(WorkspaceError, match=said):
            acme.save_target("support_tickets", since="2026-05-01", **values)
    with pytest.raises(QueryError, match="support_tickets"):
        acme.save_target("support_ticket", since="2026-05-01", low=1)
    with pytest.raises(QueryError, match="not a date"):
        acme.save_target("support_tickets", since="May", low=1)
    with pytest.raises(QueryError, match="not a number"):
        acme.save_target("support_tickets", since="2026-05-01", low=float("nan"))
    assert acme.targets() == []


def test_the_same_target_is_set_once_and_what_is_deleted_comes_back(acme: cs.Workspace) -> None:
    kept = acme.save_target("support_tickets", since="2026-05-01", low=4, review_on="2026-06-01", who="Ann")
    with pytest.raises(WorkspaceError, match="already"):
        acme.save_target("support_tickets", since="2026-05-01", low=5)
    acme.delete_target(kept, who="Bob")
    assert acme.version().targets().empty
    with pytest.raises(WorkspaceError, match="meanwhile"):
        acme.save_target("support_tickets", since="2026-05-01", low=5, target=kept)
    other = acme.save_target("support_tickets", since="2026-05-01", low=5)
    with pytest.raises(WorkspaceError, match="already"):
        acme.restore_target(kept)
    acme.delete_target(other)
    acme.restore_target(kept, who="Ann")
    (row,) = acme.targets("support_tickets")
    assert (row["low"], row["review_on"], row["until"]) == (4, date(2026, 6, 1), None)
    assert acme.audit()["action"].tolist()[0] == "target restored"


def test_of_two_processes_that_set_one_target_one_is_told(acme: cs.Workspace, tmp_path: Path) -> None:
    code = (
        "import sys, cs_metrics as cs; w = cs.Workspace.open(sys.argv[1])\n"
        "told = 0\n"
        "for day in range(1, 21):\n"
        "    try: w.save_target('mrr', since=f'2026-03-{day:02d}', low=1)\n"
        "    except cs.CSMetricsError: told += 1\n"
        "print(told)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(acme.path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert sum(int(process.communicate(timeout=60)[0]) for process in started) == 20
    assert len(acme.targets("mrr")) == 20
