"""The key metrics of a report: values, trends, and the sentences about what moved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from cs_metrics.analysis.why.explain import Explained
from cs_metrics.kpis import KPI
from cs_metrics.periods import step
from cs_metrics.reports.brief import saying
from cs_metrics.reports.brief.asking import Asked, tried
from cs_metrics.reports.brief.causes import cause
from cs_metrics.reports.brief.model import Metric, Number, Sentence, Trend
from cs_metrics.reports.brief.saying import sentence

CHANCE, MARGIN = "chance alone could make this", "within its margin of error"
RUN = 4
"""A KPI that moves the same way so many periods running is a trend to tell."""


def computed(asked: Asked, ids: Sequence[str]) -> pd.DataFrame:
    """Return the KPIs over the last periods up to the report's: the frame of `compute`, without items."""
    if not ids:
        return pd.DataFrame(columns=["kpi", "period", "value", "n", "low", "high", "complete", "note"])
    since = step(asked.period.start, asked.grain, 1 - asked.kind.periods)
    frame = asked.view.compute(
        list(ids), grain=asked.grain, where=asked.where, since=since, until=asked.period.end, as_of=asked.as_of
    )
    found: pd.DataFrame = frame[frame["item"].isna()].reset_index(drop=True)
    return found


def metrics(asked: Asked, kpis: Sequence[KPI], frame: pd.DataFrame) -> list[Metric]:
    """Return each KPI in the report's period and in the one before; one without a value says why in its note."""
    made = []
    for kpi in kpis:
        own = frame[frame["kpi"] == kpi.id].set_index("period")
        now, before = (_row(own, period.start) for period in (asked.period, asked.before))
        value, earlier = (_number(row, "value") for row in (now, before))
        verdict = ""
        over = now is not None and bool(now["complete"])
        if over and value is not None and earlier is not None and saying.gap(value, earlier, kpi.unit, asked.currency):
            rose = value > earlier
            verdict = "" if kpi.better == "neither" else "better" if rose == (kpi.better == "higher") else "worse"
        made.append(
            Metric(
                kpi=kpi.id, name=kpi.name, unit=kpi.unit, now=value, before=earlier, n=_number(now, "n"),
                low=_number(now, "low"), high=_number(now, "high"),
                complete=over,
                note="" if now is None else str(now["note"]), verdict=verdict,
                definition=kpi.doc.definition, formula=kpi.doc.formula, short=asked.names[kpi.id],
            )
        )  # fmt: skip
    return made


def trends(metrics: Sequence[Metric], frame: pd.DataFrame) -> list[Trend]:
    """Return the KPIs that have at least three values, over the last periods."""
    found = [Trend(m.kpi, m.name, m.unit, frame[frame["kpi"] == m.kpi].reset_index(drop=True)) for m in metrics]
    return [trend for trend in found if trend.frame["value"].notna().sum() >= 3]


def moved(asked: Asked, metric: Metric, why: bool) -> Sentence | None:
    """Return 'NRR fell 3.1 points to 104.2 %, mostly Region EMEA: Northwind and two others.'; None where there is no
    value, nobody whom it is of, or its period is not over. `why`: what makes most of the change is looked for."""
    if metric.now is None or not metric.complete or (metric.n == 0 and metric.unit != "count"):
        return None
    name, now = asked.names[metric.kpi], asked.number(metric.kpi, metric.now)
    few = _few(asked, metric)
    if metric.before is None:
        return sentence("{} is {}{}; {} has no value to compare with.", name, now, few, asked.before_said)
    change = saying.gap(metric.now, metric.before, metric.unit, asked.currency)
    if not change:
        return sentence("{} is {}, as in {}{}.", name, now, asked.before_said, few)
    verb = "rose" if metric.now > metric.before else "fell"
    gap = Number(change, metric.now - metric.before, metric.kpi, "change", asked.period.start)
    found = tried(lambda: explained(asked, metric)) if why and not few.text else None
    end = (cause(found, dict(asked.labels)) if found is not None else None) or sentence("")
    if not few.text and (_within(metric) if found is None or found.clear is None else not found.clear):
        end = sentence(f"{{}}; {CHANCE if found is not None and found.clear is False else MARGIN}", end)
    by = " by" if metric.before <= 0 and metric.unit not in ("share", "score") else ""
    return sentence(f"{{}} {verb}{by} {{}} to {{}}{{}}{{}}.", name, gap, now, few, end)


def may_be_chance(told: Sentence) -> bool:
    """Return whether a sentence of `moved` says that nothing need have changed."""
    return CHANCE in told.text or MARGIN in told.text


def unchanged(asked: Asked, metrics: Sequence[Metric]) -> tuple[set[str], list[Sentence]]:
    """Return the KPIs that are as they were in the period before, where there are several, and one sentence on them
    all."""
    same = [
        m
        for m in metrics
        if m.now is not None and m.before is not None and m.complete and not _few(asked, m).text
        and (m.n != 0 or m.unit == "count") and not saying.gap(m.now, m.before, m.unit, asked.currency)
    ]  # fmt: skip
    if len(same) < 2:
        return set(), []
    told = [sentence("{} ({})", asked.names[m.kpi], asked.number(m.kpi, m.now or 0.0, "same")) for m in same]
    words = ", ".join(["{}"] * (len(told) - 1)) + " and {}"
    return {m.kpi for m in same}, [sentence(f"As in {{}}: {words}.", asked.before_said, *told)]


def unmoved(asked: Asked, metrics: Sequence[Metric]) -> str:
    """Return why a summary has nothing to say of any KPI: none moved, none is of a whole period, none has a value."""
    known = [m for m in metrics if m.now is not None]
    if any(m.complete and m.before is not None for m in known):
        return f"No KPI of this report has moved since {asked.before_said}."
    if known:
        return "No KPI of this report has a whole period to tell of."
    return "These data answer none of this report's KPIs."


def explained(asked: Asked, metric: Metric) -> Explained:
    """Return why the KPI moved from the period before to the report's."""
    found: Explained = asked.view.why(
        metric.kpi, period=asked.period.start, grain=asked.grain, where=asked.where, as_of=asked.as_of
    )
    return found


def running(asked: Asked, trend: Trend) -> Sentence | None:
    """Return 'MRR has risen for five months running.' where it has moved one way at least four periods, of complete
    values; else None."""
    frame = trend.frame.sort_values("period")
    frame = frame[frame["value"].ne(0).cummax()]  # before the first data there is no trend
    if not frame["complete"].all() or frame["value"].isna().any():
        return None
    steps = [
        0 if not saying.gap(b, a, trend.unit, asked.currency) else 1 if b > a else -1
        for a, b in zip(frame["value"], frame["value"].iloc[1:], strict=False)
    ]
    last, length = steps[-1] if steps else 0, 0
    for one in reversed(steps):
        if not last or one != last:
            break
        length += 1
    if length < RUN:
        return None
    verb = "risen" if last > 0 else "fallen"
    return sentence(
        f"{{}} has {verb} for {{}} {asked.grain}s running, from {{}} to {{}}.",
        asked.names[trend.kpi],
        asked.count(length, trend.kpi, "run"),
        asked.number(trend.kpi, frame["value"].iloc[-1 - length], "value", frame["period"].iloc[-1 - length]),
        asked.number(trend.kpi, frame["value"].iloc[-1]),
    )


def _within(metric: Metric) -> bool:
    """Return whether the earlier value lies in the interval of the present one."""
    known = metric.low is not None and metric.high is not None and metric.before is not None
    return known and metric.low <= metric.before <= metric.high  # type: ignore[operator]


def _few(asked: Asked, metric: Metric) -> Sentence:
    if metric.n is None or metric.n >= asked.minimum_n or metric.unit == "count":
        return sentence("")
    n = asked.count(metric.n, metric.kpi, "n")
    return sentence(" (of {} only, too few to judge by)", n)


def _row(own: pd.DataFrame, start: datetime) -> dict[str, Any] | None:
    found = own[own.index == start].to_dict("records")
    return {str(name): value for name, value in found[0].items()} if found else None


def _number(row: dict[str, Any] | None, name: str) -> float | None:
    if row is None or pd.isna(row[name]):
        return None
    return float(row[name])
