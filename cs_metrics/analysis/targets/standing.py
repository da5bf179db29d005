"""How a value stands to its target."""

from __future__ import annotations

from cs_metrics.analysis.targets.forecast import Forecast

MET, ON_TRACK, BEHIND, UNKNOWN = "met", "on track", "behind", "cannot tell"


def progress(value: float | None, low: float | None, high: float | None) -> float | None:
    """Return which share of the target is reached: value / low; without a low end, of the limit: value / high.

    None without a value, or where the end is not above 0.
    """
    end = low if low is not None else high
    return None if value is None or value != value or end is None or end <= 0 else value / end


def standing(value: float | None, complete: bool, low: float | None, high: float | None, ahead: Forecast | None) -> str:
    """Return 'met' or 'behind' for a period that is over; for one that is not, by the forecast, 'on track' or 'behind';
    'cannot tell' without what it takes."""
    told = value if complete else (ahead.value if ahead else None)
    if told is None or told != told:
        return UNKNOWN
    fits = (low is None or told >= low) and (high is None or told <= high)
    return (MET if complete else ON_TRACK) if fits else BEHIND
