"""The instants at which accounts and deals are looked at: each month's end, and the end of the data."""

from __future__ import annotations

from datetime import datetime

from cs_metrics.facts.activity import FOREVER
from cs_metrics.facts.model import Context, Fact
from cs_metrics.sql import literal

MONTHS = 480
"""So many month's ends are looked at, at most: what began before them is taken for a slip of the pen."""


def _snapshot_sql(context: Context) -> str:
    """From the first activity or deal on. A snapshot holds until the next one is taken."""
    as_of = context.as_of
    last = as_of.year * 12 + as_of.month - 1
    ends = [datetime(month // 12, month % 12 + 1, 1) for month in range(last - MONTHS, last + 1)]
    instants = ", ".join(f"({literal(end)})" for end in dict.fromkeys([*ends, as_of]) if end <= as_of)
    return f"""
        WITH began AS (
            SELECT min(begins) AS first_at FROM (
                SELECT begins FROM fact_active WHERE active UNION ALL SELECT created_at FROM fact_deal))
        SELECT taken_at, lag(taken_at) OVER (ORDER BY taken_at) AS previous_at,
               coalesce(lead(taken_at) OVER (ORDER BY taken_at), {FOREVER}) AS next_at
        FROM (VALUES {instants}) AS v(taken_at) JOIN began ON v.taken_at > began.first_at"""


SNAPSHOTS = Fact(
    "fact_snapshot",
    "an instant at which accounts are looked at: a month's end, or where the data end",
    _snapshot_sql,
    "taken_at",
    unit="taken_at",
)
