"""A trend with its target."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cs_metrics.charts import words
from cs_metrics.charts.aims import Aim
from cs_metrics.charts.drawing import Drawing


def aimed(drawing: Drawing, targets: pd.DataFrame, *, unit: str, currency: str = "USD", locale: str = "en") -> Drawing:
    """Return a trend with a target: the rows of `View.targets` of one target (period, target_low, target_high).

    Those of periods that the drawing does not show are left out.
    """
    known = set(pd.to_datetime(drawing.data["period"])) if len(drawing.data) else set()
    aims = []
    for row in targets.to_dict("records"):
        if pd.Timestamp(row["period"]) in known:
            low, high = (None if pd.isna(row[end]) else float(row[end]) for end in ("target_low", "target_high"))
            period = f"{pd.Timestamp(row['period']):%Y-%m-%dT%H:%M:%S}"
            aims.append(Aim(period, low, high, target_words(low, high, unit, currency, locale)))
    return replace(drawing, aims=tuple(aims))


def target_words(low: float | None, high: float | None, unit: str, currency: str = "USD", locale: str = "en") -> str:
    """Return a target in words: 'at least 40', 'at most 3 %', '40 to 50'."""
    if low is not None and high is not None:
        return words.between(low, high, unit, currency, locale)
    most, end = (low is None), (high if low is None else low)
    return f"at {'most' if most else 'least'} {words.number(end, unit, currency, locale)}"
