"""Reports: every number in every sentence is that of its KPI or its question, and nothing is said that is not known."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

import cs_metrics as cs
from cs_metrics.api.keeping import choices
from cs_metrics.errors import QueryError
from cs_metrics.reports import brief
from cs_metrics.reports.brief import KINDS
from cs_metrics.reports.brief.when import when
from tests.reports.oracle import check


@pytest.fixture(scope="module")
def sample() -> cs.Version:
    return cs.sample().version()


@pytest.fixture(scope="module")
def company(tmp_path_factory, sample_into) -> cs.Workspace:
    """The sample company with targets and a note."""
    home = tmp_path_factory.mktemp("aimed")
    sample_into(home)
    workspace = cs.Workspace(home / "sample")
    workspace.save_target("net_revenue_retention", since="2026-01-01", low=1.9, owner="Anna")
    workspace.save_target("mrr", since="2026-01-01", low=1000, grain="year")
    segment = workspace.save_segment("EMEA", {"region": ["EMEA"]})
    workspace.save_target("customer_churn_rate", since="2026-01-01", high=0.0001, segment=segment)
    workspace.save_note("Price change", "2026-06-12", kpi="mrr", who="ana@acme.com")
    return workspace


@pytest.fixture(scope="module")
def ravenstack(real_data, tmp_path_factory) -> cs.Version:
    workspace = cs.Workspace(str(tmp_path_factory.mktemp("reports") / "ravenstack"))
    plan = workspace.read(sorted((real_data / "ravenstack").glob("*.csv")))
    choices.answer(plan, {q["id"]: q["choices"][0] for q in choices.open_questions(plan) if q["choices"]})
    return workspace.publish(plan)


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_of_the_sample_is_that_of_its_kpi(sample, kind):
    report = sample.report(kind)
    assert check(sample, report) > 20
    assert [s.id for s in report.sections] == ["summary", "metrics", "health", "risks", "actions", "wins"]
    assert report.period.end <= report.as_of
    assert report.before.end == report.period.start
    assert {m.kpi for m in report.metrics} >= {t.kpi for t in report.trends}


def test_every_number_of_real_files_is_that_of_its_kpi(ravenstack):
    report = ravenstack.report("monthly")
    assert check(ravenstack, report) > 10
    assert report.lacking
    assert all(s.sentences or s.empty for s in report.sections)


def test_a_few_answers_say_that_they_are_few_and_what_is_not_over_is_not_told(sample):
    report = sample.report("weekly", where={"region": ["APAC"]})
    for metric in report.metrics:
        told = [s for part in report.sections for s in part.sentences for n in s.numbers
                if n.of == metric.kpi and n.what == "value"]  # fmt: skip
        if not metric.complete or metric.now is None:
            assert not told
        elif metric.n is not None and metric.n < report.minimum_n and metric.unit != "count":
            assert told
            assert all("too few" in s.text for s in told)
    assert any("too few" in s.text for part in report.sections for s in part.sentences)


def test_a_reader_gets_no_hidden_name_owner_or_customer(sample):
    locked = {"region": ["EMEA"]}
    hidden = ["name", "csm", "customer_id"]
    report = sample.view(where=locked, hidden=hidden).report("monthly")
    own = set(sample.compute("mrr", by="customer_id", grain="month", where=locked)["customer_id"])
    names = set(sample.largest(top=600)["name"].dropna())
    text = "\n".join([s.text for part in report.sections for s in part.sentences] + list(map(str, report.actions)))
    assert not any(re.search(rf"\b{re.escape(word)}\b", text) for word in own | names)
    (value,) = [m.now for m in report.metrics if m.kpi == "mrr"]
    asked = sample.compute("mrr", grain="month", where=locked, since=report.period.start, until=report.period.end)
    assert value == pytest.approx(asked["value"].iloc[0])
    assert "EMEA" not in str(report.about)


def test_a_reader_without_amounts_gets_none_beside_a_name(sample):
    report = sample.view(hidden=["mrr", "subscriptions.amount"]).report("quarterly")
    assert report.actions
    assert all(action.mrr is None for action in report.actions)
    asked = {(n.of, n.what) for part in report.sections for s in part.sentences for n in s.numbers}
    assert not {what for _, what in asked} & {"due_mrr"}
    assert not {of for of, _ in asked} & {"ledger"}
    assert ("renewals", "mrr") not in asked


def test_of_nobody_nothing_is_told(sample):
    report = sample.report("monthly", where={"region": ["Nowhere"]})
    assert not [s for part in report.sections for s in part.sentences]
    assert all(section.empty for section in report.sections if section.id != "metrics")


def test_a_version_that_answers_nothing_says_so_in_every_section(tmp_path):
    workspace = cs.Workspace(str(tmp_path / "bare"))
    (tmp_path / "accounts.csv").write_text("Account ID,Region\nA,EMEA\nB,AMER\n")
    plan = workspace.read([str(tmp_path / "accounts.csv")])
    choices.apply(plan, {"accounts.csv": {"table": "customers", "mapping": {"customer_id": "Account ID"}}})
    report = workspace.publish(plan).report("quarterly")
    assert all(s.empty and not s.sentences for s in report.sections if s.id != "metrics")
    assert not report.actions
    assert report.lacking


def test_an_unknown_kind_is_refused(sample):
    with pytest.raises(QueryError, match=r"no report 'mothly'.*monthly"):
        brief.make(sample, "mothly")


def test_an_earlier_report_is_as_of_its_own_end(sample):
    report = sample.report("quarterly", period="2025-Q4")
    assert report.period.start == datetime(2025, 10, 1)
    assert report.as_of == report.period.end < sample.as_of
    assert report.about["Data to"] == "Dec 31, 2025"
    assert report.period.start in sample.report_periods("quarterly")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_last_period_is_the_same_whether_it_is_named_or_not(sample, kind):
    first, *_ = sample.report_periods(kind.id)
    assert when(sample, kind, None, first) == when(sample, kind, None, None)


def test_a_period_that_is_not_over_or_no_period_is_refused(sample):
    with pytest.raises(QueryError, match=r"July 2026 is not: the data go to Jun 30, 2026. The last one is June 2026"):
        sample.report("monthly", period="2026-07")
    with pytest.raises(QueryError, match="'March' is not a date"):
        sample.report("monthly", period="March")


def test_targets_are_told_with_their_standing_and_forecast(company):
    version = company.version()
    report = version.report("monthly")
    assert check(version, report) > 20
    told = {s.key: s.text for part in report.sections for s in part.sentences}
    missed = told["net_revenue_retention.target NRR June 2026"]
    value = next(m.now for m in report.metrics if m.kpi == "net_revenue_retention")
    assert missed == (
        f"NRR missed its target for June 2026: it was {100 * value:.1f} %, the target is at least 190.0 %; "
        "its owner is Anna."
    )
    assert "missed" in told["customer_churn_rate.target Customer Churn Rate (EMEA) June 2026"]
    ahead = told["mrr.target MRR Jan 1, 2026 to Dec 31, 2026"]
    assert re.fullmatch(
        r"MRR is on track for its target for Jan 1, 2026 to Dec 31, 2026, at least \$1,000: "
        r"its trend leads to \$[\d,]+ \(95 % interval: \$[\d,]+ to \$[\d,]+\)\.",
        ahead,
    )
    assert missed in [s.text for s in report.section("summary").sentences]
    assert "Noted on Jun 12, 2026, beside MRR, by ana@acme.com: Price change." in told
    aims = {m.kpi: m.aim for m in report.metrics if m.aim}
    assert (aims["net_revenue_retention"].standing, aims["mrr"].standing) == ("behind", "on track")
    hidden = version.view(where={"region": ["EMEA"]}).report("monthly")
    assert not any(m.aim for m in hidden.metrics)
    assert not any("ana@" in s.text for part in hidden.sections for s in part.sentences)


def test_an_earlier_report_has_the_target_of_its_own_period(company):
    version = company.version()
    report = version.report("monthly", period="2026-03")
    assert check(version, report) > 20
    assert "net_revenue_retention.target NRR March 2026" in {s.key for s in report.section("summary").sentences}


def paying(folder, ends) -> cs.Version:
    """Publish who pays 10 a month since early 2025, each until its end, as of July 2026."""
    rows = [f"A{i:02},2025-0{1 + i % 3}-01,{end},10,month" for i, end in enumerate(ends)]
    (folder / "subs.csv").write_text("\n".join(["customer_id,start_date,end_date,amount,billing_period", *rows]))
    workspace = cs.Workspace(folder / "paying")
    workspace.set_as_of("2026-07-01")
    plan = workspace.read([folder / "subs.csv"])
    choices.answer(plan, {q["id"]: q["choices"][0] for q in choices.open_questions(plan) if q["choices"]})
    return workspace.publish(plan)


@pytest.fixture(scope="module")
def flagged(tmp_path_factory) -> cs.Version:
    """Twenty of whom six leave on the last day of the data."""
    return paying(tmp_path_factory.mktemp("flagged"), ["2026-06-29"] * 6 + [""] * 14)


def said(report, section):
    return [s.text for s in report.section(section).sentences]


def test_losses_that_all_fell_in_the_last_month_are_doubted_in_every_report_of_these_data(flagged):
    for period in ("2026-06", "2026-04"):
        report = flagged.report("monthly", period=period)
        assert sum("ever lost went in June 2026, their last month" in s for s in said(report, "summary")) == 1
    assert not any("ever lost" in s for s in said(cs.sample().version().report("monthly"), "summary"))


def test_a_section_without_a_sentence_says_what_is_true_of_these_data(flagged):
    report = flagged.report("weekly", period="2026-06-10")
    assert len([m for m in report.metrics if m.now is not None]) > 2
    assert not any(asked in s for s in said(report, "summary") for asked in ("rose", "fell"))
    told = "No risk shows in renewals, revenue or survey answers, as far as these data have them."
    assert report.section("risks").empty == told
    assert report.section("actions").empty.endswith("as far as these data have them.")


def test_nobody_with_a_health_score_is_not_counted_in_grades(flagged):
    report = flagged.report("monthly", period="2026-04")
    assert not any(s.startswith("Of 0 accounts") for s in said(report, "health"))


def test_what_chance_alone_could_make_is_no_win(tmp_path):
    # three of forty left in May, one of 37 in June: churn fell, and nobody can tell that from chance
    report = paying(tmp_path, ["2026-05-10"] * 3 + ["2026-06-10"] + [""] * 36).report("monthly", period="2026-06")
    assert any("Churn Rate fell" in s and "chance alone could make this" in s for s in said(report, "summary"))
    assert said(report, "wins") == []
    assert "beyond chance" in report.section("wins").empty
