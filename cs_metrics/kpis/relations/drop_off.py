"""Users on their way from one step to the next."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Relation
from cs_metrics.kpis.relations.names import within

WAY_THROUGH = Relation(
    name="way_through",
    grain="a user (or an account) that reached the first step in the period, and when it reached the last",
    source="fact_drop_off",
    on=f"f.whole AND {within('reached_at')}",
    columns=("f.unit", "f.step", "f.next_step", "f.pair", "f.reached_at", "f.next_at"),
    moment="f.reached_at",
    table="milestones",
    tables=("milestones",),
    unit="unit",
)
NEXT_STEPS = replace(
    WAY_THROUGH,
    name="next_steps",
    grain="a user (or an account) that reached a step in the period, and when it reached the next",
    on=f"NOT f.whole AND {within('reached_at')}",
)
EVENTS_THROUGH = replace(WAY_THROUGH, name="events_through", table="events", tables=("events",))
NEXT_EVENTS = replace(NEXT_STEPS, name="next_events", table="events", tables=("events",))
