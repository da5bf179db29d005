"""How a KPI stands to its targets: on its tile, on its trend, in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cs_metrics import charts
from cs_metrics.kpis.model import Kind
from pages._ui import door, formats

# a word and a sign, never colour alone
SIGNS = {
    "met": ":blue[:material/check_circle: met]",
    "on track": ":blue[:material/trending_up: on track]",
    "behind": ":red[:material/error: behind]",
    "cannot tell": ":gray[:material/help: cannot tell]",
}


def of(kpi_id: str) -> pd.DataFrame:
    """Return the rows of a KPI's targets (see `View.targets`)."""
    frame = door.targets()
    return frame[frame["kpi"] == kpi_id]


def latest(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return each target's last period that has begun, and of one that is to come its first."""
    return frame.sort_values("period").groupby("target", sort=False).tail(1).to_dict("records")


def on_chart(kpi_id: str, asked: Any) -> pd.DataFrame:
    """Return the rows of the target that is about what a trend shows: the same customers, the same grain."""
    frame = _about(of(kpi_id), asked)
    frame = frame[frame["grain"] == (asked.question.grain or "month")]
    # of two that were set one after the other each holds for its own periods
    return frame.drop_duplicates("period", keep="last")


def on_tile(kpi: Any, asked: Any) -> str:
    """Return how the KPI stands to the latest target that is about the same customers; '' without one."""
    rows = latest(_about(of(kpi.id), asked))
    if not rows:
        return ""
    row = max(rows, key=lambda r: r["period"])
    value = formats.value(row["value"], kpi.unit, door.settings()["currency"], short=True)
    now = "" if formats.is_missing(row["value"]) else f"{formats.literal(value)} in "
    return f"{SIGNS[row['on_track']]}: {now}{when(row)}, target {formats.literal(aim(kpi, row))}"


def _about(frame: pd.DataFrame, asked: Any) -> pd.DataFrame:
    return frame.loc[[where == asked.where for where in frame["where"]]]


def when(row: dict[str, Any]) -> str:
    """Return the period of a row in words."""
    if row["grain"] == "range":
        return formats.span(row["period"], row["until"])
    return formats.period(row["period"], row["grain"])


def aim(kpi: Any, row: dict[str, Any]) -> str:
    """Return a target in words: 'at least 40 %'."""
    low, high = (None if formats.is_missing(row[end]) else row[end] for end in ("target_low", "target_high"))
    return charts.target_words(low, high, kpi.unit, door.settings()["currency"], str(formats.locale()))


def sentence(kpi: Any, row: dict[str, Any]) -> str:
    """Return in words how far a target is reached and what is forecast, and by what method."""
    currency = door.settings()["currency"]
    whom = formats.literal(row["segment"]) or "everyone"
    said = f"**{when(row)}**, {whom}: {formats.literal(aim(kpi, row))}. {SIGNS[row['on_track']]}"
    if not formats.is_missing(row["value"]):
        so_far = "" if row["complete"] else " so far"
        said += f", {formats.literal(formats.value(row['value'], kpi.unit, currency))}{so_far}"
        if not formats.is_missing(row["progress"]):
            of_what = "limit" if formats.is_missing(row["target_low"]) else "target"
            said += f" ({formats.value(row['progress'], 'share')} of the {of_what})"
    said += "."
    if not formats.is_missing(row["forecast"]):
        ends = formats.interval(row["low"], row["high"], kpi.unit, currency)
        value = formats.value(row["forecast"], kpi.unit, currency)
        of_what = "months" if kpi.kind is Kind.SNAPSHOT else f"{row['grain']}s"
        said += (
            f" Forecast {formats.literal(value)}, 95 of 100 times {formats.literal(ends)}: the straight line through "
            f"the last {int(row['periods'])} complete {of_what}."
        )
    elif not row["complete"] and not row["note"]:
        said += " No forecast: it takes four complete periods, and looks no further ahead than they reach back."
    if row["note"]:
        said += f" {formats.literal(row['note'])}"
    owner = [f"Owner {formats.literal(row['owner'])}"] if row["owner"] else []
    review = [] if formats.is_missing(row["review_on"]) else [f"next review {formats.day(row['review_on'])}"]
    told = ", ".join([*owner, *review])
    return f"{said} {told[:1].upper()}{told[1:]}." if told else said
