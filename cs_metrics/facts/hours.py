"""Hours between two instants: all of them, or those in which the team works (a setting)."""

from __future__ import annotations

from cs_metrics.facts.model import Context
from cs_metrics.settings import WEEKDAYS

# days since 1970-01-01, a Thursday, are turned into days since a Monday
_THURSDAY = WEEKDAYS.index("thursday")


def hours(begins: str, ends: str, context: Context) -> str:
    """Return the SQL of the hours from one instant (UTC, a column) to another; below 0 where the end comes first.

    Calendar hours are elapsed time, whatever the clocks do. Business hours are read off the workspace's local clock:
    what lies outside of them takes no time.
    """
    elapsed = f"(epoch({ends}) - epoch({begins})) / 3600"
    if context.settings["response_hours"] == "calendar":
        return elapsed
    worked = f"{_worked(context.local(ends), context)} - {_worked(context.local(begins), context)}"
    # out of hours an end before its beginning would take no time, and so pass for a prompt answer
    return f"CASE WHEN {ends} < {begins} THEN {elapsed} ELSE {worked} END"


def _worked(moment: str, context: Context) -> str:
    """Return the SQL of the business hours from a Monday long ago to a local moment."""
    starts, ends = context.settings["business_day_starts"], context.settings["business_day_ends"]
    length = ends - starts
    open_days = [day in context.settings["business_days"] for day in WEEKDAYS]
    day = f"(floor(epoch({moment}) / 86400) + {_THURSDAY})"
    weekday = f"({day} - 7 * floor({day} / 7))"
    earlier = " ".join(f"WHEN {n} THEN {sum(open_days[:n]) * length}" for n in range(len(WEEKDAYS)))
    today = ", ".join(str(n) for n, is_open in enumerate(open_days) if is_open)
    clock = f"(epoch({moment}) / 3600 - 24 * floor(epoch({moment}) / 86400) - {starts})"
    return (
        f"(floor({day} / 7) * {sum(open_days) * length} + CASE {weekday} {earlier} END "
        f"+ CASE WHEN {weekday} IN ({today}) THEN least(greatest({clock}, 0), {length}) ELSE 0 END)"
    )
