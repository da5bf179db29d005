"""Tickets and costs."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Relation
from cs_metrics.kpis.relations.names import within

_TICKET = (
    "f.ticket_id", "f.created_at", "f.first_response_at", "f.resolved_at", "f.replies", "f.reopened", "f.cost",
    "f.response_hours", "f.resolution_hours", "f.cluster", "f.satisfaction", "f.status",
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
_BACKWARDS = "coalesce(f.resolved_at < f.created_at, FALSE)"
TICKETS_LIVED = replace(
    TICKETS_CREATED,
    name="tickets_lived",
    grain="a ticket created, resolved or open in the period; and, to divide by, a customer's active stretch in it",
    source="(SELECT customer_id, ticket_id, product, created_at, resolved_at, satisfaction, "
    "CAST(NULL AS TIMESTAMP) AS begins, CAST(NULL AS TIMESTAMP) AS seen_until, "
    "CAST(NULL AS TIMESTAMP) AS first_active, _source, _row, _id FROM fact_ticket "
    "UNION ALL SELECT customer_id, NULL, NULL, NULL, NULL, NULL, begins, seen_until, first_active, _source, _row, NULL "
    "FROM fact_active WHERE active AND ends > begins)",
    on="(f.created_at < p.ends AND (f.resolved_at IS NULL OR f.resolved_at >= p.starts OR f.created_at >= p.starts)) "
    "OR (f.begins < p.ends AND f.seen_until > p.starts)",
    columns=(
        "f.ticket_id",
        "f.product",
        "f.created_at",
        "f.resolved_at",
        "f.satisfaction",
        f"coalesce({within('created_at')}, FALSE) AS created",
        f"coalesce({within('resolved_at')}, FALSE) AND NOT {_BACKWARDS} AS resolved",
        f"f.begins IS NULL AND (f.resolved_at IS NULL OR f.resolved_at >= p.ends) AND NOT {_BACKWARDS} AS still_open",
        "f.begins IS NOT NULL AS is_customer",
    ),
    # a customer is in the segment that it was in before the period, one that comes later in that of its first day
    moment="coalesce(f.created_at, greatest(f.first_active, p.starts - INTERVAL '1' SECOND))",
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
