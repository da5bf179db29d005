"""Periods as whole numbers: the k-th period after one is a sum, in SQL as in Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from cs_metrics.errors import QueryError, did_you_mean

GRAINS = ("hour", "day", "week", "month", "quarter", "year")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_SECONDS = {"hour": 3_600, "day": 86_400, "week": 604_800}
# a day on which a week began, before any data
_WEEK_ZERO = {"monday": date(1900, 1, 1), "sunday": date(1899, 12, 31), "saturday": date(1899, 12, 30)}
_DAY_ZERO = date(1970, 1, 1)


class Clock:
    """Numbers the periods of one grain, by the week's and the fiscal year's beginning. Moments are local time."""

    def __init__(self, grain: str, settings: Mapping[str, Any]) -> None:
        if grain not in GRAINS:
            raise QueryError(f"There is no grain '{grain}'. {did_you_mean(grain, GRAINS)}")
        self.grain = grain
        self.zero = _WEEK_ZERO[settings["week_starts"]] if grain == "week" else _DAY_ZERO
        self.shift = int(settings["fiscal_year_starts"]) - 1 if grain in ("quarter", "year") else 0

    def number(self, moment: datetime) -> int:
        """The number of the period in which `moment` lies."""
        if self.grain in _MONTHS:
            return (moment.year * 12 + moment.month - 1 - self.shift) // _MONTHS[self.grain]
        days = (moment.date() - self.zero).days
        if self.grain == "hour":
            return days * 24 + moment.hour
        return days // 7 if self.grain == "week" else days

    def start(self, number: int) -> datetime:
        """The first instant of a period."""
        if self.grain in _MONTHS:
            year, month = divmod(number * _MONTHS[self.grain] + self.shift, 12)
            return datetime(year, month + 1, 1)
        zero = datetime(self.zero.year, self.zero.month, self.zero.day)
        return zero + timedelta(seconds=number * _SECONDS[self.grain])

    def number_sql(self, moment: str) -> str:
        """`number` in SQL."""
        if self.grain in _MONTHS:
            months = f"year({moment}) * 12 + month({moment}) - 1 - {self.shift}"
            return f"CAST(floor(({months}) / {_MONTHS[self.grain]}.0) AS BIGINT)"
        days = f"date_diff('day', DATE '{self.zero}', CAST({moment} AS DATE))"
        if self.grain == "hour":
            return f"({days} * 24 + hour({moment}))"
        return f"CAST(floor({days} / 7.0) AS BIGINT)" if self.grain == "week" else days

    def start_sql(self, number: str) -> str:
        """`start` in SQL."""
        if self.grain in _MONTHS:
            months = f"{number} * {_MONTHS[self.grain]} + {self.shift}"
            year = f"CAST(floor(({months}) / 12.0) AS BIGINT)"
            return f"CAST(make_date({year}, ({months}) - {year} * 12 + 1, 1) AS TIMESTAMP)"
        if self.grain == "hour":
            return f"(TIMESTAMP '{self.zero} 00:00:00' + to_hours({number}))"
        days = f"{number} * 7" if self.grain == "week" else number
        return f"CAST(DATE '{self.zero}' + CAST({days} AS INTEGER) AS TIMESTAMP)"

    def elapsed_sql(self, since: str, moment: str) -> str:
        """The whole periods from one moment to another, counted from that moment; months clip to the month's end."""
        if self.grain not in _MONTHS:
            return f"CAST(floor((epoch({moment}) - epoch({since})) / {_SECONDS[self.grain]}.0) AS BIGINT)"
        months = f"((year({moment}) - year({since})) * 12 + month({moment}) - month({since}))"
        short = f"CASE WHEN {moment} < {since} + to_months(CAST({months} AS INTEGER)) THEN 1 ELSE 0 END"
        return f"CAST(floor(({months} - {short}) / {_MONTHS[self.grain]}.0) AS BIGINT)"
