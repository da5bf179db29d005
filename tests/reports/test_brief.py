"""Reports: every number in every sentence is that of its KPI or its question, and nothing is said that is not known."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from itertools import pairwise

import pandas as pd
import pytest

import cs_metrics as cs
from cs_metrics import kpis
from cs_metrics.api import choices
from cs_metrics.errors import QueryError
from cs_metrics.reports import brief
from cs_metrics.reports.brief import KINDS, Number, Report

SCALE = {"share": 100.0}


@pytest.fixture(scope="module")
def sample() -> cs.Version:
    return cs.sample().version()


@pytest.fixture(scope="module")
def ravenstack(real_data, tmp_path_factory) -> cs.Version:
    workspace = cs.Workspace(str(tmp_path_factory.mktemp("reports") / "ravenstack"))
    plan = workspace.read(sorted((real_data / "ravenstack").glob("*.csv")))
    choices.answer(plan, {q["id"]: q["choices"][0] for q in choices.open_questions(plan) if q["choices"]})
    return workspace.publish(plan)


def figure(said: str) -> float:
    """The number that a text says, by itself."""
    return float(re.sub(r"[^\d.−]", "", said).replace("−", "-"))


class Oracle:
    """The numbers of a report asked anew: KPIs of `compute`, one by one, and the questions behind the rest."""

    def __init__(self, version: cs.Version, report: Report) -> None:
        self.v, self.r = version, report
        self.since, self.until = report.period.start, report.period.end
        self.range = {"grain": report.grain, "since": self.since, "until": self.until}
        self.days = KINDS[report.kind].renewals
        for name in ("cell", "due", "scores", "steps", "drivers"):  # asked of many numbers
            setattr(self, name, cache(getattr(self, name)))

    def cell(self, kpi: str, start: pd.Timestamp) -> dict:
        end = {self.r.before.start: self.r.before.end, self.since: self.until}.get(start, start + timedelta(days=1))
        frame = self.v.compute(kpi, grain=self.r.grain, since=start, until=end)
        return frame[frame["item"].isna()].iloc[0].to_dict()

    def due(self) -> pd.DataFrame:
        found = self.v.renewals(days=self.days)
        return found[found["outcome"] != "signed"]

    def scores(self, kpi: str, start) -> pd.Series:
        frame = self.v.compute(kpi, by="customer_id", grain=self.r.grain, since=start, until=start + timedelta(days=1))
        return frame[frame["item"].isna()].set_index("customer_id")["value"].dropna()

    def steps(self) -> pd.Series:
        then, now = (self.scores("customer_health_score", p.start) for p in (self.r.before, self.r.period))
        rank = lambda s: (s >= 70).astype(int) + (s >= 40).astype(int)  # noqa: E731
        both = pd.concat([rank(then), rank(now)], axis=1, keys=["then", "now"]).dropna()
        return both["now"] - both["then"]

    def drivers(self) -> pd.DataFrame:
        return self.v.drivers("nps", since=self.v.as_of - timedelta(days=365)).found

    def of_due(self, number: Number) -> float:
        due = self.due()
        if number.of == "to_call":
            due = due[due["customer_id"].isin(self.v.to_call(days=self.days)["customer_id"])]
        elif number.of == "customer_health_score":
            low = self.scores(number.of, self.since)
            due = due[due["customer_id"].isin(low.index[low < 40])]
        elif number.what in ("due", "due_mrr"):
            gone = due.groupby("customer_id")["outcome"].agg(lambda o: (o == "notice").any())
            due = due[due["customer_id"].isin(gone.index[gone])]
        return due["mrr"].sum() if number.what in ("mrr", "due_mrr") else due["customer_id"].nunique()

    def value(self, n: Number) -> float:
        """What the number ought to be. A KeyError: nobody checks numbers of that kind."""
        if n.of in kpis.CATALOGUE and n.what in ("value", "change", "n"):
            cell = self.cell(n.of, n.period or self.since)
            return cell["value"] - self.cell(n.of, self.r.before.start)["value"] if n.what == "change" else cell[n.what]
        if n.what == "run":
            frame = self.v.compute(n.of, grain=self.r.grain, until=self.until)
            values = frame[frame["item"].isna()]["value"].tolist()[-int(n.value) - 1 :]
            signs = {b > a for a, b in pairwise(values)}
            assert len(signs) == 1
            return len(values) - 1
        if n.what in ("due", "due_mrr") or (n.of == "renewals" and n.what != "days"):
            return self.of_due(n)
        year = {"since": self.v.as_of - timedelta(days=365), "until": self.v.as_of}
        silent = self.v.heard_states("nps", **year).query("state != 'heard'") if n.of == "heard_states" else None
        health = "customer_health_score"
        asked = {
            ("renewals", "days"): lambda: self.days,
            (health, "accounts"): lambda: len(self.scores(health, self.since)),
            (health, "well"): lambda: (self.scores(health, self.since) >= 70).sum(),
            (health, "poor"): lambda: (self.scores(health, self.since) < 40).sum(),
            (health, "threshold"): lambda: n.value if n.value in (40, 70) else None,
            (health, "fallen"): lambda: (self.steps() < 0).sum(),
            (health, "risen"): lambda: (self.steps() > 0).sum(),
            ("expansion_opportunity_score", "ready"): lambda: (
                self.scores("expansion_opportunity_score", self.since) > 80
            ).sum(),
            ("expansion_opportunity_score", "threshold"): lambda: 80,
            ("heard_states", "days"): lambda: 365,
            ("heard_states", "accounts"): lambda: silent["accounts"].sum(),
            ("heard_states", "mrr"): lambda: silent["mrr"].sum(),
            ("outlook", "interval"): lambda: 95,
            ("actions", "all"): lambda: self.r.actions_in_all,
            ("actions", "nobody"): lambda: n.value if self.r.actions_in_all > len(self.r.actions) else sum(
                not a.owner for a in self.r.actions
            ),
        }  # fmt: skip
        if (n.of, n.what) in asked:
            return float(asked[n.of, n.what]())
        if n.of == "movements":
            return float(self.v.movements(**self.range)[n.what].sum())
        if n.of == "ledger":
            return float((self.v.ledger(**self.range)[n.what] > 0).sum())
        if n.of == "outlook":
            return float(self.v.outlook(ahead=3).path.iloc[-1][n.what])
        if n.of == "drivers":
            found = self.drivers()
            return min(found[found["named"]][n.what], key=lambda v: abs(v - n.value))
        if n.of == "themes":
            days = KINDS[self.r.kind].days
            found = self.v.themes(days=days)
            grown = found[found["is_growing"] | found["is_falling"]]
            return days if n.what == "days" else min(grown[n.what], key=lambda v: abs(v - n.value))
        if n.of == "why":
            return n.value  # a share of a base, checked by the tests of `why`
        raise KeyError((n.of, n.what))


def check(version: cs.Version, report: Report) -> int:
    """Check every sentence of a report; return how many numbers were checked."""
    oracle, checked = Oracle(version, report), 0
    for sentence in (s for section in report.sections for s in section.sentences):
        rest = sentence.text
        for known in sorted((*sentence.names, *(n.said for n in sentence.numbers)), key=len, reverse=True):
            rest = rest.replace(known, "", 1)
        assert not re.search(r"\d", rest), f"a number without a source: {sentence.text!r}"
        for number in sentence.numbers:
            ought = oracle.value(number)
            assert number.value == pytest.approx(ought), (sentence.text, number)
            assert said_right(number, report), (sentence.text, number)
            checked += 1
    return checked


def said_right(number: Number, report: Report) -> bool:
    """Whether the text of a number is its value, rounded to the digits that are written."""
    unit = kpis.CATALOGUE[number.of].unit if number.of in kpis.CATALOGUE else ""
    written = figure(number.said)
    digits = len(number.said.partition(".")[2].split(" ")[0]) if "." in number.said else 0
    value = number.value
    if number.what == "change":
        value = abs(value)
        if unit not in ("share", "score"):
            metric = next(m for m in report.metrics if m.kpi == number.of)
            value = 100 * value / abs(metric.before) if number.said.endswith("%") else value
            return abs(written - value) <= 0.5001 * 10**-digits
    if unit == "hours" and number.said.endswith("min"):
        value *= 60
    if number.said.endswith("%") or (number.what == "change" and unit == "share"):
        value *= 100.0 if number.what in ("value", "change", "before", "now") else 1.0
    return abs(written - value) <= 0.5001 * 10**-digits


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
