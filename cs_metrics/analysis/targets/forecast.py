"""Where a KPI goes if it goes on as it did: the straight line through its last complete periods.

Least squares with the usual 95 % prediction interval: s * sqrt(1 + 1/n + (x0 - mean x)^2 / Sxx), Student t with n - 2
(Draper and Smith, Applied Regression Analysis, 1998, section 1.4). It knows no season and no plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from cs_metrics.kpis import KPI
from cs_metrics.kpis.model import Interval

FEWEST = 4
MOST = 12
_TAIL = 0.025


@dataclass(frozen=True)
class Forecast:
    """A value to come, with its 95 % prediction interval, and how many periods it stands on."""

    value: float
    low: float
    high: float
    periods: int


def forecast(values: Sequence[float | None], ahead: int, within: tuple[float, float]) -> Forecast | None:
    """Return the forecast `ahead` periods after the last of `values` (complete periods, oldest first, None: no value).

    It stands on the last MOST periods; None with fewer than FEWEST values among them, or where it would look further
    ahead than the periods that it stands on reach back. All of it lies `within` what the KPI can be.
    """
    if ahead < 1:
        return None
    recent = list(values)[-MOST:]
    known = [(x, float(y)) for x, y in enumerate(recent) if y is not None and y == y]
    if len(known) < FEWEST or ahead > len(known):
        return None
    x, y = (np.array(column) for column in zip(*known, strict=True))
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread
    to = len(recent) - 1 + ahead
    value = float(y.mean() + slope * (to - x.mean()))
    rest = y - y.mean() - slope * (x - x.mean())
    degrees = len(known) - 2
    miss = float((rest**2).sum() / degrees) ** 0.5 * (1 + 1 / len(known) + (to - x.mean()) ** 2 / spread) ** 0.5
    wide = float(stats.t.ppf(1 - _TAIL, degrees)) * float(miss)
    value, low, high = (float(np.clip(v, *within)) for v in (value, value - wide, value + wide))
    return Forecast(value, low, high, len(known))


def bounds(kpi: KPI, values: Sequence[float | None]) -> tuple[float, float]:
    """Return what a KPI can be: shares of counted things 0 to 1, an NPS -100 to 100; what never was below 0 will not
    be."""
    intervals = {form.interval for form in kpi.forms}
    if intervals == {Interval.WILSON}:
        return 0.0, 1.0
    if intervals == {Interval.NPS}:
        return -100.0, 100.0
    known = [v for v in values if v is not None and v == v]
    return (0.0 if known and min(known) >= 0 else -np.inf), np.inf
