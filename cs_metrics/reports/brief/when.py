"""Which period a report is about, and up to when its data count."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from cs_metrics.errors import QueryError
from cs_metrics.periods import Period, at, floor, instant, step
from cs_metrics.reports.brief import saying
from cs_metrics.reports.brief.kinds import Kind, chosen, kind_of


def past(view: Any, kind: str = "monthly", most: int = 12) -> list[datetime]:
    """Return the first days of the periods that a kind of report can be about, the latest first: those that are over,
    from the first with a value on. Raises QueryError for an unknown kind."""
    chosen_kind = kind_of(kind)
    grain = chosen_kind.grain
    last = floor(view.as_of, grain, view.settings)
    starts = [step(last, grain, -count) for count in range(1, most + 1)]
    ids, _ = chosen(chosen_kind, view.kpis())
    if not ids:
        return starts[:1]
    frame = view.compute(ids, grain=grain, since=starts[-1], until=last)
    known = frame.loc[frame["value"].notna() & frame["value"].ne(0), "period"]
    return [start for start in starts if len(known) and start >= known.min()] or starts[:1]


def when(view: Any, kind: Kind, as_of: datetime | None, asked: Any) -> tuple[Period, datetime]:
    """Return the period of a report, and the as-of of its numbers."""
    grain, settings, end = kind.grain, view.settings, as_of or view.as_of
    last = Period(step(floor(end, grain, settings), grain, -1), floor(end, grain, settings))
    if asked is None:
        return last, end
    period = at(_day(asked), grain, settings)
    if period.end > end:
        name, latest = (saying.period(p.start, p.end, grain) for p in (period, last))
        raise QueryError(
            f"A report is about a {grain} that is over, and {name} is not: the data go to "
            f"{saying.day(end - timedelta(microseconds=1))}. The last one is {latest}."
        )
    return period, period.end if as_of is None and period.end < last.end else end


def _day(asked: Any) -> datetime:
    """Return a day of the period that is written as '2026-03', '2026-Q1' or a date. Raises QueryError."""
    found = (
        re.fullmatch(r"(\d{4})-(?:(\d\d)|Q([1-4]))", asked.strip(), re.IGNORECASE) if isinstance(asked, str) else None
    )
    if found is None:
        return instant(asked, "period")
    month = int(found[2]) if found[2] else 3 * int(found[3]) - 2
    return instant(f"{found[1]}-{month:02d}-01", "period")
