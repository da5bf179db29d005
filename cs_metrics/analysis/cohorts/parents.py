"""Parent and child accounts as one: every account's topmost parent."""

from __future__ import annotations

# Of accounts that are each other's parents in a circle, the first by its id stands for all. Pairs of account and
# ancestor are finite, so a circle ends the search like a top does.
TOPS = """
    WITH RECURSIVE links AS (
        SELECT customer_id, parent_customer_id AS parent FROM dim_customers
        WHERE parent_customer_id IS NOT NULL AND parent_customer_id <> customer_id),
    climbed AS (
        SELECT customer_id, parent AS above FROM links
        UNION
        SELECT u.customer_id, l.parent FROM climbed AS u JOIN links AS l ON l.customer_id = u.above)
    SELECT u.customer_id,
           coalesce(min(CASE WHEN l.customer_id IS NULL THEN u.above END),
                    min(CASE WHEN r.customer_id IS NOT NULL THEN u.above END)) AS top
    FROM climbed AS u LEFT JOIN links AS l ON l.customer_id = u.above
    LEFT JOIN (SELECT customer_id FROM climbed WHERE customer_id = above) AS r ON r.customer_id = u.above
    GROUP BY u.customer_id"""


def rolled(rows: str, columns: str) -> str:
    """Return the SELECT of `columns` (of rows aliased x) in which each account is its topmost parent; needs the common
    table expression `tops`, which is `TOPS`."""
    top = "coalesce(t.top, x.customer_id)"
    return (
        f"SELECT {top} AS unit, {top} AS customer_id, {columns} FROM {rows} AS x "
        f"LEFT JOIN tops AS t ON t.customer_id = x.customer_id"
    )
