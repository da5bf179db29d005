"""A report as a workbook: a sheet a section, numbers as numbers, dates as dates."""

from __future__ import annotations

import pandas as pd

from cs_metrics.reports import tables
from cs_metrics.reports.brief import Report

_TREND = ["period", "value", "n", "low", "high", "complete"]


def xlsx(report: Report) -> bytes:
    """Return the report as XLSX: the sections' sentences, the KPIs, their trends, the actions, the definitions, and
    what the numbers stand on."""
    sheets: dict[str, pd.DataFrame] = {}
    for section in report.sections:
        lines = [s.text for s in section.sentences] or ([section.empty] if section.empty else [])
        if section.id == "metrics":
            sheets |= {"Key metrics": _metrics(report), "Trends": _trends(report)}
        elif section.id == "actions":
            sheets[section.title] = _actions(report)
            continue
        if lines:
            name = "Trends in words" if section.id == "metrics" else section.title
            sheets[name] = pd.DataFrame({section.title: lines})
    sheets["Definitions"] = pd.DataFrame(
        [(m.name, m.definition, m.formula) for m in report.metrics], columns=["KPI", "What it is", "Formula"]
    )
    return tables.xlsx(sheets, {"Report": report.title, **report.about})


def _metrics(report: Report) -> pd.DataFrame:
    rows = [
        (m.name, m.unit, m.now, m.before, _less(m.now, m.before), m.n, m.low, m.high, m.complete, m.verdict, m.note)
        for m in report.metrics
    ]
    names = ["KPI", "Unit", "Now", "Before", "Change", "n", "95 % low", "95 % high", "Complete", "Verdict", "Note"]
    return pd.DataFrame(rows, columns=names)


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
