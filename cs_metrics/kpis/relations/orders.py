"""Buyers and their orders."""

from __future__ import annotations

from cs_metrics.kpis.model import LeftOut, Relation
from cs_metrics.kpis.relations.names import within

BUYERS = Relation(
    name="buyers",
    grain="a customer that ordered in the period",
    source="fact_order",
    on=within("ordered_at"),
    columns=("f.order_key", "f.amount", "f.is_refund"),
    moment="f.ordered_at",
    keys=("customer_id",),
    totals=(
        "count(DISTINCT order_key) FILTER (WHERE NOT is_refund) AS orders",
        "coalesce(sum(amount), 0) AS amount",
    ),
    table="orders",
    tables=("orders",),
    row_source="fact_order_line",
)
GUEST_ORDERS = LeftOut(
    "sum(orders) FILTER (WHERE customer_id IS NULL)",
    "orders without a customer",
    "order without a customer",
    "sum(amount) FILTER (WHERE customer_id IS NULL)",
)
