"""The numbers of a report asked anew, one by one, and held against what its sentences say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import pairwise

import pandas as pd
import pytest

import cs_metrics as cs
from cs_metrics import kpis
from cs_metrics.reports.brief import KINDS, Number, Report

SCALED = ("value", "same", "change", "before", "now")


def figure(said: str) -> float:
    """The number that a text says, by itself."""
    return float(re.sub(r"[^\d.−]", "", said).replace("−", "-"))


class Oracle:
    """The numbers of a report asked anew: KPIs of `compute`, one by one, and the questions behind the rest."""

    def __init__(self, version: cs.Version, report: Report) -> None:
        self.v, self.r = version, report
        self.since, self.until = report.period.start, report.period.end
        self.as_of = report.as_of
        self.range = {"grain": report.grain, "since": self.since, "until": self.until, "as_of": report.as_of}
        self.days = KINDS[report.kind].renewals
        for name in ("cell", "due", "scores", "steps", "drivers", "targets"):  # asked of many numbers
            setattr(self, name, cache(getattr(self, name)))

    def cell(self, kpi: str, start: pd.Timestamp) -> dict:
        end = {self.r.before.start: self.r.before.end, self.since: self.until}.get(start, start + timedelta(days=1))
        frame = self.v.compute(kpi, grain=self.r.grain, since=start, until=end, as_of=self.as_of)
        return frame[frame["item"].isna()].iloc[0].to_dict()

    def due(self) -> pd.DataFrame:
        found = self.v.renewals(days=self.days, as_of=self.as_of)
        return found[found["outcome"] != "signed"]

    def scores(self, kpi: str, start) -> pd.Series:
        asked = {"grain": self.r.grain, "since": start, "until": start + timedelta(days=1), "as_of": self.as_of}
        frame = self.v.compute(kpi, by="customer_id", **asked)
        return frame[frame["item"].isna()].set_index("customer_id")["value"].dropna()

    def steps(self) -> pd.Series:
        then, now = (self.scores("customer_health_score", p.start) for p in (self.r.before, self.r.period))
        rank = lambda s: (s >= 70).astype(int) + (s >= 40).astype(int)  # noqa: E731
        both = pd.concat([rank(then), rank(now)], axis=1, keys=["then", "now"]).dropna()
        return both["now"] - both["then"]

    def drivers(self) -> pd.DataFrame:
        return self.v.drivers("nps", since=self.as_of - timedelta(days=365), as_of=self.as_of).found

    def targets(self) -> pd.DataFrame:
        return self.v.targets(as_of=self.as_of)

    def target(self, number: Number) -> float:
        """The number of one of the KPI's targets in that period which lies nearest."""
        column = {"least": "target_low", "most": "target_high", "low_end": "low", "high_end": "high"}
        what, frame = number.what.removeprefix("target_"), self.targets()
        own = frame[(frame["kpi"] == number.of) & (frame["period"] == number.period)][column.get(what, what)].dropna()
        return min(own, key=lambda v: abs(v - number.value))

    def of_due(self, number: Number) -> float:
        due = self.due()
        if number.of == "to_call":
            due = due[due["customer_id"].isin(self.v.to_call(days=self.days, as_of=self.as_of)["customer_id"])]
        elif number.of == "customer_health_score":
            low = self.scores(number.of, self.since)
            due = due[due["customer_id"].isin(low.index[low < 40])]
        elif number.what in ("due", "due_mrr"):
            gone = due.groupby("customer_id")["outcome"].agg(lambda o: (o == "notice").any())
            due = due[due["customer_id"].isin(gone.index[gone])]
        return due["mrr"].sum() if number.what in ("mrr", "due_mrr") else due["customer_id"].nunique()

    def value(self, n: Number) -> float:
        """What the number ought to be. A KeyError: nobody checks numbers of that kind."""
        if n.of in kpis.CATALOGUE and n.what in ("value", "same", "change", "n"):
            cell = self.cell(n.of, n.period or self.since)
            before = self.cell(n.of, self.r.before.start)["value"] if n.what in ("same", "change") else None
            if n.what == "same":
                assert said_right(replace(n, value=before), self.r), "it is said to be as it was"
                return cell["value"]
            return cell["value"] - before if n.what == "change" else cell[n.what]
        if n.what.startswith("target_"):
            return self.target(n)
        if n.what == "run":
            frame = self.v.compute(n.of, grain=self.r.grain, until=self.until, as_of=self.as_of)
            values = frame[frame["item"].isna()]["value"].tolist()[-int(n.value) - 1 :]
            signs = {b > a for a, b in pairwise(values)}
            assert len(signs) == 1
            return len(values) - 1
        if n.what in ("due", "due_mrr") or (n.of == "renewals" and n.what != "days"):
            return self.of_due(n)
        year = {"since": self.as_of - timedelta(days=365), "until": self.as_of, "as_of": self.as_of}
        silent = self.v.heard_states("nps", **year).query("state != 'heard'") if n.of == "heard_states" else None
        health = "customer_health_score"
        asked = {
            ("renewals", "days"): lambda: self.days,
            ("departures", "all"): lambda: len(self.v.departures()),
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
            (n.of, "interval"): lambda: 95,
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
            return float(self.v.outlook(ahead=3, as_of=self.as_of).path.iloc[-1][n.what])
        if n.of == "drivers":
            found = self.drivers()
            return min(found[found["named"]][n.what], key=lambda v: abs(v - n.value))
        if n.of == "themes":
            days = KINDS[self.r.kind].days
            found = self.v.themes(days=days, as_of=self.as_of)
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
        value *= 100.0 if number.what in SCALED or number.what.startswith("target_") else 1.0
    return abs(written - value) <= 0.5001 * 10**-digits
