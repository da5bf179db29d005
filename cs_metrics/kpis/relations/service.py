"""Tickets and costs."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Relation
from cs_metrics.kpis.relations.names import within

_TICKET = (
    "f.ticket_id", "f.created_at", "f.first_response_at", "f.resolved_at", "f.replies", "f.reopened", "f.cost",
    "f.response_hours", "f.resolution_hours", "f.cluster", "f.satisfaction",
)  # fmt: skip
TICKETS_CREATED = Relation(
    name="tickets_created",
    grain="a ticket created in the period",
    source="fact_ticket",
    on=within("created_at"),
    columns=_TICKET,
    moment="f.created_at",
    table="tickets",
    tables=("tickets",),
    unit="cluster",
)
TICKETS_RESOLVED = replace(
    TICKETS_CREATED,
    name="tickets_resolved",
    grain="a ticket resolved in the period",
    on=within("resolved_at"),
    moment="f.resolved_at",
)
COSTS = Relation(
    name="costs",
    grain="an amount spent",
    source="fact_cost",
    on=within("incurred_at"),
    columns=("f.kind", "f.amount", "f.incurred_at"),
    moment="f.incurred_at",
    table="costs",
    tables=("costs",),
)
