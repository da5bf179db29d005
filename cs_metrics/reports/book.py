"""A report as a workbook: a sheet a section, numbers as numbers, dates as dates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd

from cs_metrics.reports import tables
from cs_metrics.reports.brief import Metric, Report, Section, blocks, mark, shown, warning

AIM = ["Target at least", "Target at most", "Target from", "Target to", "Standing", "Forecast", "Forecast 95 % low",
       "Forecast 95 % high", "Owner"]  # fmt: skip
_TREND = ["period", "value", "n", "low", "high", "complete"]


def xlsx(report: Report) -> bytes:
    """Return the report as XLSX: the sections' sentences, the KPIs, their trends, the actions, the definitions, and
    what the numbers stand on."""
    sheets: dict[str, pd.DataFrame] = {}
    for section in report.sections:
        lines = _lines(report, section)
        if section.id == "metrics":
            sheets |= {"Key metrics": _metrics(report), "Trends": _trends(report)}
        elif section.id == "actions":
            sheets[section.title] = _actions(report)
            if section.words is None:
                continue
        if len(lines):
            name = {"metrics": "Trends in words", "actions": "Next steps in words"}.get(section.id, section.title)
            sheets[name] = lines
    sheets["Definitions"] = pd.DataFrame(
        [(m.name, m.definition, m.formula) for m in report.metrics], columns=["KPI", "What it is", "Formula"]
    )
    address = {"In the app": report.address} if report.address else {}
    return tables.xlsx(sheets, {"Report": report.title, **report.about, **address})


def _lines(report: Report, section: Section) -> pd.DataFrame:
    """Return a section's lines, and beside them who wrote those that a person did."""
    own = [line for _, lines in blocks(section.words.text) for line in lines] if section.words else []
    said, since = mark(section), warning(report, section)
    rows: list[tuple[str, str | None]] = [(line, said) for line in own] or ([(said, None)] if said else [])
    rows += [(since, None)] if since else []
    rows += [(s.text, None) for s in section.sentences]
    if not rows and section.empty:
        rows = [(section.empty, None)]
    frame = pd.DataFrame(rows, columns=[section.title, "Written by"])
    return frame if said else frame[[section.title]]


def _metrics(report: Report) -> pd.DataFrame:
    rows = [
        (
            m.name, m.unit, m.now, m.before, _less(m.now, m.before), m.n, m.low, m.high, m.complete, m.verdict, m.note,
            *_aim(m),
        )
        for m in report.metrics
    ]  # fmt: skip
    names = ["KPI", "Unit", "Now", "Before", "Change", "n", "95 % low", "95 % high", "Complete", "Verdict", "Note"]
    frame = pd.DataFrame(rows, columns=[*names, *AIM])
    return frame if any(m.aim for m in report.metrics) else frame[names]


def _aim(metric: Metric) -> tuple[Any, ...]:
    aim = metric.aim
    if aim is None:
        return (None,) * len(AIM)
    until = (aim.period.end - timedelta(microseconds=1)).date()
    return (aim.low, aim.high, aim.period.start.date(), until, shown.standing(aim), aim.forecast, aim.forecast_low,
            aim.forecast_high, aim.owner)  # fmt: skip


def _less(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before


def _trends(report: Report) -> pd.DataFrame:
    columns = ["KPI", "Period", "Value", "n", "95 % low", "95 % high", "Complete"]
    frames = [t.frame[_TREND].assign(period=t.frame["period"].dt.date, KPI=t.name) for t in report.trends]
    if not frames:
        return pd.DataFrame(columns=columns)
    return pd.concat(frames, ignore_index=True)[["KPI", *_TREND]].set_axis(columns, axis=1)


def _actions(report: Report) -> pd.DataFrame:
    rows = [
        (a.account, a.name, a.owner, "; ".join(a.reasons), a.due.date() if a.due else None, a.mrr)
        for a in report.actions
    ]
    return pd.DataFrame(rows, columns=["Account", "Name", "Owner", "Why", "Renewal", "MRR"])
