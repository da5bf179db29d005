"""What a report says of targets: met or missed, and where the trend leads in a period that is not over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd

from cs_metrics.periods import Period
from cs_metrics.reports.brief import saying
from cs_metrics.reports.brief.asking import Asked
from cs_metrics.reports.brief.model import Aim, Metric, Number, Sentence, Trend
from cs_metrics.reports.brief.saying import sentence

_INSTANT = timedelta(microseconds=1)


def look(asked: Asked, ids: Sequence[str]) -> list[Aim]:
    """Return how these KPIs stand to their targets, in the period that the report's last day lies in and in the one
    that the data end in: to those for the customers of the report, and in a report on everyone also to those of
    segments."""
    frame = asked.view.targets(as_of=asked.as_of)
    days = [asked.period.end - _INSTANT, asked.as_of - _INSTANT]
    rows = [
        row
        for row in frame.to_dict("records")
        if row["kpi"] in ids and (row["where"] == dict(asked.where or {}) or not asked.where)
        if any(row["period"] <= day < row["until"] for day in days)
        if row["where"] or not row["segment"]  # else of a segment that was deleted
    ]
    found = [_aim(asked, row) for row in rows]
    return sorted(found, key=lambda aim: (list(ids).index(aim.kpi), aim.whom, aim.period.start))


def on(metrics: Sequence[Metric], aims: Sequence[Aim]) -> list[Metric]:
    """Return the metrics with their targets: of several the one of the earliest period, which the report is about."""
    own = {aim.kpi: aim for aim in reversed(aims) if not aim.whom}
    return [replace(metric, aim=own.get(metric.kpi)) for metric in metrics]


def along(asked: Asked, trends: Sequence[Trend]) -> list[Trend]:
    """Return the trends with the targets of their periods."""
    frame = asked.view.targets(as_of=asked.as_of)
    own = frame.loc[[where == dict(asked.where or {}) for where in frame["where"]]]
    own = own[own["grain"] == asked.grain].drop_duplicates(["kpi", "period"], keep="last")
    return [replace(trend, aims=own[own["kpi"] == trend.kpi]) for trend in trends]


def told(asked: Asked, aims: Sequence[Aim]) -> tuple[list[Sentence], list[Sentence]]:
    """Return the sentences on targets that are missed or likely to be, and on those that are met or within reach."""
    said: dict[bool, list[Sentence]] = {True: [], False: []}
    for aim in aims:
        one = _over(asked, aim) if aim.complete else _ahead(asked, aim)
        if one is not None:
            said[aim.standing == "behind"].append(one)
    return said[True], said[False]


def _over(asked: Asked, aim: Aim) -> Sentence | None:
    if aim.value is None or aim.standing not in ("met", "behind"):
        return None
    verb = "met" if aim.standing == "met" else "missed"
    value = asked.number(aim.kpi, aim.value, "target_value", aim.period.start)
    return sentence(
        f"{{}} {verb} its target for {{}}: it was {{}}, the target is {{}}{{}}.",
        _name(asked, aim), _period(aim), value, _target(asked, aim), _owner(aim),
    )  # fmt: skip


def _ahead(asked: Asked, aim: Aim) -> Sentence | None:
    if aim.forecast is None or aim.standing not in ("on track", "behind"):
        return None
    verb = "is on track for" if aim.standing == "on track" else "is likely to miss"
    ends = {"forecast": aim.forecast, "low_end": aim.forecast_low, "high_end": aim.forecast_high}
    parts = [
        asked.number(aim.kpi, end, f"target_{what}", aim.period.start) for what, end in ends.items() if end is not None
    ]
    margin = sentence("")
    if len(parts) == len(ends):
        margin = sentence(" ({} % interval: {} to {})", asked.count(95, aim.kpi, "interval"), *parts[1:])
    return sentence(
        f"{{}} {verb} its target for {{}}, {{}}: its trend leads to {{}}{{}}{{}}.",
        _name(asked, aim), _period(aim), _target(asked, aim), parts[0], margin, _owner(aim),
    )  # fmt: skip


def _name(asked: Asked, aim: Aim) -> str:
    name = asked.names[aim.kpi]
    return f"{name} ({aim.whom})" if aim.whom else name


def _period(aim: Aim) -> str:
    return saying.period(aim.period.start, aim.period.end, aim.grain)


def _owner(aim: Aim) -> Sentence:
    return sentence("; its owner is {}", aim.owner) if aim.owner else sentence("")


def _target(asked: Asked, aim: Aim) -> Sentence:
    """Return 'at least 105.0 %', 'at most ...' or 'between ... and ...'."""
    low, high = (
        None if end is None else asked.number(aim.kpi, end, f"target_{what}", aim.period.start)
        for what, end in (("least", aim.low), ("most", aim.high))
    )
    if low is not None and high is not None:
        return sentence("between {} and {}", low, high)
    end: Number | None = high if low is None else low
    return sentence("at most {}" if low is None else "at least {}", *([] if end is None else [end]))


def _aim(asked: Asked, row: Mapping[Any, Any]) -> Aim:
    numbers = {
        name: None if pd.isna(row[name]) else float(row[name])
        for name in ("target_low", "target_high", "value", "forecast", "low", "high")
    }
    unit = asked.units[row["kpi"]]
    low, high = numbers["target_low"], numbers["target_high"]
    return Aim(
        kpi=row["kpi"], whom="" if row["where"] == dict(asked.where or {}) else row["segment"], grain=row["grain"],
        period=Period(row["period"], row["until"]), low=low, high=high, value=numbers["value"],
        complete=bool(row["complete"]), standing=row["on_track"], forecast=numbers["forecast"],
        forecast_low=numbers["low"], forecast_high=numbers["high"], owner=row["owner"],
        review_on=None if pd.isna(row["review_on"]) else row["review_on"],
        shown=_shown(low, high, unit, asked.currency),
    )  # fmt: skip


def _shown(low: float | None, high: float | None, unit: str, currency: str) -> str:
    ends = [saying.value(end, unit, currency) for end in (low, high) if end is not None]
    return " to ".join(ends) if len(ends) == 2 else f"at {'most' if low is None else 'least'} {ends[0]}"
