"""Orders: what was bought, line by line and order by order."""

from __future__ import annotations

from cs_metrics.facts.model import Context, Fact, money


def _line_sql(context: Context) -> str:
    rate = context.rate("o.currency")
    amount = money("o.amount", rate)
    when = context.local("o.ordered_at")
    # a refund reduces revenue by its absolute amount, however the file signs it
    return f"""
        SELECT coalesce(o.order_id, o._id) AS order_key, o.customer_id,
               min({when}) OVER (PARTITION BY coalesce(o.order_id, o._id), o.customer_id) AS ordered_at,
               CASE WHEN o.kind = 'refund' THEN -abs({amount}) ELSE {amount} END AS amount, o.quantity, o.product,
               o.kind, min({when}) FILTER (WHERE o.kind IS DISTINCT FROM 'refund' AND o.amount >= 0)
                   OVER (PARTITION BY o.customer_id, o.product) AS first_bought_at,
               coalesce(o.kind = 'refund', FALSE) OR o.amount < 0 AS is_refund, o._source, o._row, o._id
        FROM orders AS o {context.rates("o.currency", "o.ordered_at")} WHERE o.ordered_at IS NOT NULL"""


def _order_sql(context: Context) -> str:
    return """
        SELECT order_key, customer_id, min(ordered_at) AS ordered_at, sum(amount) AS amount, sum(quantity) AS quantity,
               bool_and(is_refund) AS is_refund, count(*) AS lines
        FROM fact_order_line GROUP BY order_key, customer_id"""


LINES = Fact(
    "fact_order_line",
    "a line of an order, its amount signed, its time that of the order",
    _line_sql,
    "ordered_at",
    table="orders",
)
ORDERS = Fact("fact_order", "the lines of one order of one customer, summed", _order_sql, "ordered_at")
