"""What people write into a report: kept, marked as theirs, undone; and what the data say otherwise since."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

import cs_metrics as cs
from cs_metrics.errors import ConflictError, NotAllowedError, QueryError, WorkspaceError
from cs_metrics.periods import Period
from cs_metrics.reports import brief
from cs_metrics.reports.brief import Metric, Number, Report, Section, Sentence

ANA = "ana@a.com"
START, END = datetime(2026, 6, 1), datetime(2026, 7, 1)


def made(version: int = 3, nrr: str = "104.2 %", due: str = "12", more: tuple[Sentence, ...] = ()) -> Report:
    """A report of two sections: NRR and what is up for renewal, and one without a sentence."""
    moved = Sentence(f"NRR fell 3.1 points to {nrr}.", (
        Number("3.1 points", -0.031, "net_revenue_retention", "change", START),
        Number(nrr, float(nrr[:-2]) / 100, "net_revenue_retention", "value", START),
    ))  # fmt: skip
    renewals = Sentence(f"{due} accounts come up.", (Number(due, float(due), "renewals", "accounts"),))
    metric = Metric("net_revenue_retention", "Net Revenue Retention", "share", 1.042, 1.073, 90, None, None, True, "",
                    "worse", "", "", "NRR")  # fmt: skip
    return Report(
        kind="monthly", title="Monthly report", grain="month", currency="USD", minimum_n=5, as_of=END,
        period=Period(START, END), before=Period(datetime(2026, 5, 1), START), metrics=[metric], trends=(), actions=(),
        actions_in_all=0, about={}, lacking=(), version=version,
        sections=(Section("summary", "Summary", (moved, renewals, *more)), Section("wins", "Wins", (), "None.")),
    )  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> cs.Workspace:
    return cs.Workspace(tmp_path / "acme")


def now(workspace: cs.Workspace, report: Report) -> Section:
    return brief.written(report, workspace.report_history(report)).section("summary")


def test_a_text_is_paragraphs_and_bullets_and_nothing_else():
    text = "A good\nmonth.\n\n\n- one *two*\n* three\n<b>four</b>\n# five\n\n-six"
    assert brief.blocks(text) == [
        ("p", ["A good month."]), ("ul", ["one *two*", "three"]), ("p", ["<b>four</b> # five"]), ("p", ["-six"]),
    ]  # fmt: skip
    assert brief.blocks("  \n ") == []


def test_what_is_written_is_kept_marked_undone_and_in_the_log(workspace):
    report = made()
    assert workspace.save_report(report, "summary", text=" Mine. ", left_out=["renewals.accounts"], who=ANA) == 1
    section = now(workspace, report)
    assert [s.key for s in section.sentences] == ["net_revenue_retention"]
    assert [s.text for s in section.left_out] == ["12 accounts come up."]
    day = f"{section.words.changed_at:%b} {section.words.changed_at.day}, {section.words.changed_at.year}"
    assert brief.mark(section) == (
        f"Written by ana@a.com, {day}, on version 3 of the data; 1 generated sentence left out."
    )
    assert brief.warning(report, section) == ""
    (kept,) = workspace.reports()
    assert (kept["kind"], kept["period"], kept["text"], kept["version"]) == ("monthly", START.date(), "Mine.", 3)
    seen = brief.written(report, workspace.report_history(report))
    assert workspace.save_report(seen, "summary") == 2
    assert workspace.reports() == []
    assert now(workspace, report).generated == report.section("summary").sentences
    seen = brief.written(report, workspace.report_history(report))
    assert workspace.restore_report(seen, "summary", 1) == 3
    assert workspace.reports()[0]["text"] == "Mine."
    assert [(r["who"], r["action"]) for r in workspace.audit().to_dict("records")] == [
        ("", "report restored"), ("", "report written"), ("ana@a.com", "report written"),
    ]  # fmt: skip


def test_of_two_who_write_the_second_is_told_and_both_are_kept(workspace):
    report = made()
    workspace.save_report(report, "summary", text="Ana's", who="ana@a.com")
    for change in (
        lambda: workspace.save_report(report, "summary", text="Ben's", who="ben@a.com"),
        lambda: workspace.restore_report(report, "summary", 0, who="ben@a.com"),
    ):
        with pytest.raises(ConflictError, match=r"ana@a\.com changed this section of the report meanwhile"):
            change()
    assert [r["text"] for r in workspace.report_history(report)] == ["Ana's"]
    assert workspace.save_report(report, "wins", text="Ben's", who="ben@a.com") == 1  # another section


def test_numbers_that_changed_since_are_told(workspace):
    workspace.save_report(made(), "summary", text="Mine.")
    later = made(4, "103.9 %", "13")
    assert brief.warning(later, now(workspace, later)) == (
        "Written on version 3, shown on version 4. Since then NRR went from 104.2 % to 103.9 %; "
        "“12 accounts come up” became “13 accounts come up”."
    )
    same = made(4)
    assert brief.warning(same, now(workspace, same)) == ""
    fewer = replace(later, sections=(Section("summary", "Summary", made(4).section("summary").sentences[:1]),))
    assert "“12 accounts come up” is no longer said" in brief.warning(fewer, now(workspace, fewer))
    other = made(3, "103.9 %")
    assert brief.warning(other, now(workspace, other)).startswith("Written under other definitions or data.")
    # whoever writes anew has seen the new numbers
    workspace.save_report(brief.written(later, workspace.report_history(later)), "summary", text="Mine.")
    assert brief.warning(later, now(workspace, later)) == ""


def test_what_is_new_in_the_data_is_said_beside_what_was_written(workspace):
    workspace.save_report(made(), "summary", text="Mine.", left_out=["net_revenue_retention", "renewals.accounts"])
    more = Sentence("8 accounts fell.", (Number("8", 8, "customer_health_score", "fallen"),))
    assert now(workspace, made(4, more=(more,))).sentences == (more,)


def test_a_text_belongs_to_one_report_of_one_filter(workspace):
    report = made()
    workspace.save_report(report, "summary", text="Everyone's")
    filtered = replace(report, where={"region": ["EMEA"]})
    assert now(workspace, filtered).words is None
    workspace.save_report(filtered, "summary", text="EMEA's")
    assert now(workspace, report).words.text == "Everyone's"
    other = replace(report, period=Period(datetime(2026, 5, 1), START))
    assert now(workspace, other).words is None
    assert {row["text"] for row in workspace.reports()} == {"Everyone's", "EMEA's"}


def test_what_cannot_be_kept_is_refused_in_a_sentence(workspace):
    report = made()
    with pytest.raises(QueryError, match=r"no section 'sumary'.*summary"):
        workspace.save_report(report, "sumary", text="x")
    with pytest.raises(QueryError, match=r"no sentence 'renewal\.accounts'.*renewals\.accounts"):
        workspace.save_report(report, "summary", left_out=["renewal.accounts"])
    with pytest.raises(WorkspaceError, match="at most 10,000 characters"):
        workspace.save_report(report, "summary", text="x" * 10_001)
    with pytest.raises(WorkspaceError, match="a part of the data"):
        workspace.save_report(replace(report, partial=True), "summary", text="x")
    with pytest.raises(WorkspaceError, match="no change 7"):
        workspace.restore_report(report, "summary", 7)
    assert workspace.report_history(report) == []
    workspace.invite("olga@a.com", "owner")
    workspace.invite("vi@a.com", "viewer", who="olga@a.com")
    with pytest.raises(NotAllowedError):
        workspace.acting("vi@a.com").save_report(report, "summary", text="x")
    assert workspace.acting("vi@a.com").reports() == []
    mine = workspace.acting("olga@a.com")
    mine.save_report(report, "summary", text="x", who="somebody else")
    assert mine.reports()[0]["who"] == "olga@a.com"
